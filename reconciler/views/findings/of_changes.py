"""Findings of valid manifests: warnings, and what a change of them brings."""

import re
from collections.abc import Iterator
from itertools import islice

from reconciler.domain.changes.difference import Change, Changes
from reconciler.views.findings.finding import Finding, Findings, Kind
from reconciler.views.validated import Validated
from reconciler.views.wording import clean

_PLACE = re.compile(r"(?P<file>[^:]+\.[a-z]+):(?P<line>[1-9][0-9]*)(?::[0-9]+)?: (?P<words>.+)")
"""How a warning begins that is about a place."""


def validation_findings(validated: Validated, most: int) -> Findings:
    """Return the findings of manifests; of what is newly declared ``most`` at most."""
    findings = [*map(warning_finding, validated.warnings)]
    if validated.changes is None:
        return Findings.of(findings)
    findings += (change_finding(Kind.LOOSENED, one) for one in validated.changes.loosened)
    findings += islice(_declared(validated.changes), most)
    return Findings.of(findings, {Kind.DECLARED: sum(map(len, validated.changes.introduced))})


def _declared(changes: Changes) -> Iterator[Finding]:
    for difference in changes.introduced:
        for change in difference.changes():
            yield change_finding(Kind.DECLARED, change)


def change_finding(kind: Kind, change: Change) -> Finding:
    """Return one change of the manifests."""
    file, _, line = change.place.rpartition(":")
    words = ": ".join(filter(None, (change.subject, change.words)))
    where = f"; it was at {change.place}" if change.in_base and change.place else ""
    return Finding(
        kind=kind,
        subject=f"{change.manifest} {change.subject}",
        message=clean(f"{change.manifest}: {words}{where}", longest=600),
        file=file,
        # A line of the base says nothing about the file as it is now.
        line=0 if change.in_base or not line.isdigit() else int(line),
        introduced=True,
    )


def warning_finding(text: str) -> Finding:
    """Return a warning as a finding, in the place that it begins with."""
    place = _PLACE.fullmatch(text)
    words = clean(place["words"] if place else text, longest=400)
    return Finding(
        kind=Kind.WARNING,
        subject=place["words"] if place else text,
        message=words,
        file=place["file"] if place else "",
        line=int(place["line"]) if place else 0,
    )
