"""``reconciler version``."""

import json
import platform

import click

from reconciler import __version__
from reconciler.cli.options import Options, common_options


@click.command()
@common_options
def version(options: Options) -> None:
    """Print the version of this program and of the Python it runs on."""
    if options.front.format == "json":
        text = json.dumps({"version": __version__, "python": platform.python_version()})
    else:
        text = f"reconciler {__version__} (Python {platform.python_version()})"
    options.front.put([text + "\n"])
