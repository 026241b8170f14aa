"""``reconciler halt``."""

from collections.abc import Sequence

import click

from reconciler.application.clock import SystemClock
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options
from reconciler.cli.places import ledger_url
from reconciler.cli.runs.run_head import actor
from reconciler.cli.settings import read_settings
from reconciler.errors import ExitCode, UsageError
from reconciler.ledger.database import open_database
from reconciler.ledger.halts import Halt, Halts
from reconciler.views.machine import halt_json
from reconciler.views.text.halt import halt_text


@click.command(cls=Command)
@click.option("--account", "accounts", multiple=True, metavar="ACCOUNT", help="Only this account.")
@click.option("--reason", metavar="TEXT", help="Why; shown to everybody who is stopped by it.")
@click.option("--lift", is_flag=True, help="Let runs go on: of --account, or all of them.")
@common_options
def halt(
    options: Options, accounts: tuple[str, ...], reason: str | None, *, lift: bool
) -> ExitCode:
    """Stop every run before its next batch, on every machine that shares the ledger.

    Without --account it stops all accounts. Without --reason and --lift it lists what is halted.
    """
    if lift and reason is not None:
        raise UsageError("--lift takes no --reason")
    if reason is not None and not reason.strip():
        raise UsageError("--reason is empty", hint="Say why: whoever is stopped will read it.")
    if accounts and not lift and reason is None:
        raise UsageError(
            "A halt needs a --reason", hint="Without --account the halts in force are listed."
        )
    configure_logs(options)
    settings = read_settings((), partial=True)
    database = open_database(ledger_url(options, settings), SystemClock())
    try:
        halts = Halts(database)
        if lift:
            shown = halts.lift(accounts)
        elif reason is not None:
            shown = halts.put(accounts, reason.strip(), actor(settings))
        else:
            shown = halts.all()
    finally:
        database.close()
    _show(options, shown, lifted=lift)
    return ExitCode.DONE


def _show(options: Options, halts: Sequence[Halt], *, lifted: bool) -> None:
    if options.front.format == "json":
        options.front.put([halt_json([one.fields for one in halts], lifted=lifted) + "\n"])
    else:
        options.front.put_lines(halt_text([one.words for one in halts], lifted=lifted))
