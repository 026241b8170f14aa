"""What the ledger remembers across runs."""

from reconciler.ledger.database import Database
from reconciler.ledger.memory import Memory
from tests.fakes.clocks import SetClock
from tests.simulation import EPOCH


def test_a_plan_is_spent_once_it_was_fully_applied(database: Database, clock: SetClock) -> None:
    memory = Memory(database)
    assert memory.applied_at("c") is None
    memory.take_plan("c", "sha256:d")
    assert memory.applied_at("c") is None
    clock.now += 5.0
    memory.spend_plan("c")
    memory.take_plan("c", "sha256:d")
    assert memory.applied_at("c") == EPOCH + 5.0
    assert memory.applied_at("another") is None


def test_a_sighting_holds_for_a_day_and_for_the_same_answer(
    database: Database, clock: SetClock
) -> None:
    memory = Memory(database)
    memory.saw_alive("acme", "1", "200 []")
    assert memory.has_seen_alive("acme", "1", "200 []")
    assert not memory.has_seen_alive("acme", "1", "404")
    assert not memory.has_seen_alive("acme", "2", "200 []")
    assert not memory.has_seen_alive("other", "1", "200 []")
    clock.now += 24 * 3600 - 1.0
    assert memory.has_seen_alive("acme", "1", "200 []")
    clock.now += 2.0
    assert not memory.has_seen_alive("acme", "1", "200 []")


def test_the_newest_sighting_counts(database: Database) -> None:
    memory = Memory(database)
    memory.saw_alive("acme", "1", "200 []")
    memory.saw_alive("acme", "1", "404")
    assert memory.has_seen_alive("acme", "1", "404")
    assert not memory.has_seen_alive("acme", "1", "200 []")


def test_a_run_that_nobody_knows_has_no_lines(database: Database) -> None:
    assert Memory(database).audit_copy("nobody") == []
