"""Columns of many items, packed so that what repeats is written once."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from reconciler.domain.inert import inert

Packed: TypeAlias = dict[str, Any]
"""``one`` value for every row; or ``few`` values and the ``codes`` of the rows; or a value ``of``
each row, behind the ``start`` that texts have in common."""

_LONGEST = 1000
"""Characters of one value; nothing that an account holds is usefully longer."""
_REPEATS = 4
"""How often values must repeat, on average, to be written as codes."""


def texts(values: Sequence[str]) -> Packed:
    """Pack texts from outside, made inert."""
    few = list(dict.fromkeys(values))
    if len(few) == 1:
        return {"one": _harmless(few)[0]}
    if len(few) * _REPEATS <= len(values):
        code_of = {value: code for code, value in enumerate(few)}
        return {"few": _harmless(few), "codes": [code_of[value] for value in values]}
    start = _common_start(few)
    rest = [value[len(start) :] for value in values] if start else values
    packed: Packed = {"of": _harmless(rest)}
    return {**packed, "start": _harmless([start])[0]} if start else packed


def numbers(values: Sequence[int]) -> Packed:
    """Pack numbers."""
    return {"of": values} if len(set(values)) > 1 else {"one": values[0]}


def coded(values: Sequence[Any], written: Iterable[Any]) -> Packed:
    """Pack hashable values as codes; ``written`` is how each different one of them is told."""
    code_of = {value: code for code, value in enumerate(dict.fromkeys(values))}
    return {"few": list(written), "codes": [code_of[value] for value in values]}


def harmless(value: str) -> str:
    """Return one text from outside, made inert."""
    return _harmless([value])[0]


def _harmless(values: Sequence[str]) -> Sequence[str]:
    together = "".join(values)
    # Nearly always nothing in them is unusual, which is found out for all of them at once.
    plain = together.isascii() and together.isprintable() and "##[" not in together
    if plain and len(max(values, key=len)) <= _LONGEST:
        return values
    return [inert(value, longest=_LONGEST) for value in values]


def _common_start(values: Sequence[str]) -> str:
    first, last = min(values), max(values)
    for index, character in enumerate(first):
        if character != last[index]:
            return first[:index]
    return first
