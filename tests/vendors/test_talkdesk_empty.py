"""A record list that says it is empty is asked a second way before anything is called absent."""

from typing import Any

from tests.vendors.rig import some_id, verdicts
from tests.vendors.test_talkdesk_reading import Desk, read

IDS = [some_id(n) for n in range(1, 8)]


class LyingDesk(Desk):
    """Lists and counts nothing, and knows each record by its id."""

    def __init__(self) -> None:
        super().__init__(range(1, 5))
        self.population = 0
        self.change = lambda _number, body: nothing(body)


def nothing(body: dict[str, Any]) -> dict[str, Any]:
    none = {"count": 0, "total": 0, "total_pages": 1, "_links": {}}
    return {**body, **none, "_embedded": {"records": []}}


def test_a_list_that_hides_its_records_is_not_believed() -> None:
    reading, _ = read(LyingDesk(), *IDS)
    assert list(verdicts(reading.table).values()) == ["present"] * 4 + ["absent"] * 3
    assert not reading.listed_whole
    assert reading.unread == (
        "a listing was not complete: it shows nothing, but 3 of a few were read by id"
    )


def test_an_empty_list_costs_a_few_questions_more() -> None:
    reading, server = read(Desk([]), *IDS)
    assert list(verdicts(reading.table).values()) == ["absent"] * 7
    assert reading.listed_whole
    by_id = [line for line in server.lines if "/records/" in line]
    # One for a random id, and three of those declared.
    assert len(by_id) == 4


def test_a_list_that_shows_something_else_costs_nothing_more() -> None:
    _, server = read(Desk(range(50, 53)), *IDS)
    assert [line for line in server.lines if "/records/" in line] == []
