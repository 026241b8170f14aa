"""GitHub's REST API, as far as it is used: no other path can be reached with this client."""

import re
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import quote

from reconciler.application.ports import Clock
from reconciler.forges.calls import Calls, Reply
from reconciler.forges.forge import Issue, Thread
from reconciler.forges.paging import PAGING, every_row
from reconciler.forges.rows import Row, author_in, author_of, number_in, row_of, text_in, written
from reconciler.forges.thread import Author, Note
from reconciler.forges.trouble import (
    ForgeError,
    InvalidRequestError,
    MissingError,
    RefusedError,
)
from reconciler.transport.auth import HeaderAuth
from reconciler.transport.http import Http, Route
from reconciler.transport.wire import Call

_BOT = Author(name="github-actions[bot]")
"""Whose the token of a workflow is. Its id differs between servers, and nobody else can be called
so: names of people have no brackets, and GitHub keeps the app's."""
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_HINTS: dict[type[ForgeError], str] = {
    RefusedError: (
        "The job needs `permissions: {pull-requests: write, issues: write}`; a pull request from "
        "a fork never gets them."
    ),
    MissingError: "Check --to and GITHUB_REPOSITORY, and that the token sees the repository.",
    ForgeError: "Run the job again when GitHub answers.",
}


class GitHub:
    """One repository."""

    def __init__(self, api: str, repository: str, token: str, clock: Clock) -> None:
        """Open no connection yet; ``repository`` is ``OWNER/NAME``."""
        self._repo = f"/repos/{repository}"
        auth = HeaderAuth({"Authorization": f"Bearer {token}"}, public=_HEADERS)
        http = Http(api, frozenset(routes(self._repo)), auth=auth)
        self._calls = Calls(http, clock, name="GitHub", hints=_HINTS)

    async def me(self) -> Author:
        """Return the token's user; the workflows' bot where it has none."""
        try:
            reply = await self._calls.repeatable(Call(method="GET", path="/user"))
        except (RefusedError, MissingError, InvalidRequestError):
            # The token of an installation has no user. One of another app than GitHub Actions is
            # known by its first comment: see whoever posts.
            return _BOT
        return author_of(row_of(reply.body))

    async def reviews_of(self, commit: str) -> Sequence[int]:
        """Return the pull requests of a commit, open ones if there are any, the newest last."""
        path = f"{self._repo}/commits/{quote(commit, safe='')}/pulls"
        try:
            rows = await self._all(path)
        except (MissingError, InvalidRequestError):
            # It says "no commit found" with a 422.
            return ()
        opened = [row for row in rows if row.get("state") == "open"] or rows
        return sorted(number_in(row, "number") for row in opened)

    async def notes(self, thread: Thread) -> Sequence[Note]:
        """Return every comment, the oldest first."""
        return [_note(row) for row in await self._all(f"{self._issue(thread.number)}/comments")]

    async def post(self, thread: Thread, body: str) -> Note:
        """Write a comment."""
        path = f"{self._issue(thread.number)}/comments"
        reply = await self._calls.once(Call(method="POST", path=path, json={"body": body}))
        return written(reply.body, _note)

    async def edit(self, thread: Thread, note: Note, body: str) -> Note:
        """Replace the text of a comment."""
        del thread
        path = f"{self._repo}/issues/comments/{note.id}"
        reply = await self._calls.repeatable(Call(method="PATCH", path=path, json={"body": body}))
        return _note(row_of(reply.body))

    async def labels(self, thread: Thread) -> Collection[str]:
        """Return the names of the labels."""
        rows = await self._all(f"{self._issue(thread.number)}/labels")
        return [text_in(row, "name") for row in rows]

    async def relabel(self, thread: Thread, add: Collection[str], remove: Collection[str]) -> None:
        """Add labels, which are made where there are none, and remove others."""
        path = f"{self._issue(thread.number)}/labels"
        if add:
            body = {"labels": list(add)}
            await self._calls.repeatable(Call(method="POST", path=path, json=body))
        for name in remove:
            one = f"{path}/{quote(name, safe='')}"
            try:
                await self._calls.repeatable(Call(method="DELETE", path=one))
            except MissingError:
                continue  # somebody else was faster

    async def open_issues(self) -> Sequence[Issue]:
        """Return every open issue but those that are pull requests."""
        path = f"{self._repo}/issues"
        rows = await self._all(path, state="open", sort="created", direction="asc")
        return [_issue(row) for row in rows if "pull_request" not in row]

    async def open_issue(self, title: str, body: str) -> Issue:
        """Open an issue."""
        call = Call(method="POST", path=f"{self._repo}/issues", json={"title": title, "body": body})
        return written((await self._calls.once(call)).body, _issue)

    async def edit_issue(self, issue: Issue, title: str, body: str) -> Issue:
        """Replace title and text."""
        return _issue(row_of((await self._patch(issue, title=title, body=body)).body))

    async def close_issue(self, issue: Issue) -> None:
        """Close an issue as done."""
        await self._patch(issue, state="closed", state_reason="completed")

    async def close(self) -> None:
        """Close every connection."""
        await self._calls.close()

    def _issue(self, number: int) -> str:
        return f"{self._repo}/issues/{number}"

    async def _patch(self, issue: Issue, **fields: str) -> Reply:
        call = Call(method="PATCH", path=self._issue(issue.number), json=fields)
        return await self._calls.repeatable(call)

    async def _all(self, path: str, **query: str) -> list[Row]:
        """Return the rows of every page."""
        return await every_row(self._calls, path, query)


def routes(repo: str) -> Iterator[Route]:
    """Yield the calls that can be made for a repository, ``/repos/OWNER/NAME``."""
    repo = re.escape(repo)
    issue = rf"{repo}/issues/[0-9]+"
    yield Route("GET", "/user")
    yield Route("GET", rf"{repo}/commits/[0-9A-Za-z]+/pulls", PAGING)
    yield Route("GET", rf"{issue}/comments", PAGING)
    yield Route("POST", rf"{issue}/comments")
    yield Route("PATCH", rf"{repo}/issues/comments/[0-9]+")
    yield Route("GET", rf"{issue}/labels", PAGING)
    yield Route("POST", rf"{issue}/labels")
    yield Route("DELETE", rf"{issue}/labels/[A-Za-z0-9%_.-]+")
    yield Route("GET", rf"{repo}/issues", PAGING | {"state", "sort", "direction"})
    yield Route("POST", rf"{repo}/issues")
    yield Route("PATCH", issue)


def _note(row: Row) -> Note:
    number, url = number_in(row, "id"), text_in(row, "html_url")
    return Note(number, text_in(row, "body"), author_in(row, "user"), url)


def _issue(row: Row) -> Issue:
    number, url = number_in(row, "number"), text_in(row, "html_url")
    note = Note(number, text_in(row, "body"), author_in(row, "user"), url)
    return Issue(number, text_in(row, "title"), note)
