"""Salesforce, May 2019: to stop a script that had given everybody all permissions, the vendor took
permissions from everybody, of the companies that it had not touched too; repair took a weekend.

Here what stops a run is as narrow as what is wrong: a brake ends its account, and an account can be
halted alone. A file to restore from does not apply: nothing that is deleted can be put back.
"""

from pathlib import Path

import pytest

from reconciler.application.stopping import Stop
from reconciler.errors import ExitCode
from reconciler.ledger.database import open_database
from reconciler.ledger.halts import Halts
from tests.accidents.scenes import absent_records, absent_tasks, declared
from tests.fakes.runs import alive, check, deletions, outcomes, records, tasks
from tests.functional.world import Inside
from tests.simulation import a_world

TASKS, RECORDS = tasks(*range(12)), records(*range(12))


@pytest.mark.parametrize("system", ["leadsquared", "talkdesk"])
def test_a_brake_in_one_account_leaves_the_other_to_its_end(tmp_path: Path, system: str) -> None:
    documents = [absent_tasks(*TASKS), absent_records(*RECORDS)]
    with a_world(tmp_path, f"{system}_deleted=none") as world:
        before = alive(world)
        applied = world.apply(declared(tmp_path, *documents))
        assert before - alive(world) == set(RECORDS if system == "leadsquared" else TASKS)
        assert [one.size for one in deletions(world, system)] == [1]
        assert outcomes(applied) == {"deleted": 12, "still_present": 1, "not_attempted": 11}
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        check(world, applied, planned=[*TASKS, *RECORDS])


def test_a_halt_of_one_account_stops_it_before_its_next_batch_and_no_other(tmp_path: Path) -> None:
    documents = [absent_tasks(*TASKS), absent_records(*RECORDS)]
    with a_world(tmp_path, "leadsquared_delete_delay=30") as world:

        async def halt(_: Stop) -> None:
            await world.clock.sleep(20.0)
            database = open_database(f"sqlite:///{tmp_path / 'ledger.sqlite'}", world.clock)
            Halts(database).put(["acme-crm"], "Something is wrong there", "ada")
            database.close()

        before = alive(world)
        applied = world.apply(declared(tmp_path, *documents), stop=halt)
        assert [one.size for one in deletions(world, "leadsquared")] == [1]
        assert set(RECORDS) <= before - alive(world)
        assert outcomes(applied) == {"deleted": 13, "not_attempted": 11}
        check(world, applied, planned=[*TASKS, *RECORDS])


def test_a_halted_account_keeps_nobody_from_the_others(inside: Inside) -> None:
    assert inside.run("halt", "--account", "crm", "--reason", "Something is wrong there").code == 0
    assert inside.run("apply", "--auto-approve").code == 4
    assert inside.arrivals() == []
    rest = inside.run("apply", "--auto-approve", "--exclude", "account/crm")
    assert (rest.code, {one.system for one in inside.deletions()}) == (0, {"talkdesk"})
