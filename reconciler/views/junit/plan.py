"""A plan as JUnit: a case per manifest, a case per guard, and one for the plan itself."""

from reconciler.domain.document import PlanDocument, last_line
from reconciler.domain.plan import ACTIONS, Action
from reconciler.errors import ExitCode
from reconciler.views.junit.counting import Counted, counted, suites
from reconciler.views.junit.document import Case, Suite, Verdict, junit
from reconciler.views.junit.guards import guards_suite
from reconciler.views.repository import Repository
from reconciler.views.text.plan_items import COUNTED

_VERDICTS = {Action.UNKNOWN: Verdict.ERROR, Action.HELD: Verdict.FAILURE}
"""What does not pass, the gravest first."""


def plan_junit(plan: PlanDocument, code: ExitCode, repository: Repository) -> list[str]:
    """Return a plan as a document; ``code`` is what the command ends in."""
    items = (item for item in plan.items(None) if item["action"] in ACTIONS)
    return junit(
        [
            Suite("plan", [_whole(plan, code)]),
            guards_suite(plan.footer["guards"]),
            *suites(counted(items, "action"), _manifest),
        ],
        repository,
    )


def _whole(plan: PlanDocument, code: ExitCode) -> Case:
    """Return the case that fails if the command does."""
    summary = last_line(plan.footer["counts"])
    warnings = [plan.warning] if plan.warning else []
    return Case(
        name="plan",
        of="plan",
        verdict=None if code is ExitCode.DONE else Verdict.FAILURE,
        why=code.failure_reason,
        message=summary,
        out=[
            summary,
            f"Digest: {plan.footer['digest']}",
            *(f"Warning: {one}" for one in (*warnings, *plan.header["warnings"])),
        ],
    )


def _manifest(one: Counted) -> Case:
    verdicts = [(verdict, kind) for kind, verdict in _VERDICTS.items() if one.counts[kind]]
    verdict, why = verdicts[0] if verdicts else (None, "")
    return Case(
        name=one.manifest,
        of=one.account,
        file=one.file,
        line=one.line,
        verdict=verdict,
        why=why,
        message=", ".join(f"{one.counts[kind]} {COUNTED[kind]}" for _, kind in verdicts),
        text=list(one.lines(kind for _, kind in verdicts)),
        out=[
            ", ".join(f"{one.counts[kind]} {COUNTED[kind]}" for kind in ACTIONS if one.counts[kind])
        ],
    )
