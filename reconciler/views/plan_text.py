"""The plan as people read it at a terminal, in terraform's idiom."""

from collections.abc import Iterator
from itertools import groupby

from reconciler.domain.document import Fields, PlanDocument, last_line
from reconciler.domain.guards import Verdict
from reconciler.domain.inert import inert
from reconciler.domain.plan import Action
from reconciler.views.lines import EMPTY, Line, Style, line

_BLOCKS = 50
"""Blocks per account and kind of action, unless all are asked for."""

_SIGNS = {
    Action.DELETE: ("-", Style.DELETE, "will be deleted"),
    Action.ABSENT: ("=", Style.QUIET, "is already absent"),
    Action.PROTECTED: ("!", Style.WARN, "is protected"),
    Action.HELD: ("!", Style.WARN, "is held, it will not be deleted"),
    Action.UNKNOWN: ("?", Style.DOUBT, "could not be read, it will not be deleted"),
}


def plan_text(plan: PlanDocument, *, full: bool) -> Iterator[Line]:
    """Yield the lines of a plan; exactly one last line sums it up."""
    yield from _head(plan)
    accounts = {one["name"]: one for one in plan.header["accounts"]}
    items = plan.items(None if full else _BLOCKS)
    for name, group in groupby(items, key=lambda item: str(item["account"])):
        yield from _account(accounts[name])
        yield from _blocks(group, accounts[name], full=full)
    yield from _warnings(plan)
    yield from _guards(plan.footer["guards"])
    yield line(f"Digest: {plan.footer['digest']}", Style.QUIET)
    yield EMPTY
    yield line(last_line(plan.footer["counts"]), Style.STRONG)


def _head(plan: PlanDocument) -> Iterator[Line]:
    if plan.warning:
        yield line(f"Warning: {plan.warning}", Style.WARN)
        yield EMPTY
    if plan.footer["counts"][Action.DELETE]:
        yield line("Reconciler will make these declared targets absent.")
        yield EMPTY


def _account(one: Fields) -> Iterator[Line]:
    name, host = inert(str(one["name"])), inert(str(one["host"]))
    yield (
        (f"Account {name}", Style.STRONG),
        (f"  {one['system']}, tenant {inert(str(one['tenant']))}, {host}", Style.PLAIN),
    )
    population = "" if one["population"] is None else f", {one['population']} there in all"
    yield line(f"  read {one['way']} in {one['calls']} calls{population}", Style.QUIET)
    yield line(f"  {_forecast(one['forecast'])}", Style.QUIET)
    yield EMPTY


def _forecast(one: Fields) -> str:
    daily = one["daily_percent"]
    share = "" if daily is None else f", {daily} % of the daily limit"
    return (
        f"applying takes about {one['reads']} reads, {one['deletions']} deleting calls and "
        f"{one['verification']} reads to prove it, {one['minutes']} minutes at the account's "
        f"limits{share}"
    )


def _blocks(items: Iterator[Fields], account: Fields, *, full: bool) -> Iterator[Line]:
    shown: dict[str, int] = dict.fromkeys(Action, 0)
    for item in items:
        shown[item["action"]] += 1
        if full or shown[item["action"]] <= _BLOCKS:
            yield from _block(item)
    totals = [container["counts"] for container in account["containers"]]
    for action in Action:
        rest = sum(counts[action] for counts in totals) - min(shown[action], _BLOCKS)
        if rest > 0 and not full:
            yield line(f"  … and {rest} more: {action} (--full shows all)", Style.QUIET)
    yield EMPTY


def _block(item: Fields) -> Iterator[Line]:
    sign, style, words = _SIGNS[Action(item["action"])]
    if item["action"] == Action.ABSENT:
        answer = inert(item["evidence"]["answer"])
        yield line(f"  {sign} {item['address']} {words} ({answer})", style)
        return
    yield ((f"  # {item['address']}", Style.STRONG), (f" {words}", Style.PLAIN))
    if item["action"] != Action.DELETE:
        yield line(f"  # because: {inert(item['reason'])}")
    noun = "task" if item["system"] == "leadsquared" else "record"
    place = inert(f"{item['declared'][0]['file']}:{item['declared'][0]['line']}")
    yield (
        (f"  {sign} ", style),
        (f'{noun} "{item["id"]}"', Style.PLAIN),
        (f"  # {place}", Style.QUIET),
    )
    yield from _attributes(item, sign, style)
    yield EMPTY


def _attributes(item: Fields, sign: str, style: Style) -> Iterator[Line]:
    live = item.get("live", {})
    width = max((len(name) for name in (*live, "declared")), default=0)
    for name, value in live.items():
        yield (
            (f"      {sign} ", style),
            (f"{name:<{width}} = {inert(str(value))}", Style.PLAIN),
        )
    for one in item["declared"]:
        ticket = f", {one['ticket']}" if one["ticket"] else ""
        note = f", {one['note']}" if one.get("note") else ""
        text = f"{one['file']}:{one['line']} ({one['manifest']}{ticket}{note})"
        yield line(f"        {'declared':<{width}} = {inert(text)}", Style.QUIET)


def _warnings(plan: PlanDocument) -> Iterator[Line]:
    for warning in plan.header["warnings"]:
        yield line(f"Warning: {inert(warning, longest=400)}", Style.WARN)
    if plan.header["warnings"]:
        yield EMPTY


def _guards(guards: list[Fields]) -> Iterator[Line]:
    if not guards:
        return
    yield line("Guards", Style.STRONG)
    for guard in guards:
        yield _guard(guard)
    yield EMPTY
    if any(guard["verdict"] == Verdict.VIOLATED for guard in guards):
        yield line(
            "A guard refuses this plan: apply would send nothing. Declare fewer absences, or "
            "raise the limit in a reviewed Policy.",
            Style.WARN,
        )
        yield EMPTY


def _guard(guard: Fields) -> Line:
    verdict = Verdict(guard["verdict"])
    style = {
        Verdict.PASSED: Style.GOOD,
        Verdict.VIOLATED: Style.DELETE,
        Verdict.NOT_EVALUATED: Style.QUIET,
    }[verdict]
    numbers = f"{guard['observed']}, limit {guard['limit']}"
    if guard["guard"] == "allowEmptying":
        numbers = "allowed" if guard["limit"] else "not allowed"
    note = f" ({inert(guard['note'])})" if guard["note"] else ""
    return (
        (f"  {verdict.replace('_', ' ')}", style),
        (f"  {guard['guard']} of {inert(guard['scope'])}: {numbers}{note}", Style.PLAIN),
    )
