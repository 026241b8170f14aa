"""The rate limit as the servers see it: never more in any window, whoever calls and however."""

import asyncio
from pathlib import Path

import pytest

from reconciler.application.stopping import Stop
from reconciler.cli.embedded import CREDENTIALS
from reconciler.cli.planning.reading import make_plan
from reconciler.cli.runs.apply_run import hold_and_apply
from reconciler.cli.runs.wish import Wish
from reconciler.cli.sites import sandbox_sites
from reconciler.domain.absences import Declarations, accounts_in_scope
from reconciler.domain.ways import Way
from reconciler.errors import ExitCode
from reconciler.ledger.database import open_database
from tests.fakes.crash import Killed, dying
from tests.fakes.plans import crm, dialer
from tests.fakes.runs import check, declared, deletions, outcomes, records, tasks
from tests.fakes.windows import most_in_a_window
from tests.simulation import World, a_world

UNLIMITED = ("leadsquared_limit=0", "talkdesk_limit=0")
"""The servers refuse nothing, so that the test sees what would have reached them."""
PER = 5.0


def most(world: World, system: str) -> int:
    times = [one.time for one in world.store.arrivals() if one.system == system]
    return most_in_a_window(times, PER)


JITTER = [
    (),
    ("common_latency_ms=500", "common_jitter_ms=1500"),
    ("common_latency_ms=10", "common_jitter_ms=4900"),
]


@pytest.mark.parametrize("latency", JITTER)
def test_no_window_at_the_server_sees_more_than_the_limit(
    tmp_path: Path, latency: tuple[str, ...]
) -> None:
    with a_world(tmp_path, *UNLIMITED, *latency) as world:
        ids = tasks(*range(20)), records(*range(20))
        accounts = [crm(calls=8, batch=1), dialer(calls=5, batch=2)]
        applied = world.apply(declared(*ids, accounts=accounts))
        assert applied.exit_code is ExitCode.DONE
        assert most(world, "leadsquared") == 8
        assert most(world, "talkdesk") == 5
        check(world, applied, planned=[*ids[0], *ids[1]])


def test_the_sandbox_refuses_no_call_of_a_run_within_the_declared_limits(tmp_path: Path) -> None:
    with a_world(tmp_path, "common_latency_ms=100", "common_jitter_ms=900") as world:
        ids = tasks(*range(24)), records(*range(30))
        applied = world.apply(declared(*ids, accounts=[crm(batch=1), dialer(batch=3)]))
        assert applied.exit_code is ExitCode.DONE
        assert {one.status for one in world.store.arrivals()}.isdisjoint({429, 403})


def test_deletions_keep_a_limit_of_their_own(tmp_path: Path) -> None:
    with a_world(tmp_path, *UNLIMITED, "common_latency_ms=100") as world:
        account = crm(calls=20, delete_calls=2, batch=1)
        applied = world.apply(declared(tasks(*range(12)), accounts=[account]))
        assert outcomes(applied) == {"deleted": 12}
        assert most_in_a_window([one.time for one in deletions(world)], PER) == 2
        assert most(world, "leadsquared") <= 20


def test_two_runs_on_two_lists_of_deeds_share_the_limit_of_an_account(tmp_path: Path) -> None:
    with a_world(tmp_path, *UNLIMITED, "common_latency_ms=100", "common_jitter_ms=700") as world:
        account = crm(calls=6)
        one, other = (
            declared(tasks(*numbers), accounts=[account]) for numbers in (range(20), range(20, 40))
        )

        async def plan(declarations: Declarations) -> None:
            session = world.session(declarations)
            database = open_database(session.ledger_url, world.clock)
            sites = sandbox_sites(accounts_in_scope(declarations), "http://sandbox", CREDENTIALS)
            try:
                circumstances = session.circumstances(sites)
                await make_plan(session, sites, database, circumstances, Stop())
            finally:
                database.close()

        async def apply(declarations: Declarations) -> None:
            session = world.session(declarations)
            database = open_database(session.ledger_url, world.clock)
            sites = sandbox_sites(accounts_in_scope(declarations), "http://sandbox", CREDENTIALS)
            wish = Wish(reviewed=None, auto_approve=True)
            try:
                applied = await hold_and_apply(session, wish, sites, database, Stop())
                assert applied.exit_code is ExitCode.DONE
            finally:
                database.close()

        async def both() -> None:
            await asyncio.gather(apply(one), plan(other), plan(one))

        world.clock.run(both())
        assert most(world, "leadsquared") == 6


def test_a_killed_run_does_not_give_its_calls_back(tmp_path: Path) -> None:
    with a_world(tmp_path, *UNLIMITED, "common_latency_ms=100") as world:
        targets = declared(tasks(*range(20)), accounts=[crm(calls=6, batch=1)])
        with dying(world, 20), pytest.raises(Killed):
            world.apply(targets)
        applied = world.apply(targets)
        assert applied.exit_code is ExitCode.DONE
        assert most(world, "leadsquared") <= 6


def test_a_limit_that_an_answer_names_is_kept_from_then_on(tmp_path: Path) -> None:
    # The account allows ten calls, whatever its manifest says.
    faults = ("leadsquared_limit=10", "common_latency_ms=50")
    with a_world(tmp_path, *faults, way=Way.BY_ID) as world:
        applied = world.apply(declared(tasks(*range(40)), accounts=[crm(calls=25)]))
        assert applied.exit_code is ExitCode.DONE
        refused = [one for one in world.store.arrivals() if one.status == 429]
        first = refused[0].time
        # Those that were under way when the first refusal came, and none after it.
        assert {round(one.time - first, 3) for one in refused} <= {0.0, 0.05}
        assert world.clock.elapsed > PER * 8


def test_waiting_for_a_slot_is_waiting_and_not_asking_again_and_again(tmp_path: Path) -> None:
    with a_world(tmp_path, "common_failures=leadsquared_delete:1-3:429") as world:
        # The virtual clock ends a run in which time stands still.
        applied = world.apply(declared(tasks(0, 1)))
        assert outcomes(applied) == {"deleted": 2}
        assert world.clock.elapsed >= 3 * PER
