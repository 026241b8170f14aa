"""The log of a GitHub job: annotations, then the text within a group, then its last line."""

from collections.abc import Iterable, Iterator

from reconciler.application.apply_document import ApplyDocument
from reconciler.domain.document import PlanDocument
from reconciler.errors import ReconcilerError
from reconciler.views.findings.finding import Findings
from reconciler.views.findings.of_apply import apply_findings
from reconciler.views.findings.of_changes import validation_findings
from reconciler.views.findings.of_error import error_findings
from reconciler.views.findings.of_plan import plan_findings
from reconciler.views.github.annotations import GATHERED, annotations
from reconciler.views.repository import Repository
from reconciler.views.text.lines import Line, render
from reconciler.views.validated import Validated

_IN_TEXT = "The text of this step shows more, and --full all of it."
_IN_LOG = "The log of this step has all of them."


def plan_log(plan: PlanDocument, lines: Iterable[Line], repository: Repository) -> Iterator[str]:
    """Yield a plan for a job's log; ``lines`` are those of its text."""
    return _log(plan_findings(plan, GATHERED), "Plan", lines, repository)


def apply_log(done: ApplyDocument, lines: Iterable[Line], repository: Repository) -> Iterator[str]:
    """Yield what an apply or a resume did for a job's log; ``lines`` are those of its text."""
    return _log(apply_findings(done, GATHERED), "Outcomes", lines, repository)


def validation_log(
    validated: Validated, lines: Iterable[Line], repository: Repository
) -> Iterator[str]:
    """Yield valid manifests for a job's log; ``lines`` are those of the text."""
    found = validation_findings(validated, GATHERED)
    return _log(found, "Manifests", lines, repository)


def error_log(error: ReconcilerError, repository: Repository) -> Iterator[str]:
    """Yield the annotations of an error; its text is on stderr."""
    return annotations(error_findings(error), repository, rest=_IN_LOG)


def _log(
    found: Findings, title: str, lines: Iterable[Line], repository: Repository
) -> Iterator[str]:
    yield from annotations(found, repository, rest=_IN_TEXT)
    rows = render(lines, color=False)
    last, folded = next(rows, ""), False
    for row in rows:
        if not folded:
            yield f"::group::{title}\n"
        folded = True
        yield last
        last = row
    if folded:
        yield "::endgroup::\n"
    yield last
