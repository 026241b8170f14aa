"""Errors and findings, as people and programs read them."""

import json

from reconciler.audit.findings import Finding, Kind
from reconciler.audit.verify import Verified
from reconciler.errors import ExitCode, IdentityError, InvalidError, Problem
from reconciler.views.machine import error_json, validation_json
from reconciler.views.text.audit import audit_json, audit_text
from reconciler.views.text.error import error_text
from reconciler.views.text.lines import render
from tests.views.plans import empty_plan

INVALID = InvalidError(
    [
        Problem("manifests/b.yaml", 3, 7, "Not a GUID.", text="- \x1b[2Jx", hint="Quote it."),
        Problem("manifests/a.yaml", 0, 0, "Cannot be read."),
    ]
)
REFUSED = IdentityError("Credentials are refused", detail="crm\ndialer\u202e", hint="Renew them.")


def test_an_error_says_what_happened_where_and_what_to_do() -> None:
    assert "".join(render(error_text(REFUSED), color=False)) == (
        "Error: Credentials are refused\n  crm\n  dialer\\u{202e}\n  hint: Renew them.\n"
    )


def test_every_problem_of_the_input_is_told_with_its_place() -> None:
    assert "".join(render(error_text(INVALID), color=False)) == (
        """\
manifests/a.yaml: Cannot be read.
manifests/b.yaml:3:7: Not a GUID.
    | - \\u{1b}[2Jx
    hint: Quote it.

Error: 2 problems in the configuration
"""
    )


def test_an_error_is_one_document_for_programs() -> None:
    assert json.loads(error_json(REFUSED)) == {
        "type": "error",
        "format_version": "1.0",
        "summary": "Credentials are refused",
        "detail": "crm\ndialer\u202e",
        "hint": "Renew them.",
        "problems": [],
        "exit_code": 8,
        "failure_reason": "identity",
    }
    invalid = json.loads(error_json(INVALID))
    assert invalid["valid"] is False
    assert invalid["problems"][1] == {
        "file": "manifests/b.yaml",
        "line": 3,
        "column": 7,
        "message": "Not a GUID.",
        "text": "- \x1b[2Jx",
        "hint": "Quote it.",
    }
    assert error_json(REFUSED).isascii()


def test_valid_manifests_are_one_document_for_programs() -> None:
    assert json.loads(validation_json(empty_plan().declarations)) == {
        "type": "validation",
        "format_version": "1.0",
        "valid": True,
        "accounts": [],
        "manifests": 0,
        "absences": 0,
        "rules": 0,
        "tree_digest": "sha256:1",
        "warnings": [],
        "problems": [],
        "exit_code": 0,
        "failure_reason": "",
    }


def verified(runs: int, *findings: Finding) -> Verified:
    return Verified(runs=runs, lines=21, findings=findings, checkpoints=0, signed=0, counted=None)


def test_a_verified_log_is_one_line() -> None:
    shown = "".join(
        render(
            audit_text(
                Verified(runs=1, lines=21, findings=[], checkpoints=0, signed=0, counted=None)
            ),
            color=False,
        )
    )
    assert shown == "Audit log verified: 1 run, 21 lines.\n"


def test_findings_come_first_and_the_worst_gives_the_name() -> None:
    findings = [
        Finding(Kind.OPEN, "audit/B.jsonl", 0, "the ledger has this run, the folder not"),
        Finding(Kind.BROKEN, "audit/A.jsonl", 3, "prev is '\x1b', expected '00'"),
    ]
    found = verified(2, *findings)
    assert "".join(render(audit_text(found), color=False)) == (
        """\
open: audit/B.jsonl: the ledger has this run, the folder not
broken: audit/A.jsonl:3: prev is '\\u{1b}', expected '00'

Audit log broken: 2 runs, 21 lines.
"""
    )
    document = json.loads(audit_json(found, ExitCode.STALE))
    assert document["findings"][0]["kind"] == "open"
    assert (document["exit_code"], document["failure_reason"]) == (5, "plan_stale")
    assert "Audit log open: 2 runs" in "".join(
        render(audit_text(verified(2, findings[0])), color=False)
    )
