"""Union: what both states of the manifests need read, so that both are decided by one reading."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconciler.domain.absences import Absences, Declarations, Manifest, Named, Rule
from reconciler.domain.accounts import Account
from reconciler.domain.changes.difference import by_container
from reconciler.domain.columns import Rows, with_rows
from reconciler.domain.plan import Reading
from reconciler.domain.protections import Protection


def united(head: Declarations, base: Declarations) -> Declarations:
    """Return the head's declarations, in each of its containers with what the base adds there.

    For reading only: nothing is decided by it. Accounts and containers that only the base has
    are not in it, so that a change makes nothing be contacted that it does not name.
    """
    before = by_container(base)
    absences = [
        _with_base(one, before[one.container])
        if one.container in before and reaches_same(head, base, one.container.account)
        else one
        for one in head.absences
    ]
    return replace(head, absences=absences)


def reaches_same(head: Declarations, base: Declarations, account: str) -> bool:
    """Whether an account is the same one on both sides, and not only of the same name."""
    was, now = base.accounts.get(account), head.accounts.get(account)
    return was is not None and now is not None and _identity(was) == _identity(now)


def _identity(account: Account) -> tuple[str, ...]:
    return account.system, account.region, account.tenant


def alone(absences: Absences, reading: Reading) -> tuple[Absences, Reading]:
    """Return absences, and of a reading that was made for more than them what is theirs.

    Rules and identifiers select among everything that was read, so they keep all of it.
    """
    if absences.selects:
        return absences, reading
    table = reading.table.over(absences.ids)
    return replace(absences, ids=table.ids), reading.over(table)


def _with_base(mine: Absences, theirs: Absences) -> Absences:
    shift = len(mine.manifests)
    whole = replace(
        mine,
        manifests=[*mine.manifests, *map(_manifest_of_base, theirs.manifests)],
        named=[*mine.named, *_named(mine, theirs, shift)],
        rules=[*mine.rules, *_rules(theirs, shift)],
        protections=[*mine.protections, *map(_protection_of_base, theirs.protections)],
    )
    rows = _rows(mine, theirs, shift)
    # The same ids stay the same object: a plan of unchanged manifests copies nothing.
    return with_rows(whole, [rows]) if rows.ids else whole


def _manifest_of_base(one: Manifest) -> Manifest:
    # What reading warns of names manifests, and one of this name may be another one by now.
    return replace(one, name=f"{one.name} of the base")


def _protection_of_base(one: Protection) -> Protection:
    return replace(one, name=f"{one.name} of the base")


def _named(mine: Absences, theirs: Absences, shift: int) -> Iterator[Named]:
    known = {one.identifier for one in mine.named}
    for one in theirs.named:
        if one.identifier not in known:
            yield replace(one, manifest=one.manifest + shift)


def _rules(theirs: Absences, shift: int) -> Iterator[Rule]:
    return (replace(one, manifest=one.manifest + shift) for one in theirs.rules)


def _rows(mine: Absences, theirs: Absences, shift: int) -> Rows:
    """Return the targets that only the base declares, and a few more, see below."""
    known = frozenset(mine.ids)
    ids: list[str] = []
    manifest, line = array("I"), array("I")

    def add(position: int, places: Sequence[tuple[int, int]]) -> None:
        for index, number in places:
            ids.append(theirs.ids[position])
            manifest.append(index + shift)
            line.append(number)

    for position, target_id in enumerate(theirs.ids):
        if target_id not in known:
            add(position, theirs.places(position))
    for position, place in _expecting(theirs):
        if theirs.ids[position] in known:
            add(position, [place])
    return Rows(ids, manifest, line)


def _expecting(absences: Absences) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield one target, with its place, of each manifest that expects something.

    Readers go by the manifests in use: whether facts are to be kept, whose tasks are meant. A
    place for every target that both sides declare would cost an object for each of a million.
    """
    wanted = {index for index in absences.in_use if absences.manifests[index].expect}
    for position in range(len(absences)) if wanted else ():
        for place in absences.places(position):
            if place[0] in wanted:
                wanted.remove(place[0])
                yield position, place
        if not wanted:
            return
