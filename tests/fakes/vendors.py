"""A vendor in memory: a reader and a deleter over one set of things.

``FakeVendor`` is the truth; put things in and take them out. ``failing`` makes every call fail as
an account does that cannot be reached.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.application.ports import Identity, UnreadableError
from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Container
from reconciler.domain.batches import Batch
from reconciler.domain.fingerprint import FingerprintKey, fingerprint
from reconciler.domain.live import Absent, Evidence, LiveTable, Present, Unknown
from reconciler.domain.plan import Reading
from reconciler.domain.replies import Accepted, Delivered, NoAnswer, NotFound, Receipt, Response

_KEY = FingerprintKey("fakekey1", b"fake")


@dataclass(slots=True)
class FakeVendor:
    """What exists, by id, with its name; and how often it was called."""

    things: dict[str, str] = field(default_factory=dict)
    failing: bool = False
    calls: int = 0
    deletions: int = 0

    def call(self) -> None:
        self.calls += 1
        if self.failing:
            raise UnreadableError("the fake fails")


@dataclass(slots=True)
class FakeReader:
    """Reads everything with one call."""

    vendor: FakeVendor
    tenant: str = "fake"

    @property
    def calls(self) -> int:
        return self.vendor.calls

    @property
    def remaining(self) -> int | None:
        return None

    async def identify(self) -> Identity:
        self.vendor.call()
        return Identity(tenant=self.tenant, host="fake", sees_all=True)

    async def read(self, absences: Absences) -> Reading:
        table = self._table(absences.container, absences.ids)
        return Reading(table=table, way="by id", population=len(self.vendor.things))

    async def read_back(self, before: Reading, ids: Sequence[str]) -> LiveTable:
        return self._table(before.table.container, ids)

    async def count(self, before: Reading) -> int | None:
        self.vendor.call()
        return None if before.population is None else len(self.vendor.things)

    def _table(self, container: Container, ids: Sequence[str]) -> LiveTable:
        table = LiveTable(container, ids)
        for position, target_id in enumerate(ids):
            table.mark(position, self._state(target_id))
        return table

    def _state(self, target_id: str) -> Present | Absent | Unknown:
        try:
            self.vendor.call()
        except UnreadableError as error:
            return Unknown(str(error))
        name = self.vendor.things.get(target_id)
        if name is None:
            return Absent(Evidence("id", "gone"))
        return Present(fingerprint(_KEY, [target_id, name]), {}, Evidence("id", "here"))


@dataclass(slots=True)
class FakeDeleter:
    """Deletes at once, and names what was not there."""

    vendor: FakeVendor

    async def ready(self) -> None:
        pass

    async def delete(self, batch: Batch) -> Response:
        ids = batch.ids
        self.vendor.deletions += 1
        if self.vendor.failing:
            return Response(reply=Delivered(NoAnswer("the fake fails")))
        named: Mapping[str, Receipt] = {
            one: NotFound() for one in ids if self.vendor.things.pop(one, None) is None
        }
        return Response(reply=Delivered(Accepted(), named), status=200)

    async def renew(self) -> bool:
        return False
