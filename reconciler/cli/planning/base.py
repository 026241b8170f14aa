"""The base: the manifests of another commit, read from git's objects and not from the work tree."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from reconciler.cli.planning.git_objects import GitObjects
from reconciler.domain.absences import Declarations, Manifest
from reconciler.domain.guarding.allowances import Allowance
from reconciler.domain.guarding.policies import Policy
from reconciler.domain.protections import Protection
from reconciler.errors import InvalidError, Problem
from reconciler.manifests.heads import read_heads
from reconciler.manifests.load import load

_NOTHING = Declarations(accounts={}, policies=(), absences=(), manifests=(), tree_digest="")


@dataclass(frozen=True, slots=True)
class Base:
    """What another commit declares."""

    commit: str
    found: Declarations | Problem
    """The first thing that is wrong, if its manifests are not valid."""


def read_base(
    folder: Path,
    reference: str,
    *,
    now: datetime,
    relative_times: Mapping[str, datetime],
    environ: Mapping[str, str],
) -> Base:
    """Return what the manifests in the same folder of another commit declare.

    Places in it begin with ``folder``, as they do today. Raises UsageError without git, outside
    of a repository, and for a commit that the clone lacks.
    """
    git = GitObjects.of(folder, environ)
    commit = git.commit(reference)
    with tempfile.TemporaryDirectory(prefix="reconciler-") as temporary:
        copy = Path(temporary, "base")
        if not git.copy(commit, copy):
            return Base(commit, _NOTHING)
        renamed = _Renamed(f"{copy.as_posix()}/", f"{folder.as_posix()}/")
        try:
            declarations = load(copy, now=now, relative_times=relative_times)
        except InvalidError as error:
            first = error.problems[0]
            return Base(commit, replace(first, file=renamed.text(first.file)))
    return Base(commit, renamed.declarations(declarations))


def incomparable(problem: Problem) -> str:
    """Return a warning that nothing can be compared with a base that has a problem."""
    # Whatever repairs the base must not be refused for it.
    first = f"{problem.location}: {problem.message}"
    return f"the base's manifests are not valid, so nothing can be compared ({first})"


def account_places(folder: Path) -> dict[str, str]:
    """Return the ``file:line`` of every account of a folder."""
    return {one.name: one.place for one in read_heads(folder) if one.kind == "Account"}


@dataclass(frozen=True, slots=True)
class _Renamed:
    """Gives places in a copy the names that they have in the folder itself."""

    copy: str
    folder: str

    def text(self, text: str) -> str:
        """Return a text with the place that it begins with renamed."""
        return self.folder + text.removeprefix(self.copy) if text.startswith(self.copy) else text

    def declarations(self, given: Declarations) -> Declarations:
        """Return declarations with every place renamed."""
        manifests = [self._manifest(one) for one in given.manifests]
        protections = [self._protection(one) for one in given.protections]
        return replace(
            given,
            policies=[self._policy(one) for one in given.policies],
            allowances=[self._allowance(one) for one in given.allowances],
            absences=[replace(one, manifests=manifests) for one in given.absences],
            manifests=manifests,
            protections=protections,
            warnings=[self.text(one) for one in given.warnings],
        )

    def _manifest(self, one: Manifest) -> Manifest:
        return replace(one, file=self.text(one.file))

    def _policy(self, one: Policy) -> Policy:
        return replace(one, place=self.text(one.place))

    def _allowance(self, one: Allowance) -> Allowance:
        return replace(one, place=self.text(one.place))

    def _protection(self, one: Protection) -> Protection:
        return replace(
            one,
            place=self.text(one.place),
            ids={target_id: self.text(place) for target_id, place in one.ids.items()},
            identifiers={key: self.text(place) for key, place in one.identifiers.items()},
            conditions_place=self.text(one.conditions_place),
        )
