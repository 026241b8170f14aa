"""Accounted for: killed runs of which a later one has left nothing open."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from reconciler.domain.outcomes import Outcome

Events = Sequence[Mapping[str, Any]]
_Batch = tuple[Any, ...]
"""Run, account, number and attempt."""


def accounted_for(runs: Mapping[str, Events]) -> set[str]:
    """Return the runs that another one found dead, and whose batches all have their outcomes.

    ``runs`` has the events of every run that is sound in itself.
    """
    found_dead: set[str] = set()
    settled: set[_Batch] = set()
    for events in runs.values():
        if events and isinstance(told := events[0].get("found_dead"), list):
            found_dead.update(one for one in told if isinstance(one, str))
        settled.update(_recovered(events))
    return {
        run_id
        for run_id in found_dead & runs.keys()
        if settled.issuperset(_left_open(run_id, runs[run_id]))
    }


def _recovered(events: Events) -> Iterator[_Batch]:
    """Yield the batches of other runs that were read to the end."""
    for event in events:
        # What is built otherwise settles nothing.
        with suppress(KeyError, TypeError):
            if event["type"] == "recovery.settled" and Outcome.UNKNOWN not in event["outcomes"]:
                batch = event["batch"]
                yield (batch["run_id"], event["account"], batch["number"], batch["attempt"])


def _left_open(run_id: str, events: Events) -> set[_Batch]:
    """Return the batches that a run intended, and that have an unknown outcome or none."""
    left: set[_Batch] = set()
    for event in events:
        if event["type"] not in {"batch.intent", "batch.settled"}:
            continue
        batch = event["batch"]
        key = (run_id, batch["account"], batch["number"], batch["attempt"])
        outcomes = event.get("outcomes", {})
        is_settled = event["type"] == "batch.settled" and not (
            Outcome.UNKNOWN in outcomes or outcomes.get("rest") == Outcome.UNKNOWN
        )
        (left.discard if is_settled else left.add)(key)
    return left
