"""Plans, applies, manifests and errors as SARIF documents."""

from reconciler.application.apply_document import ApplyDocument
from reconciler.domain.document import PlanDocument
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.views.findings.of_apply import apply_findings
from reconciler.views.findings.of_changes import validation_findings
from reconciler.views.findings.of_error import error_findings
from reconciler.views.findings.of_plan import plan_findings
from reconciler.views.repository import Repository
from reconciler.views.sarif.log import MOST, sarif
from reconciler.views.validated import Validated
from reconciler.views.wording import clean


def plan_sarif(plan: PlanDocument, code: ExitCode, repository: Repository) -> list[str]:
    """Return a plan as a document; ``code`` is what the command ends in."""
    footer = plan.footer
    return sarif(
        plan_findings(plan, MOST),
        command="plan",
        code=code,
        repository=repository,
        properties={"counts": footer["counts"], "digest": footer["digest"]},
    )


def apply_sarif(done: ApplyDocument, repository: Repository) -> list[str]:
    """Return what an apply, or a resume, did as a document."""
    header = done.header
    return sarif(
        apply_findings(done, MOST),
        command="apply",
        code=ExitCode(done.footer["exit_code"]),
        repository=repository,
        properties={"outcomes": header["outcomes"], "runId": clean(header["run_id"])},
    )


def validation_sarif(validated: Validated, repository: Repository) -> list[str]:
    """Return valid manifests as a document."""
    return sarif(
        validation_findings(validated, MOST),
        command="validate",
        code=ExitCode.DONE,
        repository=repository,
    )


def error_sarif(error: ReconcilerError, repository: Repository) -> list[str]:
    """Return what ended a command as a document, every problem of it."""
    return sarif(
        error_findings(error),
        # Manifests that are not valid are told by every command alike.
        command="validate" if error.exit_code is ExitCode.INVALID else "error",
        code=error.exit_code,
        repository=repository,
    )
