"""Readers of what identifies something: ids, tenants, users, phone numbers, digests."""

import re
from collections.abc import Callable

from reconciler.manifests.syntax.nodes import Node, Scalar
from reconciler.manifests.syntax.quoting import SPREADSHEET, is_spreadsheet_number
from reconciler.manifests.values.identifiers import is_guid, wrong_guid
from reconciler.manifests.values.scalars import ReadingError, refuse_refused, single, string, text

_CODE = re.compile(r"[A-Za-z0-9]{1,64}")
_PHONE = re.compile(r"\+[0-9]{5,15}")
_PHONE_PREFIX = re.compile(r"\+[0-9]{1,15}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def guid(noun: str) -> Callable[[Node], str]:
    """Return a reader of GUIDs, in lower case; ``noun`` says whose id it is."""

    def read(node: Node) -> str:
        scalar = single(node)
        if is_guid(scalar):
            return scalar.value.lower()
        raise ReadingError(*wrong_guid(scalar, noun))

    return read


def tenant_code(node: Node) -> str:
    """Return an OrgShortCode or an OrgId."""
    scalar = single(node)
    if is_guid(scalar):
        return scalar.value.lower()
    if is_spreadsheet_number(scalar.value):
        raise ReadingError(*SPREADSHEET)
    value = string(node)
    if not _CODE.fullmatch(value):
        hint = "Give the OrgShortCode, letters and digits, or the OrgId, a GUID."
        raise ReadingError("Not a tenant of LeadSquared.", hint)
    return value


def owner(node: Node) -> str:
    """Return the e-mail address or the id of a user."""
    scalar = single(node)
    if is_guid(scalar):
        return scalar.value.lower()
    value = text(node)
    if not _EMAIL.fullmatch(value):
        hint = "Give an e-mail address, or the user's id, a GUID."
        raise ReadingError("Not a user.", hint)
    return value


def phone_prefix(node: Node) -> str:
    """Return the beginning of a phone number."""
    value = string(node)
    if not _PHONE_PREFIX.fullmatch(value):
        hint = 'Write `+` and the first digits, quoted: `"+351"`.'
        raise ReadingError("Not the beginning of a phone number.", hint)
    return value


def phone(node: Node) -> str:
    """Return a phone number as the API takes it: ``+`` and 5 to 15 digits."""
    value = string(node)
    if not is_phone(value):
        hint = 'Write `+`, country and number, digits only: `"+14155550100"`.'
        raise ReadingError("Not a phone number.", hint)
    return value


def is_phone(value: str) -> bool:
    """Whether a value is a phone number as the API takes it."""
    return _PHONE.fullmatch(value) is not None


def sha256(node: Node) -> str:
    """Return a SHA-256 in hexadecimal digits."""
    value = string(node).lower()
    if not _SHA256.fullmatch(value):
        raise ReadingError("Not a SHA-256.", "Write its 64 hexadecimal digits, quoted.")
    return value


def digest(node: Node) -> str:
    """Return the digest of a plan, with its hexadecimal digits in lower case."""
    value = string(node)
    method, _, digits = value.partition(":")
    if method != "sha256" or not _SHA256.fullmatch(digits.lower()):
        hint = "Copy the plan's: `sha256:` and 64 hexadecimal digits."
        raise ReadingError("Not the digest of a plan.", hint)
    return value.lower()


def delimiter(node: Node) -> str:
    """Return what separates the fields of a file."""
    refuse_refused(node)
    allowed = (",", ";", "\t", "|")
    if not isinstance(node, Scalar) or node.value not in allowed:
        hint = 'Write one of `","`, `";"`, `"|"` and `"\\t"`, quoted.'
        raise ReadingError("Not a delimiter.", hint)
    return node.value
