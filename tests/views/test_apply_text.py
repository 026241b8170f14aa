"""What an apply did, as people and programs read it."""

import json
from typing import Any

from reconciler.application.applied import Applied
from reconciler.application.apply_document import apply_document
from reconciler.application.results import Results
from reconciler.domain.accounts import Container, System
from reconciler.domain.outcomes import Outcome, Settled
from reconciler.errors import ExitCode, UnrecordedError
from reconciler.views.machine import apply_json
from reconciler.views.text.apply import apply_text
from reconciler.views.text.lines import render
from tests.views.plans import empty_plan

BOX = Container(System.LEADSQUARED, "crm")


def applied(*outcomes: tuple[Outcome, str], code: ExitCode = ExitCode.DONE) -> Applied:
    results = Results()
    for number, (outcome, reason) in enumerate(outcomes):
        results.put(BOX, f"task-{number:04d}", Settled(outcome, reason))
    return Applied(plan=empty_plan(), results=results, run_id="RUN", codes=[code])


def text(done: Applied, *, full: bool = False) -> str:
    return "".join(render(apply_text(done, audit_file="audit/RUN.jsonl", full=full), color=False))


def test_a_complete_apply_needs_two_lines() -> None:
    done = applied((Outcome.DELETED, ""), (Outcome.ALREADY_ABSENT, ""))
    assert text(done) == (
        "Audit log: audit/RUN.jsonl\n"
        "\n"
        "Apply complete: 1 deleted, 1 already absent, 0 still present, 0 failed, 0 unknown, "
        "0 not attempted.\n"
    )


def test_what_did_not_end_well_is_told_by_reason_the_gravest_first() -> None:
    done = applied(
        (Outcome.NOT_ATTEMPTED, "held"),
        (Outcome.DELETED, ""),
        (Outcome.UNKNOWN, "no answer\x1b[2J"),
        (Outcome.FAILED, "in use"),
        (Outcome.STILL_PRESENT, "still seen"),
        (Outcome.NOT_ATTEMPTED, "held"),
    )
    assert text(done) == (
        """\
  ! 1 still present: still seen
      leadsquared/crm/task/task-0004

  ! 1 failed: in use
      leadsquared/crm/task/task-0003

  ? 1 unknown: no answer\\u{1b}[2J
      leadsquared/crm/task/task-0002

  · 2 not attempted: held
      leadsquared/crm/task/task-0000
      leadsquared/crm/task/task-0005

Audit log: audit/RUN.jsonl
What is left may be taken up: reconciler resume

Apply incomplete: 1 deleted, 0 already absent, 1 still present, 1 failed, 1 unknown, \
2 not attempted.
"""
    )


def test_what_a_brake_stopped_is_not_offered_to_be_taken_up() -> None:
    done = applied((Outcome.UNKNOWN, "no answer"))
    assert "reconciler resume" in text(done)
    done.braked = True
    assert "reconciler resume" not in text(done)


def test_fifty_targets_of_a_reason_and_fifty_reasons_are_enough() -> None:
    same = applied(*[(Outcome.FAILED, "in use")] * 60)
    assert text(same).count("leadsquared/crm/task/") == 50
    assert "      … and 10 more (--full shows all)\n" in text(same)
    assert text(same, full=True).count("leadsquared/crm/task/") == 60
    various = applied(*((Outcome.FAILED, f"reason {n}") for n in range(60)))
    assert text(various).count("leadsquared/crm/task/") == 50
    assert "  … and 10 more for other reasons (--full shows all)\n" in text(various)
    assert text(various, full=True).count("leadsquared/crm/task/") == 60


def test_nothing_to_delete_ends_with_the_plans_line() -> None:
    done = applied()
    assert text(done).endswith("\n\nNo changes. 0 already absent, 0 protected.\n")


def test_trouble_is_part_of_the_one_document() -> None:
    done = applied((Outcome.UNKNOWN, "cut"), code=ExitCode.UNRECORDED)
    done.trouble.append(UnrecordedError("The ledger cannot be written", detail="disk full"))
    document: dict[str, Any] = json.loads(
        "".join(apply_json(apply_document(done, "audit/RUN.jsonl")))
    )
    assert document == {
        "type": "apply",
        "format_version": "1.0",
        "run_id": "RUN",
        "audit_file": "audit/RUN.jsonl",
        "digest": "sha256:0",
        "targets": [],
        "excludes": [],
        "counts": {"delete": 0, "absent": 0, "protected": 0, "held": 0, "unknown": 0},
        "guards": [],
        "outcomes": {
            "deleted": 0,
            "already_absent": 0,
            "still_present": 0,
            "failed": 0,
            "unknown": 1,
            "not_attempted": 0,
        },
        "items": [
            {
                "address": "leadsquared/crm/task/task-0000",
                "account": "crm",
                "system": "leadsquared",
                "container": "task",
                "id": "task-0000",
                "outcome": "unknown",
                "reason": "cut",
                "evidence": "",
                "declared": [],
            }
        ],
        "errors": [{"summary": "The ledger cannot be written", "detail": "disk full", "hint": ""}],
        "exit_code": 74,
        "failure_reason": "unrecorded",
    }
