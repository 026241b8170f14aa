"""``reconciler schema``."""

import click

from reconciler.cli.options import Command, Options, common_options
from reconciler.errors import UsageError
from reconciler.manifests.schema import KINDS, schema_text


@click.command(cls=Command)
@click.argument("kind", default="")
@common_options
def schema(options: Options, kind: str) -> None:
    """Print the JSON Schema of manifests of one KIND, or of any.

    KIND is Account, Policy, Protection, Allowance, AbsentTasks or AbsentRecords.
    """
    if kind and kind not in KINDS:
        # What was typed is not repeated as it is: it may hold anything.
        raise UsageError(f"{kind!a} is not a kind", hint=f"Kinds: {', '.join(KINDS)}.")
    options.front.put([schema_text(kind)])
