"""The repository around the working directory, for places that others look up in it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.views.repository import Repository


def repository_here(environ: Mapping[str, str]) -> Repository:
    """Return the repository that the working directory is in; one without a root if in none.

    In a job it is searched no higher than the workspace, which stands for one that is not there.
    """
    here = Path.cwd()
    workspace = Path(environ["GITHUB_WORKSPACE"]) if environ.get("GITHUB_WORKSPACE") else None
    for folder in _upwards(here, workspace):
        # A file in a work tree of its own, a folder elsewhere. Git itself is not asked: it
        # refuses repositories that belong to another user, as in the container of a job.
        if (folder / ".git").exists():
            return Repository(root=folder.as_posix(), folder=here.as_posix())
    if workspace and here.is_relative_to(workspace.resolve()):
        return Repository(root=workspace.resolve().as_posix(), folder=here.as_posix())
    return Repository()


def _upwards(here: Path, workspace: Path | None) -> Iterator[Path]:
    for folder in (here, *here.parents):
        yield folder
        if workspace and folder == workspace.resolve():
            return
