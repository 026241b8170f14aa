"""Users, task types and record lists: the few things that others belong to."""

import json
from collections.abc import Iterable

from reconciler.sandbox.database import Database, Document


class Directory(Database):
    """Small sets of documents, each under a kind and an id, in the order in which they came."""

    def users(self) -> list[Document]:
        """Return the LeadSquared users, active and inactive."""
        return self._entries("user")

    def put_user(self, user: Document) -> None:
        """Add a LeadSquared user, or replace the one with the same ``ID``."""
        self.put_entries("user", [(user["ID"], user)])

    def task_types(self) -> list[Document]:
        """Return the task types."""
        return self._entries("task_type")

    def record_lists(self) -> list[Document]:
        """Return the Talkdesk record lists, without their counts."""
        return self._entries("record_list")

    def record_list(self, list_id: str) -> Document | None:
        """Return one record list, or None."""
        return next((found for found in self.record_lists() if found["id"] == list_id), None)

    def put_record_list(self, record_list: Document) -> None:
        """Add a record list, or replace the one with the same ``id``."""
        self.put_entries("record_list", [(record_list["id"], record_list)])

    def remove_record_list(self, list_id: str) -> None:
        """Remove a record list; its records cannot be reached any more."""
        self._run("DELETE FROM directory WHERE kind = 'record_list' AND id = :id", {"id": list_id})

    def put_entries(self, kind: str, entries: Iterable[tuple[str, Document]]) -> None:
        """Add or replace documents of one kind."""
        self._run_many(
            "INSERT INTO directory (kind, id, body) VALUES (:kind, :id, :body)"
            " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            ({"kind": kind, "id": key, "body": json.dumps(body)} for key, body in entries),
        )

    def is_new(self) -> bool:
        """Tell whether nothing was ever seeded here."""
        return not self._rows("SELECT 1 FROM directory LIMIT 1")

    def _entries(self, kind: str) -> list[Document]:
        return self._documents(
            "SELECT body FROM directory WHERE kind = :kind ORDER BY rowid", values={"kind": kind}
        )
