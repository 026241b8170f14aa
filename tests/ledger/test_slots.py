"""Slots: what the ledger grants, and when a slot is free again."""

from dataclasses import dataclass, replace

import pytest

from reconciler.domain.accounts import Account
from reconciler.ledger import slots
from reconciler.ledger.database import Database
from reconciler.ledger.slots import Exhausted, Grant, Granted, Wait, Window, Wish
from tests.fakes.clocks import SetClock
from tests.fakes.plans import crm

IN_FLIGHT = 31.0
PER = 5.0
MARGIN = 0.005
ACCOUNT = crm(calls=3, delete_calls=2)


@dataclass
class Ledger:
    database: Database
    clock: SetClock
    account: Account = ACCOUNT

    def ask(self, wanted: int = 1, *, deleting: bool = False) -> Grant:
        with self.database.transaction() as connection:
            return slots.grant(
                connection,
                self.account,
                self.clock.now,
                Wish(wanted, IN_FLIGHT, deleting=deleting),
            )

    def take(self, wanted: int = 1, *, deleting: bool = False) -> list[int]:
        granted = self.ask(wanted, deleting=deleting)
        assert isinstance(granted, Granted)
        return list(granted.ids)

    def waits(self, *, deleting: bool = False) -> float:
        answer = self.ask(deleting=deleting)
        assert isinstance(answer, Wait)
        return round(answer.seconds, 3)

    def release(self, *ids: int) -> None:
        with self.database.transaction() as connection:
            answered = [(slot, self.clock.now) for slot in ids]
            slots.release(connection, self.account, answered, self.clock.now)

    def learn(self, calls: int, per: float, *, deleting: bool = False) -> None:
        with self.database.transaction() as connection:
            name, now = self.account.name, self.clock.now
            slots.learn(connection, name, Window(calls, per), now, deleting=deleting)

    def give_back(self, *taken: tuple[int, float]) -> None:
        with self.database.transaction() as connection:
            slots.give_back(connection, self.account, taken)

    def pause(self, until: float) -> None:
        with self.database.transaction() as connection:
            slots.pause(connection, self.account.name, until)

    def spent(self) -> int:
        with self.database.transaction() as connection:
            return slots.calls_spent(connection, self.account.name, self.clock.now)

    def of(self, account: Account) -> "Ledger":
        return replace(self, account=account)


@pytest.fixture
def ledger(database: Database, clock: SetClock) -> Ledger:
    return Ledger(database, clock)


def test_no_more_slots_are_granted_than_the_limit(ledger: Ledger) -> None:
    assert len(ledger.take(2)) == 2
    assert len(ledger.take(9)) == 1
    assert ledger.waits() == IN_FLIGHT + PER + MARGIN


def test_a_slot_is_free_again_one_window_after_its_answer(ledger: Ledger, clock: SetClock) -> None:
    first, *_ = ledger.take(3)
    clock.now += 2.0
    ledger.release(first)
    assert ledger.waits() == PER + MARGIN
    clock.now += PER
    assert ledger.waits() == MARGIN
    clock.now += 2 * MARGIN
    assert len(ledger.take(9)) == 1


def test_a_call_of_which_nothing_was_heard_keeps_its_slot_until_no_window_can_hold_it(
    ledger: Ledger, clock: SetClock
) -> None:
    ledger.take(3)
    clock.now += IN_FLIGHT + PER - 0.25
    assert ledger.waits() == 0.255
    clock.now += 0.3
    assert len(ledger.take(9)) == 3


def test_deletions_are_calls_too(ledger: Ledger) -> None:
    ledger.take(2, deleting=True)
    assert len(ledger.take(9)) == 1
    assert isinstance(ledger.ask(), Wait)


def test_no_more_deletions_are_granted_than_their_own_limit(
    ledger: Ledger, clock: SetClock
) -> None:
    first, _ = ledger.take(9, deleting=True)
    assert ledger.waits(deleting=True) == IN_FLIGHT + PER + MARGIN
    assert len(ledger.take()) == 1
    ledger.release(first)
    # The read that was not answered does not hold the deletion up, the window does.
    assert ledger.waits(deleting=True) == PER + MARGIN
    clock.now += PER + 2 * MARGIN
    assert len(ledger.take(deleting=True)) == 1


def test_reads_hold_deletions_up_when_they_fill_the_window(ledger: Ledger) -> None:
    reads = ledger.take(3)
    ledger.release(reads[0])
    assert ledger.waits(deleting=True) == PER + MARGIN


def test_accounts_do_not_share_slots(ledger: Ledger) -> None:
    ledger.take(3)
    assert len(ledger.of(replace(ACCOUNT, name="other")).take(3)) == 3


def test_a_slot_given_back_is_free_at_once_and_not_counted(ledger: Ledger, clock: SetClock) -> None:
    taken = ledger.take(3)
    ledger.give_back(*[(slot, clock.now) for slot in taken[1:]])
    assert ledger.spent() == 1
    assert len(ledger.take(9)) == 2


def test_a_slot_given_back_is_taken_off_the_hour_it_was_counted_in(
    ledger: Ledger, clock: SetClock
) -> None:
    clock.now += 3599.0
    taken = [(slot, clock.now) for slot in ledger.take(2)]
    clock.now += 10.0
    ledger.take(1)
    ledger.give_back(*taken)
    clock.now += 24 * 3600
    assert ledger.spent() == 1


def test_a_pause_holds_for_everybody_until_it_is_over(ledger: Ledger, clock: SetClock) -> None:
    ledger.pause(clock.now + 7.0)
    assert [ledger.waits(), ledger.waits(deleting=True)] == [7.0, 7.0]
    assert len(ledger.of(replace(ACCOUNT, name="other")).take()) == 1
    clock.now += 7.0
    assert len(ledger.take()) == 1


def test_a_shorter_pause_does_not_cut_a_longer_one(ledger: Ledger, clock: SetClock) -> None:
    ledger.pause(clock.now + 7.0)
    ledger.pause(clock.now + 1.0)
    assert ledger.waits() == 7.0


def test_the_day_is_counted_and_ends(ledger: Ledger, clock: SetClock) -> None:
    thrifty = ledger.of(crm(calls=3, daily=4))
    thrifty.release(*thrifty.take(3))
    clock.now += 10.0
    assert len(thrifty.take(9)) == 1
    assert thrifty.ask() == Exhausted(4)
    clock.now += 23 * 3600
    assert thrifty.ask() == Exhausted(4)
    clock.now += 3600
    # Counted by full hours, and so rather too long than too short.
    assert thrifty.ask() == Exhausted(4)
    clock.now += 3600
    assert len(thrifty.take(9)) == 3


def test_a_learned_limit_holds_for_an_hour_and_for_its_class(
    ledger: Ledger, clock: SetClock
) -> None:
    ledger.learn(1, 5.0, deleting=True)
    assert len(ledger.take(9, deleting=True)) == 1
    assert len(ledger.take(9)) == 2
    clock.now += 3601.0
    assert len(ledger.take(9, deleting=True)) == 2


def test_a_learned_limit_on_calls_holds_for_deletions_as_well(ledger: Ledger) -> None:
    ledger.learn(1, 5.0)
    assert len(ledger.take(9, deleting=True)) == 1
    assert isinstance(ledger.ask(), Wait)


@pytest.mark.parametrize(
    ("learned", "in_force"),
    [
        ((1, 5.0), Window(1, 5.0)),
        ((9, 5.0), Window(3, 5.0)),
        # More calls in a longer window: both limits hold, so no burst of nine.
        ((9, 60.0), Window(3, 60.0)),
        # A faster rate in a short window: its two calls are no less a limit.
        ((2, 1.0), Window(2, 5.0)),
        ((3, 5.0), Window(3, 5.0)),
        ((4, 1.0), Window(3, 5.0)),
    ],
)
def test_a_learned_limit_never_loosens_the_declared_one(
    ledger: Ledger, learned: tuple[int, float], in_force: Window
) -> None:
    ledger.learn(*learned)
    with ledger.database.transaction() as connection:
        now = ledger.clock.now
        assert slots.window(connection, ACCOUNT, now, deleting=False) == in_force


def test_slots_are_held_for_the_longest_window_in_force(ledger: Ledger, clock: SetClock) -> None:
    ledger.learn(1, 60.0)
    (slot,) = ledger.take()
    assert ledger.waits() == IN_FLIGHT + 60.0 + MARGIN
    ledger.release(slot)
    assert ledger.waits() == 60.0 + MARGIN
    clock.now += 60.0 + 2 * MARGIN
    assert len(ledger.take()) == 1


def test_the_newest_lesson_counts(ledger: Ledger) -> None:
    ledger.learn(1, 5.0)
    ledger.learn(2, 5.0)
    assert len(ledger.take(9)) == 2
