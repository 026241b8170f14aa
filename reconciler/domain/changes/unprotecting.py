"""Unprotecting: what protections covered before a change, and do not cover after it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from reconciler.domain.absences import Declarations
from reconciler.domain.accounts import System
from reconciler.domain.changes.difference import Change, conditions_words, identifier_words
from reconciler.domain.changes.narrowing import dropped
from reconciler.domain.identifiers import Identifier
from reconciler.domain.protections import Protection

_NO_LONGER = "is no longer protected"


class _Cover:
    """What the protections of one state cover, by account and record list (empty for all)."""

    def __init__(self, protections: Sequence[Protection]) -> None:
        self._rules = [one for one in protections if one.conditions]
        self._ids: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._identifiers: dict[tuple[str, str], set[Identifier]] = defaultdict(set)
        for one in protections:
            scope = (one.account, one.record_list)
            self._ids[scope].update(one.ids)
            self._identifiers[scope].update(one.identifiers)

    def has_id(self, one: Protection, target_id: str) -> bool:
        """Whether an id that ``one`` protects is protected here, wherever it was."""
        return any(target_id in self._ids.get(scope, ()) for scope in _scopes(one))

    def has_identifier(self, one: Protection, identifier: Identifier) -> bool:
        """Whether an identifier that ``one`` protects is protected here, wherever it was."""
        return any(identifier in self._identifiers.get(scope, ()) for scope in _scopes(one))

    def has_rule(self, one: Protection) -> bool:
        """Whether all that the rule of ``one`` covers is covered here by one rule."""
        return any(
            (rule.account, rule.record_list) in _scopes(one)
            and not dropped(rule.conditions, one.conditions)
            for rule in self._rules
        )


def _scopes(one: Protection) -> tuple[tuple[str, str], ...]:
    return (one.account, ""), (one.account, one.record_list)


def unprotected(base: Declarations, head: Declarations) -> Iterator[Change]:
    """Yield what the base protects and the head does not, in accounts that the head declares.

    A protection that has expired still protects, so its ``expires`` makes no difference.
    """
    cover = _Cover(head.protections)
    same_name = {one.name: one for one in head.protections}
    for one in base.protections:
        account = head.accounts.get(one.account)
        if account is not None:
            noun = "task" if account.system is System.LEADSQUARED else "record"
            yield from _lost(one, same_name.get(one.name), cover, noun)


def _lost(one: Protection, left: Protection | None, cover: _Cover, noun: str) -> Iterator[Change]:
    where = f" of record list {one.record_list}" if one.record_list else ""
    for target_id, place in one.ids.items():
        if not cover.has_id(one, target_id):
            yield _change(one, left, place, f"{noun} {target_id}{where}", _NO_LONGER)
    for identifier, place in one.identifiers.items():
        if not cover.has_identifier(one, identifier):
            words = identifier_words(identifier)
            yield _change(one, left, place, f"{words}{where}", _NO_LONGER)
    if one.conditions and not cover.has_rule(one):
        subject = f"every {noun}{where} with {conditions_words(one.conditions)}"
        yield _change(one, left, one.conditions_place, subject, _rule_lost(one, left))


def _rule_lost(one: Protection, left: Protection | None) -> str:
    if left is None or not left.conditions or left.account != one.account:
        return _NO_LONGER
    if more := dropped(left.conditions, one.conditions):
        return f"is protected only if also {conditions_words(more)}"
    return f"is protected only in record list {left.record_list}"


def _change(
    one: Protection, left: Protection | None, place: str, subject: str, words: str
) -> Change:
    return Change(
        account=one.account,
        manifest=f"Protection/{one.name}",
        place=place if left is None else left.place,
        subject=subject,
        words=words,
        in_base=left is None,
    )
