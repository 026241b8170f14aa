"""The approved plan: what a run may delete, kept until it is done, for who takes it up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from reconciler.domain.accounts import Container
from reconciler.domain.approval import Reviewed
from reconciler.domain.digest import Identity
from reconciler.domain.fingerprint import FingerprintKey, mark_of
from reconciler.domain.guarding.policies import Policy, caps_for
from reconciler.domain.plan import AccountPlan, Plan, Section


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms deletions were approved."""

    made_at: datetime
    """When the plan was made."""
    expires_at: datetime
    key_ids: Mapping[str, str]
    """The accounts, each with the key that fingerprints were made with."""
    digests: Mapping[str, str]
    """What was approved, by account; empty text where that is several plans."""
    identities: Sequence[Identity]
    """Whose the accounts are, and where they were reached."""
    relative_times: Mapping[str, datetime]
    reviewed_at: datetime | None = None
    """When the plan file was made, the youngest of several; None if not all is of a file."""
    checksum: str = ""
    """Of the plan file that was applied; empty for none."""
    unattended: bool = False
    skip_unknown: bool = False
    max_deletes: int | None = None

    def expired(self, now: datetime, policies: Iterable[Policy]) -> bool:
        """Say whether it may not be applied any more, by its own time or by today's policies."""
        policies = list(policies)
        return self.expires_at <= now or any(
            self.made_at + timedelta(seconds=caps_for(name, policies).plan_ttl) <= now
            for name in self.key_ids
        )

    @property
    def fields(self) -> dict[str, Any]:
        """The terms as plain values; ``terms_of`` reads them."""
        return {
            "made_at": self.made_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "key_ids": dict(self.key_ids),
            "digests": dict(self.digests),
            "identities": [asdict(one) for one in self.identities],
            "reviewed_at": self.reviewed_at.isoformat() if self.reviewed_at else None,
            "relative_times": {one: at.isoformat() for one, at in self.relative_times.items()},
            "checksum": self.checksum,
            "unattended": self.unattended,
            "skip_unknown": self.skip_unknown,
            "max_deletes": self.max_deletes,
        }


def terms_of(fields: Mapping[str, Any]) -> Terms:
    """Return the terms that were written as plain values."""
    times, reviewed_at = fields["relative_times"].items(), fields["reviewed_at"]
    return Terms(
        **{
            **fields,
            "made_at": datetime.fromisoformat(fields["made_at"]),
            "expires_at": datetime.fromisoformat(fields["expires_at"]),
            "reviewed_at": datetime.fromisoformat(reviewed_at) if reviewed_at else None,
            "identities": tuple(Identity(**one) for one in fields.get("identities", ())),
            "relative_times": {one: datetime.fromisoformat(at) for one, at in times},
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedPlan:
    """The deletions that a run was approved to make."""

    digest: str
    """What people approved."""
    terms: Terms
    deletions: Mapping[str, Iterable[tuple[str, str]]]
    """Ids and fingerprints, by the prefix of their container."""
    selected: Mapping[Container, Iterable[tuple[str, Sequence[str]]]]
    """Marks of the identifiers that they are declared by, and the records of each."""
    allowances: Mapping[str, Sequence[str]]
    """Keys of what each account's first batch consumes."""
    takes_over: Sequence[str] = ()
    """The runs that it goes on with."""


def approved_plan(
    plan: Plan,
    reviewed: Reviewed | None,
    terms: Terms,
    keys: Mapping[str, FingerprintKey],
    takes_over: Sequence[str],
) -> ApprovedPlan:
    """Return what a plan may delete: what was reviewed, or all of it where nothing was."""
    sections = [section for one in plan.accounts for section in one.sections]
    if reviewed is None:
        deletions = {one.absences.container.prefix: _deletions(one) for one in sections}
    else:
        deletions = {prefix: iter(ids.items()) for prefix, ids in reviewed.deletions.items()}
    return ApprovedPlan(
        digest=plan.approved or plan.digest,
        terms=terms,
        deletions=deletions,
        selected={
            one.absences.container: _selected(one, keys[one.absences.container.account])
            for one in sections
            if one.absences.named
        },
        allowances={one.account.name: _used(one, plan) for one in plan.accounts},
        takes_over=takes_over,
    )


def _deletions(section: Section) -> Iterator[tuple[str, str]]:
    ids = section.absences.ids
    return ((ids[position], section.fingerprint(position)) for position in section.deletions())


def _selected(section: Section, key: FingerprintKey) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the identifiers that select something which is to be deleted."""
    due = {section.absences.ids[position] for position in section.deletions()}
    for index, named in enumerate(section.absences.named):
        ids = section.selection.by_named.get(index, ())
        if not due.isdisjoint(ids):
            yield mark_of(key, named.identifier), ids


def _used(one: AccountPlan, plan: Plan) -> Sequence[str]:
    """Return the keys of the allowances that guards of an account needed."""
    names = {guard.allowance for guard in one.guards}
    return [each.key for each in plan.declarations.allowances if each.address in names]
