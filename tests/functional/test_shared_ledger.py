"""A ledger on PostgreSQL, through the command line; and halting runs on either engine."""

from collections.abc import Callable

import pytest

from reconciler.application.clock import SystemClock
from reconciler.ledger.database import open_database
from reconciler.ledger.halts import Halts
from reconciler.ledger.leases import Leases
from tests.fakes.postgres import fresh_url
from tests.functional.world import WIDE, Inside


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, inside: Inside) -> Inside:
    if request.param == "postgresql":
        inside.env["RECONCILER_LEDGER"] = fresh_url()
    return inside


def test_the_whole_way_goes_over_postgresql(inside: Inside) -> None:
    inside.env["RECONCILER_LEDGER"] = fresh_url()
    upgraded = inside.run("ledger", "upgrade")
    assert (upgraded.code, upgraded.out.split()[-1]) == (0, "3.")
    inside.saved_plan()
    applied = inside.run("apply", "--plan", "plan.jsonl")
    assert applied.code == 0, applied.err
    assert applied.last.startswith("Apply complete: 4 deleted, 0 already absent")
    assert inside.run("audit", "verify").code == 0
    assert inside.run("apply", "--plan", "plan.jsonl").code == 5
    assert inside.run("plan").last.startswith("No changes.")
    listed = inside.run("retire", "--older-than", "0s", "--check")
    assert listed.code == 2, listed.out
    assert not (inside.folder / ".reconciler/ledger.sqlite").exists()


def test_the_audit_log_is_held_against_the_copy_on_the_server(inside: Inside) -> None:
    inside.env["RECONCILER_LEDGER"] = fresh_url()
    assert inside.run("apply", "--auto-approve").code == 0
    (log,) = inside.audit_files()
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:-1]))
    assert inside.run("audit", "verify").code == 7
    log.write_bytes(b"".join(lines) + lines[-1])
    assert inside.run("audit", "verify").code == 5


def test_an_account_that_another_machine_holds_is_locked(inside: Inside) -> None:
    url = inside.env["RECONCILER_LEDGER"] = fresh_url()
    database = open_database(url, SystemClock())
    elsewhere = Leases(database, "20261122T000000000Z-ffffffff")
    with database.transaction("crm") as connection:
        elsewhere.held["crm"] = elsewhere._write(  # noqa: SLF001 - as from another machine
            connection, "crm", database.clock.time()
        )
    with database.transaction() as connection:
        connection.exec_driver_sql("UPDATE leases SET host = 'elsewhere'")
    refused = inside.run("apply", "--auto-approve")
    assert refused.code == 9
    assert "on elsewhere" in refused.err
    assert inside.deletions() == []
    elsewhere.free()
    database.close()
    assert inside.run("apply", "--auto-approve").code == 0


def test_a_server_that_cannot_be_reached_sends_nothing(inside: Inside) -> None:
    inside.env["RECONCILER_LEDGER"] = "postgresql://ada:hunter2@127.0.0.1:1/ledger"
    refused = inside.run("apply", "--auto-approve")
    assert refused.code == 74
    assert "hunter2" not in refused.err + refused.out
    assert inside.arrivals() == []
    planned = inside.run("plan")
    assert planned.code == 0
    assert "Warning: no ledger, so the rate limit holds within this process only" in planned.out


def test_a_halt_stops_an_apply_before_its_first_call(shared: Inside) -> None:
    halted = shared.run("halt", "--account", "crm", "--reason", "wrong list")
    assert (halted.code, halted.last) == (
        0,
        "1 halt in force: no run sends another batch there.",
    )
    refused = shared.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "wrong list" in refused.err
    assert "reconciler halt --lift" in refused.err
    assert shared.arrivals() == []
    planned = shared.run("plan")
    assert planned.code == 0
    assert "Warning: crm was halted by " in planned.out
    assert shared.run("halt").out.count("wrong list") == 1
    lifted = shared.run("halt", "--lift", "--account", "crm", "--format", "json").json()
    assert [one["account"] for one in lifted["lifted"]] == ["crm"]
    assert shared.run("halt").out == "Nothing is halted.\n"
    assert shared.run("apply", "--auto-approve").code == 0


def test_a_halt_of_an_account_that_is_not_in_scope_stops_nothing(inside: Inside) -> None:
    assert inside.run("halt", "--account", "other", "--reason", "x").code == 0
    assert inside.run("apply", "--auto-approve").code == 0


def test_a_halt_ends_a_run_before_its_next_batch(opened_inside: Callable[..., Inside]) -> None:
    world = opened_inside("common_latency_ms=50")
    slow = "{calls: 5, per: 1s, batch: 1, settleWithin: 2s}"
    world.declare(tasks=range(16), crm=slow, dialer=WIDE)
    running = world.start("apply", "--auto-approve", "--format", "json")
    url = f"sqlite:///{world.folder / '.reconciler/ledger.sqlite'}"
    while not world.deletions():
        assert running.poll() is None
    database = open_database(url, SystemClock())
    Halts(database).put([], "enough", "ada")
    database.close()
    out, err = running.communicate(timeout=60)
    assert running.returncode == 4, err
    assert '"not_attempted"' in out
    assert "everything was halted by ada" in out
    sent = len(world.deletions())
    assert 0 < sent < 16
    assert len(world.live_tasks()) == 60 - sent


@pytest.mark.parametrize(
    "arguments",
    [
        ["--lift", "--reason", "x"],
        ["--account", "crm"],
        ["--reason", " "],
    ],
)
def test_a_halt_that_says_too_little_or_too_much_is_wrong_usage(
    inside: Inside, arguments: list[str]
) -> None:
    assert inside.run("halt", *arguments).code == 64
    assert inside.run("halt").out == "Nothing is halted.\n"
