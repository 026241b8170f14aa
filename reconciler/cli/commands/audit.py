"""``reconciler audit``."""

from pathlib import Path

import click

from reconciler.audit.verify import check
from reconciler.cli.auditing.audit_log import (
    code_of,
    files_of,
    load_files,
    narrowed,
    nothing_there,
    open_log,
)
from reconciler.cli.auditing.certifying import certify, signed_json, signed_text
from reconciler.cli.auditing.exporting import chosen, export
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options
from reconciler.cli.places import audit_folder, ledger_url
from reconciler.cli.settings import read_settings
from reconciler.cli.signing import trusted_keys
from reconciler.cli.since import Since
from reconciler.ledger.copies import read_copies
from reconciler.views.text.audit import audit_json, audit_text
from reconciler.views.text.export import export_json, export_text

_keys_option = click.option(
    "--keys",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Verifier keys, one a line; the signatures of these keys count, and no others.",
)


@click.group()
def audit() -> None:
    """Check the audit log, hand it over, and certify what it proves."""


@audit.command(name="verify", cls=Command, short_help="Check that the audit log is whole.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@_keys_option
@common_options
def verify_command(options: Options, files: tuple[Path, ...], keys: Path | None) -> int:
    """Check that the audit log is whole, unbroken and makes sense; writes nothing.

    FILES are run files or folders of them; without any, the whole audit log is checked.
    """
    configure_logs(options)
    settings = read_settings((), partial=True)
    trusted = trusted_keys(keys)
    folders = files or (audit_folder(options, settings),)
    loaded = load_files(files_of(folders))
    copies = read_copies(ledger_url(options, settings))
    if files:
        # Only the named files are in question, not those that are elsewhere.
        copies = narrowed(copies, {one.run_id for one in loaded})
    if not loaded and not (copies and copies.lines):
        raise nothing_there(folders)
    verified = check(loaded, copies, trusted)
    code = code_of(verified)
    if options.front.format == "json":
        options.front.put([audit_json(verified, code) + "\n"])
    else:
        options.front.put_lines(audit_text(verified))
    return code


@audit.command(name="export", cls=Command, short_help="Write the audit log into one file.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file, a tar archive; it must not be there yet.",
)
@click.option("--run", "runs", multiple=True, metavar="ID", help="Only this run; may be repeated.")
@click.option("--since", type=Since(), help="Only runs since a day, or in the last 7d, 24h.")
@_keys_option
@common_options
def export_command(
    options: Options, out: Path, runs: tuple[str, ...], since: float | None, keys: Path | None
) -> int:
    """Write runs, their checkpoints, what checks them and their hashes into one file.

    What does not verify is exported all the same, and the file says so; the exit code is that of
    audit verify.
    """
    configure_logs(options)
    auditing = open_log(options, keys)
    log = chosen(auditing, runs, since)
    verified = auditing.check(log)
    written = export(auditing, log, verified, out)
    code = code_of(verified)
    if options.front.format == "json":
        options.front.put([export_json(verified, str(out), written, code)])
    else:
        options.front.put_lines(export_text(verified, str(out), written))
    return code


@audit.command(name="certificate", cls=Command, short_help="Certify what is proven absent.")
@click.option("--ticket", default="", metavar="TICKET", help="What was declared for this ticket.")
@click.option(
    "--target",
    default="",
    metavar="ADDRESS",
    help="This target; or a phone number, or PROVIDER:ID, with RECONCILER_PII_KEY.",
)
@click.option("--run", "run_id", default="", metavar="ID", help="What this run sent.")
@_keys_option
@common_options
def certificate_command(
    options: Options, ticket: str, target: str, run_id: str, keys: Path | None
) -> int:
    """Say what the audit log proves to be absent, when, and by which lines; signed with a key.

    What is asked for and not proven is listed too, and then the exit code is 7. Touches no network.
    """
    configure_logs(options)
    auditing = open_log(options, keys)
    certified = certify(auditing, ticket=ticket, target=target, run_id=run_id)
    written = signed_json if options.front.format == "json" else signed_text
    options.front.put([written(certified, auditing.signer)])
    return certified.code
