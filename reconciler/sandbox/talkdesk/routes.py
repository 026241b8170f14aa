"""Which Talkdesk call goes where."""

from collections.abc import Callable

from starlette.responses import Response

from reconciler.sandbox import kinds
from reconciler.sandbox.call import Call
from reconciler.sandbox.talkdesk import answers
from reconciler.sandbox.talkdesk.creating import Creations
from reconciler.sandbox.talkdesk.deleting import Deletions
from reconciler.sandbox.talkdesk.lists import RecordLists
from reconciler.sandbox.talkdesk.reading import Reading
from reconciler.sandbox.talkdesk.tokens import Tokens
from reconciler.sandbox.world import Operation, Vendor, World

_LISTS = "/record-lists"
_LIST = "/record-lists/{list_id}"
_RECORDS = f"{_LIST}/records"
_BULKS = f"{_RECORDS}/bulks"
_RECORD = _RECORDS + "/{record_id}"


def talkdesk(world: World) -> Vendor:
    """Return the Talkdesk side of a world."""
    faults = world.faults
    tokens = Tokens(faults)
    shedding = faults.talkdesk_limit_mode == "load_shedding"
    return Vendor(
        name=kinds.TALKDESK,
        limit=faults.talkdesk_limit,
        retry_after=faults.talkdesk_retry_after,
        operations=(
            Operation(kinds.TOKEN, "POST", "/oauth/token", tokens.give, open=True),
            *_operations(world),
        ),
        unknown=Operation(
            kinds.UNKNOWN_TALKDESK,
            "",
            "/{path:path}",
            lambda _: answers.refusal(answers.RECORD_NOT_FOUND, 404),
        ),
        refuse=lambda _: answers.load_shedding() if shedding else answers.error(429),
        admit=tokens.admit,
        error=answers.error,
        load_shedding=answers.load_shedding,
    )


def _operations(world: World) -> list[Operation]:
    lists = RecordLists(world)
    reading = Reading(world)
    creations = Creations(world)
    deletions = Deletions(world)

    def of_list(
        kind: str, method: str, path: str, handler: Callable[[Call, str], Response]
    ) -> Operation:
        return Operation(kind, method, path, reading.in_list(handler))

    return [
        Operation(kinds.RECORD_LISTS, "GET", _LISTS, lists.list_all),
        of_list(kinds.RECORD_LISTS, "GET", _LIST, lists.get_one),
        of_list(kinds.LIST_RECORDS, "GET", _RECORDS, reading.list_records),
        of_list(kinds.WRITE_RECORD, "POST", _RECORDS, creations.one),
        of_list(kinds.DELETE_RECORD, "DELETE", _RECORDS, deletions.by_phone),
        of_list(
            kinds.DELETE_RECORD, "DELETE", f"{_LIST}/external-records", deletions.by_external_id
        ),
        of_list(kinds.WRITE_RECORD, "POST", _BULKS, creations.bulk),
        of_list(kinds.DELETE_RECORDS, "DELETE", _BULKS, deletions.bulk),
        of_list(kinds.GET_RECORD, "GET", _RECORD, reading.get_record),
        of_list(kinds.DELETE_RECORD, "DELETE", _RECORD, deletions.one),
    ]
