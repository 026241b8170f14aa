"""Rate slots: rows that stand for calls the server may still be counting.

A slot is taken before its call leaves and is free again one window after its answer. Limiters
that stamp the moment of sending are wrong at the server by the jitter of the network; this is not.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, update

from reconciler.domain.accounts import Account
from reconciler.ledger.schema import learned, pauses, slots, spent
from reconciler.ledger.upsert import upsert

_HOUR = 3600.0
_DAY_IN_HOURS = 24
_LEARNED_FOR = _HOUR
_MARGIN = 0.005
"""Seconds added to every window, against clocks that count differently."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asks for."""

    wanted: int
    """Slots, at the most."""
    in_flight: float
    """Seconds after which its call has surely reached the server or died."""
    deleting: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """Slots that the caller holds from now on; every one must be released."""

    ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Wait:
    """No slot is free before this many seconds have passed."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The account's daily limit is used up."""

    spent: int


Grant = Granted | Wait | Exhausted


@dataclass(frozen=True, slots=True)
class Window:
    """A limit in force: so many calls in any so many seconds."""

    calls: int
    per: float


def grant(connection: Connection, account: Account, now: float, wish: Wish) -> Grant:
    """Take as many free slots as there are, up to the number wished for."""
    pause = connection.scalar(select(pauses.c.until).where(pauses.c.account == account.name))
    if pause is not None and pause > now:
        return Wait(pause - now)
    spent_today = calls_spent(connection, account.name, now)
    daily = account.limits.daily
    if daily is not None and spent_today >= daily:
        return Exhausted(spent_today)
    free, wait = _free(connection, account, now, deleting=wish.deleting)
    if free <= 0:
        return Wait(wait)
    count = min(wish.wanted, free, wish.wanted if daily is None else daily - spent_today)
    connection.execute(delete(slots).where(slots.c.account == account.name, slots.c.free_at <= now))
    held_until = now + wish.in_flight + _longest(connection, account, now) + _MARGIN
    row = {"account": account.name, "deleting": int(wish.deleting), "free_at": held_until}
    ids = connection.scalars(insert(slots).returning(slots.c.id), [row] * count).all()
    hour = int(now // _HOUR)
    statement = upsert(connection, spent).values(account=account.name, hour=hour, calls=count)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[spent.c.account, spent.c.hour],
            set_={"calls": spent.c.calls + count},
        )
    )
    return Granted(ids)


def _free(
    connection: Connection, account: Account, now: float, *, deleting: bool
) -> tuple[int, float]:
    """Return how many slots are free, and how long until the next one is where none is."""
    held = select(func.count(), func.min(slots.c.free_at)).where(
        slots.c.account == account.name, slots.c.free_at > now
    )
    used, soonest = connection.execute(held).one()
    free, wait = (
        window(connection, account, now, deleting=False).calls - used,
        (soonest or now) - now,
    )
    if deleting:
        used, soonest = connection.execute(held.where(slots.c.deleting == 1)).one()
        left = window(connection, account, now, deleting=True).calls - used
        if left <= 0:
            wait = max(wait if free <= 0 else 0.0, (soonest or now) - now)
        free = min(free, left)
    return free, wait


def window(connection: Connection, account: Account, now: float, *, deleting: bool) -> Window:
    """Return the limit in force: the declared one, or one that keeps a learned one too.

    Of two limits with windows of two lengths the fewer calls in the longer window keep both.
    """
    limits = account.limits
    declared = Window(limits.delete_calls if deleting else limits.calls, limits.per)
    row = connection.execute(
        select(learned.c.calls, learned.c.per).where(
            learned.c.account == account.name,
            learned.c.deleting == int(deleting),
            learned.c.until > now,
        )
    ).one_or_none()
    if row is None:
        return declared
    return Window(min(row.calls, declared.calls), max(row.per, declared.per))


def _longest(connection: Connection, account: Account, now: float) -> float:
    return max(
        window(connection, account, now, deleting=deleting).per for deleting in (False, True)
    )


def release(
    connection: Connection, account: Account, answered: Sequence[tuple[int, float]], now: float
) -> None:
    """Free slots one window after the answers to their calls; ``answered`` gives id and time."""
    if not answered:
        return
    per = _longest(connection, account, now)
    connection.execute(
        update(slots).where(slots.c.id == bindparam("slot")).values(free_at=bindparam("free")),
        [{"slot": slot, "free": at + per + _MARGIN} for slot, at in answered],
    )


def give_back(
    connection: Connection, account: Account, unused: Sequence[tuple[int, float]]
) -> None:
    """Free slots that no call was made in; ``unused`` gives id and time of taking."""
    connection.execute(delete(slots).where(slots.c.id.in_([slot for slot, _ in unused])))
    for hour, count in Counter(int(taken // _HOUR) for _, taken in unused).items():
        connection.execute(
            update(spent)
            .where(spent.c.account == account.name, spent.c.hour == hour)
            .values(calls=spent.c.calls - count)
        )


def pause(connection: Connection, account: str, until: float) -> None:
    """Let nobody take a slot before ``until``; a later pause stands."""
    statement = upsert(connection, pauses).values(account=account, until=until)
    later = statement.excluded.until
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[pauses.c.account],
            set_={"until": case((pauses.c.until > later, pauses.c.until), else_=later)},
        )
    )


def learn(
    connection: Connection, account: str, limit: Window, now: float, *, deleting: bool
) -> None:
    """Adopt a limit that an answer named, for an hour and for every runner."""
    values = {"calls": limit.calls, "per": limit.per, "until": now + _LEARNED_FOR}
    statement = upsert(connection, learned).values(
        account=account, deleting=int(deleting), **values
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[learned.c.account, learned.c.deleting], set_=values
        )
    )


def calls_spent(connection: Connection, account: str, now: float) -> int:
    """Return the calls of the last 24 hours, counted by full hours and so rather too many."""
    oldest = int(now // _HOUR) - _DAY_IN_HOURS
    query = select(func.coalesce(func.sum(spent.c.calls), 0)).where(
        spent.c.account == account, spent.c.hour >= oldest
    )
    return int(connection.scalar(query) or 0)
