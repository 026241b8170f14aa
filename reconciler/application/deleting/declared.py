"""Resolving declared identifiers once more, right before their batch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reconciler.application.deleting.gate import Gate
from reconciler.application.planning import read_container, unread
from reconciler.application.ports import OutOfCallsError, Reader, UnreadableError
from reconciler.application.results import Results
from reconciler.domain.absences import Absences, Named
from reconciler.domain.identifiers import Sent, kind_of
from reconciler.domain.live import Absent, LiveTable
from reconciler.domain.outcomes import Outcome, Settled
from reconciler.domain.plan import Reading, Section
from reconciler.domain.selection import select
from reconciler.domain.together import still_due
from reconciler.errors import IdentityError

_VANISHED = "its identifier no longer selects it"


@dataclass(frozen=True, slots=True)
class PlanResolver:
    """Reads what identifiers of one container select now, and holds it against the plan."""

    reader: Reader
    section: Section
    results: Results
    gate: Gate

    async def again(self, sent: Sequence[Sent]) -> Sequence[Sent]:
        """Return what may still be sent; note the outcome of every other target."""
        container, results = self.section.absences.container, self.results
        reading = await self._read(sent)
        if cause := _doubt(reading, sent):
            ids = [target_id for one in sent for target_id in one.ids]
            reason = f"its identifier could not be resolved again: {cause}"
            results.leave(container, ids, reason)
            return []
        allowed, left_out = self._still_due(reading, sent)
        for target_id, why in left_out.items():
            results.leave(container, [target_id], why)
        kept = {target_id for one in allowed for target_id in one.ids}
        vanished = [
            target_id
            for one in sent
            for target_id in one.ids
            if target_id not in kept and target_id not in left_out
        ]
        if vanished:
            await self._note_vanished(sorted(vanished))
        return allowed

    async def unchanged(self, sent: Sequence[Sent]) -> bool:
        """Say whether just this may still be sent; note nothing."""
        reading = await self._read(sent)
        return not _doubt(reading, sent) and self._still_due(reading, sent)[0] == list(sent)

    async def _read(self, sent: Sequence[Sent]) -> Reading:
        absences = _only(self.section.absences, sent)
        try:
            return await read_container(self.reader, absences)
        except IdentityError as error:
            self.gate.deny(str(error))
            return unread(absences, str(error))

    def _still_due(
        self, reading: Reading, sent: Sequence[Sent]
    ) -> tuple[list[Sent], dict[str, str]]:
        selection = select(_only(self.section.absences, sent), reading.table)
        return still_due(self.section, sent, reading.table, selection)

    async def _note_vanished(self, ids: Sequence[str]) -> None:
        """Note what became of targets that their identifiers no longer select."""
        container, results = self.section.absences.container, self.results
        try:
            table = await self.reader.read_back(self.section.reading, ids)
        except IdentityError as error:
            self.gate.deny(str(error))
            table = LiveTable(container, ids)
        except (UnreadableError, OutOfCallsError):
            table = LiveTable(container, ids)
        for position, target_id in enumerate(ids):
            state = table.state(position)
            if isinstance(state, Absent):
                evidence = state.evidence.words
                results.put(container, target_id, Settled(Outcome.ALREADY_ABSENT, "", evidence))
            else:
                results.leave(container, [target_id], _VANISHED)


def _doubt(reading: Reading, sent: Sequence[Sent]) -> str:
    """Return why a reading may not show all that identifiers select; empty if it does."""
    kinds = {kind_of(one.identifier) for one in sent} & {*reading.untold}
    return reading.unread or "; ".join(reading.untold[kind] for kind in sorted(kinds))


def _only(absences: Absences, sent: Sequence[Sent]) -> Absences:
    """Return absences that ask for nothing but what some identifiers select."""
    named = tuple(Named(one.identifier, 0, 0) for one in sent)
    return replace(absences, ids=(), manifest=(), line=(), also={}, notes={}, named=named, rules=())
