"""The records of the Talkdesk record lists."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from reconciler.sandbox.database import EXISTS, NEVER, Document, Parameters
from reconciler.sandbox.listings import Listings
from reconciler.sandbox.timestamps import zulu

_PUT = """
INSERT OR REPLACE INTO records (
    record_id, list_id, updated, priority, timezone, first_name, last_name, phones, external,
    upload_id, body
) VALUES (
    :record_id, :list_id, :updated, :priority, :timezone, :first_name, :last_name, :phones,
    :external, :upload_id, :body
)
"""
_CHANGE = """
UPDATE records SET updated = :updated, priority = :priority, timezone = :timezone,
    first_name = :first_name, last_name = :last_name, phones = :phones, external = :external,
    upload_id = :upload_id, body = :body
WHERE record_id = :record_id AND list_id = :list_id
"""
_OF_LIST = "list_id = :list_id"
_SELECT_ID = "SELECT record_id FROM records WHERE"


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which records of a list a listing shows, and in which order."""

    list_id: str
    conditions: tuple[str, ...]
    """SQL conditions with named parameters."""
    parameters: Parameters
    order: str = "updated"
    descending: bool = True

    def condition(self) -> str:
        """Return the whole SQL condition."""
        return " AND ".join((_OF_LIST, EXISTS, *self.conditions))

    def sorting(self) -> str:
        """Return the SQL order; ties in the same direction, so that an index can serve it."""
        direction = "DESC" if self.descending else "ASC"
        return f"{self.order} {direction}, record_id {direction}"


class RecordTable(Listings):
    """Records as the API spells them; ``gone_at`` says when each one stops to exist."""

    def records(self, list_id: str) -> list[Document]:
        """Return the records of a list that exist now, whatever the API shows of them."""
        query = RecordQuery(list_id, (), {}, order="record_id", descending=False)
        return self.record_page(query, self.clock(), 0, -1)

    def record_ids(self, list_id: str) -> set[str]:
        """Return the ids of the records of a list that exist now."""
        values = {"list_id": list_id, "now": self.clock()}
        return {row[0] for row in self._rows(_SELECT_ID, _OF_LIST, "AND", EXISTS, values=values)}

    def add_record(self, list_id: str, record_id: str, **fields: object) -> Document:
        """Add a record, or replace the one with this id; the fields are named as in the API."""
        now = zulu(self.clock())
        record = {
            "id": record_id,
            "record_list_id": list_id,
            "phone_numbers": [],
            "first_name": "Sample",
            "last_name": "Contact",
            "priority": 11,
            "extra_data": {},
            "created_at": now,
            "updated_at": now,
            **fields,
        }
        self.put_records([record])
        return record

    def update_record(self, list_id: str, record_id: str, **fields: object) -> bool:
        """Change fields of a record that exists; tell whether there is one."""
        record = self.record_at(list_id, record_id, self.clock())
        if record is None:
            return False
        self._run(_CHANGE, _row({**record, "updated_at": zulu(self.clock()), **fields}))
        return True

    def remove_record(self, list_id: str, record_id: str) -> None:
        """Remove a record at once."""
        self.delete_records(list_id, [record_id], now=self.clock())

    def put_records(self, records: Iterable[Document]) -> None:
        """Add records, or replace those with the same ids."""
        self._run_many(_PUT, map(_row, records))

    def record_page(
        self, query: RecordQuery, now: float, offset: int, limit: int
    ) -> list[Document]:
        """Return a part of the records that a query finds; a negative limit means all of it."""
        return [json.loads(body) for _, body in self.record_texts(query, now, offset, limit)]

    def record_texts(
        self, query: RecordQuery, now: float, offset: int, limit: int
    ) -> list[tuple[str, str]]:
        """Return the same as ids and JSON."""
        found = self._record_numbers(query, now)
        part = found[offset:] if limit < 0 else found[offset : offset + limit]
        return [
            (record_id, body)
            for record_id, body in self._columns("records", "record_id, body", part)
        ]

    def record_count(self, query: RecordQuery, now: float) -> int:
        """Count the records that a query finds."""
        return len(self._record_numbers(query, now))

    def _record_numbers(self, query: RecordQuery, now: float) -> Sequence[int]:
        values = {**query.parameters, "list_id": query.list_id}
        sql = f"SELECT rowid FROM records WHERE {query.condition()} ORDER BY {query.sorting()}"  # noqa: S608 - fixed pieces
        return self._found(sql, "records", now, values)

    def record_at(self, list_id: str, record_id: str, now: float) -> Document | None:
        """Return a record of a list as it exists at a time, or None."""
        found = self._documents(
            *("SELECT body FROM records WHERE record_id = :id AND", _OF_LIST, "AND", EXISTS),
            values={"id": record_id, "list_id": list_id, "now": now},
        )
        return next(iter(found), None)

    def identities(self, list_id: str, now: float) -> list[tuple[str, str, str]]:
        """Return id, phone numbers and external reference of every record of a list."""
        rows = self._rows(
            *("SELECT record_id, phones, external FROM records WHERE", _OF_LIST),
            *("AND", EXISTS, "ORDER BY record_id"),
            values={"list_id": list_id, "now": now},
        )
        return [(record_id, phones, external) for record_id, phones, external in rows]

    def existing_records(self, list_id: str, record_ids: Iterable[str], now: float) -> set[str]:
        """Return those of the ids whose records exist at a time."""
        rows = self._rows(
            *(_SELECT_ID, "record_id IN (SELECT value FROM json_each(:ids)) AND"),
            # The plus keeps SQLite from walking the whole list instead of looking up the ids.
            *("+list_id = :list_id AND", EXISTS),
            values={"ids": json.dumps(list(record_ids)), "list_id": list_id, "now": now},
        )
        return {row[0] for row in rows}

    def bystander_record(self, list_id: str, record_ids: Collection[str], now: float) -> list[str]:
        """Return the id of one existing record that is none of these, if there is one."""
        return sorted(
            record_id
            for record_id, _, _ in self.identities(list_id, now)
            if record_id not in record_ids
        )[:1]

    def delete_records(
        self,
        list_id: str,
        record_ids: Iterable[str],
        *,
        now: float,
        delay: float = 0.0,
        back: float = NEVER,
    ) -> None:
        """Let records stop to exist after a delay, and exist again after another one."""
        times = {"now": now, "gone_at": now + delay, "back_at": now + delay + back}
        self._run_many(
            # A record that already waits for an earlier deletion is not given a longer life.
            "UPDATE records SET back_at = :back_at, gone_at = CASE WHEN back_at <= :now"
            " THEN :gone_at ELSE min(gone_at, :gone_at) END"
            " WHERE record_id = :id AND list_id = :list_id",
            ({**times, "id": record_id, "list_id": list_id} for record_id in record_ids),
        )


def external_reference(provider: object, external_id: object) -> str:
    """Return an external reference as Talkdesk prints it in the reasons of a bulk deletion."""
    return f"external_provider={provider}, external_id={external_id}"


def _row(record: Document) -> Document:
    phones = [entry["phone_number"] for entry in record.get("phone_numbers", [])]
    external = ""
    if record.get("external_id"):
        external = external_reference(record.get("external_provider"), record["external_id"])
    return {
        "record_id": record["id"],
        "list_id": record["record_list_id"],
        "updated": record["updated_at"],
        "priority": record["priority"],
        "timezone": record.get("timezone", ""),
        "first_name": record["first_name"],
        "last_name": record["last_name"],
        "phones": " ".join(phones),
        "external": external,
        "upload_id": record.get("upload_request_id", ""),
        "body": json.dumps(record),
    }
