"""The systems that the contract is asked of: the fake, and both adapters over the sandbox."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from reconciler.application.ports import Deleter, Reader
from reconciler.domain.accounts import Container
from reconciler.domain.live import LiveTable
from reconciler.domain.plan import Reading
from reconciler.sandbox.seed import record_id, record_list_id, task_id
from tests.fakes.batches import a_batch
from tests.fakes.vendors import FakeDeleter, FakeReader, FakeVendor
from tests.simulation import VirtualClock
from tests.vendors.rig import RECORDS, TASKS, Rig, Sandbox, absences

T = TypeVar("T")
NOBODY = "00000000-0000-4000-8000-000000000000"
LONG_ENOUGH = 20.0
"""Seconds after which every deletion has had its effect."""


@dataclass(slots=True, kw_only=True)
class System:
    """One system: its ports, its truth, and what a test may do to it behind their back."""

    reader: Reader
    deleter: Deleter
    container: Container
    here: Sequence[str]
    """Ids of things that exist, sorted; there are more."""
    truth: Callable[[], set[str]]
    rename: Callable[[str], object]
    """Change a thing so that it is no longer what was reviewed."""
    touch: Callable[[str], object]
    """Change of a thing what does not matter."""
    breaks: Callable[[], object]
    """From now on no call has a usable answer."""
    deletions: Callable[[], int]
    """How many deletions arrived."""
    clock: VirtualClock = field(default_factory=VirtualClock)

    async def read(self, *ids: str) -> Reading:
        await self.reader.identify()
        return await self.read_after_identifying(*ids)

    async def read_after_identifying(self, *ids: str) -> Reading:
        return await self.reader.read(absences(self.container, ids))

    async def deleted(self, *ids: str) -> LiveTable:
        """Read, delete, wait, and read back."""
        before = await self.read(*ids)
        await self.deleter.ready()
        await self.deleter.delete(a_batch(self.container, sorted(ids)))
        await self.clock.sleep(LONG_ENOUGH)
        return await self.reader.read_back(before, sorted(ids))

    def run(self, work: Awaitable[T]) -> T:
        return self.clock.run(work)


@contextmanager
def the_fake() -> Iterator[System]:
    """Fifty things in memory."""
    vendor = FakeVendor({f"{n:08x}-0000-4000-8000-000000000000": f"n{n}" for n in range(1, 51)})
    yield System(
        reader=FakeReader(vendor),
        deleter=FakeDeleter(vendor),
        container=TASKS,
        here=sorted(vendor.things)[:12],
        truth=lambda: set(vendor.things),
        rename=lambda one: vendor.things.update({one: "renamed"}),
        touch=lambda _: None,
        breaks=lambda: setattr(vendor, "failing", True),
        deletions=lambda: vendor.deletions,
    )


@contextmanager
def leadsquared(*faults: str) -> Iterator[System]:
    """The adapter for tasks over the sandbox."""
    clock = VirtualClock()
    sandbox = Sandbox(clock, *faults)
    rig = Rig(transport=sandbox, clock=clock)
    store = sandbox.store
    yield System(
        reader=rig.task_reader(),
        deleter=rig.task_deleter(),
        container=TASKS,
        here=sorted(task_id(n) for n in range(12)),
        truth=store.task_ids,
        rename=lambda one: store.update_task(one, Name="renamed"),
        touch=lambda one: store.update_task(
            one, ModifiedOn="2030-01-01 00:00:00.000", Priority="x"
        ),
        breaks=lambda: sandbox.switch("common_failures=leadsquared:1-:html502"),
        deletions=lambda: sandbox.deletions,
        clock=clock,
    )
    store.close()


@contextmanager
def talkdesk(*faults: str, page: int = 500) -> Iterator[System]:
    """The adapter for records over the sandbox; small pages make it read one by one."""
    clock = VirtualClock()
    sandbox = Sandbox(clock, *faults)
    rig = Rig(transport=sandbox, clock=clock, page=page)
    store, list_id = sandbox.store, record_list_id(0)
    yield System(
        reader=rig.record_reader(),
        deleter=rig.record_deleter(),
        container=RECORDS,
        here=sorted(record_id(n) for n in range(12)),
        truth=lambda: store.record_ids(list_id),
        rename=lambda one: store.update_record(list_id, one, last_name="renamed"),
        touch=lambda one: store.update_record(list_id, one, priority=1),
        breaks=lambda: sandbox.switch("common_failures=talkdesk:1-:html502"),
        deletions=lambda: sandbox.deletions,
        clock=clock,
    )
    store.close()


@contextmanager
def talkdesk_one_by_one(*faults: str) -> Iterator[System]:
    """The adapter for records, where asking for each takes fewer calls than listing all."""
    with talkdesk(*faults, page=5) as system:
        yield system
