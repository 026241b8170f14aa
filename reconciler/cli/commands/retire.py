"""``reconciler retire``."""

from pathlib import Path

import click

from reconciler.application.clock import SystemClock, utc
from reconciler.cli.options import Command, Duration, Options, common_options, manifests_argument
from reconciler.cli.places import ledger_url
from reconciler.cli.settings import read_settings
from reconciler.domain.absences import Declarations
from reconciler.errors import ExitCode, UsageError
from reconciler.ledger.proof_times import proven_gone
from reconciler.manifests.load import load
from reconciler.manifests.retiring.remaining import check_remaining
from reconciler.manifests.retiring.removing import removals
from reconciler.manifests.retiring.retirement import BEFORE_ALL, Retirement, retirement
from reconciler.manifests.rewriting import Change, rewrite
from reconciler.views.text.retire import RetireReport, retire_json, retire_text


@click.command(cls=Command)
@manifests_argument
@click.option(
    "--older-than",
    type=Duration(),
    default="30d",
    show_default=True,
    help="Only what was last proven gone so long ago, at least.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 2 if something is to be retired.")
@click.option("--write", is_flag=True, help="Remove what is listed from the files.")
@common_options
def retire(
    options: Options, manifests: Path, *, older_than: float, check: bool, write: bool
) -> int:
    """List absences under MANIFESTS that are proven gone or expired; touches no network.

    The ledger has the proofs. Nothing is deleted from any account: what no manifest lists any
    more is only no longer looked at. A rule is never done, unless it has expired.
    """
    if check and write:
        raise UsageError("--check writes nothing", hint="Leave out --check or --write.")
    now = SystemClock().time()
    declarations = load(manifests, now=BEFORE_ALL)
    settings = read_settings((), partial=True)
    ledger = ledger_url(options, settings)
    proofs = proven_gone(ledger, _ids(declarations))
    found = retirement(
        declarations, proofs or {}, today=utc(now).date(), proven_before=now - older_than
    )
    changes = _changes(manifests, declarations, found) if write and found.retired else []
    rewrite(changes)
    report = RetireReport(
        items=_items(found),
        manifests=tuple(sorted(found.whole)),
        files=tuple(change.name for change in changes),
        removed=tuple(change.name for change in changes if change.after is None),
        ledger=ledger.removeprefix("sqlite:///"),
        has_ledger=proofs is not None,
        written=write,
        advised=not write and not settings.get("IN_AUTOMATION"),
    )
    code = ExitCode.CHANGES if check and found.retired else ExitCode.DONE
    if options.front.format == "json":
        options.front.put([retire_json(report, code) + "\n"])
    else:
        options.front.put_lines(retire_text(report))
    return code


def _ids(declarations: Declarations) -> dict[str, frozenset[str]]:
    """Return all declared ids by container."""
    return {one.container.prefix: frozenset(one.ids) for one in declarations.absences}


def _changes(folder: Path, declarations: Declarations, found: Retirement) -> list[Change]:
    changes = removals(folder, found)
    check_remaining(folder, changes, declarations, found)
    return changes


def _items(found: Retirement) -> tuple[dict[str, object], ...]:
    return tuple(
        {
            "file": one.file,
            "line": one.line,
            "address": one.address,
            "manifest": one.manifest,
            "reason": "expired" if one.expired else "proven_gone",
            "since": one.since.isoformat(),
        }
        for one in found.retired
    )
