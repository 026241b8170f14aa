"""What became of a plan that was reviewed: the run that applied it, with the plan folded below."""

from collections.abc import Iterator

from reconciler.application.apply_document import outcome_line
from reconciler.audit.past import PastRun
from reconciler.domain.document import PlanDocument
from reconciler.domain.outcomes import Outcome, Tally
from reconciler.errors import ExitCode
from reconciler.views.markdown.apply import ended
from reconciler.views.markdown.escaping import code
from reconciler.views.markdown.left_out import run_link
from reconciler.views.markdown.plan import LIMIT, plan_markdown
from reconciler.views.markdown.room import details, size
from reconciler.views.presentation import Presentation


def run_markdown(
    run: PastRun, plan: PlanDocument, about: Presentation, *, limit: int = LIMIT
) -> str:
    """Return what a run came to and the plan that was shown before, in at most ``limit`` bytes."""
    beginning = "".join(_beginning(run, plan, about))
    opening, ending = details("The plan as it was reviewed")
    room = limit - size(beginning) - size(opening) - size(ending)
    return f"{beginning}{opening}{plan_markdown(plan, about, limit=room)}{ending}"


def _beginning(run: PastRun, plan: PlanDocument, about: Presentation) -> Iterator[str]:
    yield f"### Reconciler: {_title(run)}\n\n"
    yield f"**{_last_line(run)}**\n\n"
    digest = plan.footer["digest"]
    if run.plan_digest != digest:
        other = code(run.plan_digest) or "none"
        yield (
            "**Warning:** this run applied another plan than the one below: its digest is "
            f"{other}, and that of this plan {code(digest)}.\n\n"
        )
    link = run_link(about, "this job")
    yield f"- Run: {code(run.run_id)}, by {code(run.actor)}{link and f', told by {link}'}\n"
    if run.exit_code is not None:
        yield f"- Exit code: {run.exit_code}{_reason(run)}\n"
    yield f"- Started: {code(run.started)}\n"
    if run.finished:
        yield f"- Ended: {code(run.finished)}\n"
    yield "\n"


def _title(run: PastRun) -> str:
    if run.exit_code is None:
        return "apply not finished"
    return ended(run.command, ExitCode(run.exit_code))


def _reason(run: PastRun) -> str:
    return f" ({code(run.failure_reason)})" if run.failure_reason else ""


def _last_line(run: PastRun) -> str:
    """Return the outcomes as the run itself told them."""
    if run.exit_code is None:
        return "The run has not said that it ended: it was cut short, or is under way."
    counts = {one: run.outcomes.get(one, 0) for one in Outcome}
    return outcome_line(Tally(counts), ExitCode(run.exit_code))
