"""Outputs that nobody can write: a full disk behind stdout, a reader that has gone."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.functional.test_step_outputs import TOLD, outputs
from tests.functional.world import Inside

FULL = Path("/dev/full")
UNWRITTEN = "Error: The output cannot be written\n  stdout: No space left on device\n"


@contextmanager
def full() -> Iterator[IO[bytes]]:
    if not FULL.exists():
        pytest.skip(f"needs {FULL}")
    with FULL.open("wb", buffering=0) as file:
        yield file


@contextmanager
def unread() -> Iterator[IO[bytes]]:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as file:
        yield file


def run_into(
    world: Inside, out: IO[bytes], *arguments: str, both: bool = False
) -> tuple[int, str, str]:
    """Run the command; return its code, what it said, and the code that the next steps are told."""
    (world.folder / TOLD).unlink(missing_ok=True)
    done = subprocess.run(
        world.command(*arguments),
        cwd=world.folder,
        env={**world.env, "GITHUB_OUTPUT": str(world.folder / TOLD)},
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=out if both else subprocess.PIPE,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return done.returncode, done.stderr or "", outputs(world.folder / TOLD)["exit_code"]


def test_a_plan_that_cannot_be_shown_is_exit_1(inside: Inside) -> None:
    inside.saved_plan()
    with full() as out:
        assert run_into(inside, out, "show", "plan.jsonl") == (1, UNWRITTEN, "1")
        assert run_into(inside, out, "show", "plan.jsonl", "--format", "json") == (
            1,
            UNWRITTEN,
            "1",
        )
    with unread() as out:
        assert run_into(inside, out, "show", "plan.jsonl", "--full") == (1, "", "1")


def test_an_error_that_cannot_be_written_keeps_its_code(inside: Inside) -> None:
    for unwritable in (full, unread):
        with unwritable() as out:
            arguments = ("plan", "no-manifests", "--format", "json")
            code, said, told = run_into(inside, out, *arguments)
            assert (code, told) == (3, "3")
            assert said.endswith("\n\nError: 1 problem in the configuration\n")


@pytest.mark.parametrize("unwritable", [full, unread])
def test_what_a_run_came_to_outweighs_that_its_report_cannot_be_written(
    inside: Inside, unwritable: Callable[[], AbstractContextManager[IO[bytes]]]
) -> None:
    inside.declare(tasks=[0, 1], policy="{maxDeletes: 1}")
    with unwritable() as out:
        code, said, told = run_into(inside, out, "apply", "--auto-approve", "-q")
        assert (code, told) == (4, "4")
        assert "Traceback" not in said
        assert run_into(inside, out, "apply", "--auto-approve", both=True) == (4, "", "4")


def test_deletions_that_cannot_be_reported_are_made_and_not_called_done(inside: Inside) -> None:
    inside.declare(tasks=[0])
    with full() as out:
        code, said, told = run_into(inside, out, "apply", "--auto-approve")
    assert (code, told) == (1, "1")
    assert said.endswith(UNWRITTEN)
    assert len(inside.deletions()) == 1
    assert inside.run("apply", "--auto-approve", "--output", "no/such/folder").code == 1
