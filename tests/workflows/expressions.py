"""The part of GitHub's expression language that our workflows are written in."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""What an expression comes to: a text, a number, a flag, a list, a mapping, or nothing."""
Context = Mapping[str, Value]
Function = Callable[..., Value]

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<number>\d+)|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<mark>&&|\|\||==|!=|[!().,]))"
)
_PLACE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS = re.compile(r"\b(always|cancelled|failure|success)\(\)")
_CONSTANTS = {"true": True, "false": False, "null": None}


def wanted(condition: str, context: Context, *, failed: bool, succeeded: bool) -> bool:
    """Say whether a condition holds; success() is understood where no status is looked at."""
    functions: dict[str, Function] = {
        **common_functions(),
        "always": lambda: True,
        "cancelled": lambda: False,
        "failure": lambda: failed,
        "success": lambda: succeeded,
    }
    if not _STATUS.search(condition) and not succeeded:
        return False
    return truth(evaluated(condition, context, functions))


def filled(value: Value, context: Context, functions: Mapping[str, Function]) -> Value:
    """Return a value of a workflow with every expression in it evaluated."""
    if isinstance(value, Mapping):
        return {key: filled(one, context, functions) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, context, functions) for one in value]
    if not isinstance(value, str):
        return value
    if (whole := _PLACE.fullmatch(value.strip())) and "${{" not in whole[1]:
        return evaluated(whole[1], context, functions)
    return _PLACE.sub(lambda found: text_of(evaluated(found[1], context, functions)), value)


def evaluated(text: str, context: Context, functions: Mapping[str, Function]) -> Value:
    """Return the value of an expression."""
    inner = _PLACE.fullmatch(text.strip())
    parser = _Parser(_tokens(inner[1] if inner else text), context, functions)
    value = parser.either()
    if parser.tokens:
        raise ValueError(f"not understood: {text!r} from {parser.tokens[0]}")
    return value


def text_of(value: Value) -> str:
    """Return a value as it stands in a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)


def truth(value: Value) -> bool:
    """Return what a value counts as in a condition."""
    return value not in (None, False, 0, "")


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise ValueError(f"not understood: {text[at:]!r}")
        kind = str(token.lastgroup)
        found.append((kind, token[kind]))
        at = token.end()
    return found


@dataclass
class _Parser:
    tokens: list[tuple[str, str]]
    context: Context
    functions: Mapping[str, Function]
    _operators: dict[str, Callable[[Any, Any], Any]] = field(
        default_factory=lambda: {"==": _same, "!=": lambda one, other: not _same(one, other)}
    )

    def either(self) -> Value:
        value = self.both()
        while self._took("||"):
            other = self.both()
            value = value if truth(value) else other
        return value

    def both(self) -> Value:
        value = self.compared()
        while self._took("&&"):
            other = self.compared()
            value = other if truth(value) else value
        return value

    def compared(self) -> Value:
        value = self.one()
        for mark, compare in self._operators.items():
            if self._took(mark):
                return compare(value, self.one())
        return value

    def one(self) -> Value:
        if self._took("!"):
            return not truth(self.one())
        if self._took("("):
            value = self.either()
            self._take(")")
            return value
        kind, text = self.tokens.pop(0)
        if kind in ("string", "number"):
            return int(text) if kind == "number" else text[1:-1].replace("''", "'")
        if self._took("("):
            return self.functions[text](*self._arguments())
        if kind != "name" or text not in {*_CONSTANTS, *self.context}:
            raise ValueError(f"not understood: {text}")
        return self._within({**_CONSTANTS, **self.context}[text])

    def _within(self, value: Value) -> Value:
        while self._took("."):
            _, name = self.tokens.pop(0)
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def _arguments(self) -> list[Any]:
        arguments: list[Any] = []
        while not self._took(")"):
            arguments.append(self.either())
            self._took(",")
        return arguments

    def _took(self, mark: str) -> bool:
        if self.tokens and self.tokens[0] == ("mark", mark):
            self.tokens.pop(0)
            return True
        return False

    def _take(self, mark: str) -> None:
        if not self._took(mark):
            raise ValueError(f"{mark} is missing")


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()  # as GitHub does
    empty = (None, "", 0, False)
    return bool(one == other or (one in empty and other in empty))


def common_functions() -> dict[str, Function]:
    """Return the functions that need to know nothing of a job."""
    return {
        "format": lambda text, *values: text.format(*map(text_of, values)),
        "fromJSON": json.loads,
        "toJSON": json.dumps,
        "contains": lambda where, what: what in where,
        "startsWith": lambda text, start: text_of(text).startswith(start),
    }
