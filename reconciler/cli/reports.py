"""Reports: a plan, or what an apply did, written in the form that was asked for.

Each form's views are only imported when it is asked for.
"""

from reconciler.application.applied import Applied
from reconciler.application.apply_document import apply_document
from reconciler.cli.options import Options
from reconciler.domain.document import PlanDocument
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
    for error in applied.trouble:
        front.say_lines(error_text(error))
    if front.format == "text":
        from reconciler.views.text.apply import apply_text

        front.put_lines(apply_text(applied, audit_file=audit_file, full=options.full))
