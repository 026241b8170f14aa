"""Where this program comes from, so that workflows elsewhere can name the very same commit."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit

from reconciler.cli.origin import origin_of, remote_of

_REPOSITORY = r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}"
_WRITTEN = re.compile(rf"({_REPOSITORY})@([0-9a-f]{{40}})")
_ON_GITHUB = re.compile(
    rf"(?:git\+)?(?:https://(?:[^/@]*@)?github\.com/|ssh://git@github\.com/|git@github\.com:)"
    rf"({_REPOSITORY}?)(?:\.git)?/?"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A repository on GitHub, and a commit of it."""

    repository: str
    commit: str


PLACEHOLDER = Source("REPLACEME/reconciler", "0" * 40)
"""Stands where it is not known where the program comes from; GitHub refuses it."""


def written_source(text: str) -> Source | None:
    """Return what OWNER/REPO@COMMIT names; None if the text is no such thing."""
    found = _WRITTEN.fullmatch(text)
    return Source(found[1], found[2]) if found else None


def installed_source() -> Source:
    """Return what this installation was made of, else the placeholder."""
    try:
        told = distribution("reconciler").read_text("direct_url.json")
    except PackageNotFoundError:
        return PLACEHOLDER
    return source_told(told or "{}", _checked_out)


def source_told(direct_url: str, checked_out: Callable[[Path], tuple[str, str]]) -> Source:
    """Return what a ``direct_url.json`` (PEP 610) tells.

    ``checked_out`` gives remote and commit of a folder, for an installation that is editable.
    """
    told = json.loads(direct_url)
    url, commit = str(told.get("url", "")), str(told.get("vcs_info", {}).get("commit_id", ""))
    if told.get("dir_info", {}).get("editable"):
        url, commit = checked_out(Path(unquote(urlsplit(url).path)))
    found = _ON_GITHUB.fullmatch(url)
    named = written_source(f"{found[1]}@{commit}") if found else None
    return named or PLACEHOLDER


def _checked_out(folder: Path) -> tuple[str, str]:
    return remote_of(folder), origin_of(folder).commit
