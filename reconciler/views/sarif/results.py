"""Results: findings in places of the repository, recognised again from run to run."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from reconciler.views.findings.finding import Finding
from reconciler.views.repository import Repository
from reconciler.views.sarif.rules import RULES, level_of
from reconciler.views.wording import clean


def results(findings: Sequence[Finding], repository: Repository) -> list[dict[str, Any]]:
    """Return a result for every finding."""
    compared = any(one.introduced is not None for one in findings)
    seen = Counter[str]()
    found: list[dict[str, Any]] = []
    for one in findings:
        mark = _fingerprint(one)
        seen[mark] += 1
        result: dict[str, Any] = {
            "ruleId": one.kind.value,
            "ruleIndex": RULES.index(one.kind),
            "level": level_of(one.kind),
            "message": message(f"{one.heading}: {one.message}"),
            "locations": [{"physicalLocation": _location(one, repository)}],
            # By this name, the one that GitHub goes by. It would make one of the content of the
            # line otherwise, which is the same for everything that one rule selects.
            "partialFingerprints": {"primaryLocationLineHash": f"{mark}:{seen[mark]}"},
            "properties": {"subject": clean(one.subject, longest=600)},
        }
        if compared:
            # All results have it or none; what cannot be told is better looked at.
            result["baselineState"] = "unchanged" if one.introduced is False else "new"
        found.append(result)
    return found


def message(text: str) -> dict[str, str]:
    """Return a message in which nothing from outside is a link."""
    return {"text": text.replace("](", "\\](")}


def _fingerprint(one: Finding) -> str:
    return hashlib.sha256(f"{one.kind.value}\0{one.subject}".encode(errors="replace")).hexdigest()


def _location(one: Finding, repository: Repository) -> dict[str, Any]:
    region = {"startLine": one.line} if one.line else {}
    region |= {"startColumn": one.column} if one.column else {}
    location: dict[str, Any] = {"artifactLocation": _artifact(repository.path(one.file))}
    return {**location, "region": region} if region else location


def _artifact(path: str) -> dict[str, str]:
    uri = quote(path, errors="backslashreplace")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}
