"""``reconciler sandbox``."""

import json
from pathlib import Path

import click

from reconciler.cli.embedded import credentials, describe, parse_faults, serve
from reconciler.cli.options import Command, Options, common_options


@click.group()
def sandbox() -> None:
    """Both vendors' APIs on this machine, oddities included."""


@sandbox.command(name="serve", cls=Command, epilog="Switches: see docs/reference/sandbox.md.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 for any free port.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".reconciler/sandbox-serve"),
    show_default=True,
    help="The folder of its state.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="What a new sandbox is filled with follows from this number.",
)
@click.option(
    "--tasks", type=click.IntRange(min=0), default=60, show_default=True, help="Tasks in it."
)
@click.option(
    "--records",
    type=click.IntRange(min=0),
    default=120,
    show_default=True,
    help="Records in its first list.",
)
@click.option("--fault", "faults", multiple=True, metavar="NAME=VALUE", help="Turn a switch.")
@common_options
def serve_command(
    options: Options,
    port: int,
    data: Path,
    *,
    seed: int,
    tasks: int,
    records: int,
    faults: tuple[str, ...],
) -> None:
    """Serve LeadSquared and Talkdesk on loopback until it is stopped."""
    serve(
        port,
        data,
        seed=seed,
        tasks=tasks,
        records=records,
        faults=parse_faults(list(faults)),
        ready=lambda url: _tell(options, url),
    )


def _tell(options: Options, url: str) -> None:
    """Say where it serves, and what opens it."""
    if options.front.format == "json":
        options.front.put([json.dumps({"type": "sandbox", "url": url}) + "\n"])
        return
    lines = (
        f"Serving both vendors at {url}",
        (
            f"  LeadSquared: tenant {credentials.ORG_SHORT_CODE}, access key "
            f"{credentials.ACCESS_KEY}, secret key {credentials.SECRET_KEY}"
        ),
        (
            f"  Talkdesk: tenant {credentials.TALKDESK_ACCOUNT}, client id "
            f"{credentials.CLIENT_ID}, client secret {credentials.CLIENT_SECRET}"
        ),
        f"  {len(describe())} switches (--fault): docs/reference/sandbox.md",
    )
    options.front.put(line + "\n" for line in lines)
