"""Loosening: expectations, rules and ways of deleting that ask for less after a change."""

from collections import Counter
from collections.abc import Iterator

from reconciler.domain.absences import Absences, Declarations, Declared, Rule
from reconciler.domain.changes.difference import (
    Change,
    by_container,
    conditions_words,
    identifier_words,
    rule_pairs,
    rule_words,
)
from reconciler.domain.changes.narrowing import dropped
from reconciler.domain.conditions import Conditions
from reconciler.domain.identifiers import Identifier


def loosened(base: Declarations, head: Declarations) -> Iterator[Change]:
    """Yield what asks for less before a target that both sides declare is deleted."""
    yield from _unexpected(base, head)
    yield from _widened(base, head)
    yield from _sent_as_declared(base, head)


def _pairs(base: Declarations, head: Declarations) -> Iterator[tuple[Absences, Absences]]:
    before = by_container(base)
    return ((before[one.container], one) for one in head.absences if one.container in before)


_Owners = tuple[tuple[int, ...], tuple[int, ...]]
"""Manifests that declare one target, in the base and in the head."""


def _unexpected(base: Declarations, head: Declarations) -> Iterator[Change]:
    """Yield the expectations that targets which are still declared need not meet any more."""
    for before, after in _pairs(base, head):
        if any(before.manifests[index].expect for index in before.in_use):
            yield from _unexpected_in(before, after)


def _unexpected_in(before: Absences, after: Absences) -> Iterator[Change]:
    counts = Counter[_Owners]()
    places: dict[_Owners, tuple[int, int]] = {}
    for owners, place in _still_declared(before, after):
        counts[owners] += 1
        places.setdefault(owners, place)
    for owners, count in counts.items():
        lost = dropped(_expected(before, owners[0]), _expected(after, owners[1]))
        if lost:
            manifest, line = places[owners]
            what = "1 target that is" if count == 1 else f"{count} targets that are"
            yield _change(
                after,
                Declared(after.manifests[manifest], line),
                f"{what} still declared",
                f"`expect` no longer asks for {conditions_words(lost)}",
            )


def _still_declared(before: Absences, after: Absences) -> Iterator[tuple[_Owners, tuple[int, int]]]:
    """Yield the manifests on both sides, and the first place, of all that both sides declare."""
    known = {target_id: position for position, target_id in enumerate(before.ids)}
    for position, target_id in enumerate(after.ids):
        was = known.get(target_id)
        if was is not None:
            places = after.places(position)
            yield (_indexes(before.places(was)), _indexes(places)), places[0]
    named, now_named = _named(before), _named(after)
    for identifier, places in now_named.items():
        if identifier in named:
            yield (_indexes(named[identifier]), _indexes(places)), places[0]
    for rule, now in rule_pairs(before, after):
        if rule and now:
            yield ((rule.manifest,), (now.manifest,)), (now.manifest, now.line)


def _named(absences: Absences) -> dict[Identifier, tuple[tuple[int, int], ...]]:
    places: dict[Identifier, tuple[tuple[int, int], ...]] = {}
    for one in absences.named:
        before = places.get(one.identifier, ())
        places[one.identifier] = (*before, (one.manifest, one.line))
    return places


def _indexes(places: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    return tuple(sorted({index for index, _ in places}))


def _expected(absences: Absences, indexes: tuple[int, ...]) -> Conditions:
    return tuple(one for index in indexes for one in absences.manifests[index].expect)


def _widened(base: Declarations, head: Declarations) -> Iterator[Change]:
    """Yield the rules that select more, or need less approval, than they did."""
    for before, after in _pairs(base, head):
        for was, now in rule_pairs(before, after):
            if was and now:
                declared = Declared(after.manifests[now.manifest], now.line)
                for words in _rule_words(was, now):
                    yield _change(after, declared, rule_words(now), words)


def _rule_words(was: Rule, now: Rule) -> Iterator[str]:
    if lost := dropped(was.conditions, now.conditions):
        yield f"no longer asks for {conditions_words(lost)}"
    if now.most > was.most:
        yield f"max {was.most} becomes {now.most}"
    if now.unattended and not was.unattended:
        yield "`unattended: true` is added"


def _sent_as_declared(base: Declarations, head: Declarations) -> Iterator[Change]:
    """Yield the manifests whose identifiers are now sent themselves and were not before."""
    for before, after in _pairs(base, head):
        named, now_named = _named(before), _named(after)
        switched: dict[int, list[tuple[Identifier, int]]] = {}
        for identifier, places in now_named.items():
            was = [before.manifests[index].as_declared for index, _ in named.get(identifier, ())]
            for index, line in places if was and not any(was) else ():
                if after.manifests[index].as_declared:
                    switched.setdefault(index, []).append((identifier, line))
        for index, some in switched.items():
            identifier, line = some[0]
            more = f" and {len(some) - 1} more" if len(some) > 1 else ""
            subject = f"{identifier_words(identifier)}{more}"
            declared = Declared(after.manifests[index], line)
            yield _change(after, declared, subject, "`deleteBy` becomes declared")


def _change(absences: Absences, declared: Declared, subject: str, words: str) -> Change:
    return Change(
        account=absences.container.account,
        manifest=declared.manifest.address,
        place=declared.place,
        subject=subject,
        words=words,
    )
