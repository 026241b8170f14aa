"""Signals and sudden death in the middle of an apply."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.world import World

SLOW = ("common_failures=leadsquared_delete:1:hang_after", "common_hang_seconds=30")
"""The deletion happens at once, and its answer never comes."""


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_in_time_and_the_next_one_settles_by_reading(
    opened: Callable[..., World], number: signal.Signals, code: int
) -> None:
    world = opened(*SLOW)
    world.declare(tasks=[0, 1], policy="{canary: []}")
    process = world.start("apply", "--auto-approve")
    until(world.deletions)
    began = time.monotonic()
    process.send_signal(number)
    out, _ = process.communicate(timeout=30)
    assert time.monotonic() - began < 5
    assert process.returncode == code
    assert out.splitlines()[-1] == (
        "Apply incomplete: 0 deleted, 0 already absent, 0 still present, 0 failed, 2 unknown, "
        "0 not attempted."
    )
    assert world.run("audit", "verify").code == 0
    finished = world.events()[-1]
    assert (finished["type"], finished["exit_code"]) == ("run.finished", code)


def test_a_second_signal_ends_a_run_at_once(opened: Callable[..., World]) -> None:
    world = opened(*SLOW)
    world.declare(tasks=[0])
    process = world.start("apply", "--auto-approve")
    until(world.deletions)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert (process.returncode, time.monotonic() - began < 1) == (143, True)


def test_a_run_that_was_killed_is_settled_by_reading_and_never_sent_again(
    opened: Callable[..., World],
) -> None:
    world = opened(*SLOW)
    world.declare(tasks=[0, 1], policy="{canary: []}")
    plan = world.saved_plan()
    process = world.start("apply", "--plan", "plan.jsonl")
    until(world.deletions)
    process.kill()
    process.communicate(timeout=30)
    open_log = world.run("audit", "verify")
    assert (open_log.code, "Audit log open: " in open_log.out) == (7, True)
    assert_the_ledgers_request_is_old(world.folder)
    again = world.run("apply", "--plan", str(plan))
    assert again.code == 0
    assert again.last == (
        "Apply complete: 2 deleted, 0 already absent, 0 still present, 0 failed, 0 unknown, "
        "0 not attempted."
    )
    assert len(world.deletions()) == 1


def assert_the_ledgers_request_is_old(folder: Path) -> None:
    """Let the time pass in which a request may still be on its way."""
    import sqlite3  # noqa: PLC0415 - only this test opens the ledger itself

    ledger = sqlite3.connect(folder / ".reconciler/ledger.sqlite")
    with ledger:
        ledger.execute("UPDATE batches SET intent_at = intent_at - 60")
    ledger.close()
