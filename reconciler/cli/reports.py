"""Reports: a plan, or what an apply did, written in the form that was asked for.

Each form's views are only imported when it is asked for.
"""

from reconciler.application.applied import Applied
from reconciler.application.apply_document import ApplyDocument, apply_document
from reconciler.cli.options import Options
from reconciler.domain.document import PlanDocument
from reconciler.errors import ExitCode
from reconciler.views.presentation import Presentation

# ruff: noqa: PLC0415 - see above


def show_plan(options: Options, plan: PlanDocument, about: Presentation) -> None:
    """Write a plan, fresh or saved."""
    front = options.front
    match front.format:
        case "json":
            from reconciler.views.machine import plan_json

            front.put(plan_json(plan, about.code))
        case "html":
            from reconciler.views.html.plan import plan_html

            front.put(plan_html(plan, about))
        case _:
            from reconciler.views.text.plan import plan_text

            front.put_lines(plan_text(plan, full=about.full, approve=about.approve))


def show_applied(
    options: Options, applied: Applied, audit_file: str, *, command: str = "apply"
) -> None:
    """Write what an apply, or a resume, did; what ended it before its time is said on stderr."""
    from reconciler.views.text.error import error_text

    front = options.front
    done = apply_document(applied, audit_file, command=command)
    if front.format == "json":
        from reconciler.views.machine import apply_json

        front.put(apply_json(done))
    show_done(options, done, applied.exit_code)
    for error in applied.trouble:
        front.say_lines(error_text(error))
    if front.format == "text":
        from reconciler.views.text.apply import apply_text

        front.put_lines(apply_text(applied, audit_file=audit_file, full=options.full))


def show_done(options: Options, done: ApplyDocument, code: ExitCode) -> None:
    """Write what was done in a form that is made from its document alone; nothing in others."""
    front, about = options.front, Presentation(code=code, full=options.full)
    if front.format == "html":
        from reconciler.views.html.apply import apply_html

        front.put(apply_html(done, about))
