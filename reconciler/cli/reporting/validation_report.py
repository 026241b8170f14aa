"""Valid manifests, shown in the form that was asked for.

Each form's views are only imported when it is asked for.
"""

from reconciler.cli.options import Options
from reconciler.views.validated import Validated

# ruff: noqa: PLC0415 - see above


def show_validation(options: Options, validated: Validated) -> None:
    """Write what valid manifests declare, and what a change of them brings."""
    front = options.front
    match front.format:
        case "json":
            from reconciler.views.machine import validated_json

            front.put(validated_json(validated))
        case "github":
            from reconciler.cli.reporting.repository import repository_here
            from reconciler.cli.reporting.step_summary import add_to_summary
            from reconciler.views.github.log import validation_log
            from reconciler.views.github.validation_summary import validation_summary
            from reconciler.views.text.validation import validation_text

            lines = validation_text(validated, full=options.full)
            front.put(validation_log(validated, lines, repository_here(front.environ)))
            add_to_summary(front, lambda room: validation_summary(validated, limit=room))
        case "junit":
            from reconciler.cli.reporting.repository import repository_here
            from reconciler.views.junit.validation import validation_junit

            front.put(validation_junit(validated, repository_here(front.environ)))
        case "sarif":
            from reconciler.cli.reporting.repository import repository_here
            from reconciler.views.sarif.documents import validation_sarif

            front.put(validation_sarif(validated, repository_here(front.environ)))
        case _:
            from reconciler.views.text.validation import validation_text

            front.put_lines(validation_text(validated, full=options.full))
