"""A stand-in for GitLab's REST API, in memory, served over real HTTP on loopback.

As ``tests/fakes/github.py``: ``CI_API_V4_URL`` is the address and ``/api/v4``, ``GITLAB_TOKEN`` the
token, ``CI_PROJECT_ID`` the project. As a process: ``python -m tests.fakes.gitlab --port 0``.
"""

import argparse
import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.fakes.forge import Failure, Forge, Row, serve, serving

__all__ = ["PROJECT", "Failure", "GitLab", "serving"]

PROJECT = "42"
TOKEN = "glpat-not-a-real-token"  # noqa: S105 - a stand-in's
LONGEST = 1_000_000
_BOT: Row = {"id": 900, "username": "project_42_bot", "name": "reconciler"}
_QUICK_ACTION = re.compile(r"^[ ]{0,3}/[a-z_]+", re.MULTILINE)
_FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1[`~]*$", re.MULTILINE | re.DOTALL)


class GitLab(Forge):
    """One project: its merge requests, issues, notes and labels."""

    def __init__(
        self, *, token: str = TOKEN, project: str = PROJECT, may_write: bool = True
    ) -> None:
        """Belong to a project access token; without ``may_write``, to one that only reads."""
        super().__init__(token)
        self.project = project
        self.may_write = may_write
        self.user = _BOT
        self.merge_requests: dict[int, Row] = {}
        self.issues: dict[int, Row] = {}
        self.notes: dict[int, Row] = {}
        self.requests_of: dict[str, list[int]] = {}
        self.commands: list[str] = []
        """Quick actions that were carried out because a text had them."""

    def add_merge_request(self, iid: int, *, sha: str = "", state: str = "opened") -> None:
        """Open a merge request, perhaps of a commit."""
        self.merge_requests[iid] = self._thing(iid, f"Change {iid}", "", "merge_requests", _BOT)
        self.merge_requests[iid]["state"] = state
        if sha:
            self.requests_of.setdefault(sha, []).append(iid)

    def add_issue(self, iid: int, title: str, description: str, user: Row | None = None) -> Row:
        """Open an issue of somebody; ours without ``user``."""
        self.issues[iid] = self._thing(iid, title, description, "issues", user or self.user)
        return self.issues[iid]

    def add_note(
        self, iid: int, body: str, user: Row | None = None, *, of: str = "merge_requests"
    ) -> int:
        """Write a note as somebody, as ourselves without ``user``; return its id."""
        return int(self._note(of, iid, body, user or self.user)["id"])

    def notes_of(self, iid: int, *, of: str = "merge_requests") -> list[Row]:
        """Return the notes of a merge request or an issue, oldest first."""
        return [one for one in self.notes.values() if one["_home"] == (of, iid)]

    def state(self) -> Row:
        return {
            "merge_requests": self.merge_requests,
            "issues": self.issues,
            "notes": list(self.notes.values()),
            "commands": self.commands,
            "requests": [
                {"method": one.method, "path": one.path, "query": one.query, "body": one.body}
                for one in self.requests
            ],
        }

    def app(self) -> Starlette:
        project = f"/api/v4/projects/{self.project}"
        routes = [
            ("GET", "/api/v4/user", self._user),
            ("GET", f"{project}/repository/commits/{{sha}}/merge_requests", self._of_commit),
            ("GET", f"{project}/issues", self._list_issues),
            ("POST", f"{project}/issues", self._create_issue),
        ]
        for kind in ("merge_requests", "issues"):
            one = f"{project}/{kind}/{{iid:int}}"
            routes += [
                ("GET", one, self._get),
                ("PUT", one, self._edit),
                ("GET", f"{one}/notes", self._list_notes),
                ("POST", f"{one}/notes", self._create_note),
                ("PUT", f"{one}/notes/{{id:int}}", self._edit_note),
            ]
        return Starlette(routes=[*(self.route(*one) for one in routes), self.state_route()])

    def is_authorized(self, request: Request) -> bool:
        return request.headers.get("private-token") == self.token

    def unauthorized(self) -> Response:
        return JSONResponse({"message": "401 Unauthorized"}, 401)

    def _user(self, _request: Request, _body: Row) -> Response:
        return JSONResponse(self.user)

    def _of_commit(self, request: Request, _body: Row) -> Response:
        iids = self.requests_of.get(request.path_params["sha"], [])
        return self._page(request, [self.merge_requests[iid] for iid in iids])

    def _things(self, request: Request) -> tuple[str, dict[int, Row]]:
        if "/merge_requests/" in request.url.path:
            return "merge_requests", self.merge_requests
        return "issues", self.issues

    def _get(self, request: Request, _body: Row) -> Response:
        _, things = self._things(request)
        found = things.get(request.path_params["iid"])
        return _not_found() if found is None else JSONResponse(_shown(found))

    def _list_issues(self, request: Request, _body: Row) -> Response:
        query = request.query_params
        wanted = {name for name in query.get("labels", "").split(",") if name}
        rows = [
            one
            for one in self._sorted(query.get("sort", "desc"))
            if query.get("state", "all") in ("all", one["state"])
            and wanted <= set(one["labels"])
            and query.get("author_id", str(one["author"]["id"])) == str(one["author"]["id"])
        ]
        return self._page(request, rows)

    def _sorted(self, direction: str) -> list[Row]:
        rows = sorted(self.issues.values(), key=lambda one: int(one["iid"]))
        return rows if direction == "asc" else rows[::-1]

    def _create_issue(self, _request: Request, body: Row) -> Response:
        if trouble := self._trouble(body.get("description", ""), "description"):
            return trouble
        iid = max([0, *self.issues]) + 1
        issue = self.add_issue(iid, body["title"], body.get("description", ""))
        issue["labels"] = [name for name in body.get("labels", "").split(",") if name]
        self._obey(issue["description"])
        return JSONResponse(_shown(issue), 201)

    def _edit(self, request: Request, body: Row) -> Response:
        _, things = self._things(request)
        found = things.get(request.path_params["iid"])
        if found is None:
            return _not_found()
        if trouble := self._trouble(body.get("description", ""), "description"):
            return trouble
        found.update({name: body[name] for name in ("title", "description") if name in body})
        self._obey(body.get("description", ""))
        if body.get("state_event") == "close":
            found["state"] = "closed"
        elif body.get("state_event") == "reopen":
            found["state"] = "opened"
        labels = [
            name for name in found["labels"] if name not in body.get("remove_labels", "").split(",")
        ]
        added = [name for name in body.get("add_labels", "").split(",") if name]
        found["labels"] = [*labels, *(name for name in added if name not in labels)]
        return JSONResponse(_shown(found))

    def _list_notes(self, request: Request, _body: Row) -> Response:
        kind, things = self._things(request)
        iid = request.path_params["iid"]
        if iid not in things:
            return _not_found()
        rows = self.notes_of(iid, of=kind)
        newest_first = request.query_params.get("sort", "desc") == "desc"
        return self._page(request, rows[::-1] if newest_first else rows)

    def _create_note(self, request: Request, body: Row) -> Response:
        kind, things = self._things(request)
        iid = request.path_params["iid"]
        if iid not in things:
            return _not_found()
        if trouble := self._trouble(body.get("body"), "note"):
            return trouble
        self._obey(body["body"])
        return JSONResponse(_shown(self._note(kind, iid, body["body"], self.user)), 201)

    def _edit_note(self, request: Request, body: Row) -> Response:
        note = self.notes.get(request.path_params["id"])
        if note is None:
            return _not_found()
        if trouble := self._trouble(body.get("body"), "note"):
            return trouble
        self._obey(body["body"])
        note.update(body=body["body"], updated_at=self.moment())
        return JSONResponse(_shown(note))

    def _page(self, request: Request, rows: list[Row]) -> Response:
        return self.page(request, [_shown(row) for row in rows], 20, "x-next-page")

    def _trouble(self, body: object, field: str) -> Response | None:
        if not self.may_write:
            return JSONResponse({"message": "403 Forbidden"}, 403)
        if not isinstance(body, str):
            return JSONResponse({"error": "body is missing"}, 400)
        if len(body) > LONGEST:
            message = {field: [f"is too long (maximum is {LONGEST} characters)"]}
            return JSONResponse({"message": message}, 400)
        return None

    def _obey(self, text: str) -> None:
        """Do what quick actions in a text say, which GitLab leaves alone in fences only."""
        self.commands += _QUICK_ACTION.findall(_FENCE.sub("", text))

    def _thing(self, iid: int, title: str, description: str, kind: str, user: Row) -> Row:
        return {
            "iid": iid,
            "title": title,
            "description": description,
            "state": "opened",
            "labels": [],
            "author": user,
            "web_url": f"https://gitlab.test/acme/absences/-/{kind}/{iid}",
            "created_at": self.moment(),
        }

    def _note(self, kind: str, iid: int, body: str, user: Row) -> Row:
        note_id = self.next_id()
        note = self.notes[note_id] = {
            "id": note_id,
            "body": body,
            "author": user,
            "system": False,
            "created_at": self.moment(),
            "_home": (kind, iid),
        }
        return note


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if not name.startswith("_")}


def _not_found() -> Response:
    return JSONResponse({"message": "404 Not found"}, 404)


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--project", default=PROJECT)
    parser.add_argument("--merge-request", action="append", default=[], metavar="IID[:SHA]")
    wanted = parser.parse_args()
    gitlab = GitLab(token=wanted.token, project=wanted.project)
    for one in wanted.merge_request:
        iid, _, sha = one.partition(":")
        gitlab.add_merge_request(int(iid), sha=sha)
    serve(gitlab, wanted.port)


if __name__ == "__main__":
    _main()
