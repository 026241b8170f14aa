"""New records, alone and in bulk."""

from uuid import uuid4
from zoneinfo import available_timezones

from starlette.responses import Response

from reconciler.sandbox.call import Call
from reconciler.sandbox.database import Document
from reconciler.sandbox.talkdesk import answers
from reconciler.sandbox.talkdesk.reading import shown
from reconciler.sandbox.world import World

_MAXIMUM = 100
_CREATED = 201


class Creations:
    """The calls that create records."""

    def __init__(self, world: World) -> None:
        self._store = world.store

    def one(self, call: Call, list_id: str) -> Response:
        """``POST /record-lists/{id}/records``: one record."""
        problem = _problem(call.body)
        if problem == "PHONE_NUMBER_MISSING":
            return answers.refusal(answers.PHONE_MISSING)
        if problem == "TIMEZONE_INVALID":
            return answers.refusal(answers.TIMEZONE_INVALID)
        if problem:
            return answers.error(400)
        return answers.hal(self._create(call, list_id, call.body), _CREATED)

    def bulk(self, call: Call, list_id: str) -> Response:
        """``POST /record-lists/{id}/records/bulks``: records, or what is wrong with each."""
        records = call.body.get("records") if isinstance(call.body, dict) else None
        if not isinstance(records, list) or not 1 <= len(records) <= _MAXIMUM:
            return answers.error(400)
        problems = [_problem(record) for record in records]
        total_errors = sum(1 for problem in problems if problem)
        record_list = f"{call.origin}/record-lists/{list_id}"
        return answers.hal(
            {
                "record_list_id": list_id,
                "has_errors": total_errors > 0,
                "total_errors": total_errors,
                "total_created": len(records) - total_errors,
                "_links": {
                    "self": {"href": f"{record_list}/records"},
                    "record_list": {"href": record_list},
                },
                "_embedded": {
                    "records": [
                        _refused(record, problem)
                        if problem
                        else self._create(call, list_id, record)
                        for record, problem in zip(records, problems, strict=True)
                    ]
                },
            },
            _CREATED,
        )

    def _create(self, call: Call, list_id: str, fields: Document) -> Document:
        mine = {"id", "record_list_id", "created_at", "updated_at", "_links"}
        given = {name: value for name, value in fields.items() if name not in mine}
        return shown(self._store.add_record(list_id, str(uuid4()), **given), call.origin)


def _refused(record: object, problem: str) -> Document:
    return {**(record if isinstance(record, dict) else {}), "errors": [problem]}


def _problem(record: object) -> str:
    if not isinstance(record, dict):
        return "REQUIRED_FIELDS"
    phones = record.get("phone_numbers")
    if not isinstance(phones, list) or not phones or not all(map(_is_phone, phones)):
        return "PHONE_NUMBER_MISSING"
    for name in ("first_name", "last_name"):
        if not record.get(name):
            return f"{name.upper()}_MISSING"
    zone = record.get("timezone")
    return "TIMEZONE_INVALID" if zone is not None and zone not in available_timezones() else ""


def _is_phone(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("phone_number"), str)
