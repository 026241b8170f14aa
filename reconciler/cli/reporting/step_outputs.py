"""Outputs: what steps of a GitHub job after this one are told of a plan or of an apply.

Every name is there whatever was asked for; what does not apply is empty.
"""

import json
from collections.abc import Iterable, Mapping

from reconciler.application.applied import Applied
from reconciler.application.apply_document import ApplyDocument
from reconciler.domain.document import Fields, PlanDocument, header_fields
from reconciler.domain.guarding.guards import Verdict
from reconciler.domain.outcomes import Outcome
from reconciler.domain.plan import Action


def plan_outputs(plan: PlanDocument, *, plan_path: str = "") -> dict[str, str]:
    """Return what is told of a plan, fresh or saved."""
    counts, guards = plan.footer["counts"], plan.footer["guards"]
    deleting = _deleting(plan.header["accounts"])
    return _outputs(counts, guards, plan.footer["digest"], deleting, plan_path)


def apply_outputs(
    done: ApplyDocument, applied: Applied | None, *, plan_path: str = ""
) -> dict[str, str]:
    """Return what is told of an apply, or of a resume; ``applied`` unless nothing was planned.

    What was absent or is unknown is counted as in the last line: of the outcomes, or of the plan
    where there was nothing to do.
    """
    header, outcomes = done.header, done.header["outcomes"]
    deleting = _deleting(header_fields(applied.plan)["accounts"]) if applied else []
    counts = dict(header["counts"])
    if applied is None or not applied.nothing_to_delete:
        counts[Action.ABSENT] = outcomes.get(Outcome.ALREADY_ABSENT, 0)
        counts[Action.UNKNOWN] = outcomes.get(Outcome.UNKNOWN, 0)
    told = (Outcome.DELETED, Outcome.STILL_PRESENT, Outcome.FAILED, Outcome.NOT_ATTEMPTED)
    return {
        **_outputs(counts, header["guards"], header["digest"], deleting, plan_path),
        "run_id": header["run_id"],
        "audit_file": header["audit_file"],
        **{outcome.value: str(outcomes.get(outcome, 0)) for outcome in told},
    }


def _outputs(
    counts: Mapping[str, int],
    guards: Iterable[Fields],
    digest: str,
    deleting: Iterable[str],
    plan_path: str,
) -> dict[str, str]:
    blocked = any(one["verdict"] == Verdict.VIOLATED for one in guards)
    return {
        "changes": _flag(counts[Action.DELETE] or counts[Action.HELD]),
        "to_delete": str(counts[Action.DELETE]),
        "already_absent": str(counts[Action.ABSENT]),
        "protected": str(counts[Action.PROTECTED]),
        "held": str(counts[Action.HELD]),
        "unknown": str(counts[Action.UNKNOWN]),
        "blocked": _flag(blocked),
        "plan_path": plan_path,
        "json_plan_path": "",
        "text_plan_path": "",
        "plan_hash": digest,
        "digest": digest,
        "accounts": _array(deleting),
        "run_id": "",
    }


def _deleting(accounts: Iterable[Fields]) -> list[str]:
    """Return the accounts that something is to be deleted in."""
    return [
        one["name"]
        for one in accounts
        if any(container["counts"][Action.DELETE] for container in one["containers"])
    ]


def _array(names: Iterable[str]) -> str:
    return json.dumps(sorted(names))


def _flag(value: object) -> str:
    return "true" if value else "false"
