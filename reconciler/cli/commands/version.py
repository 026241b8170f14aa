"""``reconciler version``."""

import json
import platform

import click

from reconciler import __version__
from reconciler.cli.options import Command, Options, common_options
from reconciler.errors import ExitCode


@click.command(cls=Command)
@common_options
def version(options: Options) -> None:
    """Print the version of this program and of the Python it runs on."""
    python = platform.python_version()
    text = f"reconciler {__version__} (Python {python})"
    if options.front.format == "json":
        code = ExitCode.DONE
        fields = {"type": "version", "version": __version__, "python": python}
        text = json.dumps({**fields, "exit_code": code, "failure_reason": code.failure_reason})
    options.front.put([text + "\n"])
