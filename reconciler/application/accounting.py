"""Accounting: every deletion that was planned ends in exactly one outcome."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from reconciler.application.ports import OutOfCallsError, Reader, UnreadableError
from reconciler.application.recovering import Found
from reconciler.application.results import Results
from reconciler.domain.accounts import Container, container_at
from reconciler.domain.approval import Reviewed
from reconciler.domain.items import item_at
from reconciler.domain.live import Absent, LiveTable
from reconciler.domain.outcomes import Outcome, Settled
from reconciler.domain.plan import AccountPlan, Action, Plan, Section
from reconciler.errors import IdentityError


def not_sent(account: AccountPlan, *, skip_unknown: bool) -> str:
    """Return why nothing is sent to an account, whatever its guards say; empty if it may be.

    ``skip_unknown`` says that what was seen alive may go although not everything could be read.
    """
    if account.count(Action.UNKNOWN) and not skip_unknown:
        return "not everything could be read in this account"
    if account.forecast.cannot_be_proven_today:
        return "the daily limit leaves too few calls to delete it and to prove it"
    return ""


def is_undecided(plan: Plan, reviewed: Reviewed | None, *, skip_unknown: bool) -> bool:
    """Say whether reviewed deletions are left because their account could not be read, or not now.

    Nobody decided against them, so whoever comes next may make them.
    """
    if reviewed is None:
        return False
    left_alone = any(
        reviewed.of(section)
        for one in plan.accounts
        if not_sent(one, skip_unknown=skip_unknown)
        for section in one.sections
    )
    return left_alone or any(_out_of_reach(plan, reviewed))


def _out_of_reach(plan: Plan, reviewed: Reviewed) -> Iterator[Container]:
    """Yield where something was reviewed that the plan does not even ask for."""
    asked = {section.absences.container for one in plan.accounts for section in one.sections}
    for prefix, ids in reviewed.deletions.items():
        if ids and (container := container_at(prefix)) not in asked:
            yield container


def unselected(plan: Plan, reviewed: Reviewed | None) -> dict[str, LiveTable]:
    """Return the reviewed deletions that today's reading does not show, by container.

    A rule or an identifier selected them, and does not any more. Nothing is known of them yet.
    """
    tables: dict[str, LiveTable] = {}
    for section in (one for account in plan.accounts for one in account.sections):
        shown, container = section.reading.table, section.absences.container
        approved = () if reviewed is None else reviewed.of(section)
        ids = sorted(one for one in approved if shown.position(one) is None)
        if ids:
            tables[container.prefix] = LiveTable(container, ids)
    return tables


async def read_unselected(
    plan: Plan, tables: dict[str, LiveTable], readers: Mapping[str, Reader]
) -> None:
    """Read what nothing selects any more: it has an outcome all the same."""
    for account in plan.accounts:
        for section in account.sections:
            prefix = section.absences.container.prefix
            if prefix not in tables:
                continue
            try:
                reader, ids = readers[account.account.name], tables[prefix].ids
                tables[prefix] = await reader.read_back(section.reading, ids)
            except (UnreadableError, OutOfCallsError, IdentityError):
                pass  # what is not read is not called absent


_UNSELECTED = "held: nothing selects it any more, so it differs from the reviewed plan"
_UNDECLARED = "its account is not declared any more, so it cannot be read"
_OUT_OF_SCOPE = "held: nothing in scope selects it any more, so it differs from the reviewed plan"


def account_for_the_rest(  # noqa: PLR0913 - everything that is known in the end meets here
    plan: Plan,
    results: Results,
    reviewed: Reviewed | None,
    deleted_earlier: Mapping[str, Collection[str]],
    unselected: Mapping[str, LiveTable],
    *,
    skip_unknown: bool,
) -> None:
    """Give an outcome to every planned deletion that none was noted for.

    The planned ones are those of the reviewed plan, or of the fresh one where none was reviewed.
    ``deleted_earlier`` is what earlier runs of the same approval deleted, by prefix; ``unselected``
    has what was read of those that today's reading does not show.
    """
    lost = _OUT_OF_SCOPE if plan.declarations.targeting.narrows else _UNSELECTED
    for one in plan.accounts:
        why = not_sent(one, skip_unknown=skip_unknown)
        for section in one.sections:
            gone = deleted_earlier.get(section.absences.container.prefix, ())
            table = unselected.get(section.absences.container.prefix)
            for position, target_id in enumerate(table.ids if table else ()):
                state = table.state(position) if table else None
                settled = (
                    _absent(state, target_id, gone)
                    if isinstance(state, Absent)
                    else Settled(Outcome.NOT_ATTEMPTED, lost)
                )
                results.put(section.absences.container, target_id, settled)
            for position in _planned(section, reviewed):
                target_id = section.absences.ids[position]
                container = section.absences.container
                if results.has(container, target_id):
                    continue
                if plan.violated and section.action(position) is Action.DELETE:
                    results.leave(container, [target_id], "a guard refused", explained=True)
                    continue
                settled = _outcome(section, position, gone, why)
                results.put(container, target_id, settled)
    for container in _out_of_reach(plan, reviewed) if reviewed else ():
        gone = deleted_earlier.get(container.prefix, ())
        for target_id in reviewed.deletions[container.prefix] if reviewed else ():
            tried = Outcome.UNKNOWN if target_id in gone else Outcome.NOT_ATTEMPTED
            results.put(container, target_id, Settled(tried, _UNDECLARED))


def _planned(section: Section, reviewed: Reviewed | None) -> Sequence[int]:
    if reviewed is None:
        return list(section.deletions())
    positions = (section.reading.table.position(one) for one in reviewed.of(section))
    return [position for position in positions if position is not None]


def _outcome(section: Section, position: int, gone: Collection[str], why: str) -> Settled:
    state = section.reading.table.state(position)
    if isinstance(state, Absent):
        return _absent(state, section.absences.ids[position], gone)
    if section.action(position) is not Action.DELETE:
        return Settled(Outcome.NOT_ATTEMPTED, item_at(section, position).reason)
    return Settled(Outcome.NOT_ATTEMPTED, why or "the run was stopped")


def _absent(state: Absent, target_id: str, gone: Collection[str]) -> Settled:
    evidence = state.evidence.words
    if target_id in gone:
        return Settled(Outcome.DELETED, "by an interrupted run", evidence)
    return Settled(Outcome.ALREADY_ABSENT, evidence=evidence)


def deleted_earlier(
    found: Sequence[Found], deleted_before: Mapping[str, Collection[str]]
) -> Mapping[str, frozenset[str]]:
    """Return what was deleted by earlier runs, by prefix: found out now, or known before."""
    gone = {prefix: set(ids) for prefix, ids in deleted_before.items()}
    for one in found:
        prefix = one.orphan.container.prefix
        gone.setdefault(prefix, set()).update(one.outcomes.get(Outcome.DELETED, ()))
    return {prefix: frozenset(ids) for prefix, ids in gone.items()}
