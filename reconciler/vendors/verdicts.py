"""Verdicts: answers parsed, and what an answer is worth before anybody asks what it says."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from reconciler.transport.wire import Answer
from reconciler.vendors.dates import http_date

LONGEST_WAIT = 300.0
"""Seconds that an answer may make everybody wait; what asks for more is not taken at its word."""
_BIGGEST = 2**53 - 1
"""The biggest number that every JSON reader keeps exactly."""
_TEXT_KEPT = 500
_LIMIT = re.compile(r"exceeded the limit of (\d{1,6}) in (\d{1,6}) second", re.IGNORECASE)
_LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer whose body was parsed."""

    status: int
    body: Any = field(repr=False)
    """The parsed body; None where it is not JSON, and for JSON's own null."""
    seconds: float
    text: str | None = field(default=None, repr=False)
    """The beginning of a body that is not JSON; None for one that is."""
    raw: bytes = field(default=b"", repr=False)
    """The body as it came."""

    @property
    def form(self) -> str:
        """Say what is wrong with the form of the body; empty if it is JSON."""
        if self.text is None:
            return ""
        return "not JSON" if self.text.strip() else "empty body"


@dataclass(frozen=True, slots=True)
class Usable:
    """An answer that says something about what was asked."""


@dataclass(frozen=True, slots=True)
class Busy:
    """The account was called too fast; nothing was executed."""

    wait: float | None = None
    calls: int | None = None
    per: float | None = None

    @property
    def quota(self) -> bool:
        """Whether what is used up comes back too late to wait for it."""
        return self.per is not None and self.per > LONGEST_WAIT


@dataclass(frozen=True, slots=True)
class Flawed:
    """No usable answer, though the next one may be."""

    cause: str
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class Denied:
    """The credentials were refused."""

    cause: str
    renewable: bool = True
    """Fresh credentials may help."""


Verdict: TypeAlias = Usable | Busy | Flawed | Denied
Classify: TypeAlias = Callable[[Reply, float | None], Verdict]
"""Judges an answer; the second argument is its Retry-After in seconds."""


def parse(answer: Answer) -> Reply:
    """Return an answer with its body parsed."""
    body, text = None, None
    try:
        body = json.loads(answer.body)
        if _LONE_SURROGATE.search(answer.body):
            # Half a character cannot be written down anywhere, so it is replaced right here.
            whole = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            body = json.loads(whole)
    except (ValueError, RecursionError):
        # HTML of a proxy, a login page, a cut body: no statement of the API.
        body, text = None, answer.body[:_TEXT_KEPT].decode("utf-8", "replace")
    return Reply(
        status=answer.status, body=body, seconds=answer.seconds, text=text, raw=answer.body
    )


def limit_named(text: str) -> Busy | None:
    """Return the limit that a text names, as in "exceeded the limit of 25 in 5 second(s)"."""
    found = _LIMIT.search(text)
    if found is None or not int(found[1]) or not int(found[2]):
        return None
    return Busy(calls=int(found[1]), per=float(found[2]))


def retry_after(answer: Answer, now: float) -> float | None:
    """Return the seconds that Retry-After asks for; None without one, or an absurd one."""
    value = answer.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        moment = http_date(value)
        if moment is None:
            return None
        seconds = moment - now
    return seconds if 0 < seconds <= LONGEST_WAIT else None


def counts(reply: Reply, names: Iterable[str]) -> Mapping[str, int]:
    """Return the counts that an answer claims, by their own names; only whole numbers count."""
    body = reply.body if isinstance(reply.body, dict) else {}
    return {
        name: max(-_BIGGEST, min(body[name], _BIGGEST))
        for name in names
        if isinstance(body.get(name), int) and not isinstance(body.get(name), bool)
    }
