"""A SARIF log: findings as results of rules, each in a place of the repository."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from reconciler import __version__
from reconciler.errors import ExitCode
from reconciler.views.findings.finding import Finding, Findings
from reconciler.views.repository import Repository
from reconciler.views.sarif.results import message, results
from reconciler.views.sarif.rules import RULES, level_of, rules

MOST = 5_000
"""Results of a run that GitHub shows; it takes 25,000, and 10 MB compressed."""
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ANSWERS = (ExitCode.DONE, ExitCode.CHANGES, ExitCode.REFUSED, ExitCode.INVALID)
"""How a command ends that has found out what it should."""


def sarif(
    found: Findings,
    *,
    command: str,
    code: ExitCode,
    repository: Repository,
    properties: dict[str, Any] | None = None,
) -> list[str]:
    """Return findings as one document.

    What is in no place is a notification: services refuse the document for a result without one.
    """
    placed = [one for one in found.some if one.kind in RULES and one.file]
    shown, others = placed[:MOST], [one for one in found.some if not one.file]
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "reconciler",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": rules(),
            }
        },
        # So that results of one command do not replace those of another.
        "automationDetails": {"id": f"reconciler/{command}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": message("The repository.")}},
        "invocations": [
            {
                "executionSuccessful": code in _ANSWERS,
                "exitCode": int(code),
                "exitCodeDescription": code.failure_reason or "done",
                "toolExecutionNotifications": [
                    *map(_notification, others),
                    *_left_out(found, [*shown, *others]),
                ],
            }
        ],
        "results": results(shown, repository),
    }
    if properties:
        run["properties"] = properties
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return [json.dumps(document, indent=1), "\n"]


def _notification(one: Finding) -> dict[str, Any]:
    return {"level": level_of(one.kind), "message": message(f"{one.heading}: {one.message}")}


def _left_out(found: Findings, told: Sequence[Finding]) -> Iterable[dict[str, Any]]:
    """Return a notification of how many findings are not in the document, if there are any."""
    left = Counter(found.totals)
    left.subtract(one.kind for one in told)
    counts = ", ".join(f"{count} {kind.value}" for kind, count in left.items() if count > 0)
    if counts:
        text = f"Not in this document: {counts}. --format json has all of them."
        yield {"level": "warning", "message": message(text)}
