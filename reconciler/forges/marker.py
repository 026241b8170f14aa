"""The marker: the hidden first line by which a comment of ours is known again."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_PATTERN = re.compile(
    r"<!-- reconciler:key=(?P<key>[a-z0-9-]{1,40}) v=1 plan=(?P<digest>sha256:[0-9a-f]{64})"
    r"(?: state=(?P<state>[a-z]+))? -->"
)
_ALL = "all"
_DRIFT = "drift-"
_DIGITS = 12
_PLAIN_DIGEST = re.compile("sha256:[0-9a-f]{64}")
_NO_DIGEST = f"sha256:{'0' * 64}"


class State(StrEnum):
    """What a comment of ours tells of its plan."""

    CURRENT = ""
    SUPERSEDED = "superseded"
    """A newer comment tells it; this one is folded."""
    APPLIED = "applied"
    """It tells what a run made of the plan."""


@dataclass(frozen=True, slots=True)
class Marker:
    """What the first line of a comment says."""

    key: str
    """What the plan was narrowed to: plans of different parts have a comment each."""
    digest: str
    state: State = State.CURRENT

    @property
    def is_of_everything(self) -> bool:
        """Whether its plan was narrowed to nothing: that of a pull request is."""
        return self.key == _ALL

    @property
    def line(self) -> str:
        """The line itself, without its end; a browser shows nothing of it."""
        state = f" state={self.state}" if self.state else ""
        digest = self.digest if _PLAIN_DIGEST.fullmatch(self.digest) else _NO_DIGEST
        return f"<!-- reconciler:key={self.key} v=1 plan={digest}{state} -->"


def marker_of(body: str) -> Marker | None:
    """Return the marker that a text begins with; None for a text that is none of ours.

    Only the whole first line counts: further down stands what records say.
    """
    found = _PATTERN.fullmatch(body.split("\n", maxsplit=1)[0].rstrip("\r"))
    if found is None or (found["state"] or "") not in set(State):
        return None
    return Marker(found["key"], found["digest"], State(found["state"] or ""))


def key_of(targets: Sequence[str], excludes: Sequence[str], *, drift: bool = False) -> str:
    """Return the key of a plan that was narrowed to these selectors."""
    key = _ALL
    if targets or excludes:
        written = json.dumps([list(targets), list(excludes)]).encode()
        key = hashlib.sha256(written).hexdigest()[:_DIGITS]
    return f"{_DRIFT}{key}" if drift else key
