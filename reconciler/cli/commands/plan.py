"""``reconciler plan``."""

import shlex
from dataclasses import replace
from pathlib import Path

import click

from reconciler.application.clock import SystemClock, utc
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import REPORTS, Command, Options, manifests_argument, reporting
from reconciler.cli.planning.comparing import comparison, read_compared
from reconciler.cli.planning.narrowing import narrowed, narrowing_options, words_of
from reconciler.cli.planning.plan_copies import check_places, write_copies
from reconciler.cli.planning.read_by import METAVAR, preference
from reconciler.cli.planning.reading import read_live
from reconciler.cli.reporting.reports import show_plan
from reconciler.cli.reporting.step_outputs import plan_outputs
from reconciler.cli.session import Session, open_session
from reconciler.domain.document import PlanDocument, document
from reconciler.domain.narrowing.selectors import Targeting, targeting_of
from reconciler.domain.plan import Action, Plan
from reconciler.errors import ExitCode, UsageError, weightiest
from reconciler.planfile.write import write_plan
from reconciler.views.presentation import Presentation


@click.command(cls=Command)
@manifests_argument
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the plan to this file, for apply --plan.",
)
@click.option(
    "--base",
    metavar="REF",
    help="Show what differs from the plan of this commit's or branch's manifests.",
)
@click.option(
    "--read-by",
    metavar="WAY",
    help=f"Read in this way: {METAVAR}; default: what takes the fewest calls.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when something would change.")
@click.option("--expect-no-changes", is_flag=True, help="Exit 2 when something would change.")
@narrowing_options
@reporting(*REPORTS)
def plan(
    options: Options,
    manifests: Path,
    out: Path | None,
    *,
    read_by: str | None,
    base: str | None,
    targets: tuple[str, ...],
    excludes: tuple[str, ...],
    detailed_exitcode: bool,
    expect_no_changes: bool,
) -> int:
    """Read what the accounts hold now and show what apply would delete; deletes nothing."""
    if options.show_sensitive and out:
        raise UsageError("--show-sensitive does not go with --out")
    if out:
        _check_out(out, options)
    targeting = targeting_of(targets, excludes)
    configure_logs(options)
    made, shown, session = _made(options, manifests, base, read_by, targeting)
    code = exit_code(made, changes_count=detailed_exitcode or expect_no_changes)
    about = Presentation(
        code=code,
        full=options.full,
        approve=approving_command(session, shown, out),
        plan_file=out.name if out else "",
    )
    options.front.outputs |= _saved(shown, out, about, options)
    show_plan(options, shown, about)
    return code


def _check_out(out: Path, options: Options) -> None:
    """Raise UsageError for where no plan can be saved, before anything is read."""
    if not out.parent.is_dir():
        raise UsageError("There is no such folder to save the plan in", detail=str(out.parent))
    check_places(out, copied=options.front.format == "github")


def _saved(
    shown: PlanDocument, out: Path | None, about: Presentation, options: Options
) -> dict[str, str]:
    """Save a plan where that is asked for; return what is told of it."""
    if out is None:
        return plan_outputs(shown)
    write_plan(shown, out)
    copies = write_copies(shown, out, about) if options.front.format == "github" else {}
    return {**plan_outputs(shown, plan_path=str(out)), **copies}


def _made(
    options: Options,
    manifests: Path,
    base: str | None,
    read_by: str | None,
    targeting: Targeting,
) -> tuple[Plan, PlanDocument, Session]:
    """Make a plan, compared with the base if there is one."""
    now = utc(SystemClock().time())
    whole = open_session(options, manifests, now=now)
    session = narrowed(whole, targeting)
    session = replace(session, prefer=preference(read_by, session.declarations))
    if base is None:
        made = read_live(session)
        return made, document(made), session
    return *read_compared(session, comparison(session, whole.declarations, base, now)), session


def approving_command(session: Session, shown: PlanDocument, out: Path | None) -> str:
    """Return the command that applies just this plan; empty where a program does it."""
    if session.settings.get("IN_AUTOMATION"):
        return ""
    words = ["reconciler", "apply"]
    if session.folder != Path("manifests"):
        words.append(str(session.folder))
    if session.options.sandbox:
        words.append("--sandbox")
    if out:
        words += ["--plan", str(out)]
    else:
        words += words_of(session.declarations.targeting)
        words += ["--expect-digest", str(shown.footer["digest"])]
    return shlex.join(words)


def exit_code(made: Plan, *, changes_count: bool) -> ExitCode:
    """Return the code that a plan ends in."""
    counts, codes = made.counts(), [ExitCode.DONE]
    if counts[Action.UNKNOWN] or any(one.forecast.is_beyond_today for one in made.accounts):
        codes.append(ExitCode.INCOMPLETE)
    if made.violated:
        codes.append(ExitCode.REFUSED)
    if changes_count and (counts[Action.DELETE] or counts[Action.HELD]):
        codes.append(ExitCode.CHANGES)
    return weightiest(codes)
