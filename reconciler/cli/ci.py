"""The CI job that this runs in: the variables that GitHub and GitLab set, read in one place."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from reconciler.cli.settings import PREFIX, plain_url_trouble

Provider: TypeAlias = Literal["github", "gitlab"]

_PULL = re.compile(r"refs/pull/([1-9][0-9]{0,17})/(?:merge|head)")
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_REPOSITORY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]*[A-Za-z0-9_-]")
_PROJECT = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_./-]*")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_GITHUB_API = "https://api.github.com"
_GITLAB_API = "https://gitlab.com/api/v4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is known of where this runs, as far as a forge is concerned."""

    provider: Provider
    api: str
    project: str
    """``OWNER/NAME``, or the number or path of a project."""
    token: str = field(repr=False)
    review: int | None
    """The pull or merge request that the job is for; None for another job."""
    commit: str

    @property
    def trouble(self) -> tuple[str, str]:
        """What keeps the forge from being called, and what to do; empty if nothing does."""
        names = _NAMES[self.provider]
        if not self.token:
            return f"there is no token in {names['token']}", names["hint"]
        pattern = _REPOSITORY if self.provider == "github" else _PROJECT
        if not pattern.fullmatch(self.project) or ".." in self.project:
            return f"{names['project']} names no project", f"Set {names['project']}."
        if wrong := plain_url_trouble(self.api, "would send the token without encryption"):
            return f"{names['api']} {wrong}", "Use https://HOST, or http:// on loopback."
        if not self.token.isascii() or not self.token.isprintable():
            return f"the token in {names['token']} is not one line of plain text", names["hint"]
        return "", ""


_NAMES: dict[Provider, dict[str, str]] = {
    "github": {
        "token": "GITHUB_TOKEN or GH_TOKEN",
        "project": "GITHUB_REPOSITORY",
        "api": "GITHUB_API_URL",
        "hint": "Pass it to the step: env: {GITHUB_TOKEN: ${{ github.token }}}.",
    },
    "gitlab": {
        "token": "GITLAB_TOKEN",
        "project": "CI_PROJECT_ID",
        "api": "CI_API_V4_URL",
        "hint": "Make a project access token with the scope api, and a masked variable of it.",
    },
}


def provider_of(environ: Mapping[str, str]) -> Provider | None:
    """Return whose CI this is; None outside of both."""
    if environ.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "gitlab" if environ.get("GITLAB_CI") == "true" else None


def job_of(provider: Provider, environ: Mapping[str, str]) -> Job:
    """Return what the environment says of the job, for one of the two forges."""
    if provider == "github":
        return Job(
            provider=provider,
            api=(environ.get("GITHUB_API_URL") or _GITHUB_API).rstrip("/"),
            project=environ.get("GITHUB_REPOSITORY", ""),
            token=(environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or "").strip(),
            review=_number(_PULL, environ.get("GITHUB_REF", ""), group=1),
            commit=_commit(environ.get("GITHUB_SHA", "")),
        )
    return Job(
        provider=provider,
        api=(environ.get("CI_API_V4_URL") or _GITLAB_API).rstrip("/"),
        project=environ.get("CI_PROJECT_ID", ""),
        token=environ.get("GITLAB_TOKEN", "").strip(),
        review=_number(_NUMBER, environ.get("CI_MERGE_REQUEST_IID", ""), group=0),
        commit=_commit(environ.get("CI_COMMIT_SHA", "")),
    )


def is_for_review(environ: Mapping[str, str]) -> bool:
    """Whether the job is for a pull or merge request: what it plans is shown and never applied."""
    jobs = (job_of(one, environ) for one in _NAMES)
    event = environ.get("GITHUB_EVENT_NAME", "")
    return event.startswith("pull_request") or any(job.review is not None for job in jobs)


def run_url(environ: Mapping[str, str]) -> str:
    """Return where people see the run of this job; empty outside CI."""
    if told := environ.get(f"{PREFIX}CI_URL"):
        return told
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (environ.get(name, "") for name in names)
    if server and repository and run:
        return f"{server}/{repository}/actions/runs/{run}"
    return environ.get("CI_PIPELINE_URL") or environ.get("CI_JOB_URL") or ""


def _number(pattern: re.Pattern[str], text: str, *, group: int) -> int | None:
    found = pattern.fullmatch(text)
    return int(found[group]) if found else None


def _commit(text: str) -> str:
    return text if _COMMIT.fullmatch(text) else ""
