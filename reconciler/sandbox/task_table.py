"""The tasks of the LeadSquared account."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from reconciler.sandbox.database import EXISTS, NEVER, Document
from reconciler.sandbox.listings import Listings
from reconciler.sandbox.timestamps import spaced

NO_DATE = "0001-01-01 00:00:00.000"

ORDERS = {
    "due": "due",
    "created": "created",
    "modified": "modified",
    "id": "task_id",
}
"""What a listing may be ordered by, and may filter its dates by."""

_SELECT = "SELECT body FROM tasks WHERE"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskQuery:
    """Which tasks a listing shows, and in which order; None means any."""

    owner_ids: Collection[str] | None = None
    category: int | None = None
    status: int | None = None
    type_id: str | None = None
    lead_id: str | None = None
    date: str = "due"
    since: str | None = None
    until: str | None = None
    order: str = "due"
    descending: bool = False
    ties_descending: bool = False

    def condition(self) -> str:
        """Return the SQL condition; the values go in by :meth:`parameters`."""
        tests = [EXISTS]
        if self.owner_ids is not None:
            tests.append("owner_id IN (SELECT value FROM json_each(:owner_ids))")
        tests += [
            f"{column} = :{column}"
            for column in ("category", "status", "type_id", "lead_id")
            if getattr(self, column) is not None
        ]
        if self.since is not None:
            tests.append(f"{ORDERS[self.date]} >= :since")
        if self.until is not None:
            # Whole seconds are compared, although the stored value has a fraction.
            tests.append(f"substr({ORDERS[self.date]}, 1, 19) <= :until")
        return " AND ".join(tests)

    def sorting(self) -> str:
        """Return the SQL order."""
        direction = "DESC" if self.descending else "ASC"
        ties = "DESC" if self.ties_descending else "ASC"
        return f"{ORDERS[self.order]} {direction}, task_id {ties}"

    def parameters(self) -> Document:
        """Return the values that the condition refers to."""
        return {
            "owner_ids": json.dumps(list(self.owner_ids or ())),
            "category": self.category,
            "status": self.status,
            "type_id": self.type_id,
            "lead_id": self.lead_id,
            "since": self.since,
            "until": self.until,
        }


class TaskTable(Listings):
    """Tasks as the API spells them; ``gone_at`` says when each one stops to exist."""

    def tasks(self) -> list[Document]:
        """Return the tasks that exist now, whatever the API shows of them."""
        return self.task_page(TaskQuery(order="id"), self.clock(), 0, -1)

    def task_ids(self) -> set[str]:
        """Return the ids of the tasks that exist now."""
        return {task["UserTaskId"] for task in self.tasks()}

    def add_task(self, task_id: str, **fields: object) -> None:
        """Add a task, or replace the one with this id; the fields are named as in the API."""
        now = spaced(self.clock())
        task = {
            "UserTaskId": task_id,
            "Name": "Task",
            "Category": 1,
            "RelatedEntity": 0,
            "StatusCode": 0,
            "DueDate": now,
            "CreatedOn": now,
            "ModifiedOn": now,
            "CompletedOn": NO_DATE,
        }
        self.put_tasks([{**task, **fields}])

    def update_task(self, task_id: str, **fields: object) -> bool:
        """Change fields of a task that exists; tell whether there is one."""
        task = self.task_at(task_id, self.clock())
        if task is None:
            return False
        self._run(
            "UPDATE tasks SET owner_id = :owner_id, type_id = :type_id, category = :category,"
            " status = :status, lead_id = :lead_id, due = :due, created = :created,"
            " modified = :modified, body = :body WHERE task_id = :task_id",
            _row({**task, **fields}),
        )
        return True

    def remove_task(self, task_id: str) -> None:
        """Remove a task at once."""
        self.delete_tasks([task_id], now=self.clock())

    def put_tasks(self, tasks: Iterable[Document]) -> None:
        """Add tasks, or replace those with the same ids."""
        self._run_many(
            "INSERT OR REPLACE INTO tasks (task_id, owner_id, type_id, category, status, lead_id,"
            " due, created, modified, body) VALUES (:task_id, :owner_id, :type_id, :category,"
            " :status, :lead_id, :due, :created, :modified, :body)",
            map(_row, tasks),
        )

    def task_page(self, query: TaskQuery, now: float, offset: int, limit: int) -> list[Document]:
        """Return a part of the tasks that a query finds; a negative limit means all of it."""
        return [json.loads(body) for body in self.task_texts(query, now, offset, limit)]

    def task_texts(self, query: TaskQuery, now: float, offset: int, limit: int) -> list[str]:
        """Return the same as JSON."""
        found = self._task_numbers(query, now)
        part = found[offset:] if limit < 0 else found[offset : offset + limit]
        return [body for (body,) in self._columns("tasks", "body", part)]

    def task_count(self, query: TaskQuery, now: float) -> int:
        """Count the tasks that a query finds."""
        return len(self._task_numbers(query, now))

    def _task_numbers(self, query: TaskQuery, now: float) -> Sequence[int]:
        sql = f"SELECT rowid FROM tasks WHERE {query.condition()} ORDER BY {query.sorting()}"  # noqa: S608 - fixed pieces
        return self._found(sql, "tasks", now, query.parameters())

    def task_at(self, task_id: str, now: float) -> Document | None:
        """Return a task as it exists at a time, or None."""
        values = {"id": task_id, "now": now}
        return next(
            iter(self._documents(_SELECT, "task_id = :id AND", EXISTS, values=values)), None
        )

    def existing_tasks(self, task_ids: Iterable[str], now: float) -> list[Document]:
        """Return those of the tasks that exist at a time."""
        values = {"ids": json.dumps(list(task_ids)), "now": now}
        among = "task_id IN (SELECT value FROM json_each(:ids)) AND"
        return self._documents(_SELECT, among, EXISTS, "ORDER BY task_id", values=values)

    def bystander_task(self, task_ids: Collection[str], now: float) -> list[str]:
        """Return the id of one existing task that is none of these, if there is one."""
        values = {"ids": json.dumps(list(task_ids)), "now": now}
        other = "task_id NOT IN (SELECT value FROM json_each(:ids)) AND"
        clauses = (_SELECT, other, EXISTS, "ORDER BY task_id LIMIT 1")
        return [task["UserTaskId"] for task in self._documents(*clauses, values=values)]

    def delete_tasks(
        self, task_ids: Iterable[str], *, now: float, delay: float = 0.0, back: float = NEVER
    ) -> None:
        """Let tasks stop to exist after a delay, and exist again after another one."""
        times = {"now": now, "gone_at": now + delay, "back_at": now + delay + back}
        self._run_many(
            # A task that already waits for an earlier deletion is not given a longer life.
            "UPDATE tasks SET back_at = :back_at, gone_at = CASE WHEN back_at <= :now"
            " THEN :gone_at ELSE min(gone_at, :gone_at) END WHERE task_id = :id",
            ({**times, "id": task_id} for task_id in task_ids),
        )


def _row(task: Document) -> Document:
    return {
        "task_id": task["UserTaskId"],
        "owner_id": task.get("OwnerId", ""),
        "type_id": (task.get("TaskType") or {}).get("Id", ""),
        "category": task["Category"],
        "status": task["StatusCode"],
        "lead_id": task.get("RelatedEntityId", ""),
        "due": task["DueDate"],
        "created": task["CreatedOn"],
        "modified": task["ModifiedOn"],
        "body": json.dumps(task),
    }
