"""What YAML would turn a value into if it stood without quotes, by YAML 1.1 and 1.2 alike."""

import re

# Programs that read YAML disagree about versions, so a value is suspect if either one changes it.
_READINGS = (
    ("nothing", re.compile(r"~|null|Null|NULL|")),
    (
        "true or false",
        re.compile(
            r"y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF"
        ),
    ),
    (
        "a number",
        re.compile(
            r"[-+]?(0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+"
            r"|(\.[0-9][0-9_]*|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?"
            r"|\.(inf|Inf|INF))|\.(nan|NaN|NAN)"
        ),
    ),
    (
        "a number with base 60, as hours and minutes are",
        re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"),
    ),
    (
        "a date",
        re.compile(
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
            r"(([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?"
            r"([ \t]*(Z|[-+][0-9]{1,2}(:?[0-9]{2})?))?)?"
        ),
    ),
)

_FIRST = frozenset("+-.~0123456789nNyYtTfFoO")
"""Most text begins with none of these, and need not be compared further."""

_SPREADSHEET = re.compile(r"[0-9][.,][0-9]+E\+?[0-9]+")


def reading(value: str) -> str:
    """Return what YAML would make of an unquoted value; empty if it stays the text it is."""
    if value and value[0] not in _FIRST:
        return ""
    return next((what for what, pattern in _READINGS if pattern.fullmatch(value)), "")


def is_spreadsheet_number(value: str) -> bool:
    """Whether a value looks like a long number that a spreadsheet has shortened."""
    return _SPREADSHEET.fullmatch(value) is not None


SPREADSHEET = (
    "This is what a spreadsheet makes of a long identifier; its digits are lost.",
    "Take the identifier from its source again, with the column formatted as text.",
)
