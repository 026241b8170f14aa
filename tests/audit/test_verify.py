"""Verification: whatever is changed in a log is found, and told from what is merely unfinished."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.audit.chain import canonical, line_hash
from reconciler.audit.findings import Copies, Kind
from tests.fakes.logs import (
    LOG_ID,
    RUN,
    Fields,
    a_good_run,
    chained,
    copies_of,
    finished,
    started,
    told,
    verified,
    write,
)

GOOD = chained(a_good_run())
WHOLE = b"".join(line + b"\n" for line in GOOD)


def test_a_good_log_is_verified(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    for copies in (None, copies_of(GOOD)):
        found = verified(tmp_path, copies)
        assert (found.runs, found.lines, list(found.findings)) == (1, 5, [])


def test_an_empty_folder_is_verified(tmp_path: Path) -> None:
    found = verified(tmp_path)
    assert (found.runs, found.lines, list(found.findings)) == (0, 0, [])


def edits(line: bytes) -> Iterator[bytes]:
    """Yield a line with each of its values changed, one at a time."""
    fields = json.loads(line)
    for name in fields:
        yield canonical({key: value for key, value in fields.items() if key != name})
        value = fields[name]
        changed = value + 1 if isinstance(value, int) else "changed"
        yield canonical({**fields, name: changed})
    yield canonical({**fields, "added": 1})
    yield b" " + line
    yield line[:-1]
    yield b""
    yield b"null"


def edited_logs() -> Iterator[bytes]:
    for number, line in enumerate(GOOD):
        for other in edits(line):
            lines = [*GOOD[:number], other, *GOOD[number + 1 :]]
            yield b"".join(one + b"\n" for one in lines)


def test_every_edit_of_every_line_is_found(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    corpus = list(edited_logs())
    assert len(corpus) > 100
    for content in corpus:
        path.write_bytes(content)
        kinds = {finding.kind for finding in verified(tmp_path, copies_of(GOOD)).findings}
        assert Kind.BROKEN in kinds, content


def test_every_edit_but_of_the_last_line_is_found_without_a_ledger(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    for content in edited_logs():
        if content.split(b"\n")[:4] != GOOD[:4]:
            path.write_bytes(content)
            kinds = {finding.kind for finding in verified(tmp_path).findings}
            assert Kind.BROKEN in kinds, content


@pytest.mark.parametrize("with_ledger", [True, False])
def test_lines_deleted_swapped_or_doubled_are_found(tmp_path: Path, *, with_ledger: bool) -> None:
    copies = copies_of(GOOD) if with_ledger else None
    for number in range(len(GOOD)):
        deleted = [*GOOD[:number], *GOOD[number + 1 :]]
        swapped = list(GOOD)
        swapped[number - 1], swapped[number] = swapped[number], swapped[number - 1]
        doubled = [*GOOD[: number + 1], *GOOD[number:]]
        for lines in (deleted, swapped, doubled):
            write(tmp_path, lines)
            kinds = {finding.kind for finding in verified(tmp_path, copies).findings}
            # To delete the last line is to stop earlier, which is open and not broken.
            expected = Kind.OPEN if lines == GOOD[:-1] else Kind.BROKEN
            assert kinds == {expected} | (kinds & {Kind.OPEN}), (number, lines)


@pytest.mark.parametrize("with_ledger", [True, False])
def test_a_log_cut_at_any_byte_is_open_and_not_broken(tmp_path: Path, *, with_ledger: bool) -> None:
    path = write(tmp_path, GOOD)
    copies = copies_of(GOOD) if with_ledger else None
    last = len(WHOLE) - len(GOOD[-1]) - 1
    for length in (*range(last, len(WHOLE)), 0, 1, len(GOOD[0]), len(GOOD[0]) + 1):
        path.write_bytes(WHOLE[:length])
        kinds = {finding.kind for finding in verified(tmp_path, copies).findings}
        assert kinds == {Kind.OPEN}, length


def test_a_torn_line_is_told_from_a_missing_one(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    path.write_bytes(WHOLE[:-9])
    assert told(verified(tmp_path).findings) == [("open", 5, "the last line is torn")]
    write(tmp_path, GOOD[:-1])
    assert told(verified(tmp_path).findings) == [("open", 4, "the run has not finished")]


def test_a_file_shorter_than_the_copy_of_the_ledger_is_open(tmp_path: Path) -> None:
    write(tmp_path, GOOD[:3])
    assert told(verified(tmp_path, copies_of(GOOD)).findings) == [
        ("open", 3, "the ledger has 2 more lines"),
    ]


def test_a_run_that_only_the_ledger_has_is_open(tmp_path: Path) -> None:
    assert told(verified(tmp_path, copies_of(GOOD)).findings) == [
        ("open", 0, "the ledger has this run, the folder not")
    ]


def test_lines_that_the_ledger_lacks_are_damage(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    assert told(verified(tmp_path, copies_of(GOOD[:4])).findings) == [
        ("broken", 5, "the ledger has no such line")
    ]
    assert told(verified(tmp_path, Copies(LOG_ID, {})).findings) == [
        ("broken", 1, "the ledger has no such line")
    ]


def test_a_log_of_another_ledger_is_held_against_itself_only(tmp_path: Path) -> None:
    write(tmp_path, chained(a_good_run(), log_id="another"))
    assert told(verified(tmp_path, Copies(LOG_ID, {})).findings) == []


def test_a_run_written_anew_is_found_by_the_ledger(tmp_path: Path) -> None:
    forged = [started(), *a_good_run()[1:]]
    forged[0]["actor"] = "eve"
    for log_id in (LOG_ID, "another"):
        write(tmp_path, chained(forged, log_id=log_id))
        assert told(verified(tmp_path).findings) == []
        assert told(verified(tmp_path, copies_of(GOOD)).findings) == [
            ("broken", 1, "the ledger's copy differs")
        ]


def a_later_run(previous: Fields) -> list[bytes]:
    first = {**started(0), "previous": previous}
    return chained([first, finished()], run_id="20261122T100000000Z-00000002")


@pytest.mark.parametrize(
    ("seq", "hashed", "findings"),
    [
        (4, "right", []),
        (4, "0" * 64, [("broken", 1, f"the line it names in {RUN} was changed")]),
        (5, "right", [("open", 1, f"names a line that {RUN} lacks")]),
        (-1, "right", [("open", 1, f"names a line that {RUN} lacks")]),
        ("4", "right", [("open", 1, f"names a line that {RUN} lacks")]),
    ],
)
def test_a_run_is_bound_to_the_run_before(
    tmp_path: Path, seq: int | str, hashed: str, findings: list[tuple[str, int, str]]
) -> None:
    write(tmp_path, GOOD)
    digest = line_hash(GOOD[-1]) if hashed == "right" else hashed
    later = a_later_run({"run_id": RUN, "seq": seq, "hash": digest})
    write(tmp_path, later, "20261122T100000000Z-00000002")
    assert told(verified(tmp_path).findings) == findings


def test_a_run_before_that_is_kept_elsewhere_is_not_missed(tmp_path: Path) -> None:
    later = a_later_run({"run_id": RUN, "seq": 4, "hash": "0" * 64})
    write(tmp_path, later, "20261122T100000000Z-00000002")
    assert told(verified(tmp_path).findings) == []


def test_a_file_under_another_name_is_broken(tmp_path: Path) -> None:
    write(tmp_path, GOOD, "another")
    assert told(verified(tmp_path).findings) == [
        ("broken", 1, f"run_id is {RUN!r}, expected 'another'")
    ]


@pytest.mark.parametrize(
    "line", [b"[1]", b"{", b"\xff", b'{"a":NaN}', b'{"a": 1}', b"[" * 9999, b'"\\ud83d"']
)
def test_what_is_no_canonical_object_is_broken_and_no_crash(tmp_path: Path, line: bytes) -> None:
    write(tmp_path, [line])
    (finding,) = verified(tmp_path).findings
    assert (finding.kind, finding.line) == (Kind.BROKEN, 1)


def test_nonsense_in_an_unbroken_chain_is_broken(tmp_path: Path) -> None:
    events = a_good_run()
    events[1]["batch"] = []
    write(tmp_path, chained(events))
    kinds = {finding.kind for finding in verified(tmp_path).findings}
    assert kinds == {Kind.BROKEN}


def test_verifying_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD[:2])
    path.chmod(0o400)
    before = path.stat()
    verified(tmp_path, copies_of(GOOD))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (
        b"".join(line + b"\n" for line in GOOD[:2]),
        before.st_mtime_ns,
    )
