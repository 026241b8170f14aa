"""``reconciler audit``."""

import json
from pathlib import Path

import click

from reconciler.audit.verify import Kind, Verified, verify
from reconciler.cli import later
from reconciler.cli.options import Options, common_options
from reconciler.cli.session import audit_folder, ledger_url
from reconciler.cli.settings import read_settings
from reconciler.domain.document import FORMAT_VERSION
from reconciler.domain.inert import inert
from reconciler.errors import ExitCode, ReconcilerError, UsageError, weightiest
from reconciler.ledger.copies import read_copies
from reconciler.views.lines import Line, Style, line

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


@audit.command(name="verify")
@click.argument("files", nargs=-1, type=click.Path(exists=True, path_type=Path))
@common_options
def verify_command(options: Options, files: tuple[Path, ...]) -> int:
    """Check that the audit log is whole, unbroken and makes sense; writes nothing.

    FILES are run files or folders of them; without any, the whole audit log is checked.
    """
    settings = read_settings((), partial=True)
    folders = files or (audit_folder(options, settings),)
    paths = [path for one in folders for path in (one.glob("*.jsonl") if one.is_dir() else [one])]
    copies = read_copies(ledger_url(options, settings))
    if files and copies:
        # Only the named files are in question, not those that are elsewhere.
        named = {path.stem for path in paths}
        copies = type(copies)(
            copies.log_id, {run: lines for run, lines in copies.lines.items() if run in named}
        )
    try:
        verified = verify(paths, copies)
    except OSError as error:
        raise ReconcilerError(
            "The audit log cannot be read", detail=f"{error.filename}: {error.strerror}"
        ) from error
    code = weightiest(_CODES[finding.kind] for finding in verified.findings)
    if options.front.format == "json":
        options.front.put([_json(verified, code) + "\n"])
    else:
        options.front.put_lines(_text(verified))
    return code


def _text(verified: Verified) -> list[Line]:
    lines = [
        line(f"{finding.kind}: {finding.file}:{finding.line}: {inert(finding.message)}", Style.WARN)
        for finding in verified.findings
    ]
    checked = f"{verified.runs} runs, {verified.lines} lines"
    if verified.findings:
        kinds = {finding.kind for finding in verified.findings}
        word = Kind.BROKEN if Kind.BROKEN in kinds else Kind.OPEN
        return [*lines, line(f"Audit log {word}: {checked}.", Style.STRONG)]
    return [line(f"Audit log verified: {checked}.", Style.STRONG)]


def _json(verified: Verified, code: ExitCode) -> str:
    return json.dumps(
        {
            "type": "audit_verification",
            "format_version": FORMAT_VERSION,
            "runs": verified.runs,
            "lines": verified.lines,
            "findings": [
                {
                    "kind": finding.kind.value,
                    "file": finding.file,
                    "line": finding.line,
                    "message": finding.message,
                }
                for finding in verified.findings
            ],
            "exit_code": int(code),
            "failure_reason": code.failure_reason,
        }
    )
