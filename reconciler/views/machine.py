"""Documents for programs: one JSON object each, with the names of the plan file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.application.apply_document import ApplyDocument
from reconciler.audit.past import PastRun
from reconciler.domain.absences import Declarations
from reconciler.domain.changes.difference import Changes
from reconciler.domain.changes.fields import change_fields
from reconciler.domain.document import (
    FORMAT_VERSION,
    Fields,
    PlanDocument,
    to_json,
)
from reconciler.domain.plan import Action
from reconciler.errors import ExitCode, InvalidError, Problem, ReconcilerError
from reconciler.views.text.find import Found
from reconciler.views.validated import Validated


def plan_json(plan: PlanDocument, code: ExitCode) -> Iterator[str]:
    """Yield a plan as one JSON object, piece by piece: a million items are never held."""
    head = to_json(plan.header)
    yield head[:-1] + ',"items":['
    for number, item in enumerate(plan.items(None)):
        yield ("," if number else "") + "\n" + to_json(item)
    tail = {name: value for name, value in plan.footer.items() if name not in ("type", "checksum")}
    if plan.warning:
        tail["warning"] = plan.warning
    yield "\n]," + to_json({**tail, **ending(code)})[1:] + "\n"


def apply_json(applied: ApplyDocument) -> Iterator[str]:
    """Yield what an apply, or a resume, did as one JSON object."""
    yield to_json(applied.header)[:-1] + ',"items":['
    for number, item in enumerate(applied.items()):
        yield ("," if number else "") + "\n" + to_json(item)
    yield "\n]," + to_json(applied.footer)[1:] + "\n"


def validated_json(validated: Validated) -> Iterator[str]:
    """Yield valid manifests as one JSON object, piece by piece."""
    if validated.changes:
        yield from comparison_json(validated.declarations, validated.changes, validated.commit)
    else:
        more = [validated.warning] if validated.warning else []
        yield validation_json(validated.declarations, *more) + "\n"


def validation_json(declarations: Declarations, *warnings: str) -> str:
    """Return what valid manifests declare as one JSON object; ``warnings`` are further ones."""
    return to_json(
        {
            "type": "validation",
            "format_version": FORMAT_VERSION,
            "valid": True,
            "accounts": sorted(declarations.accounts),
            "manifests": declarations.declaring,
            "absences": sum(len(one) + len(one.named) for one in declarations.absences),
            "rules": sum(len(one.rules) for one in declarations.absences),
            "tree_digest": declarations.tree_digest,
            "warnings": [*declarations.warnings, *declarations.conflicts, *warnings],
            "problems": [],
            **ending(ExitCode.DONE),
        }
    )


def comparison_json(declarations: Declarations, changes: Changes, commit: str) -> Iterator[str]:
    """Yield the same with what differs from the manifests of a commit, piece by piece."""
    parts = {
        "introduced": (change for one in changes.introduced for change in one.changes()),
        "withdrawn": (change for one in changes.withdrawn for change in one.changes()),
        "loosened": changes.loosened,
    }
    yield validation_json(declarations)[:-1] + f',"changes":{to_json({"base": commit})[:-1]}'
    for name, part in parts.items():
        yield f',"{name}":['
        for number, change in enumerate(part):
            yield ("," if number else "") + "\n" + to_json(change_fields(change))
        yield "]"
    yield "}}\n"


def find_json(found: Found, code: ExitCode) -> Iterator[str]:
    """Yield what was found as one JSON object, piece by piece."""
    container = found.section.absences.container
    head: dict[str, Any] = {
        "type": "find",
        "format_version": FORMAT_VERSION,
        "account": container.account,
        "system": container.system.value,
        "container": container.record_list or "task",
        "conditions": [one.words for one in found.conditions],
        **found.targeting.written,
        "counts": found.counts,
    }
    yield to_json(head)[:-1] + ',"items":['
    for number, item in enumerate(found.items()):
        yield ("," if number else "") + "\n" + to_json(item)
    tail: dict[str, Any] = {
        "absent_lines": found.lines(Action.ABSENT),
        "unknown_lines": found.lines(Action.UNKNOWN),
        "unread": found.unread,
        "warnings": list(found.warnings),
    }
    yield "\n]," + to_json({**tail, **ending(code)})[1:] + "\n"


def history_json(runs: Sequence[PastRun]) -> Iterator[str]:
    """Yield past runs as one JSON object, piece by piece."""
    yield to_json({"type": "history", "format_version": FORMAT_VERSION})[:-1] + ',"runs":['
    for number, run in enumerate(runs):
        fields = {
            "run_id": run.run_id,
            "command": run.command,
            "started": run.started,
            "finished": run.finished,
            "actor": run.actor,
            "commit": run.commit,
            "plan_digest": run.plan_digest,
            "deletions": run.deletions,
            "outcomes": dict(run.outcomes),
            "rechecked": dict(run.rechecked),
            "exit_code": run.exit_code,
            "failure_reason": run.failure_reason,
            "targets": [
                {
                    "address": one.address,
                    "outcome": one.outcome,
                    "time": one.time,
                    "manifests": list(one.manifests),
                    "tickets": list(one.tickets),
                }
                for one in run.treated
            ],
        }
        yield ("," if number else "") + "\n" + to_json(fields)
    yield "\n]," + to_json(ending(ExitCode.DONE))[1:] + "\n"


def halt_json(halts: Sequence[Mapping[str, str]], *, lifted: bool) -> str:
    """Return halts, in force or just lifted, as one JSON object."""
    name = "lifted" if lifted else "halts"
    fields = {"type": "halt", "format_version": FORMAT_VERSION, name: [dict(one) for one in halts]}
    return to_json({**fields, **ending(ExitCode.DONE)})


def upgrade_json(ledger: str, before: int, now: int) -> str:
    """Return which version a ledger was of, and is of, as one JSON object."""
    versions = {"ledger": ledger, "before": before, "version": now}
    fields = {"type": "ledger", "format_version": FORMAT_VERSION, **versions}
    return to_json({**fields, **ending(ExitCode.DONE)})


def init_json(written: Sequence[str], kept: Sequence[str]) -> str:
    """Return which files were written, and which were there already, as one JSON object."""
    fields = {"type": "init", "format_version": FORMAT_VERSION, "written": written, "kept": kept}
    return to_json({**fields, **ending(ExitCode.DONE)})


def explain_json(fields: Fields, warnings: Sequence[str], code: ExitCode) -> str:
    """Return why a target gets its action as one JSON object."""
    return to_json({**fields, "warnings": list(warnings), **ending(code)})


def error_json(error: ReconcilerError) -> str:
    """Return an error as one JSON object."""
    problems = error.problems if isinstance(error, InvalidError) else ()
    fields: dict[str, Any] = {
        "type": "error",
        "format_version": FORMAT_VERSION,
        **error.fields,
        "problems": [_problem(problem) for problem in problems],
        **ending(error.exit_code),
    }
    if problems:
        fields["valid"] = False
    return to_json(fields)


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "message": problem.message,
        "text": problem.text,
        "hint": problem.hint,
    }


def ending(code: ExitCode) -> dict[str, Any]:
    """Return how a command ended."""
    return {"exit_code": int(code), "failure_reason": code.failure_reason}
