"""Masking: what of a person may be seen in shared outputs."""

import re
from dataclasses import dataclass

_REST = re.compile(r"(?<=\b\w)\w*")
"""Of each word what stands behind its first letter."""
_KEPT_DIGITS = 4


# Not a part of an id or of a time: those are told.
_NUMBER = re.compile(r"(?<![\w:.-])\+?\(?\d[\d ().-]{4,20}\d(?![\w:-])", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FEWEST_DIGITS = 8
"""Shorter ones are the vendors' own codes and counts."""


def without_numbers(words: str) -> str:
    """Return words of a vendor with everything masked that may be somebody's phone number."""
    return _NUMBER.sub(_hidden, words)


def _hidden(found: re.Match[str]) -> str:
    digits = sum(character.isdigit() for character in found[0])
    if digits < _FEWEST_DIGITS or _DAY.match(found[0]):
        return found[0]
    return "***" + found[0][-_KEPT_DIGITS:]


@dataclass(frozen=True, slots=True)
class Mask:
    """Hides personal values; ``off`` only where a person asked for it at a terminal."""

    off: bool = False

    def text(self, value: str) -> str:
        """Return a name or other free text with only the first letter of each word left."""
        return value if self.off else _REST.sub("***", value)

    def phone(self, value: str) -> str:
        """Return a phone number with only its last digits left."""
        if self.off:
            return value
        return "***" + value[-_KEPT_DIGITS:] if len(value) > 2 * _KEPT_DIGITS else "***"

    def reference(self, value: str) -> str:
        """Return an identifier of another system with only its end left."""
        return self.phone(value)
