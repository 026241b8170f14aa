"""Trust: which signatures count, by keys that the checker brought along."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reconciler.audit.notes import Signature, VerifierKey, parse_verifier


class Worth(StrEnum):
    """What the signatures of one note are worth."""

    SIGNED = "signed"
    """A given key signed it."""
    UNSIGNED = "unsigned"
    """No given key claims to have signed it."""
    FORGED = "forged"
    """A given key is said to have signed it, and did not."""


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """The keys that the checker trusts; those that come with a log prove nothing."""

    keys: Sequence[VerifierKey]
    checks: Callable[[VerifierKey, bytes, bytes], bool]
    """Says whether a key signed a text."""

    def worth(self, text: bytes, signatures: Iterable[Signature]) -> Worth:
        """Return what signatures of a text are worth; those of other keys count for nothing."""
        worth = Worth.UNSIGNED
        for one in signatures:
            for key in self.keys:
                if (key.name, key.key_id) != (one.name, one.key_id):
                    continue
                if not self.checks(key, text, one.content):
                    return Worth.FORGED
                worth = Worth.SIGNED
        return worth


def parse_keys(text: str) -> list[VerifierKey]:
    """Return verifier keys, one a line; empty lines and those that begin with ``#`` do not count.

    Raises ValueError naming the first line that is no key.
    """
    keys = []
    for number, line in enumerate(text.splitlines(), start=1):
        told = line.strip()
        if not told or told.startswith("#"):
            continue
        try:
            keys.append(parse_verifier(told))
        except ValueError as error:
            raise ValueError(f"line {number} {error}") from error
    return keys
