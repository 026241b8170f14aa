"""Listing: what rules and hints of one container ask for, before the rest is read by id."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from reconciler.application.ports import OutOfCallsError, Progress
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import LiveTable
from reconciler.domain.masking import Mask
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared.gathering import Gathering, View
from reconciler.vendors.leadsquared.hints import Hint, HintReading, hinted_owners, hints_of
from reconciler.vendors.leadsquared.narrowed import whom_to_ask
from reconciler.vendors.leadsquared.owners import Owner, Owners, owners_asked, read_owners
from reconciler.vendors.leadsquared.rules import RuleReading

BY_OWNER, BY_LEAD, WHOLE_ACCOUNT = "by owner", "by lead", "whole account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What listings showed."""

    table: LiveTable
    """Declared tasks and those that rules select; what was not seen is unknown."""
    view: View
    ways: Sequence[str] = ()
    unread: str = ""
    population: int | None = None
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskListing:
    """Lists the tasks of one account."""

    account: Account
    caller: Caller
    key: FingerprintKey
    mask: Mask
    progress: Progress
    today: str
    user: str
    """The id of the user that the key belongs to, in lower case."""
    sees_all: bool

    async def read(self, absences: Absences) -> Listed:
        """List what rules and hints ask for; never raises for a quota that is used up."""
        owners = await read_owners(self.caller, absences, self.user)
        view = View(self.key, self.mask, owners if absences.needs_facts else None)
        gathering = Gathering(absences, view)
        hints = hints_of(absences)
        wanted = whom_to_ask(absences, owners, hinted_owners(hints, owners))
        rules = self._rules(gathering, owners, absences)
        if absences.rules:
            await rules.read(wanted)
        ways = await self._follow(hints, gathering, owners, wanted)
        if absences.rules:
            ways.insert(0, WHOLE_ACCOUNT if rules.everybody else BY_OWNER)
        warnings = [*owners.strangers(self.account.name, self.mask), *rules.warnings]
        if gathering.warning:
            warnings.append(f"{self.account.name}: {gathering.warning}")
        return Listed(
            table=gathering.table(),
            view=view,
            ways=list(dict.fromkeys(ways)),
            unread=rules.unread,
            population=rules.population,
            warnings=warnings,
        )

    def _rules(self, gathering: Gathering, owners: Owners, absences: Absences) -> RuleReading:
        return RuleReading(
            account=self.account,
            caller=self.caller,
            gathering=gathering,
            owners=owners,
            mask=self.mask,
            progress=self.progress,
            today=self.today,
            user=self.user,
            sees_all=self.sees_all,
            everybody=not all(map(owners_asked, absences.rules)),
        )

    async def _follow(
        self,
        hints: Collection[Hint],
        gathering: Gathering,
        owners: Owners,
        listed: Collection[Owner],
    ) -> list[str]:
        """Follow hints; return the ways of listing that they led to."""
        reading = HintReading(
            caller=self.caller, gathering=gathering, size=self.account.limits.page
        )
        ways = []
        for hint in hints:
            try:
                if await reading.follow(hint, owners, listed):
                    ways.append(BY_LEAD if hint.lookup.lead else BY_OWNER)
            except OutOfCallsError:
                break  # reading by id will say so
        return ways
