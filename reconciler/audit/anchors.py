"""Anchors: whether checkpoints fit the lines of their runs, and which lines they vouch for."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.audit.chain import line_hash
from reconciler.audit.checkpoints import Checkpoint, Noted, Notes, origin_of
from reconciler.audit.findings import Finding, Kind
from reconciler.audit.parsing import parse
from reconciler.audit.trust import TrustedKeys, Worth


@dataclass(frozen=True, slots=True)
class Anchored:
    """A run with its checkpoints."""

    run_id: str
    lines: Sequence[bytes]
    """As the ledger completes them, where it has more than the file."""
    file: str
    notes: Notes
    notes_file: str


@dataclass(slots=True)
class Anchors:
    """The checkpoints of runs, counted and held against them."""

    trusted: TrustedKeys | None
    """None where signatures are not checked."""
    checkpoints: int = 0
    signed: int = 0
    """How many have any signature."""
    counted: int = 0
    """How many have one of a given key."""
    _vouched: dict[str, int] = field(default_factory=dict)
    """How many lines of a run are what somebody signed."""

    def check(self, run: Anchored, accounted: Collection[str]) -> Iterator[Finding]:
        """Yield what is wrong with the checkpoints of a run.

        A piece of one is what a crash leaves; a run that is ``accounted`` for has been read since.
        """
        worths = []
        for noted in run.notes.found:
            self.checkpoints += 1
            self.signed += bool(noted.signatures)
            if message := _contradiction(noted.checkpoint, run):
                yield Finding(Kind.BROKEN, run.notes_file, noted.line, message)
                return
            worth = self._worth(noted)
            worths.append(worth)
            if worth is Worth.FORGED:
                message = "it has a signature of a given key's name that is not of that key"
                yield Finding(Kind.BROKEN, run.notes_file, noted.line, message)
            if worth is Worth.SIGNED:
                self.counted += 1
                self._vouch(run.run_id, noted.checkpoint.size)
        yield from self._left_over(run, worths, accounted)

    def _left_over(
        self, run: Anchored, worths: Sequence[Worth], accounted: Collection[str]
    ) -> Iterator[Finding]:
        if {Worth.SIGNED, Worth.UNSIGNED} <= set(worths):
            line = run.notes.found[worths.index(Worth.UNSIGNED)].line
            message = "a given key signed other checkpoints of this run, and not this one"
            yield Finding(Kind.BROKEN, run.notes_file, line, message)
        if run.notes.fault:
            yield Finding(Kind.BROKEN, run.notes_file, *run.notes.fault)
        if run.notes.torn and run.run_id not in accounted:
            message = "the last checkpoint is torn"
            yield Finding(Kind.OPEN, run.notes_file, 0, message)

    def _worth(self, noted: Noted) -> Worth:
        if self.trusted is None:
            return Worth.UNSIGNED
        return self.trusted.worth(noted.checkpoint.text, noted.signatures)

    def _vouch(self, run_id: str, size: int) -> None:
        self._vouched[run_id] = max(size, self._vouched.get(run_id, 0))

    def unvouched(self, runs: Mapping[str, Anchored]) -> Iterator[Finding]:
        """Yield the runs whose end no given key vouches for; none where keys are not checked.

        Whoever signs a run signs what its first line says of the run before, and so vouches for
        the lines of that up to the one that it names.
        """
        if self.trusted is None:
            return
        todo = list(self._vouched)
        while todo:
            run = runs[todo.pop()]
            named = _previous(run, runs)
            if named and named[1] > self._vouched.get(named[0], 0):
                self._vouch(*named)
                todo.append(named[0])
        for run in runs.values():
            vouched = self._vouched.get(run.run_id, 0)
            if vouched < len(run.lines):
                what = f"lines behind {vouched}" if vouched else "it"
                message = f"no checkpoint that a given key signed vouches for {what}"
                yield Finding(Kind.OPEN, run.file, vouched, message)


def _contradiction(checkpoint: Checkpoint, run: Anchored) -> str:
    """Return how a checkpoint contradicts the lines; empty if it does not."""
    if checkpoint.size > len(run.lines):
        return f"it counts {checkpoint.size} lines, and there are {len(run.lines)}"
    event, _ = parse(run.lines[0])
    log_id = event.get("log_id") if event else None
    if checkpoint.origin != origin_of(str(log_id), run.run_id):
        return "it is of another run"
    if line_hash(run.lines[checkpoint.size - 1]) != checkpoint.head:
        return f"line {checkpoint.size} is another one than it was"
    return ""


def _previous(run: Anchored, runs: Mapping[str, Anchored]) -> tuple[str, int] | None:
    """Return the run that a run's first line names, and how many lines it had by that."""
    event, _ = parse(run.lines[0])
    previous = event.get("previous") if event else None
    if not isinstance(previous, dict) or previous.get("run_id") not in runs:
        return None
    lines, seq = runs[previous["run_id"]].lines, previous.get("seq")
    if not isinstance(seq, int) or not 0 <= seq < len(lines):
        return None
    return (previous["run_id"], seq + 1) if line_hash(lines[seq]) == previous.get("hash") else None
