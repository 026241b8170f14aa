"""``reconciler schema``."""

import click

from reconciler.cli.later import REFUSAL
from reconciler.cli.options import Command, Options, common_options
from reconciler.errors import UsageError
from reconciler.manifests.schema import KINDS, schema_text
from reconciler.manifests.shapes.documents import LATER_KINDS


@click.command(cls=Command)
@click.argument("kind", default="")
@common_options
def schema(options: Options, kind: str) -> None:
    """Print the JSON Schema of manifests of one KIND, or of any.

    KIND is Account, Policy, Protection, AbsentTasks or AbsentRecords.
    """
    if kind in LATER_KINDS:
        raise UsageError(f"{kind} {REFUSAL}")
    if kind and kind not in KINDS:
        # What was typed is not repeated as it is: it may hold anything.
        raise UsageError(f"{kind!a} is not a kind", hint=f"Kinds: {', '.join(KINDS)}.")
    options.front.put([schema_text(kind)])
