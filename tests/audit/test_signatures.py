"""What checkpoints and signatures add to the chain: what was cut, changed or never signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.audit.chain import line_hash
from reconciler.audit.findings import Copies
from reconciler.audit.notes import Signer
from reconciler.audit.place import AuditPlace
from reconciler.audit.trust import TrustedKeys
from reconciler.audit.verify import Verified, verify
from tests.fakes.keys import a_signer, another_signer, trusting
from tests.fakes.logs import LOG_ID, RUN, a_good_run, chained, copies_of, told, write

SIGNER = a_signer()
KEYS = trusting(SIGNER)
LATER = "20261122T100000000Z-00000002"


@dataclass(frozen=True)
class Log:
    """A folder with the files of runs."""

    folder: Path

    def add(
        self,
        events: Sequence[Mapping[str, Any]],
        at: Sequence[int],
        run_id: str = RUN,
        signer: Signer | None = SIGNER,
    ) -> list[bytes]:
        """Write a run with checkpoints behind so many lines, and return its lines."""
        lines = chained(events, run_id)
        write(self.folder, lines, run_id)
        file = AuditPlace(self.folder, signer).checkpoints_of(LOG_ID, run_id)
        for size in at:
            file.append(size, line_hash(lines[size - 1]))
        file.close()
        return lines

    def notes(self, run_id: str = RUN) -> Path:
        return self.folder / f"{run_id}.checkpoints"

    def found(
        self, trusted: TrustedKeys | None = KEYS, copies: Copies | None = None
    ) -> list[tuple[str, int, str]]:
        return told(self.verified(trusted, copies).findings)

    def verified(
        self, trusted: TrustedKeys | None = KEYS, copies: Copies | None = None
    ) -> Verified:
        return verify(sorted(self.folder.iterdir()), copies, trusted)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def follower(lines: Sequence[bytes], seq: int | None = None) -> list[dict[str, Any]]:
    """Return a run whose first line names a line of the run before, by default the last."""
    seq = len(lines) - 1 if seq is None else seq
    previous = {"run_id": RUN, "seq": seq, "hash": line_hash(lines[seq])}
    first, *rest = a_good_run()
    return [{**first, "previous": previous}, *rest]


def test_a_run_that_is_signed_to_its_end_is_whole(log: Log) -> None:
    log.add(a_good_run(), [1, 4, 5])
    assert log.found() == []
    verified = log.verified()
    assert (verified.checkpoints, verified.signed, verified.counted) == (3, 3, 3)
    unchecked = log.verified(None)
    assert (unchecked.findings, unchecked.signed, unchecked.counted) == ([], 3, None)


def test_without_keys_unsigned_checkpoints_and_none_are_no_finding(log: Log) -> None:
    log.add(a_good_run(), [1, 5], signer=None)
    log.add(a_good_run(), [], LATER)
    verified = log.verified(None)
    assert (verified.findings, verified.checkpoints, verified.signed) == ([], 2, 0)


@pytest.mark.parametrize("signer", [None, another_signer(), another_signer(SIGNER.key.name)])
def test_what_no_given_key_signed_is_vouched_for_by_nobody(log: Log, signer: Signer | None) -> None:
    log.add(a_good_run(), [1, 5], signer=signer)
    message = "no checkpoint that a given key signed vouches for it"
    assert log.found() == [("open", 0, message)]
    assert log.verified().counted == 0


def test_a_run_without_its_checkpoints_is_vouched_for_by_nobody(log: Log) -> None:
    log.add(a_good_run(), [1, 5])
    log.notes().unlink()
    assert [kind for kind, _, _ in log.found()] == ["open"]


def test_lines_behind_the_last_signature_are_vouched_for_by_nobody(log: Log) -> None:
    log.add(a_good_run(), [1, 4])
    message = "no checkpoint that a given key signed vouches for lines behind 4"
    assert log.found() == [("open", 4, message)]


def test_a_later_run_vouches_for_what_its_first_line_names(log: Log) -> None:
    """So whoever began to sign one day vouches for all that was there before."""
    lines = log.add(a_good_run(), [], signer=None)
    log.add(follower(lines), [5], LATER)
    assert log.found() == []


def test_a_later_run_does_not_vouch_for_lines_behind_the_one_that_it_names(log: Log) -> None:
    lines = log.add(a_good_run(), [1], signer=None)
    log.add(follower(lines, 2), [5], LATER)
    message = "no checkpoint that a given key signed vouches for lines behind 3"
    assert log.found() == [("open", 3, message)]


def test_a_later_run_does_not_vouch_for_what_was_made_anew_since(log: Log) -> None:
    start, *rest = a_good_run()
    lines = log.add(a_good_run(), [], signer=None)
    log.add(follower(lines), [5], LATER)
    write(log.folder, chained([{**start, "actor": "eve"}, *rest]))
    assert log.found() == [
        ("broken", 1, f"the line it names in {RUN} was changed"),
        ("open", 0, "no checkpoint that a given key signed vouches for it"),
    ]


def test_a_later_run_that_nobody_signed_vouches_for_nothing(log: Log) -> None:
    lines = log.add(a_good_run(), [], signer=None)
    log.add(follower(lines), [5], LATER, signer=another_signer())
    assert len(log.found()) == 2


def test_runs_that_name_each_other_are_no_endless_matter(log: Log) -> None:
    lines = log.add(a_good_run(), [5])
    log.add(follower(lines, 4), [5], LATER)
    looped = chained(follower(lines, 0))
    write(log.folder, looped)
    assert ("broken", 1) in {(kind, line) for kind, line, _ in log.found()}


def test_lines_cut_off_behind_a_checkpoint_are_missed(log: Log) -> None:
    """Whoever may write the file and the ledger cuts both; the signature stays."""
    lines = log.add(a_good_run(), [1, 5])
    write(log.folder, lines[:1])
    message = "it counts 5 lines, and there are 1"
    assert ("broken", 7, message) in log.found(copies=copies_of(lines[:1]))
    assert ("broken", 7, message) in log.found(None)


def test_a_run_of_which_only_checkpoints_are_left_is_missed(log: Log) -> None:
    log.add(a_good_run(), [5])
    (log.folder / f"{RUN}.jsonl").unlink()
    assert log.found(None) == [("broken", 1, "it counts 5 lines, and there are 0")]
    assert log.verified(None).runs == 0


def test_a_file_that_the_ledger_completes_is_open_and_not_broken(log: Log) -> None:
    """As a crash of the disk leaves it; the lines that were signed are still known."""
    lines = log.add(a_good_run(), [1, 5])
    write(log.folder, lines[:3])
    assert log.found(copies=copies_of(lines)) == [
        ("open", 3, "the ledger has 2 more lines"),
    ]


def test_a_run_that_was_made_anew_contradicts_what_was_signed(log: Log) -> None:
    """Whoever may write everything but has no key cannot make the chain anew unseen."""
    log.add(a_good_run(), [1, 5])
    start, *rest = a_good_run()
    write(log.folder, chained([{**start, "actor": "eve"}, *rest]))
    assert log.found() == [
        ("broken", 1, "line 1 is another one than it was"),
        ("open", 0, "no checkpoint that a given key signed vouches for it"),
    ]


def test_a_checkpoint_of_another_run_or_log_is_refused(log: Log) -> None:
    lines = log.add(a_good_run(), [5])
    for origin in (f"{LOG_ID}/{LATER}", f"00000000000000bb/{RUN}"):
        log.notes().unlink()
        file = AuditPlace(log.folder, SIGNER).checkpoints_of(*origin.split("/"))
        file.append(5, line_hash(lines[-1]))
        file.path.replace(log.notes())
        assert ("broken", 1, "it is of another run") in log.found()


def test_a_signature_that_is_not_of_the_key_that_it_names_is_forged(log: Log) -> None:
    log.add(a_good_run(), [1, 5])
    lines = log.notes().read_bytes().split(b"\n")
    # Each has the signature of the other.
    lines[4], lines[10] = lines[10], lines[4]
    log.notes().write_bytes(b"\n".join(lines))
    message = "it has a signature of a given key's name that is not of that key"
    assert log.found()[:2] == [("broken", 1, message), ("broken", 7, message)]


def test_a_checkpoint_among_signed_ones_that_is_not_signed_was_added(log: Log) -> None:
    lines = log.add(a_good_run(), [1, 5])
    file = AuditPlace(log.folder / "x").checkpoints_of(LOG_ID, RUN)
    file.append(3, line_hash(lines[2]))
    added = file.path.read_bytes()
    file.path.unlink()
    file.path.parent.rmdir()
    log.notes().write_bytes(log.notes().read_bytes() + added)
    message = "a given key signed other checkpoints of this run, and not this one"
    assert log.found() == [("broken", 13, message)]
    assert log.found(None) == []


def test_a_piece_of_a_checkpoint_is_told_unless_the_run_is_accounted_for(log: Log) -> None:
    lines = log.add(a_good_run()[:1], [1])
    log.notes().write_bytes(log.notes().read_bytes() + b"reconciler.aud")
    assert log.found(None) == [
        ("open", 1, "the run has not finished"),
        ("open", 0, "the last checkpoint is torn"),
    ]
    first, *rest = follower(lines)
    log.add([{**first, "found_dead": [RUN]}, *rest], [5], LATER)
    assert log.found(None) == log.found() == []


def test_what_is_no_checkpoint_is_broken(log: Log) -> None:
    log.add(a_good_run(), [5])
    log.notes().write_bytes(log.notes().read_bytes() + b"what\n\n\n")
    assert log.found() == [("broken", 7, "this is no checkpoint")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(where=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255), notes=st.booleans())
def test_no_byte_of_lines_and_signed_checkpoints_can_be_changed_unseen(
    log: Log, where: float, flip: int, *, notes: bool
) -> None:
    log.notes().unlink(missing_ok=True)
    log.add(a_good_run(), [1, 4, 5])
    path = log.notes() if notes else log.folder / f"{RUN}.jsonl"
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= flip
    path.write_bytes(content)
    assert log.found() != []


@pytest.mark.parametrize("kept", range(5))
def test_however_much_is_cut_off_both_files_and_the_ledger_is_seen(log: Log, kept: int) -> None:
    """As long as a checkpoint was kept elsewhere, or one of them forgotten."""
    lines = log.add(a_good_run(), [1, 4, 5])
    write(log.folder, lines[:kept])
    assert any(kind == "broken" for kind, _, _ in log.found(copies=copies_of(lines[:kept])))
