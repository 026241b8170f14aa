"""Reports: a plan, or what an apply did, written in the form that was asked for.

Each form's views are only imported when it is asked for.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace

from reconciler.application.applied import Applied
from reconciler.application.apply_document import ApplyDocument, apply_document, settled_document
from reconciler.application.closing import Closed
from reconciler.cli.ci import is_for_review, run_url
from reconciler.cli.front import Front
from reconciler.cli.options import Options
from reconciler.cli.reporting.error_report import DOCUMENTS
from reconciler.cli.reporting.repository import repository_here
from reconciler.cli.reporting.step_outputs import apply_outputs
from reconciler.cli.reporting.step_summary import add_to_summary
from reconciler.domain.document import PlanDocument
from reconciler.errors import ExitCode, ReconcilerError
from reconciler.views.presentation import Presentation
from reconciler.views.text.error import error_text
from reconciler.views.text.lines import Line

# ruff: noqa: PLC0415 - see above


def show_plan(options: Options, plan: PlanDocument, about: Presentation) -> None:
    """Write a plan, fresh or saved."""
    front = options.front
    page = _on_a_page(about, front)
    match front.format:
        case "json":
            from reconciler.views.machine import plan_json

            front.put(plan_json(plan, about.code))
        case "markdown":
            from reconciler.views.markdown.plan import plan_markdown

            front.put([plan_markdown(plan, page, limit=_limit(full=about.full))])
        case "html":
            from reconciler.views.html.plan import plan_html

            front.put(plan_html(plan, page))
        case "github":
            from reconciler.views.github.log import plan_log
            from reconciler.views.markdown.plan import plan_markdown
            from reconciler.views.text.plan import plan_text

            lines = plan_text(plan, full=about.full, approve=about.approve)
            front.put(plan_log(plan, lines, repository_here(front.environ)))
            add_to_summary(front, lambda room: plan_markdown(plan, page, limit=room))
        case "junit":
            from reconciler.views.junit.plan import plan_junit

            front.put(plan_junit(plan, about.code, repository_here(front.environ)))
        case "sarif":
            from reconciler.views.sarif.documents import plan_sarif

            front.put(plan_sarif(plan, about.code, repository_here(front.environ)))
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
    from reconciler.views.machine import apply_json
    from reconciler.views.text.apply import apply_text

    done = apply_document(applied, audit_file, command=command)
    options.front.outputs |= apply_outputs(done, applied, plan_path=plan_path)
    text = apply_text(applied, audit_file=audit_file, full=options.full)
    _show_done(options, done, apply_json(done), text, applied.trouble)


def show_settled(
    options: Options,
    closed: Closed | None,
    audit_file: str,
    trouble: Sequence[ReconcilerError],
    code: ExitCode,
) -> None:
    """Write what a resume settled without deleting anything; ``closed`` if anything was open."""
    from reconciler.views.text.resume import closed_json, closed_text

    done = settled_document(closed, audit_file, trouble, code)
    options.front.outputs |= apply_outputs(done, None)
    machine = closed_json(closed, audit_file, trouble, code)
    text = closed_text(closed, audit_file, full=options.full)
    _show_done(options, done, machine, text, trouble)


def _show_done(
    options: Options,
    done: ApplyDocument,
    machine: Iterable[str],
    text: Iterable[Line],
    trouble: Sequence[ReconcilerError],
) -> None:
    """Write what was done; ``machine`` and ``text`` are its forms that need more than that."""
    front = options.front
    front.earned = ExitCode(done.footer["exit_code"])
    try:
        if front.format in DOCUMENTS:
            _put_done(options, done, machine, text)
    finally:
        for error in trouble:
            front.say_lines(error_text(error))
    if front.format not in DOCUMENTS:
        # For people the line that counts everything comes last.
        _put_done(options, done, machine, text)


def _put_done(
    options: Options, done: ApplyDocument, machine: Iterable[str], text: Iterable[Line]
) -> None:
    front = options.front
    code = ExitCode(done.footer["exit_code"])
    page = _on_a_page(Presentation(code=code, full=options.full), front)
    match front.format:
        case "json":
            front.put(machine)
        case "markdown":
            from reconciler.views.markdown.apply import apply_markdown

            front.put([apply_markdown(done, page, limit=_limit(full=options.full))])
        case "html":
            from reconciler.views.html.apply import apply_html

            front.put(apply_html(done, page))
        case "github":
            from reconciler.views.github.log import apply_log
            from reconciler.views.markdown.apply import apply_markdown

            front.put(apply_log(done, text, repository_here(front.environ)))
            add_to_summary(front, lambda room: apply_markdown(done, page, limit=room))
        case "junit":
            from reconciler.views.junit.apply import apply_junit

            front.put(apply_junit(done, repository_here(front.environ)))
        case "sarif":
            from reconciler.views.sarif.documents import apply_sarif

            front.put(apply_sarif(done, repository_here(front.environ)))
        case _:
            front.put_lines(text)


def _on_a_page(about: Presentation, front: Front) -> Presentation:
    """Return the same with what the job of CI adds."""
    environ = front.environ
    return replace(about, run_url=run_url(environ), preview=is_for_review(environ))


def _limit(*, full: bool) -> int:
    """Return the bytes of a page: what a comment takes, unless all is asked for."""
    from reconciler.views.markdown.plan import LIMIT

    return sys.maxsize if full else LIMIT
