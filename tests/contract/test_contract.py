"""What every reader and deleter promises, asked of the fake and of both adapters alike."""

import asyncio

from reconciler.application.ports import Deleter, Reader
from reconciler.domain.live import LiveTable, Present
from reconciler.domain.replies import Accepted, Delivered, NoAnswer, NotFound, Response
from tests.contract.systems import LONG_ENOUGH, NOBODY, System
from tests.fakes.batches import a_batch
from tests.vendors.rig import verdicts


def fingerprints(table: LiveTable) -> list[str]:
    states = [table.state(position) for position in range(len(table))]
    return [state.fingerprint for state in states if isinstance(state, Present)]


def test_they_are_the_ports_that_the_use_cases_are_given(system: System) -> None:
    reader: Reader = system.reader
    deleter: Deleter = system.deleter
    assert (reader.calls, deleter) == (0, system.deleter)


def test_what_exists_reads_as_present(system: System) -> None:
    reading = system.run(system.read(*system.here))
    assert verdicts(reading.table) == dict.fromkeys(system.here, "present")


def test_an_unknown_id_reads_as_absent(system: System) -> None:
    one = system.here[0]
    reading = system.run(system.read(one, NOBODY))
    assert verdicts(reading.table) == {NOBODY: "absent", one: "present"}


def test_nothing_but_unknown_ids_reads_as_absent_too(system: System) -> None:
    assert verdicts(system.run(system.read(NOBODY)).table) == {NOBODY: "absent"}


def test_nothing_declared_is_nothing_read(system: System) -> None:
    assert len(system.run(system.read()).table) == 0


def test_a_thing_has_the_same_fingerprint_however_often_it_is_read(system: System) -> None:
    async def work() -> list[list[str]]:
        first = await system.read(*system.here)
        await system.clock.sleep(100)
        second = await system.read(*system.here)
        back = await system.reader.read_back(first, system.here)
        some = await system.reader.read_back(first, system.here[:2])
        return [fingerprints(table) for table in (first.table, second.table, back, some)]

    first, second, back, some = system.run(work())
    assert first == second == back
    assert some == first[:2]
    assert len(set(first)) == len(system.here)


def test_a_thing_that_changed_has_another_fingerprint_and_one_that_was_touched_has_not(
    system: System,
) -> None:
    async def work() -> tuple[list[str], list[str]]:
        before = await system.read(*system.here)
        system.rename(system.here[0])
        system.touch(system.here[1])
        return fingerprints(before.table), fingerprints((await system.read(*system.here)).table)

    before, after = system.run(work())
    assert [one == other for one, other in zip(before, after, strict=True)] == [
        False,
        *[True] * (len(system.here) - 1),
    ]


def test_what_was_deleted_reads_as_absent_and_nothing_else_is_gone(system: System) -> None:
    before = system.truth()
    gone = system.here[:9]
    table = system.run(system.deleted(*gone))
    assert verdicts(table) == dict.fromkeys(gone, "absent")
    assert system.truth() == before - set(gone)
    assert system.deletions() == 1


def test_the_whole_of_what_was_read_may_be_deleted(system: System) -> None:
    table = system.run(system.deleted(*system.here))
    assert verdicts(table) == dict.fromkeys(system.here, "absent")


def test_a_deletion_of_what_is_there_is_accepted(system: System) -> None:
    async def work() -> Response:
        await system.deleter.ready()
        return await system.deleter.delete(a_batch(system.container, system.here))

    reply = system.run(work()).reply
    assert isinstance(reply, Delivered)
    assert {reply.receipt(one) for one in system.here} == {Accepted()}
    assert not reply.overrun


def test_a_deletion_of_what_is_not_there_harms_nothing(system: System) -> None:
    before = system.truth()

    async def work() -> Response:
        await system.deleter.ready()
        return await system.deleter.delete(a_batch(system.container, [NOBODY]))

    reply = system.run(work()).reply
    assert isinstance(reply, Delivered)
    assert isinstance(reply.receipt(NOBODY), Accepted | NotFound)
    assert system.truth() == before


def test_the_same_may_be_deleted_twice(system: System) -> None:
    async def work() -> LiveTable:
        await system.deleted(*system.here[:2])
        return await system.deleted(*system.here[:2])

    table = system.run(work())
    assert set(verdicts(table).values()) == {"absent"}


def test_reading_changes_nothing(system: System) -> None:
    before = system.truth()

    async def work() -> None:
        reading = await system.read(*system.here, NOBODY)
        await system.reader.read_back(reading, system.here)

    system.run(work())
    assert (system.truth(), system.deletions()) == (before, 0)


def test_a_failure_of_reading_is_a_state_of_every_target(system: System) -> None:
    async def work() -> LiveTable:
        await system.reader.identify()
        system.breaks()
        return (await system.read_after_identifying(*system.here)).table

    assert set(verdicts(system.run(work())).values()) == {"unknown"}


def test_a_failure_of_reading_back_is_a_state_of_every_target(system: System) -> None:
    async def work() -> LiveTable:
        reading = await system.read(*system.here)
        system.breaks()
        return await system.reader.read_back(reading, system.here)

    assert set(verdicts(system.run(work())).values()) == {"unknown"}


def test_a_failure_of_deleting_is_a_value_and_nothing_is_sent_twice(system: System) -> None:
    async def work() -> Response:
        await system.deleter.ready()
        system.breaks()
        return await system.deleter.delete(a_batch(system.container, system.here))

    reply = system.run(work()).reply
    assert isinstance(reply, Delivered)
    assert all(isinstance(reply.receipt(one), NoAnswer) for one in system.here)
    assert system.deletions() == 1


def test_many_may_read_at_the_same_time(system: System) -> None:
    async def work() -> list[LiveTable]:
        reading = await system.read(*system.here)
        backs = (system.reader.read_back(reading, [one]) for one in system.here)
        return await asyncio.gather(*backs)

    found = [verdicts(table) for table in system.run(work())]
    assert found == [{one: "present"} for one in system.here]


def test_reading_while_a_deletion_takes_its_time_says_what_is_true(system: System) -> None:
    async def work() -> tuple[LiveTable, set[str], LiveTable]:
        before = await system.read(*system.here)
        await system.deleter.ready()
        await system.deleter.delete(a_batch(system.container, system.here))
        at_once, truth = await system.reader.read_back(before, system.here), system.truth()
        await system.clock.sleep(LONG_ENOUGH)
        return at_once, truth, await system.reader.read_back(before, system.here)

    at_once, truth, later = system.run(work())
    assert verdicts(at_once) == {
        one: "present" if one in truth else "absent" for one in system.here
    }
    assert set(verdicts(later).values()) == {"absent"}


def test_calls_are_counted(system: System) -> None:
    system.run(system.read(*system.here))
    assert system.reader.calls > 0
