"""The program: finds the command, runs it, and is the only place that turns errors into exits."""

from collections.abc import Sequence
from importlib import import_module

import click

from reconciler import __version__
from reconciler.cli.front import Front, UnreadError, let_go
from reconciler.cli.reporting.error_report import DOCUMENTS, asked_format
from reconciler.errors import ExitCode, InterruptedRunError, ReconcilerError, UsageError, weightiest

_COMMANDS = {
    "init": "Write a first tree of manifests.",
    "validate": "Load every manifest and report every problem; no network.",
    "fmt": "Bring manifests into their canonical layout; comments survive.",
    "doctor": "Examine accounts and this machine: will a run work?",
    "find": "Print a ready manifest of what matches now.",
    "plan": "Read live state and show what apply would delete; deletes nothing.",
    "show": "Show a saved plan.",
    "comment": "Tell a saved plan in a comment of a pull or merge request.",
    "explain": "Say why a target gets its action.",
    "apply": "Plan afresh and delete what is declared, reviewed and still there.",
    "resume": "Take up interrupted runs: settle what they sent, delete what is still due.",
    "recheck": "Read again what was reported gone, and report what has returned.",
    "history": "List past runs, and what became of what they sent.",
    "retire": "List absences that are proven done or expired, and remove them.",
    "halt": "Stop every run before its next batch, or let them go on.",
    "audit": "Check the audit log, hand it over, certify what it proves.",
    "keys": "Make keys that sign the audit log.",
    "ledger": "Look after the ledger.",
    "schema": "Print the JSON Schema of manifests.",
    "webhook": "Receive what LeadSquared says of its deletions.",
    "sandbox": "Serve both vendors' APIs on this machine.",
    "demo": "Show all of it on the sandbox: plan, deletion, proof.",
    "version": "Print the version.",
}
"""Every command with its one line of help; its module is only imported when it is called."""


class LazyGroup(click.Group):
    """Commands by name; ``--help`` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they are used."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(f"reconciler.cli.commands.{cmd_name}"), cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reconciler", message="%(prog)s %(version)s")
def cli() -> None:
    """Make declared LeadSquared tasks and Talkdesk records absent.

    MANIFESTS is the folder of YAML manifests, `manifests` by default.
    """


def main(arguments: Sequence[str]) -> int:
    """Run the program and return its exit code."""
    front = Front(format=asked_format(arguments))
    code: int = ExitCode.RUNTIME
    try:
        code = _run(arguments, front)
    finally:
        if front.environ.get("GITHUB_OUTPUT"):
            from reconciler.cli.reporting.github_step import tell_outputs  # noqa: PLC0415 - rarely needed

            tell_outputs(front, code)
        let_go()
    return code


def _run(arguments: Sequence[str], front: Front) -> int:
    """Run the command; what went wrong is reported, and a bug is raised."""
    try:
        code = cli.main(list(arguments), prog_name="reconciler", standalone_mode=False, obj=front)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return ExitCode.USAGE
    except click.UsageError as error:
        return _usage(error, front)
    except (click.Abort, KeyboardInterrupt):
        front.report(InterruptedRunError(ExitCode.INTERRUPTED))
        return ExitCode.INTERRUPTED
    except ReconcilerError as error:
        front.report(error)
        return weightiest([front.earned, error.exit_code])
    except UnreadError:
        return weightiest([front.earned, ExitCode.RUNTIME])
    except Exception as error:
        if front.format in DOCUMENTS:
            front.report(ReconcilerError("A bug ended this run", detail=repr(error)))
        raise
    return code if isinstance(code, int) else ExitCode.DONE


def _usage(error: click.UsageError, front: Front) -> ExitCode:
    """Report wrong usage; click's own 2 means "changes pending" here."""
    text = error.format_message()
    path = error.ctx.command_path if error.ctx else "reconciler"
    front.report(UsageError(text, hint=f"See {path} --help."))
    return ExitCode.USAGE
