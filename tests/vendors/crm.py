"""A LeadSquared account of the test: users who own tasks, and whatever is odd about its answers."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import httpx

from tests.vendors.rig import Server, answer, some_id

Body: TypeAlias = dict[str, Any]
PageChange: TypeAlias = Callable[[str, int, Body], object]
"""Is given the owner, the number of the page and its body; returns a body or an answer."""
TaskChange: TypeAlias = Callable[[str, httpx.Response], httpx.Response]
"""Is given the id that was asked for and the answer that is due."""

KEY_USER = "u0"
_DUE = "2026-06-01"


def task(number: int, owner: str) -> Body:
    return {
        "UserTaskId": some_id(number),
        "Name": f"Call {number}",
        "OwnerId": owner,
        "OwnerEmailAddress": f"{owner}@example.com",
        "StatusCode": 0,
        "CreatedOn": f"2021-11-24 09:{number // 60 % 60:02d}:{number % 60:02d}.000",
        "DueDate": f"{_DUE} 13:10:00.000",
        "TaskType": {"Id": "t", "Name": "To-do"},
    }


def again(found: httpx.Response) -> httpx.Response:
    """Return the same answer as a new one, for each is read once."""
    return httpx.Response(found.status_code, content=found.content, headers=found.headers)


class Crm:
    """Answers as the papers say, but for what a test changes on the way back."""

    def __init__(self, owned: Mapping[str, Iterable[int]], *, role: str = "Administrator") -> None:
        self.who: Body = {"Id": KEY_USER, "Role": role, "OrgShortCode": "22824", "OrgId": "o1"}
        self.users: object = [
            {"ID": owner, "EmailAddress": f"{owner}@example.com"} for owner in owned
        ]
        """What is answered; called first if it can be."""
        self.tasks = [task(number, owner) for owner, numbers in owned.items() for number in numbers]
        self.gone = answer(200, [])
        self.on_page: PageChange = lambda _owner, _number, body: body
        self.on_task: TaskChange = lambda _asked, due: due
        self.on_window: Callable[[Body], object] = lambda body: body
        self._begun: dict[str, list[int]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content) if request.content else {}
        match request.url.path.partition(".svc/")[2]:
            case "UserByAccessKey.Get":
                return answer(200, self.who)
            case "Users.Get":
                return _answered(self.users() if callable(self.users) else self.users)
            case "Retrieve.GetById":
                return self._task(request.url.params["id"])
            case "Retrieve":
                return _answered(self._of_owner(asked["Parameter"], asked["Paging"]))
            case path:
                return _answered(self.on_window(self._window(path, asked)))

    def _task(self, task_id: str) -> httpx.Response:
        found = [one for one in self.tasks if one["UserTaskId"] == task_id]
        return self.on_task(task_id, answer(200, found) if found else again(self.gone))

    def _of_owner(self, parameter: Body, paging: Body) -> object:
        name, status = parameter["LookupValue"], parameter.get("StatusCode")
        mine = [
            one
            for one in self.tasks
            if name in (one["OwnerId"], one["OwnerEmailAddress"])
            and status in (None, one["StatusCode"])
        ]
        mine.sort(key=lambda one: str(one["UserTaskId"]))  # in that order they were created
        begin = paging["Offset"]
        body = {"RecordCount": len(mine), "List": mine[begin : begin + paging["RowCount"]]}
        return self.on_page(name, self._number(name, begin), body)

    def _number(self, owner: str, begin: int) -> int:
        """Return which page this is, asked for again or not."""
        begun = self._begun.setdefault(owner, [])
        if not begin:
            begun.clear()
        if begin not in begun:
            begun.append(begin)
        return begun.index(begin) + 1

    def _window(self, path: str, asked: Body) -> Body:
        due = path.startswith("RetrieveToDos") and asked["FromDate"] <= _DUE < asked["ToDate"]
        size, users = asked["Paging"]["PageSize"], asked["Users"]
        mine = [
            one
            for one in self.tasks
            if due and {one["OwnerId"], one["OwnerEmailAddress"]} & set(users)
        ]
        begin = (asked["Paging"]["PageIndex"] - 1) * size
        return {"RecordCount": len(mine), "List": mine[begin : begin + size]}

    def remove(self, *numbers: int) -> None:
        ids = set(map(some_id, numbers))
        self.tasks = [one for one in self.tasks if one["UserTaskId"] not in ids]

    def give(self, number: int, owner: str) -> None:
        """Let a task belong to another user."""
        for one in self.tasks:
            if one["UserTaskId"] == some_id(number):
                one |= {"OwnerId": owner, "OwnerEmailAddress": f"{owner}@example.com"}


def _answered(found: object) -> httpx.Response:
    return found if isinstance(found, httpx.Response) else answer(200, found)


def calls(server: Server) -> dict[str, int]:
    """Return how many calls arrived, by the last part of their path."""
    return Counter(one.url.path.partition(".svc/")[2] for one in server.arrived)
