"""What ``init`` says: what it wrote, and what is to be done next."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from reconciler.cli.starting.manifests import Start
from reconciler.cli.starting.pipelines import NOBODY, Pipeline, github_steps, gitlab_steps
from reconciler.cli.starting.writing import Written
from reconciler.domain.accounts import System
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import clean

_NAMES = {"github": "GitHub", "gitlab": "GitLab"}


def told(written: Sequence[Written]) -> Iterator[Line]:
    """Yield a line for each file."""
    for one in written:
        path = clean(one.path.as_posix())
        if one.kept:
            yield line(f"kept    {path} (it is there already)", Style.QUIET)
        else:
            yield line(f"{'added to' if one.added else 'wrote  '} {path}", Style.GOOD)


def next_steps(
    pipeline: Pipeline, hosts: Sequence[str], written: Sequence[Written]
) -> Iterator[Line]:
    """Yield what to do now, in its order; placeholders are named in files that are new."""
    new = {one.path for one in written if not one.kept}
    yield EMPTY
    yield line("Next:")
    yield from (line(f"  {step}") for step in _here(pipeline.start, new))
    for host in hosts:
        steps = github_steps(pipeline) if host == "github" else gitlab_steps(pipeline)
        yield EMPTY
        yield line(f"On {_NAMES[host]} (docs/reference/pull-requests.md of this program):")
        for step in (*_placeholders(pipeline, host, written, new), *steps):
            yield line(f"  {step}")


def _here(start: Start, new: set[Path]) -> Iterator[str]:
    folder = Path(start.folder)
    account, example = folder / start.account_file, folder / start.example_file
    argument = "" if start.folder == "manifests" else f" {clean(shlex.quote(start.folder))}"
    if account in new and not start.tenant:
        doctor = "; doctor tells it" if start.system is System.LEADSQUARED else ""
        yield f"fill in the tenant in {clean(account.as_posix())}{doctor}"
    if example in new and start.system is System.TALKDESK:
        yield f"fill in the record list in {clean(example.as_posix())}"
    yield f"reconciler validate{argument}"
    yield f"set {' and '.join(start.variables)}"
    yield f"reconciler doctor{argument}"
    yield f"reconciler plan{argument}"


def _placeholders(
    pipeline: Pipeline, host: str, written: Sequence[Written], new: set[Path]
) -> Iterator[str]:
    """Yield what was written and has to be replaced."""
    folder = Path(".github/workflows" if host == "github" else ".gitlab")
    named = sorted(
        one.path.as_posix()
        for one in written
        if one.path.is_relative_to(folder) and one.path in new and one.path.suffix == ".yml"
    )
    if named and not pipeline.source.is_known:
        source = f"{pipeline.source.repository}@{pipeline.source.commit[:7]}…"
        yield (
            f"replace {source} in {folder.as_posix()}/reconciler*.yml "
            "by the repository and commit of this program, or begin anew with --uses"
        )
    owners = [one.path for one in written if one.path.name == "CODEOWNERS" and not one.kept]
    if owners and pipeline.owners == NOBODY:
        yield f"replace {NOBODY} in {clean(owners[0].as_posix())}"
    kept = Path(".gitlab-ci.yml")
    if host == "gitlab" and kept not in new:
        yield f"include .gitlab/reconciler.gitlab-ci.yml in {kept}, if it is not yet"
