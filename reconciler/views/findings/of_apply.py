"""Findings of an apply, or a resume: what did not end as it was planned."""

from collections import Counter
from itertools import chain, islice

from reconciler.application.apply_document import ApplyDocument
from reconciler.domain.document import Fields
from reconciler.domain.outcomes import Outcome
from reconciler.views.findings.finding import Finding, Findings, Kind
from reconciler.views.findings.of_changes import warning_finding
from reconciler.views.findings.of_error import trouble_finding
from reconciler.views.findings.of_plan import guard_findings
from reconciler.views.wording import clean

_KINDS = {
    Outcome.FAILED: Kind.FAILED,
    Outcome.STILL_PRESENT: Kind.STILL_PRESENT,
    Outcome.UNKNOWN: Kind.UNKNOWN,
    Outcome.NOT_ATTEMPTED: Kind.NOT_ATTEMPTED,
}


def apply_findings(done: ApplyDocument, most: int) -> Findings:
    """Return the findings of an apply; of each kind ``most`` outcomes at most."""
    items: dict[Kind, list[Fields]] = {}
    totals = Counter[Kind]()
    for item in done.items():
        kind = _KINDS.get(item["outcome"])
        if kind:
            totals[kind] += 1
            if totals[kind] <= most:
                items.setdefault(kind, []).append(item)
    some = chain.from_iterable(items.values())
    declared = list(islice((one for one in some if one["declared"]), most))
    findings = [
        *map(trouble_finding, done.footer["errors"]),
        *guard_findings(done.header["guards"], declared),
        *(_item(kind, item) for kind, few in items.items() for item in few),
        *map(warning_finding, done.header.get("warnings", ())),
    ]
    return Findings.of(findings, totals)


def _item(kind: Kind, item: Fields) -> Finding:
    first: Fields = next(iter(item["declared"]), {"file": "", "line": 0})
    return Finding(
        kind=kind,
        subject=str(item["address"]),
        message=outcome_words(item),
        file=str(first["file"]),
        line=int(first["line"]),
    )


def outcome_words(item: Fields) -> str:
    """Return what is to be known of an outcome: its target, who declares it, and the reason."""
    names = ", ".join(dict.fromkeys(clean(one["manifest"]) for one in item["declared"]))
    reason = clean(item["reason"], longest=400)
    return f"{clean(item['address'])}{names and f' ({names})'}{reason and f': {reason}'}"
