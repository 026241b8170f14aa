"""Listing: what rules, hints and the counts of calls ask for, before the rest is read by id."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from reconciler.application.ports import OutOfCallsError, Progress
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Account
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import LiveTable
from reconciler.domain.masking import Mask
from reconciler.domain.ways import Way
from reconciler.vendors.calls import Caller
from reconciler.vendors.leadsquared.gathering import Gathering, View
from reconciler.vendors.leadsquared.listings.hints import Hint, HintReading, hinted_owners, hints_of
from reconciler.vendors.leadsquared.listings.narrowed import Narrowed, whom_to_ask
from reconciler.vendors.leadsquared.listings.owners import Owner, Owners, owners_asked, read_owners
from reconciler.vendors.leadsquared.listings.pages import Take
from reconciler.vendors.leadsquared.listings.rules import RuleReading
from reconciler.vendors.leadsquared.listings.whole_account import WholeAccount

MANY = 20
"""Fewer are asked for by id without a look at how many users and tasks there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What listings showed."""

    table: LiveTable
    """Declared tasks and those that rules select; what was not seen is unknown."""
    view: View
    ways: Sequence[Way] = ()
    unread: str = ""
    population: int | None = None
    """How many tasks the account holds; None where it was not listed whole."""
    listing_calls: int = 0
    """Calls that listing all of it took; 0 where it was not."""
    tried: bool = False
    """The whole account was listed, to whatever end."""
    warnings: Sequence[str] = ()


@dataclass(slots=True, kw_only=True)
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
    way: Way | None = None
    """The way that somebody wants; None leaves it to the counts of calls."""
    _ways: list[Way] = field(default_factory=list, init=False)
    _warnings: list[str] = field(default_factory=list, init=False)

    async def read(self, absences: Absences) -> Listed:
        """List what rules and hints ask for, and everything where that takes fewer calls.

        Never raises for a quota that is used up.
        """
        owners = await read_owners(self.caller, absences, self.user)
        view = View(self.key, self.mask, owners if absences.needs_facts else None)
        gathering = Gathering(absences, view)
        hints = hints_of(absences) if self.way in _HINTED else []
        wanted = self._wanted(absences, owners, hints)
        rules = self._rules(gathering, owners, absences)
        before = self.caller.calls
        if absences.rules:
            await rules.read(wanted)
            self._ways.append(Way.WHOLE_ACCOUNT if rules.everybody else Way.BY_OWNER)
        calls = self.caller.calls - before
        await self._follow(hints, gathering, owners, wanted)
        population, tried = rules.population, False
        if population is None and self._asks_for_everything(gathering):
            whole = await self.everything(gathering.take, None if self.way else gathering.unseen)
            population, calls, tried = whole.population, whole.calls, not whole.given_up
            if whole.flaw and not whole.given_up:
                self._warnings.append(f"{self.account.name}: {_NOT_BELIEVED.format(whole.flaw)}")
        self._warnings += [*owners.strangers(self.account.name, self.mask), *rules.warnings]
        if gathering.warning:
            self._warnings.append(f"{self.account.name}: {gathering.warning}")
        return Listed(
            table=gathering.table(),
            view=view,
            ways=self._ways,
            unread=rules.unread,
            population=population,
            listing_calls=0 if population is None else calls,
            tried=tried,
            warnings=self._warnings,
        )

    def _wanted(self, absences: Absences, owners: Owners, hints: Collection[Hint]) -> Narrowed:
        """Return whom rules need; in full where the listing is to prove absence, too."""
        wanted = whom_to_ask(absences, owners, hinted_owners(hints, owners))
        everybody = not all(map(owners_asked, absences.rules))
        many = self.way is Way.WHOLE_ACCOUNT or (self.way is None and len(absences) >= MANY)
        return dict.fromkeys(wanted) if everybody and many else wanted

    def _asks_for_everything(self, gathering: Gathering) -> bool:
        if self.way is None:
            return self.sees_all and gathering.unseen >= MANY
        return self.way is Way.WHOLE_ACCOUNT

    async def everything(self, take: Take, most: int | None) -> WholeAccount:
        """List every user's tasks, if that takes at most so many calls."""
        whole = WholeAccount(
            account=self.account,
            caller=self.caller,
            progress=self.progress,
            mask=self.mask,
            take=take,
            user=self.user,
            sees_all=self.sees_all,
            most=self.caller.most(most),
        )
        await whole.read()
        if not whole.given_up:
            self._ways.append(Way.WHOLE_ACCOUNT)
        return whole

    def _rules(self, gathering: Gathering, owners: Owners, absences: Absences) -> RuleReading:
        everybody = not all(map(owners_asked, absences.rules))
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
            everybody=everybody,
            proves=everybody and len(absences) > 0,
        )

    async def _follow(
        self,
        hints: Collection[Hint],
        gathering: Gathering,
        owners: Owners,
        listed: Collection[Owner],
    ) -> None:
        """Follow hints as long as there are calls."""
        reading = HintReading(
            caller=self.caller,
            gathering=gathering,
            size=self.account.limits.page,
            at_any_price=self.way is not None,
        )
        for hint in hints:
            way = Way.BY_LEAD if hint.lookup.lead else Way.BY_OWNER
            try:
                if self.way in (None, way) and await reading.follow(hint, owners, listed):
                    self._ways.append(way)
            except OutOfCallsError:
                break  # reading by id will say so


_HINTED = (None, Way.BY_OWNER, Way.BY_LEAD)
_NOT_BELIEVED = (
    "the listing of the whole account is not believed ({}); what it does not show was asked for "
    "by id"
)
