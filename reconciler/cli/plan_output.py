"""Writing a plan, fresh or saved, in the form that was asked for."""

from reconciler.cli.options import Options
from reconciler.domain.document import PlanDocument
from reconciler.errors import ExitCode
from reconciler.views.plan_text import plan_text


def show_plan(options: Options, shown: PlanDocument, code: ExitCode, approve: str = "") -> None:
    """Write a plan in the asked format, and how to approve it."""
    if options.front.format == "json":
        from reconciler.views.machine import plan_json  # noqa: PLC0415 - brings apply along

        options.front.put(plan_json(shown, code))
    else:
        options.front.put_lines(plan_text(shown, full=options.full, approve=approve))
