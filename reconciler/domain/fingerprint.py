"""Fingerprints: keyed marks by which a reviewed target is recognised, and seen to have changed."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.domain.identifiers import Identifier, identifier_values

_KEY_ID_LENGTH = 8
_MARK_LENGTH = 32


@dataclass(frozen=True, slots=True)
class FingerprintKey:
    """A key for fingerprints; its ``key_id`` may be known, its ``secret`` not."""

    key_id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"FingerprintKey({self.key_id})"


def key_from(secret: bytes, purpose: str) -> FingerprintKey:
    """Derive a key for one purpose, so that marks of two purposes cannot be joined."""
    derived = hmac.digest(secret, f"reconciler fingerprint/1 {purpose}".encode(), "sha256")
    key_id = hashlib.sha256(b"key id" + derived).hexdigest()[:_KEY_ID_LENGTH]
    return FingerprintKey(key_id, derived)


def fingerprint(key: FingerprintKey, values: Sequence[str]) -> str:
    """Return ``f1:KEYID:MARK`` over the values, in their order and told apart by length."""
    mark = hmac.digest(key.secret, _told_apart(values), "sha256").hex()[:_MARK_LENGTH]
    return f"f1:{key.key_id}:{mark}"


def mark_of(key: FingerprintKey, identifier: Identifier) -> str:
    """Return what stands for a phone number or an external id where nobody is to read it."""
    return fingerprint(key, identifier_values(identifier))


def _told_apart(values: Sequence[str]) -> bytes:
    """Return the values one behind the other, each behind its length in bytes."""
    try:
        # Nearly always there are as many bytes as characters, and few: this is twice as fast.
        return "".join([_LENGTHS[len(value)] + value for value in values]).encode("ascii")
    except (IndexError, UnicodeEncodeError):
        # Systems that count in UTF-16 cut names in the middle of a character.
        encoded = [value.encode("utf-8", "surrogatepass") for value in values]
        return b"".join(len(one).to_bytes(4, "big") + one for one in encoded)


_LENGTHS = [f"\0\0\0{chr(length)}" for length in range(128)]
"""Lengths of four bytes, as far as their bytes are ASCII too."""
