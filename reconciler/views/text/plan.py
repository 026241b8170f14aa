"""The plan as people read it at a terminal, in terraform's idiom."""

from collections.abc import Iterator
from itertools import groupby

from reconciler.domain.document import Fields, PlanDocument, last_line
from reconciler.domain.plan import ACTIONS, Action
from reconciler.views.text.guard import guard_text
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.text.narrowing import narrowing_text
from reconciler.views.text.plan_items import COUNTED, absent_lines, blocks, has_block, totals
from reconciler.views.text.review import opening, review_text
from reconciler.views.wording import clean, noun_of, several


def plan_text(plan: PlanDocument, *, full: bool, approve: str = "") -> Iterator[Line]:
    """Yield the lines of a plan; exactly one last line sums it up.

    ``approve`` is the command that applies just this plan, for those who want to be told.
    """
    yield from _head(plan, full=full)
    yield from _narrowing(plan, full=full)
    yield from _times(plan)
    yield from _accounts(plan, full=full)
    yield from absent_lines(plan, full=full)
    yield from review_text(plan, full=full)
    yield from _warnings(plan)
    yield from guard_text(plan.footer)
    yield from _tail(plan, approve)
    yield line(last_line(plan.footer["counts"]), Style.STRONG)


def _head(plan: PlanDocument, *, full: bool) -> Iterator[Line]:
    if plan.warning:
        yield line(f"Warning: {clean(plan.warning)}", Style.WARN)
        yield EMPTY
    yield from opening(plan, full=full)
    if plan.footer["counts"][Action.DELETE]:
        yield line("Reconciler will make these declared targets absent:")
        yield EMPTY


def _narrowing(plan: PlanDocument, *, full: bool) -> Iterator[Line]:
    if words := narrowing_text(plan.header, full=full):
        yield line(words, Style.WARN)
        yield EMPTY


def _times(plan: PlanDocument) -> Iterator[Line]:
    """Yield what the relative times of the manifests mean in this plan."""
    times = plan.header["relative_times"]
    if times:
        words = ", ".join(f"`{clean(one)}` is {clean(at)}" for one, at in times.items())
        yield line(f"In this plan {words}.", Style.QUIET)
        yield EMPTY


def _accounts(plan: PlanDocument, *, full: bool) -> Iterator[Line]:
    accounts = {one["name"]: one for one in plan.header["accounts"]}
    shown = (item for item in plan.items(None if full else 50) if has_block(item))
    for name, group in groupby(shown, key=lambda item: str(item["account"])):
        # Accounts without a block stand after the ones that have some, see below.
        account = accounts.pop(name)
        yield from account_lines(account)
        yield EMPTY
        yield from blocks(group, account, full=full)
    for account in accounts.values():
        yield from account_lines(account)
        yield EMPTY


def account_lines(one: Fields) -> Iterator[Line]:
    """Yield what is counted in an account, who it is, how it was read and what is ahead."""
    yield (
        (f"Account {clean(one['name'])}", Style.STRONG),
        (f": {counted(totals(one))}", Style.PLAIN),
    )
    yield line(
        f"  {clean(one['system'])}, tenant {clean(one['tenant'])}, {clean(one['host'])}",
        Style.QUIET,
    )
    calls, population = several(one["calls"], "call"), one["population"]
    held = "" if population is None else several(population, noun_of(one["system"]))
    yield line(f"  read {clean(one['way'])} in {calls}{held and f', {held} in all'}", Style.QUIET)
    if one["forecast"]["deletions"]:
        yield line(f"  {_forecast(one['forecast'])}", Style.QUIET)


def counted(counts: dict[str, int]) -> str:
    """Return the counts of an account in words."""
    some = [f"{counts[action]} {COUNTED[action]}" for action in ACTIONS if counts[action]]
    return ", ".join(some) or "nothing declared"


def _forecast(one: Fields) -> str:
    minutes = f"{one['minutes']} minutes" if one["minutes"] >= 1 else "less than a minute"
    daily = one["daily_percent"]
    share = "" if daily is None else f", {daily} % of its daily limit"
    return (
        f"to apply: {several(one['deletions'], 'deleting call')}, {several(one['reads'], 'call')} "
        f"to read again, {one['verification']} to verify; {minutes} at its limits{share}"
    )


def _warnings(plan: PlanDocument) -> Iterator[Line]:
    for warning in plan.header["warnings"]:
        yield line(f"Warning: {clean(warning, longest=400)}", Style.WARN)
    if plan.header["warnings"]:
        yield EMPTY


def _tail(plan: PlanDocument, approve: str) -> Iterator[Line]:
    """Yield what an approval goes by; nothing where there is nothing to approve."""
    if not plan.footer["counts"][Action.DELETE]:
        return
    yield line(f"Digest:  {clean(plan.footer['digest'])}", Style.QUIET)
    yield line(f"Expires: {clean(plan.header['expires_at'])}", Style.QUIET)
    commit, ref = plan.header["manifests"]["commit"], plan.header["manifests"]["ref"]
    if commit:
        dirty = ", with uncommitted changes" if plan.header["manifests"]["dirty"] else ""
        where = f"{commit[:12]}{ref and f' ({ref})'}"
        yield line(f"Commit:  {clean(where)}{dirty}", Style.QUIET)
    if approve and plan.footer["applyable"]:
        yield line(f"Approve: {clean(approve, longest=400)}", Style.QUIET)
    yield EMPTY
