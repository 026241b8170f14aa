"""Where a plan is saved: a file, and never in place of something else."""

import io
import os
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.errors import UsageError
from reconciler.planfile.private import private_file
from reconciler.planfile.write import write_plan
from tests.planfile.test_plan_file import plan_of
from tests.views.documents import task

TOLD = "Something other than a file is there, and would be replaced"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(path.name)


def make_link(path: Path) -> None:
    (path.parent / "elsewhere.jsonl").write_text("somebody's")
    path.symlink_to("elsewhere.jsonl")


def make_dangling_link(path: Path) -> None:
    path.symlink_to("nowhere.jsonl")


KINDS = [make_pipe, make_socket, make_link, make_dangling_link]


@pytest.mark.parametrize("make", KINDS)
def test_a_plan_replaces_nothing_but_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Callable[[Path], None]
) -> None:
    """Before anything is read: there are no manifests here, and nobody says so."""
    make(out := tmp_path / "plan.jsonl")
    before = (out.lstat(), sorted(tmp_path.iterdir()))
    assert main(["plan", "--out", "plan.jsonl"]) == 64
    assert TOLD in capsys.readouterr().err
    with pytest.raises(UsageError, match=TOLD), private_file(out):
        pytest.fail("nothing is to be written")
    assert (out.lstat(), sorted(tmp_path.iterdir())) == before


@pytest.mark.parametrize("name", ["plan.json", "plan.txt"])
def test_nor_do_the_copies_of_a_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    make_link(tmp_path / name)
    assert main(["plan", "--out", "plan.jsonl", "--format", "github"]) == 64
    assert TOLD in capsys.readouterr().err
    # Without that format there are no copies.
    assert main(["plan", "--out", "plan.jsonl"]) == 3


def test_output_may_still_go_into_a_pipe(tmp_path: Path) -> None:
    write_plan(plan_of(task(1)), tmp_path / "plan.jsonl")
    make_pipe(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert main(["show", "plan.jsonl", "--output", "pipe"]) == 0
        assert b"Plan: 1 to delete" in os.read(reading, 65536)
    finally:
        os.close(reading)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
