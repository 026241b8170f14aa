"""``reconciler init``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from reconciler.cli.options import Command, Options, common_options
from reconciler.cli.origin import default_branch_of
from reconciler.cli.starting.manifests import IGNORED, PLACEHOLDERS, Start, manifests
from reconciler.cli.starting.pipelines import (
    NOBODY,
    RESERVED,
    Pipeline,
    github_files,
    gitlab_files,
    owned,
)
from reconciler.cli.starting.source import Source, installed_source, written_source
from reconciler.cli.starting.told import next_steps, told
from reconciler.cli.starting.writing import Draft, Written
from reconciler.domain.accounts import System
from reconciler.errors import ReconcilerError, UsageError
from reconciler.manifests.finding.asking import account_problems
from reconciler.manifests.shapes.accounts import REGIONS
from reconciler.views.machine import init_json

_NAMES = {System.LEADSQUARED: "crm", System.TALKDESK: "dialer"}
_REGIONS = {System.LEADSQUARED: "us11", System.TALKDESK: "us"}
_SCHEMA = Path("docs/schema/manifest.json")
_IGNORE = Path(".gitignore")
_HARMLESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]*")
_OWNERS = re.compile(r"@[A-Za-z0-9][A-Za-z0-9._/-]*( @[A-Za-z0-9][A-Za-z0-9._/-]*)*")
_CODEOWNERS = {
    "github": (Path(".github/CODEOWNERS"), Path("CODEOWNERS"), Path("docs/CODEOWNERS")),
    "gitlab": (Path(".gitlab/CODEOWNERS"), Path("CODEOWNERS"), Path("docs/CODEOWNERS")),
}
"""Where each looks for the file; the first one is written where there is none."""
_HEADING = ("# What decides about deletions: a change needs the approval of its owners.",)


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
    help="Write workflows for GitHub, or not; written by default, but not beside --gitlab.",
)
@click.option("--gitlab", is_flag=True, help="Write jobs for GitLab.")
@click.option(
    "--uses",
    metavar="OWNER/REPO@COMMIT",
    help="Where workflows get this program; default: where it was installed from, if known.",
)
@click.option(
    "--owners",
    metavar="@ORG/TEAM",
    help="Who must approve changes of governance and workflows; a placeholder by default.",
)
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
    uses: str | None,
    owners: str | None,
) -> None:
    """Write a first tree of MANIFESTS, workflows, and lines for .gitignore and CODEOWNERS.

    Run it at the top of the repository. What is there already is kept as it is.
    """
    start = _start(manifests, System(system), account, region, tenant)
    nameable = _HARMLESS.fullmatch(start.folder) is not None
    if (github or gitlab) and not nameable:
        hint = "Give a path relative to the repository, of letters, digits, `.`, `_`, `-` and `/`."
        raise UsageError("A workflow cannot name this folder", detail=str(manifests), hint=hint)
    # A folder elsewhere is not what the workflows of this repository check.
    wants_github = (nameable and not gitlab) if github is None else github
    hosts = [*(["github"] if wants_github else []), *(["gitlab"] if gitlab else [])]
    if hosts and start.account in RESERVED:
        raise UsageError(
            f"An account of this name would share the environment reconciler-{start.account}",
            detail="It holds the keys of all accounts, and is not that of one.",
            hint="Give the account another name, or write no workflows (--no-github).",
        )
    pipeline = _pipeline(start, uses, owners)
    owners_of = {host: _owners_file(host) for host in hosts}
    written = _write(manifests, list(_drafts(manifests, pipeline, owners_of)))
    if options.front.format == "json":
        options.front.put([init_json(*_paths(written)) + "\n"])
        return
    advice = () if options.front.environ.get("RECONCILER_IN_AUTOMATION") else None
    steps = next_steps(pipeline, owners_of, written) if advice is None else advice
    options.front.put_lines([*told(written), *steps])


def _start(
    folder: Path, system: System, account: str | None, region: str | None, tenant: str | None
) -> Start:
    """Return what is asked for; raises UsageError for what no Account may say."""
    name, where = account or _NAMES[system], region or _REGIONS[system]
    spec = {"system": system.value, "region": where, "tenant": tenant or PLACEHOLDERS[system]}
    if problems := account_problems(system, name, spec):
        raise UsageError("No account can be like this", detail="\n".join(problems))
    within = not folder.is_absolute() and ".." not in folder.parts
    return Start(
        folder=folder.as_posix(),
        system=system,
        account=name,
        region=where,
        regions=REGIONS[system.value],
        tenant=tenant or "",
        schema=_SCHEMA.as_posix() if within and _SCHEMA.is_file() else "",
    )


def _pipeline(start: Start, uses: str | None, owners: str | None) -> Pipeline:
    """Return what the workflows are to be about; raises UsageError for what cannot be."""
    if owners is not None and not _OWNERS.fullmatch(owners):
        raise UsageError(
            "--owners names no owners", detail=owners, hint="As in --owners @acme/crm."
        )
    branch = default_branch_of(Path())
    return Pipeline(
        start=start,
        source=installed_source() if uses is None else _source(uses),
        branch=branch if _HARMLESS.fullmatch(branch) else "main",
        owners=owners or NOBODY,
    )


def _owners_file(host: str) -> Path:
    """Return where a host finds owners; the first place where there are none yet."""
    places = _CODEOWNERS[host]
    return next((one for one in places if one.exists()), places[0])


def _source(uses: str) -> Source:
    source = written_source(uses)
    if source is None:
        hint = "Give a repository on GitHub and a commit of 40 digits: OWNER/REPO@COMMIT."
        raise UsageError("--uses names no commit of a repository", detail=uses, hint=hint)
    return source


def _drafts(folder: Path, pipeline: Pipeline, owners: Mapping[str, Path]) -> Iterator[Draft]:
    for name, text in manifests(pipeline.start).items():
        yield Draft(path=folder / name, text=text)
    yield Draft(path=_IGNORE, lines={line: line for line in IGNORED})
    for host, path in owners.items():
        files = github_files(pipeline) if host == "github" else gitlab_files(pipeline)
        for name, text in files.items():
            yield Draft(path=Path(name), text=text)
        own = ("/.github/",) if host == "github" else ("/.gitlab-ci.yml", "/.gitlab/")
        yield Draft(path=path, lines=owned(pipeline, *own), heading=_HEADING)


def _write(folder: Path, drafts: Sequence[Draft]) -> list[Written]:
    """Write everything; raises UsageError, before anything is, where a link leads elsewhere."""
    links = [link for one in drafts if (link := one.link(folder))]
    if links:
        raise UsageError(
            "Links are not followed",
            detail="\n".join(dict.fromkeys(one.as_posix() for one in links)),
            hint="Put the file or folder itself there; give the folder that a link points to.",
        )
    try:
        return [one.write() for one in drafts]
    except OSError as error:
        detail = f"{error.filename}: {error.strerror}"
        raise ReconcilerError("A file cannot be written", detail=detail) from error


def _paths(written: Sequence[Written]) -> tuple[list[str], list[str]]:
    kept = [one.path.as_posix() for one in written if one.kept]
    return [one.path.as_posix() for one in written if not one.kept], kept
