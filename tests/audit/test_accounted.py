"""A killed run has no end: it stays open until a later one has found out all that it left."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes.logs import (
    RUN,
    Fields,
    chained,
    finished,
    intent,
    response,
    settled,
    started,
    told,
    verified,
    write,
)

LATER = "20261122T091500000Z-00000002"
OPEN = [("open", 3, "the run has not finished")]
KILLED = [started(), intent("a", "b"), response()]


def finds(*events: Fields, dead: object = (RUN,)) -> list[Fields]:
    """Return a later run that found runs dead, and what it settled."""
    told_of = list(dead) if isinstance(dead, tuple) else dead
    return [{**started(0), "found_dead": told_of}, *events, finished()]


def recovered(run_id: str = RUN, account: str = "acme-crm", **batch: Any) -> Fields:  # noqa: ANN401 - any field
    outcomes = batch.pop("outcomes", {"deleted": ["a"], "still_present": ["b"]})
    return {
        "type": "recovery.settled",
        "account": account,
        "batch": {"run_id": run_id, "number": 1, "attempt": 1, **batch},
        "outcomes": outcomes,
    }


def findings(folder: Path, killed: list[Fields], later: list[Fields]) -> list[tuple[str, int, str]]:
    write(folder, chained(killed))
    write(folder, chained(later, LATER), LATER)
    return told(verified(folder).findings)


def test_a_killed_run_is_closed_by_one_that_found_it_dead_and_settled_its_batches(
    tmp_path: Path,
) -> None:
    assert findings(tmp_path, KILLED, finds(recovered())) == []


def test_what_the_killed_run_settled_itself_needs_nobody(tmp_path: Path) -> None:
    done = [started(), intent("a"), response(), settled()]
    assert findings(tmp_path, done, finds()) == []


@pytest.mark.parametrize(
    "later",
    [
        finds(recovered(), dead=()),
        finds(recovered(), dead=("another",)),
        finds(recovered(), dead=RUN),
        finds(),
        finds(recovered(number=2)),
        finds(recovered(attempt=2)),
        finds(recovered(run_id="another")),
        finds(recovered(account="another")),
        finds(recovered(outcomes={"deleted": ["a"], "unknown": ["b"]})),
        finds({**recovered(), "batch": "odd"}),
        finds({**recovered(), "outcomes": 1}),
    ],
)
def test_it_stays_open_while_anything_of_it_is(tmp_path: Path, later: list[Fields]) -> None:
    assert findings(tmp_path, KILLED, later) == OPEN


@pytest.mark.parametrize("last", [settled("unknown"), settled(unknown=["b"])])
def test_what_it_settled_as_unknown_is_open(tmp_path: Path, last: Fields) -> None:
    killed = [*KILLED, last]
    assert findings(tmp_path, killed, finds()) == [("open", 4, "the run has not finished")]
    assert findings(tmp_path, killed, finds(recovered())) == []


def test_a_run_that_is_broken_accounts_for_none(tmp_path: Path) -> None:
    broken = chained(finds(recovered()), LATER)
    write(tmp_path, chained(KILLED))
    write(tmp_path, [*broken[:-1], broken[-1].replace(b'"exit_code":0', b'"exit_code": 0')], LATER)
    assert [one[:2] for one in told(verified(tmp_path).findings)] == [("broken", 3), ("open", 3)]
