"""What ``init`` says: what it wrote, and what is to be done next."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from reconciler.cli.starting.manifests import NO_LIST, PLACEHOLDERS, Start
from reconciler.cli.starting.pipelines import NOBODY, Pipeline, github_steps, gitlab_steps
from reconciler.cli.starting.source import PLACEHOLDER
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
    pipeline: Pipeline, owners: Mapping[str, Path], written: Sequence[Written]
) -> Iterator[Line]:
    """Yield what to do now, in its order; placeholders are named as long as they are there.

    ``owners`` has the file of owners for each host that something was written for.
    """
    yield EMPTY
    yield line("Next:")
    yield from (line(f"  {step}") for step in _here(pipeline.start))
    for host, path in owners.items():
        steps = github_steps(pipeline) if host == "github" else gitlab_steps(pipeline)
        yield EMPTY
        yield line(f"On {_NAMES[host]} (docs/reference/pull-requests.md of this program):")
        for step in (*_placeholders(host, path, written), *steps):
            yield line(f"  {step}")


def _here(start: Start) -> Iterator[str]:
    folder = Path(start.folder)
    account, example = folder / start.account_file, folder / start.example_file
    argument = "" if start.folder == "manifests" else f" {clean(shlex.quote(start.folder))}"
    if _has(account, rf"""\s*tenant:\s*["']?{PLACEHOLDERS[start.system]}\b"""):
        doctor = "; doctor tells it" if start.system is System.LEADSQUARED else ""
        yield f"fill in the tenant in {clean(account.as_posix())}{doctor}"
    if _has(example, rf"""\s*recordList:\s*["']?{NO_LIST}\b"""):
        yield f"fill in the record list in {clean(example.as_posix())}"
    yield f"reconciler validate{argument}"
    yield f"set {' and '.join(start.variables)}"
    yield f"reconciler doctor{argument}"
    yield f"reconciler plan{argument}"


def _placeholders(host: str, owners: Path, written: Sequence[Written]) -> Iterator[str]:
    """Yield what stands in the files of a host and has to be replaced."""
    folder = Path(".github/workflows" if host == "github" else ".gitlab")
    repository, commit = PLACEHOLDER.repository, PLACEHOLDER.commit
    ours = [one.path for one in written if one.path.is_relative_to(folder)]
    if any(_has(one, f".*({re.escape(repository)}|{commit})") for one in ours):
        yield (
            f"replace {repository}@{commit[:7]}… in {folder.as_posix()}/reconciler*.yml "
            "by the repository and commit of this program, or begin anew with --uses"
        )
    if _has(owners, f"[^#]*{NOBODY}"):
        yield f"replace {NOBODY} in {clean(owners.as_posix())}"
    kept = Path(".gitlab-ci.yml")
    if host == "gitlab" and any(one.path == kept and one.kept for one in written):
        yield f"include .gitlab/reconciler.gitlab-ci.yml in {kept}, if it is not yet"


def _has(path: Path, pattern: str) -> bool:
    """Say whether a line of a file begins like this; a file that cannot be read has none."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return re.search(f"^{pattern}", text, re.MULTILINE) is not None
