"""Changes: what one state of the manifests declares, and another one did not; and the reverse.

``base`` is what a change is made to, ``head`` what it results in. Both must be loaded at the same
time, so that relative times mean the same instants and the same manifests are expired.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from reconciler.domain.absences import Absences, Declarations, Declared, Named, Rule
from reconciler.domain.accounts import Container
from reconciler.domain.conditions import Conditions, asked
from reconciler.domain.identifiers import External, Identifier, Phone
from reconciler.domain.masking import Mask

_MASK = Mask()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference, at its place in the manifests."""

    account: str
    manifest: str
    """``KIND/NAME``."""
    place: str
    """``file:line``; empty where it is not known."""
    subject: str
    """What it is about: an address, or words; phone numbers and external ids masked."""
    words: str = ""
    """How it differs, where being there or not does not say it."""
    in_base: bool = False
    """The place is in the base, since the head has nothing there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one side declares in a container and the other one does not.

    A million targets are their positions; a ``Change`` is made for each only when it is shown.
    """

    absences: Absences
    """Of the side that declares it."""
    positions: Sequence[int]
    """The targets, by their positions in ``absences``."""
    others: Sequence[Change] = ()
    """Identifiers and rules."""
    in_base: bool = False

    def __len__(self) -> int:
        return len(self.positions) + len(self.others)

    def counts(self) -> Counter[tuple[str, str]]:
        """Return how many there are by manifest and account."""
        absences = self.absences
        indexes = Counter(absences.manifest[position] for position in self.positions)
        counts = Counter((one.manifest, one.account) for one in self.others)
        for index, count in indexes.items():
            counts[absences.manifests[index].address, absences.container.account] += count
        return counts

    def changes(self) -> Iterator[Change]:
        """Yield every one of them; targets sorted by id, then identifiers and rules."""
        container = self.absences.container
        for position in self.positions:
            declared = next(self.absences.declared(position))
            subject = container.address(self.absences.ids[position])
            yield _change(container, declared, subject, in_base=self.in_base)
        yield from self.others


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that differs between two states of the manifests and that matters."""

    introduced: Sequence[Difference] = ()
    """What is newly declared; what only moved between files is not in it."""
    withdrawn: Sequence[Difference] = ()
    """What is declared no longer."""
    loosened: Sequence[Change] = ()
    """What stood in the way of deletions, and does so less."""


def introduced_in(base: Declarations, head: Declarations) -> tuple[Difference, ...]:
    """Return what the head declares and the base does not, by container."""
    return _differences(head, base, in_base=False)


def withdrawn_from(base: Declarations, head: Declarations) -> tuple[Difference, ...]:
    """Return what the base declares and the head does not, by container."""
    return _differences(base, head, in_base=True)


def by_container(declarations: Declarations) -> Mapping[Container, Absences]:
    """Return the absences of each container."""
    return {one.container: one for one in declarations.absences}


def _differences(
    mine: Declarations, theirs: Declarations, *, in_base: bool
) -> tuple[Difference, ...]:
    others = by_container(theirs)
    found = (_difference(one, others.get(one.container), in_base=in_base) for one in mine.absences)
    return tuple(one for one in found if len(one))


def _difference(mine: Absences, theirs: Absences | None, *, in_base: bool) -> Difference:
    known = frozenset(() if theirs is None else theirs.ids)
    positions = array("I", (position for position, one in enumerate(mine.ids) if one not in known))
    others = (
        *_new_named(mine, theirs, in_base=in_base),
        *_new_rules(mine, theirs, in_base=in_base),
    )
    return Difference(absences=mine, positions=positions, others=others, in_base=in_base)


def _new_named(mine: Absences, theirs: Absences | None, *, in_base: bool) -> Iterator[Change]:
    seen = {one.identifier for one in (() if theirs is None else theirs.named)}
    for one in mine.named:
        if one.identifier not in seen:
            seen.add(one.identifier)
            subject = f"{mine.container.home}{identifier_words(one.identifier)}"
            yield _change(mine.container, _declared(mine, one), subject, in_base=in_base)


def _new_rules(mine: Absences, theirs: Absences | None, *, in_base: bool) -> Iterator[Change]:
    for rule, other in rule_pairs(mine, theirs):
        if rule and not other:
            subject = f"{mine.container.home}{rule_words(rule)}"
            yield _change(mine.container, _declared(mine, rule), subject, in_base=in_base)


def rule_pairs(
    one: Absences | None, other: Absences | None
) -> Sequence[tuple[Rule | None, Rule | None]]:
    """Return the rules of two sides in pairs: of one manifest, or else with the same conditions."""
    left, right = _rules_by_address(one), _rules_by_address(other)
    pairs: list[tuple[Rule | None, Rule | None]] = [
        (left.pop(address), right.pop(address)) for address in [*left] if address in right
    ]
    renamed = {canonical(rule.conditions): address for address, rule in right.items()}
    for rule in left.values():
        address = renamed.pop(canonical(rule.conditions), "")
        pairs.append((rule, right.pop(address, None)))
    return [*pairs, *((None, rule) for rule in right.values())]


def _rules_by_address(absences: Absences | None) -> dict[str, Rule]:
    if absences is None:
        return {}
    # A manifest has one rule at most.
    return {absences.manifests[one.manifest].address: one for one in absences.rules}


def canonical(conditions: Conditions) -> tuple[str, ...]:
    """Return what conditions have in common that mean the same."""
    return tuple(sorted(one.canonical for one in conditions))


def rule_words(rule: Rule) -> str:
    """Return what a rule selects, for people."""
    unattended = ", unattended" if rule.unattended else ""
    return f"where {conditions_words(rule.conditions)}; at most {rule.most}{unattended}"


def conditions_words(conditions: Conditions) -> str:
    """Return what conditions ask for, for people."""
    return ", ".join(map(asked, conditions))


def identifier_words(identifier: Identifier) -> str:
    """Return an identifier for people: only its end is shown, since it is somebody's."""
    match identifier:
        case Phone(number=number):
            return f"phone number {_MASK.phone(number)}"
        case External(provider=provider, external_id=external_id):
            return f"{provider} {_MASK.reference(external_id)}"
        case _:
            assert_never(identifier)


def _declared(absences: Absences, one: Named | Rule) -> Declared:
    return Declared(absences.manifests[one.manifest], one.line)


def _change(container: Container, declared: Declared, subject: str, *, in_base: bool) -> Change:
    return Change(
        account=container.account,
        manifest=declared.manifest.address,
        place=declared.place,
        subject=subject,
        in_base=in_base,
    )
