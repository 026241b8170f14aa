"""What was seen, as columns: fingerprints, and the attributes that people are shown."""

from array import array
from collections.abc import Mapping

_BETWEEN = "\x1f"


class SeenColumns:
    """A fingerprint and attributes for each of many positions, as bytes end to end.

    What many of them have in common, the key of their fingerprints and the names of their
    attributes, is kept once. Strings in mappings would take five times as much.
    """

    def __init__(self, count: int) -> None:
        """Have seen nothing yet."""
        self._count = count
        # Made with the first row: many tables never have one.
        self._begins, self._lengths, self._forms = array("Q"), array("I"), array("H")
        self._bytes = bytearray()
        self._known: list[tuple[str, tuple[str, ...]]] = []
        """Of each form what fingerprints begin with, and the names of attributes."""
        self._number_of: dict[tuple[str, tuple[str, ...]], int] = {}
        self._odd: dict[int, tuple[str, Mapping[str, str]]] = {}
        """By position, what has our own separator in it."""

    def put(self, position: int, fingerprint: str, shown: Mapping[str, str]) -> None:
        """Keep what was seen of one target, instead of what was kept of it before."""
        if not self._begins:
            self._begins, self._lengths, self._forms = (
                array(code, [0]) * self._count for code in ("Q", "I", "H")
            )
        at = fingerprint.rfind(":") + 1
        text = _BETWEEN.join((fingerprint[at:], *shown.values()))
        if text.count(_BETWEEN) != len(shown):
            self._odd[position] = (fingerprint, shown)
            return
        if self._odd:
            self._odd.pop(position, None)
        self._forms[position] = self._form(fingerprint[:at], tuple(shown))
        self._write(position, text)

    def _form(self, prefix: str, names: tuple[str, ...]) -> int:
        number = self._number_of.setdefault((prefix, names), len(self._known))
        if number == len(self._known):
            self._known.append((prefix, names))
        return number

    def _write(self, position: int, text: str) -> None:
        # Systems that count in UTF-16 cut names in the middle of a character.
        encoded = text.encode("utf-8", "surrogatepass")
        length = len(encoded)
        if length > self._lengths[position]:
            self._begins[position] = len(self._bytes)
            self._bytes += encoded
        else:
            begin = self._begins[position]
            self._bytes[begin : begin + length] = encoded
        self._lengths[position] = length

    def _text(self, position: int) -> str:
        begin = self._begins[position]
        encoded = self._bytes[begin : begin + self._lengths[position]]
        return encoded.decode("utf-8", "surrogatepass")

    def get(self, position: int) -> tuple[str, Mapping[str, str]]:
        """Return fingerprint and attributes of a target that was seen."""
        if position in self._odd:
            return self._odd[position]
        prefix, names = self._known[self._forms[position]]
        mark, *values = self._text(position).split(_BETWEEN)
        return prefix + mark, dict(zip(names, values, strict=True))

    def fingerprint(self, position: int) -> str:
        """Return the fingerprint of a target that was seen."""
        if position in self._odd:
            return self._odd[position][0]
        prefix, _ = self._known[self._forms[position]]
        return prefix + self._text(position).partition(_BETWEEN)[0]
