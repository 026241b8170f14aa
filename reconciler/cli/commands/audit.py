"""``reconciler audit``."""

from pathlib import Path

import click

from reconciler.audit.findings import Copies, Kind
from reconciler.audit.verify import verify
from reconciler.cli import later
from reconciler.cli.options import Command, Options, common_options
from reconciler.cli.places import audit_folder, ledger_url
from reconciler.cli.settings import read_settings
from reconciler.errors import ExitCode, ReconcilerError, UsageError, weightiest
from reconciler.ledger.copies import read_copies
from reconciler.views.text.audit import audit_json, audit_text

_CODES = {Kind.OPEN: ExitCode.INCOMPLETE, Kind.BROKEN: ExitCode.STALE}


class AuditGroup(click.Group):
    """The commands of ``audit``; later ones are refused by name."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command."""
        if cmd_name in later.AUDIT_COMMANDS:
            raise UsageError(f"audit {cmd_name} {later.REFUSAL}")
        return super().get_command(ctx, cmd_name)


@click.group(cls=AuditGroup)
def audit() -> None:
    """Check the audit log."""


@audit.command(name="verify", cls=Command, short_help="Check that the audit log is whole.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@common_options
def verify_command(options: Options, files: tuple[Path, ...]) -> int:
    """Check that the audit log is whole, unbroken and makes sense; writes nothing.

    FILES are run files or folders of them; without any, the whole audit log is checked.
    """
    settings = read_settings((), partial=True)
    folders = files or (audit_folder(options, settings),)
    paths = [path for one in folders for path in _files_of(one)]
    copies = read_copies(ledger_url(options, settings))
    if files and copies:
        # Only the named files are in question, not those that are elsewhere.
        named = {path.stem for path in paths}
        copies = Copies(
            copies.log_id, {run: lines for run, lines in copies.lines.items() if run in named}
        )
    if not paths and not (copies and copies.lines):
        raise UsageError(
            "There is no audit log to verify",
            detail="\n".join(str(folder) for folder in folders),
            hint="Pass --audit-dir or the run files themselves.",
        )
    try:
        verified = verify(paths, copies)
    except OSError as error:
        raise ReconcilerError(
            "The audit log cannot be read", detail=f"{error.filename}: {error.strerror}"
        ) from error
    code = weightiest(_CODES[finding.kind] for finding in verified.findings)
    if options.front.format == "json":
        options.front.put([audit_json(verified, code) + "\n"])
    else:
        options.front.put_lines(audit_text(verified))
    return code


def _files_of(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.glob("*.jsonl"))
    return [path] if path.exists() else []
