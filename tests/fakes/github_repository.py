"""What the stand-in for GitHub remembers, and what tests arrange in it."""

from tests.fakes.forge import Forge, Row

REPOSITORY = "acme/absences"
TOKEN = "ghs_not_a_real_token"  # noqa: S105 - a stand-in's
ACTIONS_BOT: Row = {"login": "github-actions[bot]", "id": 41_898_282, "type": "Bot"}
_ACTIONS_APP = {"id": 15_368, "slug": "github-actions"}


class Repository(Forge):
    """One repository: its issues, pull requests, comments and labels."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        repository: str = REPOSITORY,
        user: str = "",
        may_write: bool = True,
    ) -> None:
        """Belong to an installation's token (github-actions), or to a ``user``'s.

        Without ``may_write`` it is the token of a pull request from a fork.
        """
        super().__init__(token)
        self.repository = repository
        self.user: Row = {"login": user, "id": 77, "type": "User"} if user else ACTIONS_BOT
        self.may_write = may_write
        self.issues: dict[int, Row] = {}
        self.comments: dict[int, Row] = {}
        self.labels: set[str] = set()
        self.pulls_of: dict[str, list[int]] = {}

    def add_pull(self, number: int, *, sha: str = "", state: str = "open") -> None:
        """Open a pull request, perhaps of a commit."""
        self.make_issue(number, f"Change {number}", "", ACTIONS_BOT)
        self.issues[number]["state"] = state
        self.issues[number]["pull_request"] = {"url": f"/pulls/{number}"}
        if sha:
            self.pulls_of.setdefault(sha, []).append(number)

    def add_issue(self, number: int, title: str, body: str, user: Row | None = None) -> Row:
        """Open an issue of somebody; ours without ``user``."""
        return self.make_issue(number, title, body, user or self.user)

    def add_comment(self, number: int, body: str, user: Row | None = None) -> int:
        """Write a comment as somebody, as ourselves without ``user``; return its id."""
        comment = self.make_comment(number, body, user or self.user)
        return int(comment["id"])

    def comments_of(self, number: int) -> list[Row]:
        """Return the comments of an issue or pull request, oldest first."""
        return [one for one in self.comments.values() if one["_issue"] == number]

    def labels_of(self, number: int) -> list[str]:
        return sorted(one["name"] for one in self.issues[number]["labels"])

    def state(self) -> Row:
        return {
            "issues": self.issues,
            "comments": list(self.comments.values()),
            "labels": sorted(self.labels),
            "requests": [
                {"method": one.method, "path": one.path, "query": one.query, "body": one.body}
                for one in self.requests
            ],
        }

    def make_issue(self, number: int, title: str, body: str, user: Row) -> Row:
        issue = self.issues[number] = {
            "number": number,
            "title": title,
            "body": body,
            "state": "open",
            "user": user,
            "labels": [],
            "html_url": f"https://github.test/{self.repository}/issues/{number}",
            "created_at": self.moment(),
            "performed_via_github_app": _ACTIONS_APP if user == ACTIONS_BOT else None,
        }
        return issue

    def make_comment(self, number: int, body: str, user: Row) -> Row:
        comment_id = self.next_id()
        comment = self.comments[comment_id] = {
            "id": comment_id,
            "html_url": f"https://github.test/{self.repository}/issues/{number}#issuecomment-{comment_id}",
            "body": body,
            "user": user,
            "created_at": self.moment(),
            "performed_via_github_app": _ACTIONS_APP if user == ACTIONS_BOT else None,
            "_issue": number,
        }
        return comment

    def make_label(self, number: int, name: str) -> None:
        self.labels.add(name)
        labels = self.issues[number]["labels"]
        if name not in [one["name"] for one in labels]:
            labels.append({"name": name})
