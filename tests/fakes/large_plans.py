"""Large plans as documents, made while they are read; no two targets are alike."""

from collections import Counter
from uuid import UUID

from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.plan import ACTIONS

_HOME = "leadsquared/crm/task/"
_OTHERS = ("absent", "protected", "held", "unknown")
_REASONS = {
    "delete": "declared absent and seen alive",
    "absent": "already absent",
    "protected": "protected by Protection/vip",
    "held": "expected status completed, is pending (AbsentTasks/clean-up-3)",
    "unknown": "HTTP 500 five times",
}
_TYPES = ("Call back", "Meeting", "Follow-up", "Document Collection")


def a_large_plan(count: int) -> PlanDocument:
    """Return a plan of so many tasks, nearly all of them to be deleted."""
    actions = Counter(map(_action, range(count)))
    counts = {action.value: actions[action.value] for action in ACTIONS}
    return PlanDocument(
        header={
            "type": "plan",
            "format_version": "1.0",
            "tool_version": "0.1.0",
            "created_at": "2026-11-22T05:14:25Z",
            "expires_at": "2099-11-23T05:14:25Z",
            "manifests": {"commit": "", "ref": "", "dirty": False},
            "relative_times": {},
            "accounts": [_account(counts, count)],
            "warnings": [],
        },
        footer={
            "type": "end",
            "counts": counts,
            "guards": [],
            "applyable": False,
            "digest": "sha256:" + "56f6" * 16,
        },
        items=lambda most: map(_item, range(count if most is None else min(most, count))),
    )


def _action(number: int) -> str:
    return _OTHERS[number // 20 % 4] if number % 20 == 7 else "delete"


def target_id(number: int) -> str:
    """Return the id of a target, by its place in the plan."""
    # Ids in order whose further digits differ as those of real ones do.
    return str(UUID(int=(number << 96) + (number + 1) * 0x9E3779B97F4A7C15F39C % (1 << 96)))


def _item(number: int) -> Fields:
    action, manifest = _action(number), number % 12
    item: Fields = {
        "type": "item",
        "address": _HOME + target_id(number),
        "account": "crm",
        "system": "leadsquared",
        "container": "task",
        "id": target_id(number),
        "action": action,
        "reason": _REASONS[action],
        "declared": [
            {
                "file": f"manifests/clean-up-{manifest}.yaml",
                "line": 10 + number // 12,
                "manifest": f"AbsentTasks/clean-up-{manifest}",
                "ticket": f"OPS-{100 + manifest}",
                "purpose": "hygiene",
            }
        ],
        "evidence": {"by": "id", "answer": "200 []"},
    }
    if action not in ("absent", "unknown"):
        item["fingerprint"] = f"f1:08e95094:{(number + 1) * 0xD1B54A32D192ED03 % (1 << 128):032x}"
        item["evidence"] = {"by": "listing", "answer": "seen in a listing of tasks"}
        item["live"] = {
            "type": _TYPES[number % 4],
            "name": f"C*** b*** {number % 100}***",
            "status": "completed" if number % 3 else "pending",
            "owner": f"{chr(65 + number % 26)}*** T***",
            "due": f"2026-12-06 05:{number % 60:02}:{number * 7 % 60:02}",
            "created": f"202{number % 7}-0{1 + number % 9}-1{number % 10} 05:{number % 60:02}:00",
        }
    return item


def _account(counts: dict[str, int], count: int) -> Fields:
    return {
        "name": "crm",
        "system": "leadsquared",
        "tenant": "22824",
        "host": "api-in21.leadsquared.com",
        "key_id": "08e95094",
        "way": "whole account",
        "calls": count // 500,
        "population": count * 3,
        "containers": [
            {"container": "task", "way": "whole account", "population": count * 3, "counts": counts}
        ],
        "forecast": {
            "reads": count // 500,
            "deletions": count // 5000 + 4,
            "verification": count // 500,
            "minutes": count / 4000,
            "daily_percent": None,
            "daily_left": None,
        },
    }
