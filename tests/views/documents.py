"""Plans as plain documents; a test names what matters to it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.plan import ACTIONS

LIST = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"


def task(n: int, action: str = "delete", **fields: Any) -> Fields:  # noqa: ANN401 - any field
    """Return one item of the account ``crm``."""
    target = f"0017abfa-c100-11e5-9340-{n:012d}"
    item: Fields = {
        "type": "item",
        "address": f"leadsquared/crm/task/{target}",
        "account": "crm",
        "system": "leadsquared",
        "container": "task",
        "id": target,
        "action": action,
        "reason": "declared absent and seen alive",
        "declared": [declared("manifests/tasks.yaml", n)],
    }
    if action == "absent":
        item["evidence"] = {"by": "id", "answer": "200 []"}
    elif action != "unknown":
        item["live"] = {"type": "Call back", "name": "C*** b***", "due": "2026-12-06 05:16:25"}
    return {**item, **fields}


def record(n: int, action: str = "delete", **fields: Any) -> Fields:  # noqa: ANN401 - any field
    """Return one item of the account ``dialer``."""
    target = f"8858c834-481d-4a02-8176-{n:012d}"
    item = task(n, action)
    item |= {
        "address": f"talkdesk/dialer/{LIST}/record/{target}",
        "account": "dialer",
        "system": "talkdesk",
        "container": LIST,
        "id": target,
        "declared": [declared("manifests/records.yaml", n, purpose="dnc_request")],
    }
    if action == "absent":
        answer = "not among the 108 records of a complete listing"
        item["evidence"] = {"by": "listing", "answer": answer}
    elif action != "unknown":
        item["live"] = {"name": "S*** C***", "phones": "***0107"}
    return {**item, **fields}


def number(n: int, action: str = "absent", **fields: Any) -> Fields:  # noqa: ANN401 - any field
    """Return the item of a phone number that selects nothing, or could not be read."""
    item = record(n, action, **fields)
    place = f"manifests/records.yaml:{n}"
    address = item["address"].rpartition("/record/")[0] + f"/declared/{place}"
    return {**item, "address": address, "id": place}


def declared(file: str, line: int, **fields: str) -> Fields:
    kind = "AbsentTasks/old" if "tasks" in file else "AbsentRecords/opted-out"
    usual = {"manifest": kind, "ticket": "OPS-1", "purpose": "hygiene"}
    return {"file": file, "line": line, **usual, **fields}


def withdrawn(item: Fields, **fields: Any) -> Fields:  # noqa: ANN401 - any field
    """Return an item as one that only the base's plan has."""
    reason = "withdrawn: nothing declares it any more"
    return {**item, "action": "none", "reason": reason, "change": "withdrawn", **fields}


def compared(plan: PlanDocument, *loosened: Fields) -> PlanDocument:
    """Return a plan whose items bear marks as one that was compared with a base."""
    marks = Counter(item["change"] for item in plan.items(None))
    names = ("introduced", "pre-existing", "withdrawn")
    changes = {**{name: marks[name] for name in names}, "loosened": len(loosened)}
    base = {"ref": "origin/main", "commit": "abc123def4567890abc123def4567890abc123de"}
    return replace(
        plan,
        header={**plan.header, "base": base, "loosened": list(loosened)},
        footer={**plan.footer, "changes": changes},
    )


def loosened(n: int, **fields: Any) -> Fields:  # noqa: ANN401 - any field
    """Return something that the base protects and the head does not."""
    return {
        "account": "crm",
        "manifest": "Protection/keep",
        "place": f"manifests/keep.yaml:{n}",
        "subject": f"task {n}",
        "words": "is no longer protected",
        **fields,
    }


def guard(name: str, scope: str, verdict: str = "passed", **fields: Any) -> Fields:  # noqa: ANN401 - any field
    usual = {"limit": 500, "observed": 1, "note": ""}
    return {"guard": name, "scope": scope, "verdict": verdict, **usual, **fields}


def document(
    *items: Fields,
    guards: tuple[Fields, ...] = (),
    warnings: tuple[str, ...] = (),
    warning: str = "",
    commit: str = "",
    relative_times: dict[str, str] | None = None,
) -> PlanDocument:
    """Return a plan with these items."""
    counts = {str(action): 0 for action in ACTIONS}
    for item in items:
        if item["action"] != "none":
            counts[item["action"]] += 1
    header = {
        "type": "plan",
        "format_version": "1.0",
        "created_at": "2026-11-22T05:14:25Z",
        "expires_at": "2026-11-23T05:14:25Z",
        "manifests": {"commit": commit, "ref": commit and "main", "dirty": bool(commit)},
        "relative_times": relative_times or {},
        "scope": "sha256:" + "5c09" * 16,
        "accounts": [account(name, items) for name in _names(items)],
        "warnings": list(warnings),
    }
    violated = any(one["verdict"] == "violated" for one in guards)
    footer = {
        "type": "end",
        "counts": counts,
        "guards": list(guards),
        "applyable": bool(counts["delete"]) and not counts["unknown"] and not violated,
        "digest": "sha256:" + "56f6" * 16,
    }

    def some(most: int | None) -> Iterator[Fields]:
        seen: dict[tuple[str, str, str], int] = {}
        for item in sorted(items, key=lambda one: str(one["address"])):
            key = (item["account"], item["action"], item.get("change", ""))
            seen[key] = seen.get(key, 0) + 1
            if most is None or seen[key] <= most:
                yield item

    return PlanDocument(header, footer, some, warning)


def _names(items: tuple[Fields, ...]) -> list[str]:
    return sorted({one["account"] for one in items if one["action"] != "none"})


def account(name: str, items: tuple[Fields, ...]) -> Fields:
    mine = [item for item in items if item["account"] == name]
    counts = {str(action): sum(one["action"] == action for one in mine) for action in ACTIONS}
    is_crm = name == "crm"
    return {
        "name": name,
        "system": "leadsquared" if is_crm else "talkdesk",
        "tenant": "22824" if is_crm else "acme",
        "host": "api-in21.leadsquared.com" if is_crm else "api.talkdeskapp.eu",
        "key_id": "KEY",
        "way": "by id" if is_crm else "whole list",
        "calls": 14,
        "population": None if is_crm else 120,
        "containers": [
            {
                "container": "task" if is_crm else LIST,
                "way": "by id" if is_crm else "whole list",
                "population": None if is_crm else 120,
                "counts": counts,
            }
        ],
        "forecast": {
            "reads": 14,
            "deletions": min(1, counts["delete"]),
            "verification": counts["delete"],
            "minutes": 0.4 if is_crm else 2.5,
            "daily_percent": None if is_crm else 3,
        },
    }
