"""Hooks and hints: an unguessable path for each attempt of a batch, only a mark in the ledger."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select

from reconciler.audit.place import AuditPlace
from reconciler.domain.accounts import Container, System
from reconciler.domain.batches import Batch
from reconciler.domain.events import BatchIntent, WebhookReceived
from reconciler.ledger.database import Database
from reconciler.ledger.hooks import Hooks, Mailbox, reports
from reconciler.ledger.journal import Journal
from reconciler.ledger.leases import Leases
from reconciler.ledger.pacer import Pacer
from reconciler.ledger.schema import hints, hooks
from tests.fakes.clocks import SetClock
from tests.fakes.journals import a_batch
from tests.fakes.plans import crm

WEEK = 7 * 24 * 3600.0


def some_hooks(database: Database, run_id: str = "r1") -> Hooks:
    return Hooks(database, run_id, "https://hooks.test/base/")


def expected(database: Database, made: Hooks, *batches: Batch) -> list[str]:
    """Let the receiver know batches, and return their tokens."""
    with database.transaction() as connection:
        for batch in batches:
            made.expect(connection, batch)
    return [made.url(one).rpartition("/")[2] for one in batches]


def test_every_attempt_has_a_path_of_its_own(database: Database) -> None:
    made, other = some_hooks(database), some_hooks(database)
    one = a_batch()
    urls = [
        made.url(one),
        made.url(one.again()),
        made.url(a_batch(number=2)),
        other.url(one),
    ]
    assert len(set(urls)) == 4
    assert made.url(one) == urls[0]
    assert urls[0].startswith("https://hooks.test/base/hooks/")
    assert len(urls[0].rpartition("/")[2]) == 43


def test_the_ledger_holds_no_token_and_shows_no_secret(database: Database) -> None:
    made = some_hooks(database)
    (token,) = expected(database, made, a_batch())
    with database.transaction() as connection:
        rows = connection.execute(select(hooks)).all()
    assert token not in str(rows)
    assert "_secret" not in repr(made)


def test_a_token_is_known_for_a_week(database: Database, clock: SetClock) -> None:
    (token,) = expected(database, some_hooks(database), a_batch())
    box = Mailbox(database)
    assert box.knows(token)
    assert not box.knows(token[:-1])
    assert not box.knows("")
    clock.now += WEEK - 1
    assert box.knows(token)
    clock.now += 1
    assert not box.knows(token)
    box.put(token, {"status": "Success"})
    with database.transaction() as connection:
        assert connection.execute(select(hints)).all() == []


def test_what_nobody_expects_is_not_kept(database: Database) -> None:
    Mailbox(database).put("forged", {"status": "Success"})
    with database.transaction() as connection:
        assert connection.execute(select(hints)).all() == []


def test_hints_arrive_once_at_the_run_that_sent_the_batch(database: Database) -> None:
    mine, other = some_hooks(database), some_hooks(database, "r2")
    first, second = a_batch(), a_batch(number=2)
    tokens = expected(database, mine, first, second)
    expected(database, other, first)
    box = Mailbox(database)
    box.put(tokens[1], {"status": "Success", "TasksCount": 2})
    box.put(tokens[0], {})
    assert mine.arrived() == [
        WebhookReceived(
            account="acme-crm",
            number=2,
            attempt=1,
            claimed={"status": "Success", "TasksCount": 2},
        ),
        WebhookReceived(account="acme-crm", number=1, attempt=1),
    ]
    assert (mine.arrived(), other.arrived()) == ([], [])
    box.put(tokens[0], {"status": "Error"})
    assert [one.claimed for one in mine.arrived()] == [{"status": "Error"}]


def test_a_thousand_calls_are_twenty_hints(database: Database) -> None:
    made = some_hooks(database)
    (token,) = expected(database, made, a_batch())
    for _ in range(60):
        Mailbox(database).put(token, {})
    assert len(made.arrived()) == 20


def test_an_intent_and_what_it_expects_are_written_together(
    database: Database, clock: SetClock, tmp_path: Path
) -> None:
    account = crm()
    leases = Leases(database, "20261122T090000000Z-00000001")
    asyncio.run(leases.take(account.name, clock, 0.0))
    made = some_hooks(database, leases.run_id)
    pacers = {account.name: Pacer(database, account)}
    journal = Journal(leases, pacers, AuditPlace(tmp_path / "audit"), hooks=made)
    batch = a_batch()
    asyncio.run(journal.intend(BatchIntent(batch=batch, declared=[[0], [0]]), lambda: False))
    token = made.url(batch).rpartition("/")[2]
    assert Mailbox(database).knows(token)
    assert not Mailbox(database).knows(made.url(batch.again()).rpartition("/")[2])
    Mailbox(database).put(token, {"status": "Success"})
    assert [one.number for one in journal.hints()] == [1]


@pytest.mark.parametrize(("system", "calls_back"), [("leadsquared", True), ("talkdesk", False)])
def test_only_leadsquared_calls_back(system: str, *, calls_back: bool) -> None:
    container = Container(System(system), "acme", "" if calls_back else "l1")
    assert reports(Batch(number=1, attempt=1, container=container, ids=["a"])) is calls_back
