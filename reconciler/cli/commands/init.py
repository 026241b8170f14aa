"""``reconciler init``."""

import re
import shlex
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from reconciler.cli import later, starter
from reconciler.cli.options import Command, Options, common_options
from reconciler.domain.accounts import System
from reconciler.errors import ReconcilerError, UsageError
from reconciler.manifests.finding.asking import account_problems
from reconciler.manifests.shapes.accounts import REGIONS
from reconciler.views.machine import init_json
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import clean

_NAMES = {System.LEADSQUARED: "crm", System.TALKDESK: "dialer"}
_REGIONS = {System.LEADSQUARED: "us11", System.TALKDESK: "us"}
_SCHEMA = Path("docs/schema/manifest.json")
_WORKFLOW = Path(".github/workflows/reconciler.yml")
_IGNORE = Path(".gitignore")
_HARMLESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]*")


@dataclass(frozen=True, slots=True)
class _Written:
    """What came of one file."""

    path: Path
    kept: bool
    """It was there already, with everything that matters in it."""
    added: bool = False
    """Lines were added to it."""


@click.command(cls=Command)
@click.argument("manifests", type=click.Path(file_okay=False, path_type=Path), default="manifests")
@click.option(
    "--system",
    type=click.Choice([one.value for one in System]),
    default=System.LEADSQUARED.value,
    metavar="SYSTEM",
    help="Of the first account: leadsquared, the default, or talkdesk.",
)
@click.option("--account", metavar="NAME", help="Its name; crm or dialer by default.")
@click.option("--region", metavar="REGION", help="Its region; us11 or us by default.")
@click.option("--tenant", metavar="TENANT", help="Its tenant; a placeholder by default.")
@click.option(
    "--github/--no-github",
    default=None,
    help="Write a workflow that checks pull requests, or not; written by default.",
)
@click.option("--gitlab", is_flag=True, hidden=True, help="Not supported by this version.")
@common_options
def init(
    options: Options,
    manifests: Path,
    *,
    system: str,
    account: str | None,
    region: str | None,
    tenant: str | None,
    github: bool | None,
    gitlab: bool,
) -> None:
    """Write a first tree of MANIFESTS, a workflow, and lines for .gitignore.

    Run it at the top of the repository. What is there already is kept as it is.
    """
    if gitlab:
        raise UsageError(f"--gitlab {later.REFUSAL}")
    start = _start(manifests, System(system), account, region, tenant)
    nameable = _HARMLESS.fullmatch(start.folder) is not None
    if github and not nameable:
        hint = "Give a path relative to the repository, of letters, digits, `.`, `_`, `-` and `/`."
        raise UsageError("A workflow cannot name this folder", detail=str(manifests), hint=hint)
    # A folder elsewhere is not what the workflows of this repository check.
    written = list(_write(manifests, start, github=nameable if github is None else github))
    if options.front.format == "json":
        options.front.put([init_json(*_paths(written)) + "\n"])
        return
    new = {one.path for one in written if not one.kept}
    advice = () if options.front.environ.get("RECONCILER_IN_AUTOMATION") else _next(start, new)
    options.front.put_lines([*_told(written), *advice])


def _start(
    folder: Path, system: System, account: str | None, region: str | None, tenant: str | None
) -> starter.Start:
    """Return what is asked for; raises UsageError for what no Account may say."""
    name, where = account or _NAMES[system], region or _REGIONS[system]
    spec = {
        "system": system.value,
        "region": where,
        "tenant": tenant or starter.PLACEHOLDERS[system],
    }
    if problems := account_problems(system, name, spec):
        raise UsageError("No account can be like this", detail="\n".join(problems))
    within = not folder.is_absolute() and ".." not in folder.parts
    return starter.Start(
        folder=folder.as_posix(),
        system=system,
        account=name,
        region=where,
        regions=REGIONS[system.value],
        tenant=tenant or "",
        schema=_SCHEMA.as_posix() if within and _SCHEMA.is_file() else "",
    )


def _write(folder: Path, start: starter.Start, *, github: bool) -> Iterator[_Written]:
    try:
        for name, text in starter.manifests(start).items():
            yield _create(folder / name, text)
        yield _ignore(_IGNORE)
        if github:
            yield _create(_WORKFLOW, starter.workflow(start.folder))
    except OSError as error:
        detail = f"{error.filename}: {error.strerror}"
        raise ReconcilerError("A file cannot be written", detail=detail) from error


def _create(path: Path, text: str) -> _Written:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return _Written(path, kept=True)
    return _Written(path, kept=False)


def _ignore(path: Path) -> _Written:
    """Add the lines that are missing to the list of what git ignores."""
    before = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    present = {one.strip() for one in before.splitlines()}
    missing = [one for one in starter.IGNORED if one not in present]
    if not missing:
        return _Written(path, kept=True)
    start = "" if not before or before.endswith("\n") else "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(start + "".join(f"{one}\n" for one in missing))
    return _Written(path, kept=False, added=bool(before))


def _paths(written: Sequence[_Written]) -> tuple[list[str], list[str]]:
    kept = [one.path.as_posix() for one in written if one.kept]
    return [one.path.as_posix() for one in written if not one.kept], kept


def _told(written: Sequence[_Written]) -> Iterator[Line]:
    for one in written:
        path = clean(one.path.as_posix())
        if one.kept:
            yield line(f"kept    {path} (it is there already)", Style.QUIET)
        else:
            yield line(f"{'added to' if one.added else 'wrote  '} {path}", Style.GOOD)


def _next(start: starter.Start, new: Collection[Path]) -> Iterator[Line]:
    """Yield what to do now, in its order; placeholders are named in files that are new."""
    folder = Path(start.folder)
    account, example = folder / start.account_file, folder / start.example_file
    argument = "" if start.folder == "manifests" else f" {clean(shlex.quote(start.folder))}"
    yield EMPTY
    yield line("Next:")
    if account in new and not start.tenant:
        told = "; doctor tells it" if start.system is System.LEADSQUARED else ""
        yield line(f"  fill in the tenant in {clean(account.as_posix())}{told}")
    if example in new and start.system is System.TALKDESK:
        yield line(f"  fill in the record list in {clean(example.as_posix())}")
    yield line(f"  reconciler validate{argument}")
    yield line(f"  set {' and '.join(start.variables)}")
    yield line(f"  reconciler doctor{argument}")
    yield line(f"  reconciler plan{argument}")
