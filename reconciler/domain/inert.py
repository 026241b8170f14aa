"""Text from outside, made so that no terminal, log or reader can be led astray by it."""

import unicodedata

_LONGEST = 200
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories that are not shown as they are: control, format and bidi, surrogate, separators."""


def inert(text: str, longest: int = _LONGEST) -> str:
    """Return the text with every invisible or controlling character written out, and cut."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    # Some CI logs take ##[…] for a command, wherever in a line it stands.
    cut = cut.replace("##[", "##\\[")
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(
        f"\\u{{{ord(char):x}}}" if unicodedata.category(char) in _UNSAFE else char for char in cut
    )
