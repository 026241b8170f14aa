"""Pseudonyms: what stands for a phone number or an external id in ledger and audit log."""

import hmac
from dataclasses import dataclass

from reconciler.domain.fingerprint import FingerprintKey, key_from
from reconciler.domain.identifiers import External, Identifier, Phone, identifier_values
from reconciler.domain.masking import Mask

_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes keyed marks that only a holder of the key can join to a person, or masks."""

    key: FingerprintKey | None = None
    """None without RECONCILER_PII_KEY: identifiers are masked then."""

    def of(self, identifier: Identifier) -> str:
        """Return ``h1:KEYID:MARK``; without a key the identifier with only its end left."""
        if self.key is None:
            return _masked(identifier)
        content = "\0".join(identifier_values(identifier)).encode("utf-8", "surrogatepass")
        mark = hmac.digest(self.key.secret, content, "sha256").hex()[:_LENGTH]
        return f"h1:{self.key.key_id}:{mark}"


def pseudonyms(secrets: tuple[bytes, ...]) -> Pseudonyms:
    """Return what makes pseudonyms with the first of some secrets; masks without any."""
    return Pseudonyms(key_from(secrets[0], "pseudonyms") if secrets else None)


def _masked(identifier: Identifier) -> str:
    match identifier:
        case Phone(number=number):
            return Mask().phone(number)
        case External(provider=provider, external_id=external_id):
            return f"{provider} {Mask().reference(external_id)}"
