"""The population of a record list, by its own count, and the pages that it takes to list it."""

from reconciler.application.ports import UnreadableError
from reconciler.vendors.calls import Caller
from reconciler.vendors.talkdesk import api

LARGEST = 250_000
"""Records that a list holds at the most, by the vendor's word."""
_OK = 200


async def read_population(caller: Caller, list_id: str) -> int | None:
    """Return how many records a list holds; raises UnreadableError where there is no list."""
    reply = await caller.read(api.record_list(list_id))
    if reply.status != _OK or not isinstance(reply.body, dict):
        raise UnreadableError(f"the record list was answered {api.said(reply)}")
    if str(reply.body.get("id")).lower() != list_id:
        raise UnreadableError("the record list was answered with something else")
    count = reply.body.get("records_count")
    is_count = isinstance(count, int) and not isinstance(count, bool) and count >= 0
    return count if is_count else None


def pages_of(population: int | None, page: int) -> int:
    """Return how many pages it takes to list so many records; None means the most there can be."""
    return max(1, -(-(LARGEST if population is None else population) // page))
