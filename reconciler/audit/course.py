"""The course of things: events of several runs side by side, and what became of each target."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from reconciler.audit.chain import line_hash
from reconciler.audit.erasure import Declaration, LeftAlone, Line, Told, Wanted
from reconciler.audit.parsing import parse
from reconciler.audit.past import RETURNED, container_of
from reconciler.domain.outcomes import Outcome

_Fields: TypeAlias = Mapping[str, Any]
_BatchKey: TypeAlias = tuple[Any, ...]
"""Run, account, number and attempt."""


def told_of(runs: Mapping[str, Sequence[bytes]], wanted: Wanted) -> list[Told]:
    """Return what is told in the end of every target that is asked for, sorted by address.

    ``runs`` has the lines of runs that are sound. What other runs than those that are asked for
    say of the same target counts as well.
    """
    events = _side_by_side(runs)
    asked: set[str] = set()

    def is_asked(told: Told) -> bool:
        if wanted.takes(told):
            asked.add(told.address)
        return False

    _Course(is_asked).follow(events)
    course = _Course(lambda told: told.address in asked)
    course.follow(events)
    return [course.told[address] for address in sorted(asked)]


def left_of(runs: Mapping[str, Sequence[bytes]], wanted: Wanted) -> list[LeftAlone]:
    """Return what runs left alone of what is asked for, in their order.

    Of each manifest the last run counts that was about all of it, and narrower ones since.
    """
    heads = {run_id: lines[:1] for run_id, lines in runs.items()}
    found: dict[Declaration, list[LeftAlone]] = {}
    for line, event in _side_by_side(heads):
        for row in event.get("declared", ()) if event.get("type") == "run.started" else ():
            if "left" not in row:
                continue
            counts = {str(why): int(count) for why, count in row["left"].items()}
            left = LeftAlone(declared=_declaration(row), counts=counts, told=line)
            if wanted.takes_left(left):
                earlier = found.get(left.declared, []) if _is_narrow(event) else []
                found[left.declared] = [*earlier, left] if counts else earlier
    everything = [one for several in found.values() for one in several]
    return sorted(everything, key=lambda one: (one.told.time, one.told.run_id))


def _is_narrow(event: _Fields) -> bool:
    """Whether a run may have been about a part of a manifest only; each is of one account."""
    targets = event.get("targets", ())
    return bool(event.get("excludes")) or any(not one.startswith("account/") for one in targets)


def _side_by_side(runs: Mapping[str, Sequence[bytes]]) -> list[tuple[Line, _Fields]]:
    """Return events as they happened; those of one run stay in order, whatever clocks say."""
    keyed = []
    for run_id, lines in runs.items():
        latest = ""
        for seq, line in enumerate(lines):
            fields = parse(line)[0] or {}
            time = str(fields.get("time", ""))
            latest = max(latest, time)
            told = (Line(run_id, seq, line_hash(line), time), fields)
            keyed.append(((latest, run_id, seq), told))
    return [told for _, told in sorted(keyed, key=lambda one: one[0])]


@dataclass(slots=True)
class _Course:
    """What is known so far of the targets that are taken."""

    takes: Callable[[Told], bool]
    told: dict[str, Told] = field(default_factory=dict)
    _declared: dict[str, Sequence[Declaration]] = field(default_factory=dict)
    _places: dict[tuple[str, str], _Fields] = field(default_factory=dict)
    _sent: dict[_BatchKey, Sequence[Told]] = field(default_factory=dict)

    def follow(self, events: Sequence[tuple[Line, _Fields]]) -> None:
        """Take the events in their order."""
        for line, event in events:
            match event["type"]:
                case "run.started":
                    table = event.get("declared", ())
                    self._declared[line.run_id] = [_declaration(row) for row in table]
                case "tenant.checked":
                    self._places[line.run_id, event["account"]] = event
                case "batch.intent":
                    self._intend(line, event)
                case "batch.settled":
                    self._settle(_key(line.run_id, event["batch"]), line, event)
                case "recovery.settled":
                    batch = {**event["batch"], "account": event["account"]}
                    self._settle(_key(batch["run_id"], batch), line, event)
                case "run.finished":
                    self._return(line, event)
                case _:
                    pass  # it says nothing of a target

    def _intend(self, line: Line, event: _Fields) -> None:
        taken = [one for one in self._targets(line, event) if self.takes(one)]
        self._sent[_key(line.run_id, event["batch"])] = taken
        for one in taken:
            before = self.told.get(one.address)
            earlier = before.declared if before else ()
            declared = tuple(dict.fromkeys((*earlier, *one.declared)))
            self.told[one.address] = replace(one, declared=declared)

    def _targets(self, line: Line, event: _Fields) -> Iterator[Told]:
        batch, rows = event["batch"], self._declared.get(line.run_id, ())
        place = self._places.get((line.run_id, batch["account"]), {})
        container = container_of(place.get("system", ""), batch)
        for item in event["items"]:
            yield Told(
                address=container.address(item["id"]),
                sent_as=str(item.get("sent_as", "")),
                declared=tuple(rows[row] for row in item.get("declared", ()) if row < len(rows)),
                system=container.system,
                account=container.account,
                tenant=str(place.get("observed", "")),
                host=str(place.get("host", "")),
                intended=line,
            )

    def _settle(self, key: _BatchKey, line: Line, event: _Fields) -> None:
        outcomes = dict(event["outcomes"])
        rest = str(outcomes.pop("rest", Outcome.UNKNOWN))
        named = {one: outcome for outcome, ids in outcomes.items() for one in ids}
        for one in self._sent.get(key, ()):
            now = self.told[one.address]
            # What was sent once more since has another outcome coming.
            if now.intended == one.intended:
                outcome = named.get(one.address.rpartition("/")[2], rest)
                evidence = event.get("evidence", {})
                told = replace(now, outcome=outcome, shown=line, evidence=evidence)
                self.told[one.address] = told

    def _return(self, line: Line, event: _Fields) -> None:
        for address in event.get("returned", ()):
            if address in self.told:
                now = self.told[address]
                self.told[address] = replace(now, outcome=RETURNED, shown=line, evidence={})


def _key(run_id: str, batch: _Fields) -> _BatchKey:
    return run_id, batch["account"], batch["number"], batch["attempt"]


def _declaration(row: _Fields) -> Declaration:
    return Declaration(
        manifest=str(row.get("manifest", "")),
        file=str(row.get("file", "")),
        ticket=str(row.get("ticket", "")),
        purpose=str(row.get("purpose", "")),
    )
