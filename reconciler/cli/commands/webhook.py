"""``reconciler webhook``."""

import json

import click

from reconciler.application.clock import SystemClock
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options
from reconciler.cli.places import ledger_url
from reconciler.cli.settings import read_settings
from reconciler.ledger.database import open_database
from reconciler.ledger.hooks import Mailbox


@click.group()
def webhook() -> None:
    """Receive what LeadSquared says of its asynchronous deletions."""


@webhook.command(name="serve", cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8470, show_default=True, help="0 for any."
)
@common_options
def serve_command(options: Options, host: str, port: int) -> None:
    """Receive status calls until it is stopped; hints only, for runs that share the ledger.

    Runs name it in their deletions if RECONCILER_WEBHOOK_URL says where it is reached from
    outside. It needs no keys of any account. Put a server with TLS in front of it.
    """
    from reconciler.webhook.receiver import create_receiver  # noqa: PLC0415 - needs [serve]
    from reconciler.webhook.serve import serve  # noqa: PLC0415 - needs [serve]

    configure_logs(options)
    url = ledger_url(options, read_settings((), partial=True))
    database = open_database(url, SystemClock())
    try:
        serve(create_receiver(Mailbox(database)), host, port, lambda at: _tell(options, at))
    finally:
        database.close()


def _tell(options: Options, url: str) -> None:
    if options.front.format == "json":
        options.front.put([json.dumps({"type": "webhook", "url": url}) + "\n"])
    else:
        options.front.put([f"Receiving at {url}/hooks/\n"])
