"""GitLab's REST API, as far as it is used: no other path can be reached with this client."""

import re
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import quote

from reconciler.application.ports import Clock
from reconciler.forges.calls import Calls
from reconciler.forges.forge import Issue, Kind, Thread
from reconciler.forges.paging import PAGING, every_row
from reconciler.forges.rows import Row, author_in, author_of, number_in, row_of, text_in, written
from reconciler.forges.thread import Author, Note
from reconciler.forges.trouble import ForgeError, MissingError, RefusedError
from reconciler.transport.auth import HeaderAuth
from reconciler.transport.http import Http, Route
from reconciler.transport.wire import Call

_FOLDERS = {Kind.REVIEW: "merge_requests", Kind.ISSUE: "issues"}
_HINTS: dict[type[ForgeError], str] = {
    RefusedError: (
        "GITLAB_TOKEN must be a token of the project with the scope `api` and at least the role "
        "Reporter; CI_JOB_TOKEN may not write comments."
    ),
    MissingError: "Check --to and CI_PROJECT_ID, and that the token sees the project.",
    ForgeError: "Run the job again when GitLab answers.",
}


class GitLab:
    """One project."""

    def __init__(self, api: str, project: str, token: str, clock: Clock) -> None:
        """Open no connection yet; ``project`` is a number or a path, ``api`` ends in ``/v4``."""
        self._project = f"/projects/{quote(project, safe='')}"
        auth = HeaderAuth({"PRIVATE-TOKEN": token}, public={"Accept": "application/json"})
        http = Http(api, frozenset(_routes(self._project)), auth=auth)
        self._calls = Calls(http, clock, name="GitLab", hints=_HINTS)

    async def me(self) -> Author:
        """Return the token's user; nobody, where it may not ask.

        A project's token has a bot of its own.
        """
        try:
            reply = await self._calls.repeatable(Call(method="GET", path="/user"))
        except (RefusedError, MissingError):
            # It may write notes all the same. Whose they are says the first one.
            return Author()
        return author_of(row_of(reply.body))

    async def reviews_of(self, commit: str) -> Sequence[int]:
        """Return the merge requests of a commit, open ones if there are any, the newest last."""
        path = f"{self._project}/repository/commits/{quote(commit, safe='')}/merge_requests"
        try:
            rows = await self._all(path)
        except MissingError:
            return ()
        opened = [row for row in rows if row.get("state") == "opened"] or rows
        return sorted(number_in(row, "iid") for row in opened)

    async def notes(self, thread: Thread) -> Sequence[Note]:
        """Return every note, the oldest first."""
        url = await self._url(thread)
        rows = await self._all(f"{self._path(thread)}/notes", sort="asc", order_by="created_at")
        return [_note(row, url) for row in rows]

    async def post(self, thread: Thread, body: str) -> Note:
        """Write a note."""
        call = Call(method="POST", path=f"{self._path(thread)}/notes", json={"body": body})
        reply = await self._calls.once(call)
        url = await self._url(thread)
        return written(reply.body, lambda row: _note(row, url))

    async def edit(self, thread: Thread, note: Note, body: str) -> Note:
        """Replace the text of a note."""
        path = f"{self._path(thread)}/notes/{note.id}"
        reply = await self._calls.repeatable(Call(method="PUT", path=path, json={"body": body}))
        return _note(row_of(reply.body), note.url.partition("#")[0])

    async def labels(self, thread: Thread) -> Collection[str]:
        """Return the names of the labels."""
        labels = (await self._thing(thread)).get("labels")
        return [one for one in labels if isinstance(one, str)] if isinstance(labels, list) else []

    async def relabel(self, thread: Thread, add: Collection[str], remove: Collection[str]) -> None:
        """Add labels, which are made where there are none, and remove others."""
        wanted = {"add_labels": ",".join(add), "remove_labels": ",".join(remove)}
        fields = {name: value for name, value in wanted.items() if value}
        if fields:
            await self._put(thread, fields)

    async def open_issues(self) -> Sequence[Issue]:
        """Return every open issue."""
        rows = await self._all(
            f"{self._project}/issues", state="opened", order_by="created_at", sort="asc"
        )
        return [_issue(row) for row in rows]

    async def open_issue(self, title: str, body: str) -> Issue:
        """Open an issue."""
        fields = {"title": title, "description": body}
        call = Call(method="POST", path=f"{self._project}/issues", json=fields)
        return written((await self._calls.once(call)).body, _issue)

    async def edit_issue(self, issue: Issue, title: str, body: str) -> Issue:
        """Replace title and text."""
        thread = Thread(Kind.ISSUE, issue.number)
        return _issue(await self._put(thread, {"title": title, "description": body}))

    async def close_issue(self, issue: Issue) -> None:
        """Close an issue."""
        await self._put(Thread(Kind.ISSUE, issue.number), {"state_event": "close"})

    async def close(self) -> None:
        """Close every connection."""
        await self._calls.close()

    def _path(self, thread: Thread) -> str:
        return f"{self._project}/{_FOLDERS[thread.kind]}/{thread.number}"

    async def _thing(self, thread: Thread) -> Row:
        reply = await self._calls.repeatable(Call(method="GET", path=self._path(thread)))
        return row_of(reply.body)

    async def _url(self, thread: Thread) -> str:
        """Return the address that people open; empty where it cannot be had: only links need it."""
        try:
            return text_in(await self._thing(thread), "web_url")
        except ForgeError:
            return ""

    async def _put(self, thread: Thread, fields: dict[str, str]) -> Row:
        call = Call(method="PUT", path=self._path(thread), json=fields)
        return row_of((await self._calls.repeatable(call)).body)

    async def _all(self, path: str, **query: str) -> list[Row]:
        """Return the rows of every page."""
        return await every_row(self._calls, path, query)


def _routes(project: str) -> Iterator[Route]:
    project = re.escape(project)
    thing = rf"{project}/(?:merge_requests|issues)/[0-9]+"
    yield Route("GET", "/user")
    yield Route("GET", rf"{project}/repository/commits/[0-9A-Za-z]+/merge_requests", PAGING)
    yield Route("GET", thing)
    yield Route("PUT", thing)
    yield Route("GET", rf"{thing}/notes", PAGING | {"sort", "order_by"})
    yield Route("POST", rf"{thing}/notes")
    yield Route("PUT", rf"{thing}/notes/[0-9]+")
    yield Route("GET", rf"{project}/issues", PAGING | {"state", "order_by", "sort"})
    yield Route("POST", rf"{project}/issues")


def _note(row: Row, url: str) -> Note:
    number = number_in(row, "id")
    link = f"{url}#note_{number}" if url else ""
    return Note(number, text_in(row, "body"), author_in(row, "author"), link)


def _issue(row: Row) -> Issue:
    number, url = number_in(row, "iid"), text_in(row, "web_url")
    note = Note(number, text_in(row, "description"), author_in(row, "author"), url)
    return Issue(number, text_in(row, "title"), note)
