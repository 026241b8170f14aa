"""Standing still: a process that stops behind an intent sends nothing when it goes on."""

from pathlib import Path

import pytest

from reconciler.application.recovering import LANDED
from reconciler.audit.file import AuditFile
from reconciler.errors import ExitCode
from tests.fakes.runs import check, declared, deletions, events, of_type, tasks
from tests.simulation import a_world

TARGETS = tasks(0, 1)


def test_what_has_its_intent_is_not_sent_once_others_take_it_to_have_landed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_world(tmp_path) as world:
        append, stands = AuditFile.append, [True]

        def slow(self: AuditFile, line: bytes) -> None:
            append(self, line)
            if b'"batch.intent"' in line and stands:
                stands.clear()
                world.clock.elapsed += LANDED + 1.0

        monkeypatch.setattr(AuditFile, "append", slow)
        applied = world.apply(declared(TARGETS))
        assert applied.exit_code is ExitCode.DONE
        told = events(world, applied)
        first, second = of_type(told, "batch.intent")
        assert [one["batch"]["attempt"] for one in (first, second)] == [1, 2]
        (sent,) = deletions(world)
        assert sent.time >= world.clock.time() - world.clock.elapsed + LANDED + 1.0
        check(world, applied, planned=TARGETS)
