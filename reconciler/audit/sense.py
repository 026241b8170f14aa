"""Sense: whether the events of a run can have happened as they are told."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.audit.past import RECHECK
from reconciler.domain.left_alone import LEFT
from reconciler.domain.outcomes import Outcome

_LEFT = frozenset(LEFT)
_ORDER = ("batch.intent", "batch.response", "batch.settled")


@dataclass(slots=True)
class _Run:
    """What was told so far."""

    stage: dict[tuple[Any, ...], str] = field(default_factory=dict)
    items: dict[tuple[Any, ...], set[str]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    rechecks: bool = False
    """It reads again, and sends nothing."""
    accounts: set[tuple[str, str]] = field(default_factory=set)
    """Systems and names of the accounts that said who they are."""


def nonsense(events: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Yield line number and words for everything that cannot be.

    A run starts and ends once; an intent comes before its response, and that before what settled
    it; outcomes name items of their batch; the counts at the end are those of the batches; no
    more different items are sent than the plan deletes. A recheck sends nothing, and tells only
    of accounts that said who they are.
    """
    run = _Run()
    planned = 0
    for number, event in enumerate(events, start=1):
        kind = event["type"]
        if (number == 1) != (kind == "run.started"):
            yield number, "a run starts once, with its first line"
        if kind == "run.started":
            planned = _whole(event.get("deletions"))
            run.rechecks = event.get("command") == RECHECK
        elif kind == "run.finished" and number != len(events):
            yield number, "nothing follows the end of a run"
        try:
            yield from [(number, words) for words in _judge(run, event)]
        except (AttributeError, TypeError, ValueError):
            yield number, f"no {kind} is built like this"
    sent = set().union(*run.items.values()) if run.items else set()
    if len(sent) > planned:
        yield len(events), f"{len(sent)} different items were sent, {planned} were planned"


def _judge(run: _Run, event: Mapping[str, Any]) -> Iterator[str]:
    if event["type"] in _ORDER:
        return _batch(run, event)
    if event["type"] == "run.started":
        return _declared(event)
    if event["type"] == "tenant.checked":
        run.accounts.add((str(event.get("system")), str(event.get("account"))))
    return _end(run, event) if event["type"] == "run.finished" else iter(())


def _declared(event: Mapping[str, Any]) -> Iterator[str]:
    for row in event.get("declared", ()):
        counts = row.get("left", {})
        if any(why not in _LEFT or _whole(count) < 1 for why, count in counts.items()):
            yield f"{row.get('manifest')} left alone what cannot be counted so"


def _batch(run: _Run, event: Mapping[str, Any]) -> Iterator[str]:
    batch = event.get("batch", {})
    key = (batch.get("account"), batch.get("number"), batch.get("attempt"))
    before = run.stage.get(key, "")
    kind = event["type"]
    expected = _ORDER[_ORDER.index(kind) - 1] if kind != "batch.intent" else ""
    if before != expected:
        yield f"{kind} of batch {key[1]} comes after {before or 'nothing'}"
    run.stage[key] = kind
    if kind == "batch.intent":
        place = f"{batch.get('account')} {batch.get('container')} "
        items = {place + str(item.get("id")) for item in event.get("items", ())}
        run.items[key] = items
        if len(items) != batch.get("size"):
            yield f"batch {key[1]} names {len(items)} items and a size of {batch.get('size')}"
    elif kind == "batch.settled":
        yield from _settled(run, key, event)


def _settled(run: _Run, key: tuple[Any, ...], event: Mapping[str, Any]) -> Iterator[str]:
    outcomes = dict(event.get("outcomes", {}))
    rest = outcomes.pop("rest", "")
    sent = run.items.get(key, set())
    ids = {item.rpartition(" ")[2] for item in sent}
    named = [target_id for listed in outcomes.values() for target_id in listed]
    if not set(named) <= ids or len(named) != len(set(named)):
        yield f"batch {key[1]} was settled with items that it does not have, or twice"
    if event.get("resent_as"):
        return
    run.outcomes.update({outcome: len(listed) for outcome, listed in outcomes.items()})
    run.outcomes[rest] += len(ids) - len(named)


def _end(run: _Run, event: Mapping[str, Any]) -> Iterator[str]:
    yield from _recheck(run, event)
    open_batches = [key for key, stage in run.stage.items() if stage != "batch.settled"]
    told = event.get("outcomes", {})
    if open_batches and event.get("exit_code") == 0:
        yield f"{len(open_batches)} batches were never settled, and the run says it is done"
    for outcome in (Outcome.STILL_PRESENT, Outcome.FAILED):
        if _whole(told.get(outcome)) != run.outcomes[outcome]:
            yield f"{outcome}: {told.get(outcome)} at the end, {run.outcomes[outcome]} in batches"
    for outcome in (Outcome.DELETED, Outcome.ALREADY_ABSENT, Outcome.UNKNOWN):
        if _whole(told.get(outcome)) < run.outcomes[outcome]:
            yield f"{outcome}: {told.get(outcome)} at the end, {run.outcomes[outcome]} in batches"


def _recheck(run: _Run, event: Mapping[str, Any]) -> Iterator[str]:
    told = event.get("rechecked")
    if (told is not None) != run.rechecks:
        yield "a recheck, and nothing else, ends with what it found"
    counts, returned = told or {}, event.get("returned", [])
    if len(set(returned)) != _whole(counts.get("returned")) or len(set(returned)) < len(returned):
        yield f"{counts.get('returned', 0)} have returned, and {len(returned)} are named"
    if {tuple(one.split("/")[:2]) for one in returned} - run.accounts:
        yield "something has returned in an account that did not say who it is"
    if _whole(counts.get("still_gone")) and not run.accounts:
        yield "something is still gone, and no account said who it is"
    if event.get("exit_code") == 0 and (returned or _whole(counts.get("unknown"))):
        yield "something has returned or is unknown, and the run says that nothing is"


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
