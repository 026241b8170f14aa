"""What an apply did: the plan, the outcomes, and what ended it before its time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from reconciler.application.results import Results
from reconciler.domain.outcomes import Outcome
from reconciler.domain.plan import Action, Plan
from reconciler.errors import ExitCode, LockedError, ReconcilerError, UnrecordedError, weightiest


@dataclass(slots=True, kw_only=True)
class Applied:
    """What an apply did."""

    plan: Plan
    results: Results
    run_id: str
    besides: Sequence[ExitCode] = ()
    """What the process ends in for reasons that are not this run's."""
    codes: list[ExitCode] = field(default_factory=list)
    trouble: list[ReconcilerError] = field(default_factory=list)
    """What ended it before its time."""
    braked: bool = False
    """A brake stopped it: something is wrong, and nobody should just go on."""
    cut_short: bool = False
    """It was stopped with deletions left, by nothing that is wrong with them."""

    @property
    def own_code(self) -> ExitCode:
        """The code that the deletions of this run deserve."""
        return weightiest([*self.codes, self.results.tally().exit_code])

    @property
    def exit_code(self) -> ExitCode:
        """The code that the process ends in."""
        return weightiest([*self.besides, self.own_code])

    @property
    def interrupted(self) -> bool:
        """Whether somebody may take up what it has left."""
        unknown = self.results.tally().of(Outcome.UNKNOWN)
        if self.braked or self.plan.violated:
            return False
        return bool(self.cut_short or self.trouble or unknown)

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Take what ends a run before its time as trouble that still leaves results to show."""
        try:
            yield
        except (UnrecordedError, LockedError) as error:
            if error not in self.trouble:
                self.trouble.append(error)
                self.codes.append(error.exit_code)

    @property
    def nothing_to_delete(self) -> bool:
        """Whether there was nothing to do, and nothing that should have been done."""
        tally = self.results.tally()
        done_before = tally.of(Outcome.ALREADY_ABSENT)
        others = sum(tally.of(outcome) for outcome in Outcome) - done_before
        return not self.plan.counts()[Action.DELETE] and not others
