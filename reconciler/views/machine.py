"""Documents for programs: one JSON object each, with the names of the plan file."""

import json
from collections.abc import Iterator
from typing import Any

from reconciler.application.applying import Applied
from reconciler.domain.absences import Declarations
from reconciler.domain.document import FORMAT_VERSION, PlanDocument, guard_fields
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode, InvalidError, Problem, ReconcilerError


def plan_json(plan: PlanDocument, code: ExitCode) -> Iterator[str]:
    """Yield a plan as one JSON object, piece by piece: a million items are never held."""
    head = _encode(plan.header)
    yield head[:-1] + ',"items":['
    for number, item in enumerate(plan.items(None)):
        yield ("," if number else "") + "\n" + _encode(item)
    tail = {name: value for name, value in plan.footer.items() if name not in ("type", "checksum")}
    if plan.warning:
        tail["warning"] = plan.warning
    yield "\n]," + _encode({**tail, **_ending(code)})[1:] + "\n"


def apply_json(applied: Applied, audit_file: str) -> Iterator[str]:
    """Yield what an apply did as one JSON object."""
    tally = applied.results.tally()
    head: dict[str, Any] = {
        "type": "apply",
        "format_version": FORMAT_VERSION,
        "run_id": applied.run_id,
        "audit_file": audit_file,
        "digest": applied.plan.digest,
        "counts": {action.value: count for action, count in applied.plan.counts().items()},
        "guards": [guard_fields(guard) for guard in applied.plan.guards],
        "outcomes": {outcome.value: tally.of(outcome) for outcome in Outcome},
    }
    yield _encode(head)[:-1] + ',"items":['
    for number, (address, settled) in enumerate(applied.results.items()):
        item = {
            "address": address,
            "outcome": settled.outcome.value,
            "reason": settled.reason,
            "evidence": settled.evidence,
        }
        yield ("," if number else "") + "\n" + _encode(item)
    errors = [_error(error) for error in applied.trouble]
    yield "\n]," + _encode({"errors": errors, **_ending(applied.exit_code)})[1:] + "\n"


def validation_json(declarations: Declarations) -> str:
    """Return what valid manifests declare as one JSON object."""
    return _encode(
        {
            "type": "validation",
            "format_version": FORMAT_VERSION,
            "valid": True,
            "accounts": sorted(declarations.accounts),
            "manifests": len(declarations.manifests),
            "absences": sum(len(absences) for absences in declarations.absences),
            "tree_digest": declarations.tree_digest,
            "warnings": list(declarations.warnings),
            "problems": [],
            **_ending(ExitCode.DONE),
        }
    )


def error_json(error: ReconcilerError) -> str:
    """Return an error as one JSON object."""
    problems = error.problems if isinstance(error, InvalidError) else ()
    fields: dict[str, Any] = {
        "type": "error",
        "format_version": FORMAT_VERSION,
        **_error(error),
        "problems": [_problem(problem) for problem in problems],
        **_ending(error.exit_code),
    }
    if problems:
        fields["valid"] = False
    return _encode(fields)


def _error(error: ReconcilerError) -> dict[str, Any]:
    return {"summary": error.summary, "detail": error.detail, "hint": error.hint}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "text": problem.text,
        "hint": problem.hint,
    }


def _ending(code: ExitCode) -> dict[str, Any]:
    return {"exit_code": int(code), "failure_reason": code.failure_reason}


def _encode(fields: dict[str, Any]) -> str:
    # ASCII: no text in it can mislead a terminal.
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=True)
