"""What a wrong value of a side file probably is: spreadsheets damage identifiers in known ways."""

import re
import unicodedata

from reconciler.manifests.syntax.characters import forbidden, named
from reconciler.manifests.syntax.nodes import Scalar
from reconciler.manifests.syntax.quoting import SPREADSHEET, is_spreadsheet_number
from reconciler.manifests.values.identifiers import is_guid, wrong_guid
from reconciler.manifests.values.identities import is_phone

_DIGITS = re.compile(r"[0-9]{5,15}")
_GUID_LENGTH = 36
_GUID_ENDING = "00000000-0000-0000-0000-000000000000"
_FIRST_HYPHEN = 8

FORMULA = (
    "This is a formula, not an identifier.",
    "Paste the column as values in the spreadsheet, and export it again.",
)


def as_scalar(value: str, line: int = 0, column: int = 0) -> Scalar:
    """Return a value of a side file as a quoted one of a manifest, whose type nobody guesses."""
    return Scalar(value, value, '"', line, column)


def wrong_id(value: str, noun: str) -> tuple[str, str]:
    """Return message and hint for a value that is not the id of a ``noun``."""
    if value.startswith("="):
        return FORMULA
    if _is_cut_off(value):
        message = f"The id is cut off: {len(value)} of {_GUID_LENGTH} characters."
        return message, "Take the id from its source again."
    if noun == "record" and is_phone(value):
        message = "This is a phone number, not the id of a record."
        return message, "Phone numbers stand in a column `phone_number` of a `.csv` file."
    return wrong_guid(as_scalar(value), noun)


def _is_cut_off(value: str) -> bool:
    """Whether a value is the beginning of a GUID, its first hyphen included."""
    whole = value + _GUID_ENDING[len(value) :]
    return _FIRST_HYPHEN < len(value) < _GUID_LENGTH and is_guid(as_scalar(whole))


def wrong_phone(value: str) -> tuple[str, str]:
    """Return message and hint for a value that is not a phone number."""
    damage = _damage(value, "A phone number")
    if damage:
        return damage
    if _DIGITS.fullmatch(value):
        message = "A phone number begins with `+`."
        return message, "A spreadsheet drops the `+`; export the column formatted as text."
    message = "A phone number is `+` and 5 to 15 digits, and nothing between them."
    return message, "Write it with the country code, as in +14155550100."


def wrong_reference(value: str) -> tuple[str, str] | None:
    """Return message and hint for the name or id of another system; None if it is not wrong."""
    damage = _damage(value, "An identifier")
    if damage or value == value.strip():
        return damage
    return "An identifier has no space around it.", "Delete the spaces."


def _damage(value: str, noun: str) -> tuple[str, str] | None:
    if value.startswith("="):
        return FORMULA
    if is_spreadsheet_number(value):
        return SPREADSHEET
    # Letters of other scripts look the same, and select something else.
    foreign = next((one for one in value if not one.isascii() or not one.isprintable()), "")
    if foreign:
        message = f"{noun} is plain ASCII; this one holds {named(foreign)}."
        return message, "Copy it from its source again."
    return None


def wrong_note(value: str) -> tuple[str, str] | None:
    """Return message and hint for a note; None if it is not wrong."""
    if value.isascii() and value.isprintable():
        return None
    wrong = forbidden(value)
    if wrong == "\n":
        message = "A note must be one line."
        return message, "Shorten it, or take the notes from another column."
    if wrong:
        return f"The character {named(wrong)} is not allowed here.", "Delete it."
    if not unicodedata.is_normalized("NFC", value):
        message = "Not in Unicode normal form C: some letter is written in parts."
        return message, "Type the text again, or convert it to NFC."
    return None
