"""``reconciler ledger``."""

import click

from reconciler.application.clock import SystemClock
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options
from reconciler.cli.places import ledger_url
from reconciler.cli.settings import read_settings
from reconciler.errors import ExitCode
from reconciler.ledger.database import open_database
from reconciler.ledger.schema import VERSION
from reconciler.views.machine import upgrade_json
from reconciler.views.text.lines import Style, line


@click.group()
def ledger() -> None:
    """Look after the ledger."""


@ledger.command(cls=Command)
@common_options
def upgrade(options: Options) -> ExitCode:
    """Make the ledger's tables, or bring those of an older version up to this one.

    A SQLite file is upgraded by whichever command opens it first; on PostgreSQL only this does.
    """
    configure_logs(options)
    url = ledger_url(options, read_settings((), partial=True))
    database = open_database(url, SystemClock(), upgrade=True)
    database.close()
    before = database.version
    if options.front.format == "json":
        options.front.put([upgrade_json(database.name, before, VERSION) + "\n"])
        return ExitCode.DONE
    words = (
        f"The ledger {database.name} is of version {VERSION}."
        if before == VERSION
        else f"The ledger {database.name} was of version {before} and is now of {VERSION}."
    )
    options.front.put_lines([line(words, Style.STRONG)])
    return ExitCode.DONE
