"""``reconciler history``."""

from collections.abc import Iterator
from dataclasses import replace

import click

from reconciler.audit.past import PastRun, past_run
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, reporting
from reconciler.cli.places import ledger_url
from reconciler.cli.settings import read_settings
from reconciler.cli.since import Since
from reconciler.errors import ExitCode, UsageError
from reconciler.ledger.runs_told import lines_of_runs
from reconciler.views.machine import history_json
from reconciler.views.text.history import history_text

_BEGINNING = 0.0


@click.command(cls=Command)
@click.option("--target", metavar="ADDRESS", help="Only runs that sent this target.")
@click.option("--ticket", metavar="TICKET", help="Only what manifests with this ticket declared.")
@click.option("--run", "run_id", metavar="ID", help="Only this run, with every target.")
@click.option("--since", type=Since(), help="Only runs since a day, or in the last 7d, 24h.")
@reporting("html")
def history(
    options: Options,
    target: str | None,
    ticket: str | None,
    run_id: str | None,
    since: float | None,
) -> ExitCode:
    """List past runs and what became of what they sent, by the ledger; touches no network."""
    configure_logs(options)
    url = ledger_url(options, read_settings((), partial=True))
    found = list(_found(url, target, ticket, run_id, since))
    if run_id and not found:
        raise UsageError("The ledger knows no such run", detail=run_id)
    if options.front.format == "json":
        options.front.put(history_json(found))
    elif options.front.format == "html":
        from reconciler.views.html.history import history_html  # noqa: PLC0415 - only this form needs it

        options.front.put(history_html(found))
    else:
        detailed = bool(target or ticket or run_id)
        options.front.put_lines(history_text(found, detailed=detailed, full=options.full))
    return ExitCode.DONE


def _found(
    url: str, target: str | None, ticket: str | None, run_id: str | None, since: float | None
) -> Iterator[PastRun]:
    """Yield the runs that are asked for, with the targets that are."""
    began = _BEGINNING if since is None else since
    for lines in lines_of_runs(url, started_after=began, run_id=run_id or ""):
        run = past_run(lines)
        if target is None and ticket is None:
            yield run
            continue
        treated = [
            one
            for one in run.treated
            if target in (None, one.address) and (ticket is None or ticket in one.tickets)
        ]
        if treated:
            yield replace(run, treated=treated)
