"""Fills an empty store with the same made-up things for the same seed."""

from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from reconciler.sandbox.database import Document
from reconciler.sandbox.seed_data import (
    AREA_CODES,
    FIRST_NAMES,
    LEADS,
    PEOPLE,
    PHONE_TYPES,
    PRIORITIES,
    RECORD_LISTS,
    SECOND_LIST_RECORDS,
    TASK_DESCRIPTIONS,
    TASK_STATUSES,
    TASK_TYPES,
    TIMEZONES,
)
from reconciler.sandbox.store import Store
from reconciler.sandbox.task_table import NO_DATE
from reconciler.sandbox.timestamps import spaced, wcf, zulu

_MINUTE = 60
_DAY = 86_400
_SECOND_LIST_FROM = 1_000_000


def task_id(n: int, seed: int = 1) -> str:
    """Return the id of the n-th task."""
    return _id(seed, "task", n)


def record_id(n: int, seed: int = 1) -> str:
    """Return the id of the n-th record; those of the second list start at 1,000,000."""
    return _id(seed, "record", n)


def record_list_id(n: int = 0, seed: int = 1) -> str:
    """Return the id of the n-th record list."""
    return _id(seed, "record-list", n)


def user_id(n: int, seed: int = 1) -> str:
    """Return the id of the n-th user; the access key belongs to number 0."""
    return _id(seed, "user", n)


def task_type_id(n: int, seed: int = 1) -> str:
    """Return the id of the n-th task type."""
    return _id(seed, "task-type", n)


def lead_id(n: int, seed: int = 1) -> str:
    """Return the id of the n-th lead."""
    return _id(seed, "lead", n)


def seed(store: Store, *, seed: int = 1, tasks: int = 60, records: int = 120, now: float) -> None:
    """Fill a store; all or nothing."""
    types = [_task_type(n, seed, now) for n in range(len(TASK_TYPES))]
    with store.transaction():
        store.put_entries("user", ((user_id(n, seed), _user(n, seed)) for n in range(len(PEOPLE))))
        store.put_entries("task_type", ((entry["Id"], entry) for entry in types))
        store.put_entries(
            "record_list",
            (
                (record_list_id(n, seed), _record_list(n, seed, now))
                for n in range(len(RECORD_LISTS))
            ),
        )
        store.put_tasks(_task(n, seed, types[n % len(types)], now) for n in range(tasks))
        store.put_records(_record(n, 0, seed, now) for n in range(records))
        store.put_records(_second_list(seed, now))


def _id(seed: int, kind: str, n: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"{seed}/{kind}/{n}"))


def _user(n: int, seed: int) -> Document:
    person = PEOPLE[n]
    return {
        "ID": user_id(n, seed),
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "EmailAddress": person.email,
        "Role": person.role,
        "StatusCode": 0 if person.active else 1,
        "MemberOfGroups": [],
        "Tag": None,
        "IsPhoneCallAgent": False,
    }


def _task_type(n: int, seed: int, now: float) -> Document:
    name, category = TASK_TYPES[n]
    return {
        "Id": task_type_id(n, seed),
        "Name": name,
        "Category": category,
        "Color": "#F8BBD0",
        "ColumnConfiguration": [],
        "CreatedBy": "System",
        "CreatedOn": wcf(now - 400 * _DAY),
        "FormLayout": "{}",
    }


def _task(n: int, seed: int, task_type: Document, now: float) -> Document:
    # Every user has tasks, the key's own and those of people who have left among them.
    owner = n % len(PEOPLE)
    due = now + (n * 37 % 90 - 60) * _DAY + n % 1440 * _MINUTE
    # Three at a time are created in the same second: listings by that date have ties.
    created = now - 150 * _DAY + n // 3 * 10 * _MINUTE
    status = TASK_STATUSES[n % len(TASK_STATUSES)]
    related = n % 3 == 0
    return {
        "UserTaskId": task_id(n, seed),
        "Name": f"{task_type['Name']} {n}",
        "Category": task_type["Category"],
        "Description": TASK_DESCRIPTIONS[n % len(TASK_DESCRIPTIONS)],
        "RelatedEntity": int(related),
        **({"RelatedEntityId": lead_id(n % LEADS, seed)} if related else {}),
        "DueDate": spaced(due),
        "Reminder": 45,
        "ReminderBeforeDays": 0,
        "ReminderTime": "03:30:00",
        "NotifyBy": "1100",
        "StatusCode": status,
        **_people(owner, seed),
        "CreatedOn": spaced(created),
        "ModifiedOn": spaced(created + _DAY),
        "RelatedEntityIdName": f"Lead {n % LEADS}" if related else "",
        "CompletedOn": spaced(created + _DAY) if status == 1 else NO_DATE,
        "TaskType": task_type,
        "EndDate": spaced(due + 5 * _MINUTE)[:-4],
        "PercentCompleted": 0,
        "Priority": "",
        "Location": "",
        "CustomFields": {"mx_Custom_1": f"batch {n % 4}"},
    }


def _people(owner: int, seed: int) -> Document:
    return {
        "OwnerId": user_id(owner, seed),
        "OwnerName": PEOPLE[owner].name,
        "OwnerEmailAddress": PEOPLE[owner].email,
        "CreatedBy": user_id(0, seed),
        "CreatedByName": PEOPLE[0].name,
        "ModifiedBy": user_id(owner, seed),
        "ModifiedByName": PEOPLE[owner].name,
    }


def _record_list(n: int, seed: int, now: float) -> Document:
    name, identifier = RECORD_LISTS[n]
    return {
        "id": record_list_id(n, seed),
        "name": name,
        "unique_identifier_type": identifier,
        "created_at": zulu(now - (60 + n) * _DAY),
        "updated_at": zulu(now - n * _DAY),
        "status": "ACCEPTED",
    }


def _record(n: int, list_n: int, seed: int, now: float) -> Document:
    record = {
        "id": record_id(n, seed),
        "record_list_id": record_list_id(list_n, seed),
        "phone_number": phone_number(n),
        "phone_numbers": [
            {"phone_number": phone_number(n, AREA_CODES[k]), "phone_type": PHONE_TYPES[k]}
            for k in range(n % len(PHONE_TYPES) + 1)
        ],
        "first_name": FIRST_NAMES[n % len(FIRST_NAMES)],
        "last_name": f"Contact {n}",
        "timezone": TIMEZONES[n % len(TIMEZONES)],
        "priority": PRIORITIES[n % len(PRIORITIES)],
        "extra_data": {"segment": f"segment {n % 4}"},
        "created_at": zulu(now - 30 * _DAY - n * _MINUTE),
        "updated_at": zulu(now - n * _MINUTE),
    }
    if n % 2 == 0:
        record |= {
            "external_provider": "salesforce",
            "external_id": f"003SANDBOX{n:08d}",
            "external_url": f"https://crm.example.com/003SANDBOX{n:08d}",
            "sync_external_id": True,
        }
    return record


def _second_list(seed: int, now: float) -> Iterator[Document]:
    for n in range(SECOND_LIST_RECORDS):
        record = _record(_SECOND_LIST_FROM + n, 1, seed, now - _DAY)
        # Two by two they share a number, which a list without unique numbers allows.
        number = phone_number(n // 2)
        record["phone_number"] = number
        record["phone_numbers"] = [{"phone_number": number, "phone_type": "MOBILE"}]
        record["created_at"] = zulu(now - 20 * _DAY - n * _MINUTE)
        record["updated_at"] = zulu(now - n * _MINUTE)
        yield record


def phone_number(n: int, area_code: str = "415") -> str:
    """Return the n-th number of the range that is reserved for fiction, longer from 100 on."""
    return f"+1{area_code}55501{n % 100:02d}{n // 100 or ''}"
