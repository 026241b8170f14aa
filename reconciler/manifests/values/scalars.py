"""Readers: what a field asks for, taken from the node that is there, or an error that explains."""

import re
import unicodedata
from collections.abc import Callable

from reconciler.manifests.nearest import nearest
from reconciler.manifests.syntax.characters import forbidden, named
from reconciler.manifests.syntax.nodes import Fields, Items, Node, Refused, Scalar
from reconciler.manifests.syntax.quoting import SPREADSHEET, is_spreadsheet_number, reading

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_WHOLE = re.compile(r"0|[1-9][0-9]*")
DIGITS_LIMIT = 9
"""No number here needs more, and turning thousands of digits into one takes time."""
_SHOWN_LIMIT = 60
"""A hint does not repeat more than this."""


class ReadingError(ValueError):
    """A node is not what the field asks for; an empty message if that was reported before."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def fields(node: Node) -> dict[str, Node]:
    """Return the values of a mapping."""
    refuse_refused(node)
    if isinstance(node, Fields):
        return node.values
    raise ReadingError("Must be a mapping.", "Write `key: value` pairs here.")


def items(node: Node) -> list[Node]:
    """Return the nodes of a list."""
    refuse_refused(node)
    if isinstance(node, Items):
        return node.nodes
    raise ReadingError("Must be a list.", "Write one `- …` line for each, or `[]` for none.")


def refuse_refused(node: Node) -> None:
    """Raise without a message where something was refused and reported before."""
    if isinstance(node, Refused):
        raise ReadingError("")


def single(node: Node) -> Scalar:
    """Return a value that is not empty, as it is written."""
    refuse_refused(node)
    if not isinstance(node, Scalar):
        raise ReadingError("Must be a single value.", "Write one value, no list and no mapping.")
    if not node.value.strip():
        raise ReadingError("Must not be empty.", "Write a value, or leave the field out.")
    return node


def string(node: Node) -> str:
    """Return a text as it is written; refuse one that YAML would turn into something else."""
    scalar = single(node)
    what = reading(scalar.value) if scalar.plain else ""
    if what and is_spreadsheet_number(scalar.value):
        raise ReadingError(*SPREADSHEET)
    if what:
        shown = f': "{scalar.value}"' if len(scalar.value) <= _SHOWN_LIMIT else ""
        message = f"YAML reads this as {what}; it must be quoted."
        raise ReadingError(message, f"Quote it{shown}.")
    return scalar.value


def text(node: Node) -> str:
    """Return a line of text for people: no control character, and normalised (NFC)."""
    value = string(node)
    wrong = forbidden(value)
    if wrong == "\n":
        raise ReadingError("Must be one line.", "For a long text, begin it with `>-`.")
    if wrong:
        raise ReadingError(f"The character {named(wrong)} is not allowed here.", "Delete it.")
    if not unicodedata.is_normalized("NFC", value):
        message = "Not in Unicode normal form C: some letter is written in parts."
        raise ReadingError(message, "Type the text again, or convert it to NFC.")
    return value


def is_name(value: str) -> bool:
    """Whether a value is a DNS label."""
    return _NAME.fullmatch(value) is not None


def name(node: Node) -> str:
    """Return a DNS label."""
    value = string(node)
    if not is_name(value):
        hint = "Use 1 to 63 of a-z, 0-9 and `-`, no `-` at either end."
        raise ReadingError("Not a name.", hint)
    return value


def word(*allowed: str) -> Callable[[Node], str]:
    """Return a reader of one of a few words."""

    def read(node: Node) -> str:
        value = single(node).value
        if value not in allowed:
            raise ReadingError("Not a known value.", nearest(value, allowed, "Known"))
        return value

    return read


def whole(node: Node) -> int:
    """Return a whole number, written with digits only."""
    scalar = single(node)
    if not _WHOLE.fullmatch(scalar.value):
        hint = "Use digits only: no sign, leading zero, `_`, point or unit."
        raise ReadingError("Must be a whole number.", hint)
    if len(scalar.value) > DIGITS_LIMIT:
        raise ReadingError("The number is too large.", f"Use at most {DIGITS_LIMIT} digits.")
    if not scalar.plain:
        raise ReadingError("Must be a number, not text.", f"Write {scalar.value} without quotes.")
    return int(scalar.value)


def boolean(node: Node) -> bool:
    """Return true or false, spelt so."""
    scalar = single(node)
    if scalar.value not in {"true", "false"}:
        raise ReadingError("Must be true or false.", "Write `true` or `false`.")
    if not scalar.plain:
        raise ReadingError("Must not be quoted.", f"Write {scalar.value} without quotes.")
    return scalar.value == "true"


def only_true(node: Node) -> bool:
    """Return true; refuse false, which would have no effect."""
    if not boolean(node):
        raise ReadingError("`false` lifts nothing.", "Write `true`, or leave it out.")
    return True
