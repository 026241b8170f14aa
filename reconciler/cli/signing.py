"""Keys of the audit log: what signs it, and whose signatures count.

``cryptography`` is an extra, and loaded where something is signed or checked only.
"""

from pathlib import Path

from reconciler.audit.notes import Signer, VerifierKey, parse_private
from reconciler.audit.trust import TrustedKeys, parse_keys
from reconciler.errors import InvalidError, Problem, UsageError

# ruff: noqa: PLC0415 - see above

EXTRA = "pip install 'reconciler[sign]'"
_PACKAGE = "the package cryptography"


def key_trouble(text: str) -> tuple[str, str]:
    """Return what is wrong with a signing key, without quoting it, and a hint; empty if nothing."""
    try:
        signer_from(text)
    except ValueError as error:
        return str(error), "Make one with reconciler keys new --out FILE."
    except ModuleNotFoundError:
        return f"needs {_PACKAGE}", EXTRA
    return "", ""


def signer_from(text: str) -> Signer | None:
    """Return what signs with a key; None without one. Raises ValueError for what is no key."""
    if not text:
        return None
    key = parse_private(text.strip())
    from reconciler.audit.ed25519 import signer_of

    return signer_of(key)


def new_key(name: str) -> tuple[str, VerifierKey]:
    """Return a new key, private and public; raises UsageError without the extra."""
    try:
        from reconciler.audit.ed25519 import new_key as make
    except ModuleNotFoundError as error:
        raise _not_installed("Keys need") from error
    private, verifier = make(name)
    return private.text, verifier


def trusted_keys(path: Path | None, *own: VerifierKey) -> TrustedKeys | None:
    """Return the keys of a file, and further ones; None where there are none at all.

    Raises InvalidError for a file that has none, or something else.
    """
    keys = [*own, *(_read(path) if path else ())]
    if not keys:
        return None
    try:
        from reconciler.audit.ed25519 import is_signed_by
    except ModuleNotFoundError as error:
        raise _not_installed("Checking signatures needs") from error
    return TrustedKeys(keys, is_signed_by)


def _read(path: Path) -> list[VerifierKey]:
    try:
        keys = parse_keys(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(path, f"cannot be read: {type(error).__name__}") from error
    except ValueError as error:
        raise _bad(path, str(error)) from error
    if not keys:
        raise _bad(path, "has no key")
    return keys


def _bad(path: Path, message: str) -> InvalidError:
    hint = "It has verifier keys, one a line, as reconciler keys new prints them."
    return InvalidError([Problem(str(path), 0, 0, message, hint=hint)])


def _not_installed(what: str) -> UsageError:
    return UsageError(f"{what} {_PACKAGE}", hint=f"Install the extra: {EXTRA}")
