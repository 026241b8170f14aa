"""The files of GitHub and of GitLab that ``init`` writes, and what is to be set up there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from reconciler.cli.starting.manifests import GOVERNANCE, Start
from reconciler.cli.starting.source import Source

NOBODY = "@REPLACEME/owners"
"""Stands for the owners of governance and workflows; no such team can be meant."""
RESERVED = frozenset({"plan", "main"})
"""What the environments for planning are called: no account may share one."""
_WORKFLOWS = ("plan", "apply", "drift", "retire")


class _Template(Template):
    """A text with places such as ``%%{folder}``: `$` belongs to the workflows themselves."""

    delimiter = "%%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What the files around the manifests are to be about."""

    start: Start
    source: Source
    branch: str
    """The default branch."""
    owners: str
    """Who must approve changes of governance and of workflows, as CODEOWNERS names them."""


def github_files(pipeline: Pipeline) -> dict[str, str]:
    """Return the workflows by their paths."""
    return {
        f".github/workflows/reconciler-{name}.yml": _filled(
            f"github/reconciler-{name}.yml", pipeline
        )
        for name in _WORKFLOWS
    }


def gitlab_files(pipeline: Pipeline) -> dict[str, str]:
    """Return the jobs, and a pipeline that includes them, by their paths."""
    return {
        ".gitlab/reconciler.gitlab-ci.yml": _filled("gitlab/reconciler.gitlab-ci.yml", pipeline),
        ".gitlab-ci.yml": _filled("gitlab/gitlab-ci.yml", pipeline),
    }


def owned(pipeline: Pipeline, *folders: str) -> dict[str, str]:
    """Return the lines of CODEOWNERS by the patterns that they begin with."""
    guarded = (f"/{pipeline.start.folder}/{GOVERNANCE}/", *folders)
    return {pattern: f"{pattern} {pipeline.owners}" for pattern in guarded}


def github_steps(pipeline: Pipeline) -> Iterator[str]:
    """Yield what somebody has to set up on GitHub, in its order."""
    account, branch = pipeline.start.account, pipeline.branch
    first, second = (name.removeprefix("RECONCILER_") for name in pipeline.start.variables)
    yield "environment reconciler-plan: required reviewers"
    yield f"environment reconciler-main: branch {branch} only"
    yield (
        f"environment reconciler-{account}: branch {branch} only, "
        "required reviewers, no self-review"
    )
    yield f"in each the secret RECONCILER_KEYS: lines {first}=…, {second}=…, LEDGER=…"
    yield f"branch {branch}: pull requests only, approved by code owners"
    yield "then the variables RECONCILER_PLAN, _APPLY, _DRIFT, _RETIRE: true, one by one"


def gitlab_steps(pipeline: Pipeline) -> Iterator[str]:
    """Yield what somebody has to set up on GitLab, in its order."""
    account, branch = pipeline.start.account, pipeline.branch
    first, second = pipeline.start.variables
    yield f"protected environments reconciler-plan, reconciler-main, reconciler-{account}"
    yield f"in each the masked variables {first}, {second}, RECONCILER_LEDGER"
    yield "the masked variable GITLAB_TOKEN: a project access token, scope api, for comments"
    yield f"branch {branch}: protected, merge requests approved by code owners"
    yield "a pipeline schedule: each of its pipelines looks for drift"


def _filled(name: str, pipeline: Pipeline) -> str:
    template = files("reconciler.cli.starting").joinpath("templates", *name.split("/"))
    places: Mapping[str, str] = {
        "folder": pipeline.start.folder,
        "account": pipeline.start.account,
        "branch": pipeline.branch,
        "uses": pipeline.source.repository,
        "commit": pipeline.source.commit,
    }
    return _Template(template.read_text(encoding="utf-8")).substitute(places)
