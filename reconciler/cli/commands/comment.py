"""``reconciler comment``."""

import asyncio
import json
import shlex
from pathlib import Path

import click

from reconciler.application.clock import SystemClock, utc
from reconciler.audit.past import PastRun, past_run
from reconciler.cli.ci import Job, job_of, provider_of, run_url
from reconciler.cli.commenting import DRIFT, Message, Target, forge_of, tell_all
from reconciler.cli.front import Front
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options
from reconciler.cli.places import ledger_url
from reconciler.cli.reporting.step_summary import add_to_summary
from reconciler.cli.settings import read_settings
from reconciler.cli.sites import SANDBOX_HOST
from reconciler.domain.document import FORMAT_VERSION, moment
from reconciler.errors import ExitCode, UsageError
from reconciler.forges.posting import Result, Told
from reconciler.forges.thread import Mode
from reconciler.forges.trouble import ForgeError
from reconciler.ledger.runs_told import lines_of_runs
from reconciler.planfile.read import SavedPlan, read_plan
from reconciler.views.presentation import Presentation
from reconciler.views.text.lines import Style, line
from reconciler.views.wording import clean

_LONGEST_NUMBER = 18
_BEGINNING = 0.0


class To(click.ParamType[int | str]):
    """A pull or merge request by its number, or an issue of its own."""

    name = f"number|{DRIFT}"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | str:
        """Return which."""
        text = str(value)
        if text == DRIFT:
            return text
        if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER or not int(text):
            self.fail(f"{text!r} is not the number of a pull request, nor {DRIFT}", param, ctx)
        return int(text)


@click.command(cls=Command)
@click.argument("planfile", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--provider",
    type=click.Choice(["github", "gitlab"]),
    help="Whose pull request it is; default: whose CI this runs in.",
)
@click.option(
    "--to",
    "target",
    type=To(),
    help="The number of the pull or merge request, or drift for an issue of its own; "
    "default: the one that this job or its commit belongs to.",
)
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    default=Mode.UPDATE.value,
    show_default=True,
    help="Edit our comment, fold it and write a new one, or write nothing.",
)
@click.option("--run", "run_id", metavar="ID", help="Tell what this run made of the plan.")
@common_options
def comment(
    options: Options,
    planfile: Path,
    *,
    provider: str | None,
    target: Target,
    mode: str,
    run_id: str | None,
) -> None:
    """Tell a saved plan in one comment of a pull or merge request, kept up to date.

    Needs the forge's token in the environment, and no vendor's keys. What goes wrong with the
    forge is said, and changes nothing about how this ends.
    """
    configure_logs(options)
    environ = options.front.environ
    wanted = provider or provider_of(environ)
    if wanted is None:
        raise UsageError(
            "Nothing says whose pull request it is", hint="Pass --provider github or gitlab."
        )
    if target == DRIFT and run_id:
        raise UsageError("--run goes with a pull request, not with --to drift")
    settings, saved = read_settings((), partial=True), read_plan(planfile)
    job = job_of("github" if wanted == "github" else "gitlab", environ)
    message = Message(
        plan=saved.document(_warning(saved)),
        run=_run(ledger_url(options, settings), run_id) if run_id else None,
        about=_about(job, target, options.front, planfile, saved),
        is_drift=target == DRIFT,
    )
    _tell(options.front, job, target, message, Mode(mode))


def _warning(saved: SavedPlan) -> str:
    expired = saved.expires_at <= utc(SystemClock().time())
    return f"this plan expired at {moment(saved.expires_at)}" if expired else ""


def _run(url: str, run_id: str) -> PastRun:
    for lines in lines_of_runs(url, started_after=_BEGINNING, run_id=run_id):
        return past_run(lines)
    raise UsageError("The ledger knows no such run", detail=run_id)


def _about(
    job: Job, target: Target, front: Front, planfile: Path, saved: SavedPlan
) -> Presentation:
    # Only what a pull request's own job plans is a preview.
    is_preview = job.review is not None and target != DRIFT
    # Without this the plan would be refused: its accounts are not the ones outside.
    is_of_sandbox = any(one.host == SANDBOX_HOST for one in saved.identities)
    options = ["--sandbox"] if is_of_sandbox else []
    command = shlex.join(["reconciler", "apply", *options, "--plan", planfile.name])
    return Presentation(
        approve="" if is_preview else command,
        plan_file=planfile.name,
        run_url=run_url(front.environ),
        preview=is_preview,
    )


def _tell(front: Front, job: Job, target: Target, message: Message, mode: Mode) -> None:
    if mode is Mode.OFF:
        _report(front, Told(Result.SKIPPED), "--mode off: nothing was posted.")
        return
    try:
        forge = forge_of(job, SystemClock())
        told, trouble = asyncio.run(tell_all(forge, job, target, message, mode))
    except ForgeError as error:
        _warn(front, f"The plan was not posted: {error.summary}", error.hint)
        _instead(front, message, error.summary)
        return
    for one in trouble:
        _warn(front, one.summary, one.hint)
    _report(front, told, _words(told, message))


def _words(told: Told, message: Message) -> str:
    if told.result is Result.SKIPPED:
        if message.is_drift:
            return "There is no drift, and no issue that says so: nothing was posted."
        return "No pull or merge request belongs to this commit: nothing was posted."
    if not told.url:
        return f"{told.result.capitalize()}."
    return f"{told.result.capitalize()}: {clean(told.url, longest=400)}"


def _instead(front: Front, message: Message, reason: str) -> None:
    """Show what could not be posted, where people of the job see it."""
    text = message.text
    if add_to_summary(front, lambda _: text):
        words = "It stands in the summary of this step instead."
        _report(front, Told(Result.FAILED), words, reason=reason)
    elif front.format == "json":
        _report(front, Told(Result.FAILED), "", reason=reason, markdown=text)
    else:
        front.put([text])


def _report(front: Front, told: Told, words: str, **more: str) -> None:
    if front.format == "json":
        number = None if told.thread is None else told.thread.number
        document = {
            "type": "comment",
            "format_version": FORMAT_VERSION,
            "result": told.result.value,
            "url": told.url,
            **({} if number is None else {"number": number}),
            **more,
            "exit_code": int(ExitCode.DONE),
            "failure_reason": ExitCode.DONE.failure_reason,
        }
        front.put([json.dumps(document, indent=2) + "\n"])
    else:
        front.put_lines([line(words)])


def _warn(front: Front, text: str, hint: str) -> None:
    lines = [line(f"Warning: {clean(text, longest=600)}", Style.WARN)]
    if hint:
        lines.append(line(f"  hint: {hint}", Style.QUIET))
    front.say_lines(lines)
