"""Keys that sign in tests, and what trusts them."""

from reconciler.audit.ed25519 import is_signed_by, new_key, signer_of
from reconciler.audit.notes import Signer, parse_private
from reconciler.audit.trust import TrustedKeys

# A pair that the documentation of Go's note package shows.
SIGNING_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
VERIFIER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def a_signer() -> Signer:
    """Return what signs with the key above."""
    return signer_of(parse_private(SIGNING_KEY))


def another_signer(name: str = "example.com/other") -> Signer:
    """Return what signs with a key that nobody has seen."""
    private, _ = new_key(name)
    return signer_of(private)


def trusting(*signers: Signer) -> TrustedKeys:
    """Return what trusts the keys of these, and no others."""
    return TrustedKeys([one.key for one in signers], is_signed_by)
