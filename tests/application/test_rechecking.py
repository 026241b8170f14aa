"""Rechecking: what each reading lets it say, and what it writes down when it ends early."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from reconciler.application.ports import Identity, OutOfCallsError, UnreadableError
from reconciler.application.rechecking import Recheck
from reconciler.application.stopping import Stop
from reconciler.domain.absences import Absences
from reconciler.domain.events import Event, RunFinished, RunStarted, TenantChecked
from reconciler.domain.live import LiveState, LiveTable
from reconciler.domain.plan import Reading
from reconciler.domain.proofs import Gone, Place
from reconciler.domain.rechecked import Rechecked
from reconciler.domain.returns import Fate, Returns
from reconciler.errors import ExitCode, IdentityError, InterruptedRunError, UnrecordedError
from tests.fakes.plans import ABSENT, TASKS, a_reading, crm, dialer, present
from tests.fakes.progress import NoProgress
from tests.fakes.proofs import PLACE, a_proof, gone

ELSEWHERE = Place("other", "api.example")


@dataclass
class Reads:
    """A reader that answers as it is told, or fails."""

    states: Mapping[str, LiveState] = field(default_factory=dict)
    refusal: Exception | None = None
    failure: Exception | None = None
    asked: list[Sequence[str]] = field(default_factory=list)
    calls: int = 0
    remaining: int | None = None
    on_read: Stop | None = None

    async def identify(self) -> Identity:
        if self.refusal:
            raise self.refusal
        return Identity(tenant=PLACE.tenant, host=PLACE.host, sees_all=True, warnings=("hm",))

    async def read(self, absences: Absences) -> Reading:
        self.asked.append(absences.ids)
        if self.on_read:
            self.on_read.ask(ExitCode.TERMINATED)
            await asyncio.sleep(60)
        if self.failure:
            raise self.failure
        return a_reading(absences, {one: self.states[one] for one in absences.ids})

    async def read_back(self, before: Reading, ids: Sequence[str]) -> LiveTable:
        raise NotImplementedError("a recheck only reads")

    async def count(self, before: Reading) -> int | None:
        raise NotImplementedError("a recheck only reads")


@dataclass
class Notes:
    """A journal that keeps events, and cannot write those of a kind."""

    unwritable: str = ""
    run_id: str = "r2"
    events: list[Event] = field(default_factory=list)

    def record(self, event: Event) -> None:
        if event.type == self.unwritable:
            raise UnrecordedError("The ledger cannot be written")
        self.events.append(event)

    def finish(self, event: RunFinished, *, interrupted: bool) -> None:
        assert not interrupted
        self.record(event)

    @property
    def end(self) -> Rechecked | None:
        last = self.events[-1]
        assert isinstance(last, RunFinished)
        return last.rechecked


def recheck(reads: Reads, *asked: Gone, notes: Notes | None = None, **readers: Reads) -> Recheck:
    """Make a recheck of acme-crm, and of other accounts by what they read."""
    return Recheck(
        gone=asked,
        accounts={"acme-crm": crm(), "acme-dialer": dialer()},
        readers={"acme-crm": reads, **{f"acme-{name}": one for name, one in readers.items()}},
        journal=notes or Notes(),  # type: ignore[arg-type]  # what deletes is not called
        started=RunStarted(fields={}),
        progress=NoProgress(),
        stop=Stop(),
    )


def done(one: Recheck) -> Returns:
    async def work() -> Returns:
        found = await one.run()
        one.conclude(found)
        return found

    return asyncio.run(work())


def fates(found: Returns) -> dict[str, Fate]:
    return {one.address.rpartition("/")[2]: fate for fate in Fate for one in found.of(fate)}


def causes(found: Returns) -> set[str]:
    return {str(getattr(one.state, "cause", "")) for one in found.of(Fate.UNKNOWN)}


def test_the_audit_log_tells_who_was_asked_and_what_has_returned() -> None:
    notes = Notes()
    found = done(recheck(Reads({"a": ABSENT, "b": present()}), gone("a", "b"), notes=notes))
    assert fates(found) == {"a": Fate.STILL_GONE, "b": Fate.RETURNED}
    assert found.warnings == ("hm",)
    assert [one.type for one in notes.events] == ["run.started", "tenant.checked", "run.finished"]
    assert notes.end == Rechecked(still_gone=1, returned=[TASKS.address("b")], unknown=0)


def test_only_what_was_proven_gone_in_this_very_account_is_read() -> None:
    proofs = {"a": a_proof(), "b": a_proof(place=ELSEWHERE), "c": a_proof(place=None)}
    reads = Reads({"a": ABSENT})
    found = done(recheck(reads, Gone(TASKS, proofs)))
    assert reads.asked == [["a"]]
    assert fates(found) == {"a": Fate.STILL_GONE, "b": Fate.UNKNOWN, "c": Fate.UNKNOWN}
    then, now = "tenant other at api.example", "tenant 22824 at api.example"
    assert causes(found) == {
        f"proven gone in {then}, and the account is {now} now",
        "the run that proved it gone does not tell in which tenant",
    }


def test_nothing_is_read_of_a_container_that_is_all_of_another_account() -> None:
    reads = Reads()
    found = done(recheck(reads, gone("a", proof=a_proof(place=ELSEWHERE))))
    assert (reads.asked, fates(found)) == ([], {"a": Fate.UNKNOWN})


@pytest.mark.parametrize("error", [UnreadableError("503"), OutOfCallsError("no calls left")])
def test_an_account_that_does_not_say_who_it_is_is_unknown(error: Exception) -> None:
    notes, reads = Notes(), Reads(refusal=error)
    found = done(recheck(reads, gone("a", "b"), notes=notes))
    assert (reads.asked, causes(found)) == ([], {str(error)})
    assert not any(isinstance(one, TenantChecked) for one in notes.events)
    assert notes.end == Rechecked(still_gone=0, returned=[], unknown=2)
    assert found.exit_code is ExitCode.INCOMPLETE


def test_calls_that_run_out_while_reading_leave_it_unknown() -> None:
    found = done(recheck(Reads(failure=OutOfCallsError("no calls left")), gone("a")))
    assert causes(found) == {"no calls left"}


def test_every_account_that_refuses_is_named_and_none_is_read() -> None:
    notes, reads = Notes(), Reads(refusal=IdentityError("Refused", detail="acme-crm"))
    other = Reads(refusal=IdentityError("Refused", detail="acme-dialer"))
    one = recheck(reads, gone("a", "b"), notes=notes, dialer=other)
    with pytest.raises(IdentityError) as caught:
        done(one)
    assert caught.value.detail == "Refused: acme-crm\nRefused: acme-dialer"
    assert [*reads.asked, *other.asked] == []
    assert notes.end == Rechecked(still_gone=0, returned=(), unknown=2)


def test_credentials_refused_while_reading_end_it_too() -> None:
    with pytest.raises(IdentityError):
        done(recheck(Reads(failure=IdentityError("Refused")), gone("a")))


def test_a_signal_ends_it_and_is_written_down() -> None:
    notes, reads = Notes(), Reads()
    one = recheck(reads, gone("a"), notes=notes)
    reads.on_read = one.stop
    with pytest.raises(InterruptedRunError) as caught:
        done(one)
    assert caught.value.exit_code is ExitCode.TERMINATED
    assert notes.end == Rechecked(still_gone=0, returned=(), unknown=1)


def test_what_ends_it_weighs_more_than_that_it_cannot_be_written_down() -> None:
    notes = Notes(unwritable="run.finished")
    with pytest.raises(IdentityError):
        done(recheck(Reads(refusal=IdentityError("Refused")), gone("a"), notes=notes))


@pytest.mark.parametrize("kind", ["run.started", "tenant.checked"])
def test_nothing_is_read_where_it_cannot_be_written_down(kind: str) -> None:
    reads = Reads({"a": ABSENT})
    with pytest.raises(UnrecordedError):
        done(recheck(reads, gone("a"), notes=Notes(unwritable=kind)))
    assert reads.asked == []
