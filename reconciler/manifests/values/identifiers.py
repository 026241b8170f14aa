"""Ids of tasks, records and record lists: their pattern, and what a wrong one probably is."""

import re

from reconciler.manifests.syntax.characters import named
from reconciler.manifests.syntax.nodes import Scalar
from reconciler.manifests.syntax.quoting import SPREADSHEET, is_spreadsheet_number, reading

GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_GUID = re.compile(GUID)

_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{32}")
_WRAPPED = re.compile(r"(urn:uuid:|\{|\()?([0-9a-fA-F-]{32,36})[})]?")
_NUMBER = re.compile(r"[0-9]{1,20}")
_PATTERN_SIGNS = frozenset("*?[%^$|")

_SHOWN_LIMIT = 60
_EXAMPLE = "0017abfa-c100-11e5-9340-06c7eb5c8385"


def is_guid(scalar: Scalar) -> bool:
    """Whether a value is a GUID that stands in the file as it is, not put together by escapes."""
    return _GUID.fullmatch(scalar.value) is not None and "\\" not in scalar.written


def wrong_guid(scalar: Scalar, noun: str) -> tuple[str, str]:
    """Return message and hint for a value that is not a GUID; ``noun`` says whose id it should be.

    They repeat only what consists of the characters of an id or a number.
    """
    value = scalar.value
    if not value.strip():
        return f"The id of a {noun} is empty.", "Write the id, or delete the entry."
    if _GUID.fullmatch(value):
        return "An id must stand in the file as it is, without escapes.", f"Write {value}."
    foreign = next((character for character in value if not character.isascii()), "")
    if foreign:
        message = f"An id is plain ASCII; this one holds {named(foreign)}."
        return message, "Copy the id from its source again."
    if is_spreadsheet_number(value):
        return SPREADSHEET
    canonical = _canonical(value)
    if canonical:
        message = f"The id of a {noun} is written with four hyphens and nothing around it."
        return message, f"Write {canonical}."
    return _something_else(scalar, noun)


def _something_else(scalar: Scalar, noun: str) -> tuple[str, str]:
    value = scalar.value
    if noun == "task" and _NUMBER.fullmatch(value):
        message = "This looks like the number shown in the user interface (UserTaskAutoId)."
        return message, f"Give the task's id (UserTaskId), a GUID such as {_EXAMPLE}."
    what = reading(value) if scalar.plain and len(value) <= _SHOWN_LIMIT else ""
    if what:
        message = f"YAML reads this as {what}; an id must be quoted, and it is a GUID."
        return message, f'Quoted it is "{value}"; an id looks like {_EXAMPLE}.'
    if _PATTERN_SIGNS.intersection(value):
        message = "One entry is one id; there are no patterns."
        return message, f"List each {noun} by its id, a GUID such as {_EXAMPLE}."
    return f"Not the id of a {noun}.", f"An id is a GUID such as {_EXAMPLE}."


def _canonical(value: str) -> str:
    """Return the usual spelling of a GUID in another one; empty if it is none."""
    match = _WRAPPED.fullmatch(value.strip())
    digits = match[2].replace("-", "").lower() if match else ""
    if not _HEXADECIMAL.fullmatch(digits):
        return ""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
