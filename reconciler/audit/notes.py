"""Signed notes (C2SP.org/signed-note): a text, who signed it, and keys as text.

It knows the form only; what signs and checks signatures is in ``ed25519``.
"""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from typing import Protocol

_ED25519 = b"\x01"
"""The type of a key and its signatures; there are others, and they are not ours."""
_LENGTH = 32
_PRIVATE = "PRIVATE+KEY+"
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key and its name."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that stand for name and key."""
        content = self.name.encode() + b"\n" + _ED25519 + self.public
        return hashlib.sha256(content).digest()[:4]

    @property
    def text(self) -> str:
        """The key as it is given to whoever checks signatures."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.public)}"


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A private key and its name, not held against its public one yet."""

    name: str
    key_id: bytes
    seed: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The key as its owner keeps it."""
        return f"{_PRIVATE}{self.name}+{self.key_id.hex()}+{_base64(_ED25519 + self.seed)}"


class Signer(Protocol):
    """What signs."""

    @property
    def key(self) -> VerifierKey:
        """The key that its signatures are checked with."""
        ...

    def sign(self, text: bytes) -> bytes:
        """Return the signature of a text."""
        ...


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature line says: nothing is checked yet."""

    name: str
    key_id: bytes
    content: bytes


def signature_line(signer: Signer, text: bytes) -> str:
    """Return the line that signs a text, with its line feed."""
    content = signer.key.key_id + signer.sign(text)
    return f"{_DASH}{signer.key.name} {_base64(content)}\n"


def parse_signature(line: str) -> Signature:
    """Return what a signature line says; raises ValueError for what is none."""
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    content = _decoded(encoded)
    if not line.startswith(_DASH) or not is_name(name) or len(content) <= len(_ED25519) + 4:
        raise ValueError("is not a signature line")
    return Signature(name, content[:4], content[4:])


def parse_verifier(text: str) -> VerifierKey:
    """Return a verifier key; raises ValueError, in words, for what is none."""
    name, key_id, public = _parts(text, "a verifier key: NAME+ID+KEY")
    key = VerifierKey(name, public)
    if key.key_id != key_id:
        raise ValueError("is damaged: its id is not that of its key")
    return key


def parse_private(text: str) -> PrivateKey:
    """Return a private key; raises ValueError for what is none, without quoting it."""
    kind = "a signing key: PRIVATE+KEY+NAME+ID+KEY"
    if not text.startswith(_PRIVATE):
        raise ValueError(f"is not {kind}")
    return PrivateKey(*_parts(text.removeprefix(_PRIVATE), kind))


def is_name(name: str) -> bool:
    """Say whether a key may be called so: no spaces, no plus, nothing that cannot be seen."""
    return bool(name) and name.isprintable() and " " not in name and "+" not in name


def _parts(text: str, kind: str) -> tuple[str, bytes, bytes]:
    """Return name, id and key of Ed25519."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    key = _decoded(encoded)
    is_hex = len(key_id) == 8 and not set(key_id) - set("0123456789abcdef")  # noqa: PLR2004 - four bytes
    if not is_name(name) or not is_hex or len(key) != 1 + _LENGTH:
        raise ValueError(f"is not {kind}")
    if key[:1] != _ED25519:
        raise ValueError("is not of Ed25519")
    return name, bytes.fromhex(key_id), key[1:]


def _base64(content: bytes) -> str:
    return b64encode(content).decode()


def _decoded(text: str) -> bytes:
    """Return what a text encodes; nothing for one that is not exactly its encoding.

    Decoders let bits pass that stand for nothing, and a changed letter would go unseen.
    """
    try:
        content = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return b""
    return content if _base64(content) == text else b""
