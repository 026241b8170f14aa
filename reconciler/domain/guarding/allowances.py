"""Allowances: reviewed documents that lift guards, each for one run."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date

from reconciler.domain.guarding.spelling import KEYS
from reconciler.domain.guarding.windows import DAYS, Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifts:
    """What an allowance lifts, and up to what; None for what it leaves alone."""

    max_deletes: int | None = None
    max_deletes_per_day: int | None = None
    max_delete_percent: int | None = None
    allow_emptying: bool | None = None
    windows: tuple[Window, ...] | None = None
    """Windows beside those of the policy; none means at any time."""
    cool_off: int | None = None
    """Seconds."""
    where_max: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One document that lifts guards for one account, once."""

    name: str
    place: str
    """``file:line`` of the document."""
    owner: str
    reason: str
    account: str
    lifts: Lifts
    ticket: str = ""
    digest: str = ""
    """The plan that it opens; empty for whatever plan needs it first."""
    expires: date | None = None
    """The last day, in UTC, on which it allows anything."""

    @property
    def address(self) -> str:
        """``Allowance/NAME``, as people write it."""
        return f"Allowance/{self.name}"

    @property
    def key(self) -> str:
        """What tells it from others in the ledger: another text is another allowance.

        Canonical JSON, which must stay what it is: a consumed one would open again.
        """
        said = {
            "name": self.name,
            "account": self.account,
            "lifts": dict(_said_by(self.lifts)),
            "digest": self.digest,
            "expires": self.expires.isoformat() if self.expires else "",
        }
        return json.dumps(said, sort_keys=True, separators=(",", ":"))

    def opens(self, account: str, digest: str, today: date) -> bool:
        """Say whether it is for an account and a plan, and has not expired."""
        return (
            self.account == account
            and self.digest in ("", digest)
            and (self.expires is None or today <= self.expires)
        )


def _said_by(lifts: Lifts) -> Iterator[tuple[str, object]]:
    """Yield what is lifted, by the keys of manifests."""
    for field in fields(lifts):
        value = getattr(lifts, field.name)
        if value is None:
            continue
        if field.name == "windows":
            # Neither their order nor that of their days is part of what they say.
            value = sorted(_said_by_window(one) for one in value)
        yield KEYS[field.name], value


def _said_by_window(window: Window) -> tuple[str, ...]:
    days = " ".join(day for day in DAYS if day in window.days)
    return days, f"{window.begins:%H:%M}", f"{window.ends:%H:%M}", window.timezone


def valid(
    allowances: Iterable[Allowance], account: str, digest: str, today: date
) -> Sequence[Allowance]:
    """Return those that may lift something for an account and a plan."""
    return [one for one in allowances if one.opens(account, digest, today)]


def most_lifted(allowances: Iterable[Allowance], field: str) -> tuple[int, Allowance | None]:
    """Return the largest value that one field of ``Lifts`` has, and where; they do not add up."""
    lifting = [(int(value), one) for one in allowances if (value := getattr(one.lifts, field))]
    return max(lifting, key=lambda one: one[0], default=(0, None))
