"""Lines: canonical JSON in which every line carries the hash of the line before."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import rfc8785

from reconciler.domain.events import Event, Json

SCHEMA = "reconciler.audit/1"
GENESIS = "0" * 64
"""What the first line of a run has for ``prev``."""
_LARGEST = 2**53 - 1


def canonical(fields: Mapping[str, Json]) -> bytes:
    """Return RFC 8785 bytes, without a line feed; raises ValueError for what has none."""
    return rfc8785.dumps(fields)


def plain(value: Json) -> Json:
    """Return a value that surely has canonical bytes.

    What an API said may hold half a character or an absurd number. That must not keep a line
    about a deletion from being written.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int):
        return value if -_LARGEST <= value <= _LARGEST else str(value)
    if isinstance(value, Mapping):
        return {str(plain(name)): plain(one) for name, one in value.items()}
    return [plain(one) for one in value]


def line_hash(line: bytes) -> str:
    """Return the hex SHA-256 of a line without its line feed."""
    return hashlib.sha256(line).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """The newest line of some run; the first line of the next run names it."""

    run_id: str
    seq: int
    hash: str


@dataclass(slots=True, kw_only=True)
class Chain:
    """The lines of one run as they are made; remembers only where it stands."""

    log_id: str
    run_id: str
    previous: Tip | None
    seq: int = 0
    prev: str = GENESIS

    def link(self, event: Event, *, time: str, mono_ms: int) -> bytes:
        """Return the event as the next line; ``advance`` moves on once it is durable."""
        fields: dict[str, Json] = {
            **event.body(),
            "schema": SCHEMA,
            "log_id": self.log_id,
            "run_id": self.run_id,
            "seq": self.seq,
            "prev": self.prev,
            "time": time,
            "mono_ms": mono_ms,
            "type": event.type,
        }
        if self.seq == 0 and self.previous:
            tip = self.previous
            fields["previous"] = {"run_id": tip.run_id, "seq": tip.seq, "hash": tip.hash}
        try:
            return canonical(fields)
        except ValueError:
            return canonical({name: plain(value) for name, value in fields.items()})

    def advance(self, line: bytes) -> None:
        """Take a line as written."""
        self.seq += 1
        self.prev = line_hash(line)
