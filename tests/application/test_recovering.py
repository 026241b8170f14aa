"""Recovery: how long it waits before it reads what dead runs left open."""

import asyncio
from collections.abc import Sequence

import pytest

from reconciler.application.ports import Identity, OutOfCallsError, Reader
from reconciler.application.recovering import LANDED, Orphan, find_out, landing
from reconciler.domain.absences import Absences
from reconciler.domain.live import LiveTable
from reconciler.domain.outcomes import Outcome
from reconciler.domain.plan import Reading
from reconciler.domain.proofs import Place
from tests.fakes.clocks import SetClock
from tests.fakes.plans import TASKS
from tests.fakes.progress import NoProgress


class Spent(Reader):
    """An account that may not be asked anything more today."""

    calls, remaining = 0, 0

    async def identify(self) -> Identity:
        raise OutOfCallsError

    async def read(self, _: Absences) -> Reading:
        raise OutOfCallsError

    async def read_back(self, _: Reading, __: Sequence[str]) -> LiveTable:
        raise OutOfCallsError

    async def count(self, _: Reading) -> int | None:
        raise OutOfCallsError


HERE = Place("22824", "here.example.com")


def an_orphan(age: float) -> Orphan:
    return Orphan(run_id="r", number=1, attempt=1, container=TASKS, ids=["a"], age=age)


@pytest.mark.parametrize(
    ("ages", "waited"),
    [
        ([3.0], LANDED - 3.0),
        ([LANDED + 60.0, 5.0, 7.0], LANDED - 5.0),
        ([LANDED], 0.0),
        # A clock that was set back: longer than it takes to land would be no use.
        ([-3600.0], LANDED),
    ],
)
def test_the_youngest_request_has_landed_or_died_before_anything_is_read(
    ages: list[float], waited: float
) -> None:
    clock = SetClock()
    # The ledger tells the age; where the runner's own clock stands does not matter.
    clock.now += 1_000_000.0
    began = clock.monotonic()
    asyncio.run(landing([an_orphan(age) for age in ages], clock, NoProgress()))
    assert clock.monotonic() - began == waited


def test_what_cannot_be_read_stays_unknown() -> None:
    found = asyncio.run(find_out([an_orphan(99.0)], Spent(), HERE))
    assert [one.outcomes for one in found] == [{Outcome.UNKNOWN: ["a"]}]
