"""A log as folder and ledger have it together."""

from pathlib import Path

import pytest

from reconciler.audit.completing import AuditLog, check_log, companions, complete_log
from reconciler.audit.findings import Copies
from reconciler.audit.loading import load
from reconciler.audit.verify import Verified
from tests.fakes.logs import LOG_ID, RUN, a_good_run, chained, copies_of, told, write

LATER = "20261122T100000000Z-00000002"
LAST = "20261122T110000000Z-00000003"
LINES = chained(a_good_run())


def completed(folder: Path, copies: Copies | None) -> tuple[AuditLog, Verified]:
    loaded = load(sorted(folder.iterdir()))
    log = complete_log(loaded, copies, folder)
    return log, check_log(log, loaded, copies, None)


@pytest.mark.parametrize("kept", range(6))
def test_what_the_folder_lacks_is_taken_from_the_ledger(tmp_path: Path, kept: int) -> None:
    path = write(tmp_path, LINES[:kept])
    if kept < len(LINES):
        path.write_bytes(path.read_bytes() + LINES[kept][:9])
    if not kept:
        path.unlink()
    log, verified = completed(tmp_path, copies_of(LINES))
    (run,) = log.runs
    assert (run.lines, run.rest) == (LINES, b"")
    assert log.from_ledger == ({RUN} if kept < len(LINES) else set())
    assert (verified.findings, verified.lines) == ([], len(LINES))


def test_a_file_without_a_ledger_is_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, LINES[:4])
    log, verified = completed(tmp_path, None)
    assert (log.runs[0].lines, log.from_ledger) == (LINES[:4], frozenset())
    assert told(verified.findings) == [("open", 4, "the run has not finished")]


def test_a_file_that_the_ledger_contradicts_stays_as_it_is_and_is_broken(tmp_path: Path) -> None:
    start, *rest = a_good_run()
    others = chained([{**start, "actor": "eve"}, *rest])
    write(tmp_path, others[:3])
    log, verified = completed(tmp_path, copies_of(LINES))
    assert (log.runs[0].lines, log.from_ledger) == (others[:3], frozenset())
    assert ("broken", 1, "the ledger's copy differs") in told(verified.findings)


def test_a_piece_of_a_line_that_is_another_one_is_not_completed(tmp_path: Path) -> None:
    path = write(tmp_path, LINES[:4])
    path.write_bytes(path.read_bytes() + b"{what")
    log, verified = completed(tmp_path, copies_of(LINES))
    assert (log.runs[0].rest, log.from_ledger) == (b"{what", frozenset())
    assert ("open", 5, "the last line is torn") in told(verified.findings)


def test_what_is_left_out_is_not_missed(tmp_path: Path) -> None:
    write(tmp_path, LINES)
    copies = Copies(LOG_ID, {RUN: LINES, LATER: chained(a_good_run(), LATER)})
    loaded = load(sorted(tmp_path.iterdir()))
    log = complete_log(loaded, copies, tmp_path)
    assert [one.run_id for one in log.runs] == [RUN, LATER]
    only = log.only([RUN])
    assert check_log(only, loaded, copies, None).findings == []
    assert check_log(only, loaded, copies, None).runs == 1


def test_a_killed_run_comes_with_those_that_found_it_dead(tmp_path: Path) -> None:
    start, *rest = a_good_run()
    write(tmp_path, LINES[:1])
    write(tmp_path, chained([{**start, "found_dead": [RUN]}], LATER), LATER)
    write(tmp_path, chained([{**start, "found_dead": [LATER]}, *rest], LAST), LAST)
    log, verified = completed(tmp_path, None)
    assert companions(log, [RUN]) == companions(log, [LATER, RUN]) == {RUN, LATER, LAST}
    assert companions(log, [LATER]) == {LATER, LAST}
    assert companions(log, [LAST]) == {LAST}
    assert verified.findings == []
