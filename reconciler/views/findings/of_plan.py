"""Findings of a plan: guards that refuse, what is unknown or held, loosened, and deletions."""

from collections.abc import Iterator

from reconciler.domain.changes.fields import change_of
from reconciler.domain.changes.review import Mark
from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.guarding.guards import Verdict
from reconciler.domain.plan import Action
from reconciler.views.findings.finding import Finding, Findings, Kind
from reconciler.views.findings.of_changes import change_finding, warning_finding
from reconciler.views.text.guard import found
from reconciler.views.wording import clean

_KINDS = {
    Action.DELETE: Kind.DELETE,
    Action.PROTECTED: Kind.PROTECTED,
    Action.HELD: Kind.HELD,
    Action.UNKNOWN: Kind.UNKNOWN,
}


def plan_findings(plan: PlanDocument, most: int) -> Findings:
    """Return the findings of a plan; of each account and action ``most`` items at least."""
    counts = plan.footer["counts"]
    items = [one for one in plan.items(most) if one["action"] in _KINDS]
    some = [
        *guard_findings(plan.footer["guards"], items),
        *map(_item, items),
        *(change_finding(Kind.LOOSENED, change_of(one)) for one in plan.header.get("loosened", ())),
        *map(warning_finding, plan.header["warnings"]),
    ]
    return Findings.of(some, {kind: counts[action] for action, kind in _KINDS.items()})


def guard_findings(guards: list[Fields], items: list[Fields]) -> Iterator[Finding]:
    """Yield every guard that refuses, in the place of something that it is about."""
    for one in guards:
        if one["verdict"] == Verdict.VIOLATED:
            file, line = _place_of(str(one["scope"]), items)
            words = found(one)
            yield Finding(
                kind=Kind.GUARD,
                subject=f"{one['guard']} {one['scope']}",
                title=f"Refused by {clean(one['guard'])}",
                message=f"{clean(one['scope'])}{words and f': {words}'}",
                file=file,
                line=line,
            )


def _place_of(scope: str, items: list[Fields]) -> tuple[str, int]:
    """Return the first place of a manifest in a guard's scope; no place if there is none."""
    for item in items:
        account, container = f"account/{item['account']}", str(item["address"])
        for one in item["declared"]:
            if scope in (account, one["manifest"]) or container.startswith(f"{scope}/"):
                return str(one["file"]), int(one["line"])
    return "", 0


def _item(item: Fields) -> Finding:
    change = item.get("change")
    first = item["declared"][0]
    return Finding(
        kind=_KINDS[Action(item["action"])],
        subject=str(item["address"]),
        message=item_words(item),
        file=str(first["file"]),
        line=int(first["line"]),
        introduced=None if change is None else change == Mark.INTRODUCED,
    )


def item_words(item: Fields) -> str:
    """Return what is to be known of an item: its target, who declares it, and why it is so."""
    declared = [
        clean(text) for one in item["declared"] for text in (one["manifest"], one["ticket"])
    ]
    names = ", ".join(dict.fromkeys(filter(None, declared)))
    words = "introduced" if item.get("change") == Mark.INTRODUCED else ""
    if item["action"] != Action.DELETE:
        words = "; ".join(filter(None, (clean(item["reason"]), words)))
    return f"{clean(item['address'])} ({names}){words and f': {words}'}"
