"""Checkpoints of real runs: when they are written, what they bind, and what happens without."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from reconciler.application.applied import Applied
from reconciler.audit.checkpoints import Notes, parse_notes
from reconciler.audit.file import append_to
from reconciler.audit.findings import Finding
from reconciler.audit.verify import verify
from reconciler.domain.guarding.policies import Policy
from reconciler.errors import ExitCode, UnrecordedError
from reconciler.ledger.copies import read_copies
from tests.fakes.crash import Killed, dying
from tests.fakes.keys import SIGNING_KEY, a_signer, trusting
from tests.fakes.plans import crm
from tests.fakes.runs import alive, declared, deletions, events, records, tasks
from tests.simulation import World, a_world

CAREFUL = Policy(name="careful", place="manifests/policy.yaml:1", max_delete_percent=100)
"""Begins with canaries."""
FORBIDDING = Policy(name="forbidding", place="manifests/policy.yaml:1", max_deletes=0)


def notes_of(world: World, applied: Applied) -> Notes:
    return parse_notes((world.folder / "audit" / f"{applied.run_id}.checkpoints").read_bytes())


def sizes(world: World, applied: Applied) -> list[int]:
    return [one.checkpoint.size for one in notes_of(world, applied).found]


def around(world: World, applied: Applied, size: int) -> tuple[str, ...]:
    """Return the types of the line that a checkpoint ends with, and of the one behind it."""
    return tuple(event["type"] for event in events(world, applied)[size - 1 : size + 1])


def findings(world: World, *, keys: bool = False) -> list[Finding]:
    trusted = trusting(a_signer()) if keys else None
    files = sorted((world.folder / "audit").iterdir())
    copies = read_copies(f"sqlite:///{world.folder / 'ledger.sqlite'}")
    return list(verify(files, copies, trusted).findings)


def test_a_run_is_bound_before_its_first_deletion_and_at_its_end(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        applied = world.apply(declared(tasks(0, 1), records(0)))
        first, last = sizes(world, applied)
        assert around(world, applied, first) == ("guard.evaluated", "batch.intent")
        assert around(world, applied, last) == ("run.finished",)
        assert {len(one.signatures) for one in notes_of(world, applied).found} == {0}
        assert findings(world) == []


def test_the_first_checkpoint_is_there_when_the_first_deletion_leaves(tmp_path: Path) -> None:
    found: list[int] = []
    with a_world(tmp_path) as world:

        def look(request: httpx.Request) -> None:
            if request.method == "DELETE" or request.url.path.endswith("DeleteTasks"):
                (path,) = (tmp_path / "audit").glob("*.checkpoints")
                found.append(len(parse_notes(path.read_bytes()).found))

        world.transport.before = look
        world.apply(declared(tasks(0, 1), records(0)))
    assert found == [1, 1]


def test_a_run_is_bound_once_more_behind_its_canaries(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        applied = world.apply(declared(tasks(*range(20)), policies=[CAREFUL]))
        first, canaries, last = sizes(world, applied)
        told = events(world, applied)
        sent = [event for event in told if event["type"] == "batch.intent"]
        assert [one["batch"]["canary"] for one in sent] == [True, True, True]
        assert sent[0]["seq"] == first
        assert around(world, applied, canaries) == ("batch.settled", "run.finished")
        assert last == len(told)


def test_every_account_that_has_canaries_binds_the_run_behind_its_own(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        applied = world.apply(declared(tasks(*range(3)), records(*range(3)), policies=[CAREFUL]))
        assert len(sizes(world, applied)) == 4


@pytest.mark.parametrize(
    ("policies", "code"),
    [
        ([CAREFUL], ExitCode.DONE),
        ([FORBIDDING], ExitCode.REFUSED),
    ],
)
def test_a_run_that_sends_nothing_is_bound_at_its_end(
    tmp_path: Path, policies: list[Policy], code: ExitCode
) -> None:
    with a_world(tmp_path) as world:
        targets = tasks(999_999) if code is ExitCode.DONE else tasks(0)
        applied = world.apply(declared(targets, policies=policies))
        assert applied.exit_code is code
        assert sizes(world, applied) == [len(events(world, applied))]


def test_a_run_that_is_refused_before_it_has_a_plan_is_bound_too(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        with pytest.raises(Exception, match="The plan is not the approved one"):
            world.apply(declared(tasks(0)), expected_digest="sha256:0")
        (path,) = (tmp_path / "audit").glob("*.checkpoints")
        assert [one.checkpoint.size for one in parse_notes(path.read_bytes()).found] == [2]


def test_with_a_key_every_checkpoint_is_signed_and_the_run_vouched_for(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.signing_key = SIGNING_KEY
        applied = world.apply(declared(tasks(0, 1), policies=[CAREFUL]))
        assert [len(one.signatures) for one in notes_of(world, applied).found] == [1, 1, 1]
        assert findings(world, keys=True) == []


def test_a_killed_run_is_vouched_for_by_the_one_that_settles_it(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.signing_key = SIGNING_KEY
        with dying(world, 10**9) as crash:

            def after(_: httpx.Request) -> None:
                if deletions(world):
                    crash.happened = True
                    raise Killed

            world.transport.after = after
            with pytest.raises(Killed):
                world.apply(declared(tasks(0, 1)))
        dead = {one.message for one in findings(world, keys=True)}
        assert dead == {
            "the run has not finished",
            "no checkpoint that a given key signed vouches for lines behind 6",
        }
        assert world.apply(declared(tasks(0, 1))).exit_code is ExitCode.DONE
        assert findings(world, keys=True) == []


@contextmanager
def unwritable(nth: int, before: Callable[[], None]) -> Iterator[None]:
    """Let the nth checkpoint not be written, nor any after it."""
    written = 0

    def fail(path: Path, descriptor: int, content: bytes) -> None:
        nonlocal written
        written += 1
        if written == nth:
            before()
        if written >= nth:
            raise UnrecordedError("The audit log cannot be written", detail=str(path))
        append_to(path, descriptor, content)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("reconciler.audit.checkpoints.append_to", fail)
        yield


@pytest.mark.parametrize(("nth", "sent"), [(1, 0), (2, 3)])
def test_when_a_checkpoint_cannot_be_written_nothing_more_is_sent(
    tmp_path: Path, nth: int, sent: int
) -> None:
    declarations = declared(
        tasks(*range(20)),
        policies=[Policy(name="p", place="p:1", canary=(1, 2, 3), max_delete_percent=100)],
        accounts=[crm(batch=5)],
    )
    with a_world(tmp_path) as world:
        before: list[int] = []
        with unwritable(nth, lambda: before.append(len(deletions(world)))):
            applied = world.apply(declarations)
        assert applied.exit_code is ExitCode.UNRECORDED
        assert [type(one) for one in applied.trouble] == [UnrecordedError]
        assert before == [len(deletions(world))] == [sent]
        # The next one goes on, and accounts for it.
        again = world.apply(declarations)
        assert again.exit_code is ExitCode.DONE
        assert set(tasks(*range(20))).isdisjoint(alive(world))
        assert findings(world) == []


def test_a_last_checkpoint_that_cannot_be_written_is_exit_74_though_all_is_done(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        with unwritable(2, lambda: None):
            applied = world.apply(declared(tasks(0)))
        assert applied.exit_code is ExitCode.UNRECORDED
        assert tasks(0)[0] not in alive(world)
        assert events(world, applied)[-1]["type"] == "run.finished"
        assert world.apply(declared(tasks(0))).exit_code is ExitCode.DONE
        assert findings(world) == []


def test_a_folder_that_takes_no_further_file_is_found_before_the_first_deletion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(path: str, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith(".checkpoints"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, flags, mode)

    with a_world(tmp_path) as world:
        monkeypatch.setattr(os, "open", refuse)
        applied = world.apply(declared(tasks(0)))
        assert (applied.exit_code, deletions(world)) == (ExitCode.UNRECORDED, [])
        (trouble,) = applied.trouble
        assert f"{applied.run_id}.checkpoints: No space left on device" in trouble.detail
