"""Ed25519: the only module that knows ``cryptography``; imported where something is signed."""

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from reconciler.audit.notes import PrivateKey, VerifierKey


@dataclass(frozen=True, slots=True)
class Ed25519Signer:
    """Signs with one key, which its ``repr`` does not show."""

    key: VerifierKey
    _private: Ed25519PrivateKey = field(repr=False)

    def sign(self, text: bytes) -> bytes:
        """Return the signature of a text."""
        return self._private.sign(text)


def signer_of(key: PrivateKey) -> Ed25519Signer:
    """Return what signs with a key; raises ValueError for one whose id is another's."""
    private = Ed25519PrivateKey.from_private_bytes(key.seed)
    verifier = VerifierKey(key.name, private.public_key().public_bytes_raw())
    if verifier.key_id != key.key_id:
        raise ValueError("is damaged: its id is not that of its key")
    return Ed25519Signer(verifier, private)


def new_key(name: str) -> tuple[PrivateKey, VerifierKey]:
    """Return a new key, private and public."""
    private = Ed25519PrivateKey.generate()
    verifier = VerifierKey(name, private.public_key().public_bytes_raw())
    return PrivateKey(name, verifier.key_id, private.private_bytes_raw()), verifier


def is_signed_by(key: VerifierKey, text: bytes, signature: bytes) -> bool:
    """Say whether a signature of a text is that of a key."""
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True
