"""Fingerprints: keyed marks by which a reviewed target is recognised, and seen to have changed."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

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
    parts = bytearray()
    for value in values:
        # Systems that count in UTF-16 cut names in the middle of a character.
        encoded = value.encode("utf-8", "surrogatepass")
        parts += len(encoded).to_bytes(4, "big")
        parts += encoded
    mark = hmac.digest(key.secret, parts, "sha256").hex()[:_MARK_LENGTH]
    return f"f1:{key.key_id}:{mark}"
