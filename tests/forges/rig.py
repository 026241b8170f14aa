"""Both forges behind one face: a stand-in over HTTP, and the client that speaks to it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from reconciler.forges.forge import Forge, Kind, Thread
from reconciler.forges.github import GitHub as GitHubClient
from reconciler.forges.gitlab import GitLab as GitLabClient
from reconciler.forges.marker import Marker, State
from tests.fakes.clocks import SetClock
from tests.fakes.forge import Asked, Failure, Row, serving
from tests.fakes.github import GitHub
from tests.fakes.gitlab import GitLab

T = TypeVar("T")
PULL = 7
REVIEW = Thread(Kind.REVIEW, PULL)
DIGEST = "sha256:" + "1" * 64
STRANGER: Row = {"id": 5, "login": "mallory", "username": "mallory", "type": "User"}


def a_body(
    text: str = "plan", *, key: str = "all", digest: str = DIGEST, state: State = State.CURRENT
) -> str:
    """Return a comment of ours."""
    return f"{Marker(key, digest, state).line}\n{text}\n"


@dataclass
class Rig:
    """A stand-in, and what it was asked."""

    server: GitHub | GitLab
    url: str
    token: str = ""
    clock: SetClock = field(default_factory=SetClock)

    def client(self) -> Forge:
        token = self.token or self.server.token
        if isinstance(self.server, GitHub):
            return GitHubClient(self.url, self.server.repository, token, self.clock)
        return GitLabClient(f"{self.url}/api/v4", self.server.project, token, self.clock)

    def run(self, work: Callable[[Forge], Awaitable[T]]) -> T:
        """Work with a client of its own."""

        async def worked() -> T:
            forge = self.client()
            try:
                return await work(forge)
            finally:
                await forge.close()

        return asyncio.run(worked())

    def add(self, body: str, *, user: Row | None = None, number: int = PULL) -> int:
        """Write a comment, as ourselves without ``user``; return its id."""
        if isinstance(self.server, GitHub):
            return self.server.add_comment(number, body, user)
        return self.server.add_note(number, body, user)

    def bodies(self, number: int = PULL) -> list[str]:
        """Return the comments of a pull or merge request, the oldest first."""
        if isinstance(self.server, GitHub):
            return [one["body"] for one in self.server.comments_of(number)]
        return [one["body"] for one in self.server.notes_of(number)]

    def issue_notes(self, number: int) -> list[str]:
        if isinstance(self.server, GitHub):
            return [one["body"] for one in self.server.comments_of(number)]
        return [one["body"] for one in self.server.notes_of(number, of="issues")]

    def add_issue(self, number: int, body: str, user: Row | None = None) -> None:
        self.server.add_issue(number, "Drift", body, user)

    def issues(self) -> dict[int, tuple[str, str, str]]:
        """Return number, title, text and state of every issue that is no pull request."""
        text = "body" if isinstance(self.server, GitHub) else "description"
        return {
            number: (one["title"], one[text], "open" if one["state"] != "closed" else "closed")
            for number, one in self.server.issues.items()
            if "pull_request" not in one
        }

    def labels(self, number: int = PULL) -> list[str]:
        if isinstance(self.server, GitHub):
            return self.server.labels_of(number)
        return sorted(self.server.merge_requests[number]["labels"])

    def put_labels(self, *names: str) -> None:
        if isinstance(self.server, GitHub):
            self.server.issues[PULL]["labels"] = [{"name": name} for name in names]
        else:
            self.server.merge_requests[PULL]["labels"] = list(names)

    def fail(self, failure: Failure) -> None:
        self.server.failures.append(failure)

    @property
    def written(self) -> list[Asked]:
        return self.server.written

    @property
    def posting(self) -> tuple[str, str]:
        """Method and path of writing a comment."""
        return "POST", r"/7/(comments|notes)$"

    @property
    def editing(self) -> tuple[str, str]:
        """Method and path of editing one."""
        if isinstance(self.server, GitHub):
            return "PATCH", r"/comments/\d+$"
        return "PUT", r"/notes/\d+$"


@contextmanager
def opened(name: str) -> Iterator[Rig]:
    """Serve one of the two, with a pull request."""
    server: GitHub | GitLab
    if name == "github":
        server = GitHub()
        server.add_pull(PULL, sha="c0ffee1")
    else:
        server = GitLab()
        server.add_merge_request(PULL, sha="c0ffee1")
    with serving(server) as url:
        yield Rig(server, url)
