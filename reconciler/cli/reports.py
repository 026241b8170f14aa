"""Reports: a plan, or what an apply did, written in the form that was asked for.

Each form's views are only imported when it is asked for.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace

from reconciler.application.applied import Applied
from reconciler.application.apply_document import ApplyDocument, apply_document, settled_document
from reconciler.application.closing import Closed
from reconciler.cli.ci import run_url
from reconciler.cli.options import Options
from reconciler.cli.step_outputs import apply_outputs
from reconciler.domain.document import PlanDocument
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.views.presentation import Presentation

# ruff: noqa: PLC0415 - see above


def show_plan(options: Options, plan: PlanDocument, about: Presentation) -> None:
    """Write a plan, fresh or saved."""
    front = options.front
    match front.format:
        case "json":
            from reconciler.views.machine import plan_json

            front.put(plan_json(plan, about.code))
        case "markdown":
            from reconciler.views.markdown.plan import plan_markdown

            run = about.run_url or run_url(front.environ)
            shown = replace(about, run_url=run)
            front.put([plan_markdown(plan, shown, limit=_limit(full=about.full))])
        case _:
            from reconciler.views.text.plan import plan_text

            front.put_lines(plan_text(plan, full=about.full, approve=about.approve))


def show_applied(
    options: Options,
    applied: Applied,
    audit_file: str,
    *,
    command: str = "apply",
    plan_path: str = "",
) -> None:
    """Write what an apply, or a resume, did; what ended it before its time is said on stderr."""
    front = options.front
    done = apply_document(applied, audit_file, command=command)
    front.outputs |= apply_outputs(done, applied, plan_path=plan_path)
    if front.format == "json":
        from reconciler.views.machine import apply_json

        front.put(apply_json(done))
    _put_markdown(options, done)
    _say(options, applied.trouble)
    if front.format == "text":
        from reconciler.views.text.apply import apply_text

        front.put_lines(apply_text(applied, audit_file=audit_file, full=options.full))


def show_settled(
    options: Options,
    closed: Closed | None,
    audit_file: str,
    trouble: Sequence[ReconcilerError],
    code: ExitCode,
) -> None:
    """Write what a resume settled without deleting anything; ``closed`` if anything was open."""
    front = options.front
    done = settled_document(closed, audit_file, trouble, code)
    front.outputs |= apply_outputs(done, None)
    if front.format == "json":
        from reconciler.views.text.resume import closed_json

        front.put(closed_json(closed, audit_file, trouble, code))
    _put_markdown(options, done)
    _say(options, trouble)
    if front.format == "text":
        from reconciler.views.text.resume import closed_text

        front.put_lines(closed_text(closed, audit_file, full=options.full))


def _put_markdown(options: Options, done: ApplyDocument) -> None:
    if options.front.format == "markdown":
        from reconciler.views.markdown.apply import apply_markdown

        about = Presentation(full=options.full, run_url=run_url(options.front.environ))
        options.front.put([apply_markdown(done, about, limit=_limit(full=options.full))])


def _limit(*, full: bool) -> int:
    from reconciler.views.markdown.plan import LIMIT

    return sys.maxsize if full else LIMIT


def _say(options: Options, trouble: Sequence[ReconcilerError]) -> None:
    from reconciler.views.text.error import error_text

    for error in trouble:
        options.front.say_lines(error_text(error))
