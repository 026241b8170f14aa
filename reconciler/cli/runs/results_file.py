"""``--results``: a CSV file with one row for every outcome, written as it becomes known."""

import csv
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import FileIO, StringIO
from pathlib import Path

from reconciler.application.clock import stamp
from reconciler.application.ports import Clock
from reconciler.domain.absences import Declared
from reconciler.domain.accounts import Container
from reconciler.domain.inert import inert
from reconciler.domain.outcomes import Settled
from reconciler.domain.plan import Plan, Section
from reconciler.errors import ReconcilerError, UsageError

COLUMNS = ("target", "outcome", "reason", "evidence", "time", "manifest", "ticket", "note")
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_LONGEST = 400


@dataclass(slots=True, kw_only=True)
class ResultsFile:
    """The rows of one run; a write that fails ends the writing, not the run."""

    path: Path
    clock: Clock
    file: FileIO
    """Without a buffer: what cannot be written must not be tried again at the end."""
    trouble: ReconcilerError | None = None
    _sections: Mapping[Container, Section] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._write(COLUMNS)

    def know(self, plan: Plan) -> None:
        """Take the plan, which says where targets are declared."""
        sections = (section for one in plan.accounts for section in one.sections)
        self._sections = {section.absences.container: section for section in sections}

    def put(self, container: Container, target_id: str, settled: Settled) -> None:
        """Write the outcome of one target."""
        places = list(self._declared(container, target_id))
        manifests = dict.fromkeys(one.manifest.address for one in places)
        tickets = dict.fromkeys(one.manifest.ticket for one in places if one.manifest.ticket)
        notes = dict.fromkeys(one.note for one in places if one.note)
        self._write(
            (
                container.address(target_id),
                settled.outcome.value,
                settled.reason,
                settled.evidence,
                stamp(self.clock.time()),
                *("; ".join(some) for some in (manifests, tickets, notes)),
            )
        )

    def _declared(self, container: Container, target_id: str) -> Iterator[Declared]:
        section = self._sections.get(container)
        position = None if section is None else section.reading.table.position(target_id)
        if section is None or position is None:
            return iter(())
        return section.absences.declared(position)

    def _write(self, cells: tuple[str, ...]) -> None:
        if self.trouble:
            return
        row = StringIO()
        csv.writer(row, lineterminator="\n").writerow([_cell(one) for one in cells])
        left = row.getvalue().encode()
        try:
            while left:
                left = left[self.file.write(left) :]
        except OSError as error:
            self.trouble = ReconcilerError(
                "The results cannot be written any more",
                detail=f"{self.path}: {error.strerror}",
                hint="The audit log has every outcome.",
            )


def _cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    shown = inert(text, longest=_LONGEST)
    return f"'{shown}" if shown.startswith(_FORMULAS) else shown


@contextmanager
def results_file(path: Path | None, clock: Clock) -> Iterator[ResultsFile | None]:
    """Give the file, begun anew for its owner only; None where none is asked for.

    Raises UsageError for one that cannot be written, before anything is read or sent.
    """
    if path is None:
        yield None
        return
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        file = FileIO(os.open(path, flags, 0o600), "w")
    except OSError as error:
        raise UsageError(
            "--results cannot be written there", detail=f"{path}: {error.strerror}"
        ) from error
    with file:
        yield ResultsFile(path=path, clock=clock, file=file)
