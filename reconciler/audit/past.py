"""Past runs: what the lines of one run say it did, and to what."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.domain.accounts import Container, System
from reconciler.domain.outcomes import Outcome
from reconciler.domain.proofs import Place

_OPEN = "unknown"
"""What became of a target whose batch the run did not live to settle."""
RETURNED = "returned"
"""What a recheck says of a target that is there again."""
RECHECK = "recheck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """One target that a run sent, or found again, and what became of it then."""

    address: str
    outcome: str
    time: str
    """When that was written down."""
    manifests: Sequence[str]
    tickets: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """One run, by its own lines."""

    run_id: str
    command: str
    """The word of the command line; ``apply`` where an older version did not note it."""
    started: str
    finished: str
    """Empty for a run that did not live to say so, or is under way."""
    actor: str
    commit: str
    plan_digest: str
    deletions: int
    """How many it was to delete."""
    outcomes: Mapping[str, int]
    exit_code: int | None
    failure_reason: str
    rechecked: Mapping[str, int]
    """Of a recheck that ended: how many are ``still_gone``, ``returned``, ``unknown``."""
    places: Mapping[str, Place]
    """Each account that said who it is, and where it was reached."""
    treated: Sequence[Treated] = field(repr=False)
    """Sorted by address."""


def past_run(lines: Iterable[bytes]) -> PastRun:
    """Return what the lines of one run say; raises ValueError for lines that say nothing."""
    events = [json.loads(line) for line in lines]
    if not events or events[0].get("type") != "run.started":
        raise ValueError("these are not the lines of a run")
    first, last = events[0], events[-1]
    ended = last["type"] == "run.finished"
    treated = sorted(_treated(events), key=lambda one: one.address)
    counts = last["outcomes"] if ended else Counter(one.outcome for one in treated)
    return PastRun(
        run_id=first["run_id"],
        command=str(first.get("command", "apply")),
        started=first["time"],
        finished=last["time"] if ended else "",
        actor=str(first.get("actor", "")),
        commit=str(first.get("git", {}).get("commit", "")),
        plan_digest=str(first.get("plan_digest", "")),
        deletions=int(first.get("deletions", 0)),
        outcomes={name: count for name, count in counts.items() if count},
        exit_code=int(last["exit_code"]) if ended else None,
        failure_reason=str(last.get("failure_reason", "")) if ended else "",
        rechecked=dict(last.get("rechecked", {})),
        places={
            one["account"]: Place(str(one.get("observed", "")), str(one.get("host", "")))
            for one in events
            if one["type"] == "tenant.checked"
        },
        treated=treated,
    )


def _treated(events: Sequence[Mapping[str, Any]]) -> Iterator[Treated]:
    """Yield every target with its last outcome: of several attempts the last one counts."""
    declared = events[0].get("declared", [])
    found: dict[str, Treated] = {}
    systems = {one["account"]: one["system"] for one in events if one["type"] == "tenant.checked"}
    intents: dict[tuple[Any, ...], list[Treated]] = {}
    for event in events:
        batch = event.get("batch")
        if event["type"] == "batch.intent" and isinstance(batch, Mapping):
            container = container_of(systems.get(batch["account"], ""), batch)
            sent = [_sent(container, one, declared, event["time"]) for one in event["items"]]
            intents[_key(batch)] = sent
            found.update({one.address: one for one in sent})
        elif event["type"] == "batch.settled" and isinstance(batch, Mapping):
            for one in _settled(event, intents.get(_key(batch), [])):
                found[one.address] = one
        elif event["type"] == "run.finished":
            found.update({one.address: one for one in _returned(event)})
    yield from found.values()


def _returned(event: Mapping[str, Any]) -> Iterator[Treated]:
    for address in event.get("returned", ()):
        yield Treated(
            address=address, outcome=RETURNED, time=event["time"], manifests=(), tickets=()
        )


def _key(batch: Mapping[str, Any]) -> tuple[Any, ...]:
    return batch["account"], batch["number"], batch["attempt"]


def container_of(system: str, batch: Mapping[str, Any]) -> Container:
    """Return where a batch was sent; an account that did not say what it is has no ``system``."""
    record_list = "" if batch["container"] == "task" else batch["container"]
    supposed = System.TALKDESK if record_list else System.LEADSQUARED
    return Container(System(system or supposed), batch["account"], record_list)


def _sent(
    container: Container, item: Mapping[str, Any], declared: Sequence[Mapping[str, Any]], time: str
) -> Treated:
    rows = [declared[row] for row in item.get("declared", ()) if row < len(declared)]
    return Treated(
        address=container.address(item["id"]),
        outcome=_OPEN,
        time=time,
        manifests=tuple(dict.fromkeys(str(row["manifest"]) for row in rows)),
        tickets=tuple(dict.fromkeys(str(row["ticket"]) for row in rows if row.get("ticket"))),
    )


def _settled(event: Mapping[str, Any], sent: Sequence[Treated]) -> Iterator[Treated]:
    outcomes = dict(event["outcomes"])
    rest = str(outcomes.pop("rest", Outcome.UNKNOWN))
    named = {one: outcome for outcome, ids in outcomes.items() for one in ids}
    for one in sent:
        outcome = named.get(one.address.rpartition("/")[2], rest)
        yield Treated(
            address=one.address,
            outcome=outcome,
            time=event["time"],
            manifests=one.manifests,
            tickets=one.tickets,
        )
