"""What checking the audit log says of a log that was not left alone."""

from pathlib import Path

import pytest

from tests.functional.world import Inside


@pytest.fixture
def log(inside: Inside) -> Path:
    """The audit file of a run that is over."""
    assert inside.run("apply", "--auto-approve").code == 0
    return inside.audit_files()[0]


def test_a_changed_line_is_broken(inside: Inside, log: Path) -> None:
    log.write_bytes(log.read_bytes().replace(b'"size":2', b'"size":1', 1))
    told = inside.run("audit", "verify")
    assert (told.code, "Audit log broken: 1 run, " in told.out) == (5, True)
    assert inside.run("audit", "verify", "--format", "json").json()["exit_code"] == 5


def test_a_log_that_was_cut_is_open_and_is_not_mended(inside: Inside, log: Path) -> None:
    cut = log.read_bytes()[:-20]
    log.write_bytes(cut)
    told = inside.run("audit", "verify")
    assert (told.code, "Audit log open: 1 run, " in told.out) == (7, True)
    assert log.read_bytes() == cut


def test_a_log_that_is_gone_is_missed_by_its_ledger(inside: Inside, log: Path) -> None:
    log.unlink()
    told = inside.run("audit", "verify")
    assert told.code == 7
    assert f"open: {log.name}: the ledger has this run, the folder not\n" in told.out


def test_single_files_are_checked_without_missing_the_others(inside: Inside, log: Path) -> None:
    assert inside.run("apply", "--auto-approve").code == 0
    assert inside.run("audit", "verify", str(log)).out.startswith("Audit log verified: 1 run, ")
    assert inside.run("audit", "verify", str(log.parent)).code == 0


def test_a_log_that_was_taken_elsewhere_is_checked_without_its_ledger(
    inside: Inside, log: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").mkdir()
    taken = log.rename(tmp_path / "taken" / log.name)
    nowhere = ("--ledger", f"sqlite:///{tmp_path}/none.sqlite")
    assert inside.run("audit", "verify", str(taken), *nowhere).code == 0
    assert not (tmp_path / "none.sqlite").exists()
