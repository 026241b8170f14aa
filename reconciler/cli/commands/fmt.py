"""``reconciler fmt``."""

from pathlib import Path

import click

from reconciler.cli.options import Command, Options, common_options, manifests_argument
from reconciler.errors import ExitCode
from reconciler.manifests.formatting.format import format_tree
from reconciler.manifests.rewriting import rewrite
from reconciler.views.text.fmt import fmt_json, fmt_text


@click.command(cls=Command)
@manifests_argument
@click.option("--check", is_flag=True, help="Write nothing; exit 2 if something would change.")
@click.option(
    "--extract-over",
    metavar="N",
    type=click.IntRange(min=0),
    help="Move lists of more than N ids into CSV files beside their manifests.",
)
@common_options
def fmt(options: Options, manifests: Path, *, check: bool, extract_over: int | None) -> int:
    """Bring every manifest under MANIFESTS into the canonical layout; comments survive.

    Keys in order, ids sorted, quotes where YAML would read a text as something else. Nothing is
    written if any file cannot be read.
    """
    formatted = format_tree(manifests, extract_over=extract_over)
    if not check:
        rewrite(formatted.changes)
    changed = [one.name for one in formatted.manifests]
    side_files = [one.name for one in formatted.side_files]
    code = ExitCode.CHANGES if check and changed else ExitCode.DONE
    if options.front.format == "json":
        text = fmt_json(changed, side_files, formatted.unchanged, code, check=check)
        options.front.put([text + "\n"])
    else:
        lines = fmt_text(changed, side_files, formatted.unchanged, check=check)
        options.front.put_lines(lines)
    return code
