"""A stand-in for GitHub's REST API, in memory, served over real HTTP on loopback.

In a test::

    github = GitHub()
    github.add_pull(7)
    with serving(github) as url:
        ...  # GITHUB_API_URL=url, GITHUB_TOKEN=github.token, GITHUB_REPOSITORY=github.repository
    assert [one["body"] for one in github.comments_of(7)] == [...]

As a process: ``python -m tests.fakes.github --port 0 --pull 7``; the first line of its output is
its address, and ``GET /_state`` there gives everything that it remembers. The token is one of an
installation, as ``GITHUB_TOKEN`` in a workflow is, unless ``--user`` says whose it is.
"""

import argparse
import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.fakes.forge import Failure, Row, serve, serving
from tests.fakes.github_repository import ACTIONS_BOT, REPOSITORY, TOKEN, Repository

__all__ = ["ACTIONS_BOT", "REPOSITORY", "Failure", "GitHub", "serving"]

LONGEST = 65_536
_MAX_LABEL = 50
_EDITABLE = ("title", "body", "state", "state_reason")


class GitHub(Repository):
    """One repository, and what it answers."""

    def app(self) -> Starlette:
        repo = f"/repos/{self.repository}"
        issue = f"{repo}/issues/{{number:int}}"
        routes = (
            ("GET", "/user", self._user),
            ("GET", f"{repo}/issues", self._list_issues),
            ("POST", f"{repo}/issues", self._create_issue),
            ("PATCH", f"{repo}/issues/comments/{{id:int}}", self._edit_comment),
            ("GET", issue, self._get_issue),
            ("PATCH", issue, self._edit_issue),
            ("GET", f"{issue}/comments", self._list_comments),
            ("POST", f"{issue}/comments", self._create_comment),
            ("GET", f"{issue}/labels", self._list_labels),
            ("POST", f"{issue}/labels", self._add_labels),
            ("DELETE", f"{issue}/labels/{{name}}", self._remove_label),
            ("GET", f"{repo}/pulls/{{number:int}}", self._get_pull),
            ("GET", f"{repo}/commits/{{sha}}/pulls", self._pulls_of_commit),
        )
        return Starlette(routes=[*(self.route(*one) for one in routes), self.state_route()])

    def is_authorized(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.token}"

    def unauthorized(self) -> Response:
        return JSONResponse({"message": "Bad credentials"}, 401)

    def _user(self, _request: Request, _body: Row) -> Response:
        if self.user["type"] == "Bot":
            return _refused()
        return JSONResponse(self.user)

    def _list_comments(self, request: Request, _body: Row) -> Response:
        number = request.path_params["number"]
        if number not in self.issues:
            return _not_found()
        return self._page(request, self.comments_of(number))

    def _create_comment(self, request: Request, body: Row) -> Response:
        number = request.path_params["number"]
        if number not in self.issues:
            return _not_found()
        if trouble := self._trouble(body.get("body")):
            return trouble
        return JSONResponse(_shown(self.make_comment(number, body["body"], self.user)), 201)

    def _edit_comment(self, request: Request, body: Row) -> Response:
        comment = self.comments.get(request.path_params["id"])
        if comment is None:
            return _not_found()
        if trouble := self._trouble(body.get("body")):
            return trouble
        comment.update(body=body["body"], updated_at=self.moment())
        return JSONResponse(_shown(comment))

    def _list_issues(self, request: Request, _body: Row) -> Response:
        query = request.query_params
        state = query.get("state", "open")
        wanted = {name for name in query.get("labels", "").split(",") if name}
        creator = query.get("creator", "")
        rows = [
            _shown(one)
            for one in self._sorted(query.get("direction", "desc"))
            if state in ("all", one["state"])
            and wanted <= {label["name"] for label in one["labels"]}
            and creator in ("", one["user"]["login"])
        ]
        return self._page(request, rows)

    def _sorted(self, direction: str) -> list[Row]:
        rows = sorted(self.issues.values(), key=lambda one: int(one["number"]))
        return rows if direction == "asc" else rows[::-1]

    def _create_issue(self, _request: Request, body: Row) -> Response:
        if trouble := self._trouble(body.get("body", "")):
            return trouble
        number = max([0, *self.issues]) + 1
        issue = self.make_issue(number, body["title"], body.get("body", ""), self.user)
        for name in body.get("labels", []):
            self.make_label(number, name)
        return JSONResponse(_shown(issue), 201)

    def _get_issue(self, request: Request, _body: Row) -> Response:
        issue = self.issues.get(request.path_params["number"])
        return _not_found() if issue is None else JSONResponse(_shown(issue))

    def _edit_issue(self, request: Request, body: Row) -> Response:
        issue = self.issues.get(request.path_params["number"])
        if issue is None:
            return _not_found()
        if trouble := self._trouble(body.get("body", "")):
            return trouble
        changed: Row = {name: body[name] for name in _EDITABLE if name in body}
        issue.update(changed, updated_at=self.moment())
        return JSONResponse(_shown(issue))

    def _list_labels(self, request: Request, _body: Row) -> Response:
        issue = self.issues.get(request.path_params["number"])
        return _not_found() if issue is None else self._page(request, issue["labels"])

    def _add_labels(self, request: Request, body: Row) -> Response:
        number = request.path_params["number"]
        if number not in self.issues:
            return _not_found()
        if not self.may_write:
            return _refused()
        if any(len(name) > _MAX_LABEL for name in body["labels"]):
            return _invalid("Label", "name", "is too long (maximum is 50 characters)")
        for name in body["labels"]:
            self.make_label(number, name)
        return JSONResponse(self.issues[number]["labels"])

    def _remove_label(self, request: Request, _body: Row) -> Response:
        issue = self.issues.get(request.path_params["number"])
        if issue is None:
            return _not_found()
        if not self.may_write:
            return _refused()
        name = request.path_params["name"]
        kept = [one for one in issue["labels"] if one["name"] != name]
        if len(kept) == len(issue["labels"]):
            return JSONResponse({"message": "Label does not exist"}, 404)
        issue["labels"] = kept
        return JSONResponse(kept)

    def _get_pull(self, request: Request, _body: Row) -> Response:
        issue = self.issues.get(request.path_params["number"])
        found = issue is not None and "pull_request" in issue
        return JSONResponse(_shown(issue)) if found and issue else _not_found()

    def _pulls_of_commit(self, request: Request, _body: Row) -> Response:
        sha = request.path_params["sha"]
        rows = [_shown(self.issues[number]) for number in self.pulls_of.get(sha, [])]
        return self._page(request, rows)

    def _page(self, request: Request, rows: list[Row]) -> Response:
        return self.page(request, [_shown(row) for row in rows], 30, "link")

    def _trouble(self, body: object) -> Response | None:
        if not self.may_write:
            return _refused()
        if not isinstance(body, str):
            return _invalid("IssueComment", "body", "is missing")
        if len(body) > LONGEST:
            return _invalid(
                "IssueComment", "data", "Body is too long (maximum is 65536 characters)"
            )
        return None


def _shown(row: Row) -> Row:
    return {name: value for name, value in row.items() if not name.startswith("_")}


def _not_found() -> Response:
    return JSONResponse({"message": "Not Found"}, 404)


def _refused() -> Response:
    return JSONResponse({"message": "Resource not accessible by integration"}, 403)


def _invalid(resource: str, field: str, message: str) -> Response:
    error = {"resource": resource, "code": "unprocessable", "field": field, "message": message}
    return JSONResponse({"message": "Validation Failed", "errors": [error]}, 422)


def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--repository", default=REPOSITORY)
    parser.add_argument("--user", default="", help="whose token it is; an installation's without")
    parser.add_argument("--fork", action="store_true", help="the token may not write")
    parser.add_argument("--pull", action="append", default=[], metavar="NUMBER[:SHA]")
    parser.add_argument("--fail", action="append", default=[], metavar="JSON", help="a Failure")
    wanted = parser.parse_args()
    github = GitHub(
        token=wanted.token,
        repository=wanted.repository,
        user=wanted.user,
        may_write=not wanted.fork,
    )
    for pull in wanted.pull:
        number, _, sha = pull.partition(":")
        github.add_pull(int(number), sha=sha)
    github.failures += [Failure(**json.loads(one)) for one in wanted.fail]
    serve(github, wanted.port)


if __name__ == "__main__":
    _main()
