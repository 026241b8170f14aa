"""An account that says of itself what a test has it say; an error among that is raised."""

from dataclasses import dataclass, field

from reconciler.domain.checkup.account import Holder
from reconciler.domain.checkup.clock import TimeTold
from reconciler.domain.checkup.evidence import Proves, Trial

WORKS = Proves("200 []")
ADMINISTRATOR = Holder(names=("22824", "5a2db0c5"), role="Administrator")


@dataclass(slots=True)
class FakeExaminer:
    """Notes what it was asked."""

    holds: Holder | Exception = ADMINISTRATOR
    trials: dict[str, Trial | Exception] = field(default_factory=lambda: {"": WORKS})
    time_told: TimeTold | None = None
    asked: list[str] = field(default_factory=list)

    @property
    def record_lists(self) -> tuple[str, ...]:
        return tuple(self.trials)

    async def holder(self) -> Holder:
        self.asked.append("holder")
        if isinstance(self.holds, Exception):
            raise self.holds
        return self.holds

    async def try_by_id(self, record_list: str) -> Trial:
        self.asked.append(f"by id in {record_list}")
        trial = self.trials[record_list]
        if isinstance(trial, Exception):
            raise trial
        return trial
