"""Turns what a listing finds into the rows and counts that LeadSquared shows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.responses import JSONResponse, Response

from reconciler.sandbox.database import Document
from reconciler.sandbox.leadsquared import answers
from reconciler.sandbox.leadsquared.switches import Paging
from reconciler.sandbox.task_table import TaskQuery
from reconciler.sandbox.world import World

DEFAULT_ROWS = 25
MAXIMUM_ROWS = 1000
CLAMPED_ROWS = 25


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a listing are asked for."""

    offset: int
    size: int
    repeats: int = 1
    """How often each row comes."""

    def behaving(self, paging: Paging) -> "Window":
        """Return the window that the account really shows."""
        if paging == "ignored":
            return replace(self, offset=0)
        if paging == "clamped":
            return replace(self, size=min(self.size, CLAMPED_ROWS))
        return self


def by_offset(paging: object) -> Window | None:
    """Read ``Offset`` and ``RowCount``; a ``PageIndex`` is not documented here, so it is lost."""
    asked = paging if isinstance(paging, Mapping) else {}
    return _window(asked.get("Offset", 0), asked.get("RowCount", asked.get("PageSize")))


def by_page(paging: object) -> Window | None:
    """Read ``PageIndex``, from 1, and ``PageSize``."""
    asked = paging if isinstance(paging, Mapping) else {}
    index, size = asked.get("PageIndex", 1), asked.get("PageSize", DEFAULT_ROWS)
    if not isinstance(index, int) or not isinstance(size, int) or index < 1:
        return None
    return _window((index - 1) * size, size)


def _window(offset: object, size: object) -> Window | None:
    size = DEFAULT_ROWS if size is None else size
    if not isinstance(offset, int) or not isinstance(size, int):
        return None
    if offset < 0 or not 1 <= size <= MAXIMUM_ROWS:
        return None
    return Window(offset, size)


def listing(
    world: World, query: TaskQuery, window: Window, now: float, excluded: frozenset[str]
) -> Response:
    """Answer a listing with one window of what a query finds."""
    faults = world.faults
    seen = now - faults.leadsquared_list_lag
    if faults.leadsquared_unstable_order:
        query = replace(query, ties_descending=bool(window.offset // window.size % 2))
    first, end = window.offset, window.offset + window.size
    every = window.repeats
    found = world.store.task_texts(query, seen, first // every, -(-end // every) - first // every)
    repeated = [row for row in found for _ in range(every)][first % every :][: window.size]
    if faults.leadsquared_missing_status:
        excluded |= {"StatusCode"}
    rows = [_without(row, excluded) for row in repeated] if excluded else repeated
    total = world.store.task_count(query, seen) * every
    counts = {
        "total": total,
        "page": len(rows),
        "too_high": total + 3,
        "too_low": max(0, total - 3),
    }
    count = counts[faults.leadsquared_record_count]
    content = f'{{"RecordCount":{count},"List":[{",".join(rows)}]}}'
    return Response(content, media_type="application/json")


def gone(spelling: str) -> Response:
    """Answer for a task that is not there."""
    spellings: dict[str, Response] = {
        "empty_object": JSONResponse({}),
        "404": answers.refusal("MXTaskNotFoundException", "Task not found", status=404),
        "mx500": answers.refusal("MXUnknownTaskException", "Task does not exist"),
        "error200": answers.refusal("MXUnknownTaskException", "Task does not exist", status=200),
        "null": JSONResponse(None),
    }
    return spellings.get(spelling) or JSONResponse([])


def _without(row: str, excluded: frozenset[str]) -> str:
    fields: Document = json.loads(row)
    return json.dumps({name: value for name, value in fields.items() if name not in excluded})
