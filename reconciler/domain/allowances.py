"""Allowances: reviewed documents that lift guards, each for one run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from reconciler.domain.windows import Window


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
        """What tells it from others in the ledger: another text is another allowance."""
        return repr((self.name, self.account, self.lifts, self.digest, self.expires))

    def opens(self, account: str, digest: str, today: date) -> bool:
        """Say whether it is for an account and a plan, and has not expired."""
        return (
            self.account == account
            and self.digest in ("", digest)
            and (self.expires is None or today <= self.expires)
        )


def valid(
    allowances: Iterable[Allowance], account: str, digest: str, today: date
) -> Sequence[Allowance]:
    """Return those that may lift something for an account and a plan."""
    return [one for one in allowances if one.opens(account, digest, today)]


def most_lifted(allowances: Iterable[Allowance], field: str) -> tuple[int, Allowance | None]:
    """Return the largest value that one field of ``Lifts`` has, and where; they do not add up."""
    lifting = [(int(value), one) for one in allowances if (value := getattr(one.lifts, field))]
    return max(lifting, key=lambda one: one[0], default=(0, None))
