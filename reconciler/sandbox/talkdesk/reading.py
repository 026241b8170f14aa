"""The reads: record lists, the records of one, and one record."""

from collections.abc import Callable, Iterable, Iterator

from starlette.responses import JSONResponse, Response

from reconciler.sandbox.call import Call
from reconciler.sandbox.database import NEVER, Document
from reconciler.sandbox.record_table import RecordQuery
from reconciler.sandbox.talkdesk import answers
from reconciler.sandbox.talkdesk.filters import BadQueryError, record_query
from reconciler.sandbox.talkdesk.pages import Page, links, numbers, page_of
from reconciler.sandbox.world import Handler, World

_WRONG_BY = 3
_MIDDLE = 2


class Reading:
    """The calls that change nothing."""

    def __init__(self, world: World) -> None:
        self._store = world.store
        self._faults = world.faults
        self._reads = 0

    def in_list(self, handler: Callable[[Call, str], Response]) -> Handler:
        """Return a handler that is only reached for a record list that there is."""

        def handle(call: Call) -> Response:
            list_id = call.path["list_id"]
            missing = list_id == self._faults.talkdesk_missing_list
            if missing or self._store.record_list(list_id) is None:
                return answers.refusal(answers.LIST_NOT_FOUND, 404)
            return handler(call, list_id)

        return handle

    def list_records(self, call: Call, list_id: str) -> Response:
        """``GET /record-lists/{id}/records``: a page of records."""
        page = page_of(call.query)
        try:
            query = record_query(list_id, call.query)
        except BadQueryError:
            return answers.error(400)
        if page is None:
            return answers.error(400)
        seen = call.now - self._faults.talkdesk_list_lag
        total = self._store.record_count(query, seen)
        records = self._page(query, page, seen)
        count = {
            "right": total,
            "too_high": total + _WRONG_BY,
            "too_low": max(0, total - _WRONG_BY),
            "page": len(records),
        }[self._faults.talkdesk_count]
        head = {
            **numbers(page, total),
            "count": count,
            **({"total": count} if self._faults.talkdesk_total else {}),
            "_links": links(call, page, total, self._faults),
        }
        return answers.hal_page(head, "records", _with_links(records, call.url))

    def get_record(self, call: Call, list_id: str) -> Response:
        """``GET /record-lists/{id}/records/{id_record}``: one record."""
        record_id = call.path["record_id"]
        seen = call.now - self._faults.talkdesk_get_lag
        record = self._store.record_at(list_id, record_id, seen)
        if record is not None and not self._flickers():
            return answers.hal(shown(record, call.origin))
        if self._faults.talkdesk_gone == "stale":
            old = self._store.record_at(list_id, record_id, -NEVER)
            if old is not None:
                return answers.hal(shown(old, call.origin))
        return _gone(self._faults.talkdesk_gone)

    def _page(self, query: RecordQuery, page: Page, seen: float) -> list[tuple[str, str]]:
        """Return a page of records, as ids and JSON, wrong in the way of the switch."""
        wrong = self._faults.talkdesk_paging
        later = page.number > 1
        offset = page.offset
        if wrong == "repeat" and later:
            offset -= page.size
        if wrong == "skip" and later:
            offset += page.size
        records = self._store.record_texts(query, seen, offset, page.size)
        if wrong == "shift":
            self._work_the_list(query, seen, offset + page.size)
        if wrong == "empty" or (wrong == "empty_middle" and page.number == _MIDDLE):
            return []
        return records[:-1] if wrong == "short" else records

    def _work_the_list(self, query: RecordQuery, seen: float, offset: int) -> None:
        """Touch the record that would come next, as a dialer does, so that it comes first."""
        for record in self._store.record_page(query, seen, offset, 1):
            self._store.update_record(record["record_list_id"], record["id"])

    def _flickers(self) -> bool:
        self._reads += 1
        every = self._faults.common_flicker
        return bool(every) and self._reads % every == 0


def _with_links(records: Iterable[tuple[str, str]], url: str) -> Iterator[str]:
    """Yield records of the listing at ``url`` as JSON, each with its link."""
    for record_id, body in records:
        yield f'{body[:-1]}, "_links": {{"self": {{"href": "{url}/{record_id}"}}}}}}'


def shown(record: Document, origin: str) -> Document:
    """Return a record as it is answered, with its link."""
    list_id = record["record_list_id"]
    href = f"{origin}/record-lists/{list_id}/records/{record['id']}"
    return {**record, "_links": {"self": {"href": href}}}


def _gone(spelling: str) -> Response:
    spellings: dict[str, Response] = {
        "404_list": answers.refusal(answers.LIST_NOT_FOUND, 404),
        "empty_object": answers.hal({}),
        "null": JSONResponse(None, media_type=answers.HAL),
    }
    return spellings.get(spelling) or answers.refusal(answers.RECORD_NOT_FOUND, 404)
