"""From bytes to text, and which characters a manifest may hold."""

import re
import unicodedata
from itertools import islice

from reconciler.manifests.findings import Findings

_REPORTED = 100
"""A binary file is understood after a hundred wrong characters."""

# Controls, bidirectional controls (they make a reviewer read another order than the program),
# line separators that only some editors count, byte order marks, surrogates, non-characters.
_UNSEEN = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    r"\ud800-\udfff\ufeff\ufffe\uffff"
)
_FORBIDDEN_IN_FILE = re.compile(rf"[{_UNSEEN}]|\r(?!\n)")
_FORBIDDEN_IN_TEXT = re.compile(rf"[{_UNSEEN}\t\n\r]")

_HINTS = {
    "\0": "The file is perhaps not text, or is saved as UTF-16; save it as UTF-8.",
    "\ufeff": "Save the file as UTF-8 without a byte order mark.",
    "\r": "End lines with LF or CRLF.",
}


def decode(content: bytes, findings: Findings) -> str | None:
    """Return the text of a file; None, and every wrong place reported, if it may not be read."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        wrong = "".join(f"\\x{byte:02x}" for byte in content[error.start : error.end])
        hint = "Save the file as UTF-8."
        findings.add(*_place(before, len(before)), "Not valid UTF-8.", text=wrong, hint=hint)
        return None
    wrongs = list(islice(_FORBIDDEN_IN_FILE.finditer(text), _REPORTED))
    for match in wrongs:
        character = match[0]
        line, column = _place(text, match.start())
        hint = _HINTS.get(character, "Delete it; a manifest holds only characters that are seen.")
        message = f"The character {named(character)} is not allowed in a manifest."
        findings.add(line, column, message, text=character, hint=hint)
    return None if wrongs else text


def _place(text: str, position: int) -> tuple[int, int]:
    line = text.count("\n", 0, position) + 1
    return line, position - text.rfind("\n", 0, position)


def forbidden(value: str) -> str:
    """Return the first character that text of one line may not hold; empty if there is none."""
    match = _FORBIDDEN_IN_TEXT.search(value)
    return match[0] if match else ""


def named(character: str) -> str:
    """Return a character as its code point and name, so that it can be told from others."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{name and f' ({name})'}"
