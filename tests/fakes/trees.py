"""Random trees of records, rows that a reader finds for them, and what is in scope, told anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from reconciler.application.assembling import assemble
from reconciler.application.planning import Survey
from reconciler.domain.absences import (
    Absences,
    Declarations,
    Manifest,
    Named,
    Rule,
    accounts_in_scope,
)
from reconciler.domain.accounts import Container, System
from reconciler.domain.approval import Reviewed
from reconciler.domain.columns import Listed, columns
from reconciler.domain.conditions import Conditions, OneOf
from reconciler.domain.facts import Facts, Text
from reconciler.domain.identifiers import Phone
from reconciler.domain.items import Item, items_of
from reconciler.domain.live import Absent, Evidence, LiveTable, Present
from reconciler.domain.narrowing.scope import narrow, scope_of
from reconciler.domain.narrowing.selectors import (
    At,
    Below,
    OfAccount,
    OfManifest,
    Selector,
    Targeting,
)
from reconciler.domain.plan import Action, Plan, Reading, Section
from reconciler.domain.planner import decide
from reconciler.domain.protections import Protection
from reconciler.domain.selection import Selectors
from tests.fakes.plans import an_id, circumstances
from tests.fakes.records import phone
from tests.simulation import an_account

LIST, SECOND = an_id(901), an_id(902)
ONE = Container(System.TALKDESK, "one", LIST)
TWO, TASKS = Container(System.TALKDESK, "one", SECOND), Container(System.LEADSQUARED, "crm")
CONTAINERS = (ONE, TWO, TASKS)
IDS = [an_id(number) for number in range(4)]
NUMBERS = [phone(number) for number in range(2)]
PRIORITY = OneOf("priority", "priority", ("a",))
ZONE = OneOf("timezone", "timezone", ("a",))
T = TypeVar("T")
NAMED_LINE, RULE_LINE = 200, 300
_SEEN = Evidence("listing", "seen")
_GONE = Evidence("listing", "not seen")


@dataclass(frozen=True)
class Row:
    """What one record is like."""

    phones: frozenset[Phone] = frozenset()
    priority: str = "b"
    zone: str = "b"

    def facts(self, *, untold: Iterable[str] = ()) -> Facts:
        told = {"priority": self.priority, "timezone": self.zone}
        tells_phones = "phones" not in untold
        return Facts(
            {name: Text((text,), text) for name, text in told.items() if name not in untold},
            phones=tuple(sorted(one.number for one in self.phones)) if tells_phones else (),
            tells_phones=tells_phones,
        )


@dataclass(frozen=True)
class Tree:
    """Manifests, one container each, and what their lists and rules hold."""

    declarations: Declarations
    rows: Mapping[Container, Mapping[str, Row]]


@dataclass(frozen=True)
class Sketch:
    """One manifest."""

    container: Container = ONE
    ids: Sequence[str] = ()
    numbers: Sequence[Phone] = ()
    rule: Conditions = ()
    unattended: bool = False
    expect: Conditions = ()
    as_declared: bool = False


def tree_of(
    sketches: Sequence[Sketch],
    rows: Mapping[Container, Mapping[str, Row]],
    protections: Sequence[Protection] = (),
) -> Tree:
    """Return a tree of manifests: ``m0``, ``m1`` and so on."""
    manifests, listed = [], []
    for index, one in enumerate(sketches):
        tasks = one.container is TASKS
        manifests.append(
            Manifest(
                kind="AbsentTasks" if tasks else "AbsentRecords",
                name=f"m{index}",
                file=f"t/m{index}.yaml",
                line=1,
                owner="o",
                reason="r",
                expect=one.expect,
                as_declared=one.as_declared and not tasks,
            )
        )
        numbers = () if tasks else one.numbers
        named = [Named(phone_, index, NAMED_LINE + at) for at, phone_ in enumerate(numbers)]
        lines = range(1, 1 + len(one.ids))
        listed.append(Listed(one.container, index, one.ids, lines, named=named))
        if one.rule:
            rule = Rule(
                manifest=index,
                line=RULE_LINE,
                conditions=one.rule,
                most=2,
                unattended=one.unattended,
            )
            listed.append(Listed(one.container, index, rule=rule))
    declarations = Declarations(
        accounts={one.account: an_account(one.system, one.account) for one in CONTAINERS},
        policies=(),
        absences=columns(listed, manifests, protections),
        manifests=manifests,
        tree_digest="sha256:0",
    )
    return Tree(declarations, rows)


def some(random: Random, things: Sequence[T], share: float = 0.5) -> list[T]:
    return [one for one in things if random.random() < share]


def a_tree(random: Random) -> Tree:
    """Return a few manifests of one or two containers that get in each other's way."""
    around = [random.choice([ONE, ONE, TASKS]), random.choice(CONTAINERS)]
    sketches = [a_sketch(random, around) for _ in range(random.randint(1, 4))]
    rows = {one: {id_: a_row(random) for id_ in some(random, IDS, 0.8)} for one in CONTAINERS}
    protections = [a_protection(random, around[0].account)] if random.random() < 0.3 else []
    return tree_of(sketches, rows, protections)


def a_sketch(random: Random, around: Sequence[Container]) -> Sketch:
    return Sketch(
        container=around[random.random() < 0.2],
        ids=some(random, IDS, 0.3),
        numbers=some(random, NUMBERS, random.choice([0, 0.5])),
        rule=random.choice([(), (), (PRIORITY,), (ZONE,), (PRIORITY, ZONE)]),
        unattended=random.random() < 0.3,
        expect=random.choice([(), (), (), (ZONE,), (PRIORITY,)]),
        as_declared=random.random() < 0.5,
    )


def a_row(random: Random) -> Row:
    phones = frozenset(some(random, NUMBERS))
    return Row(phones, random.choice("aab"), random.choice("aab"))


def a_protection(random: Random, account: str) -> Protection:
    return Protection(
        name="vip",
        place="p:1",
        owner="o",
        reason="r",
        account=account,
        ids=dict.fromkeys(some(random, IDS, 0.2), "p:2"),
        conditions=random.choice([(), (replace(ZONE, values=("b",)), PRIORITY)]),
    )


def a_selector(random: Random, tree: Tree) -> Selector:
    """Return a selector, most of the time of something that is declared."""
    container = random.choice([one.container for one in tree.declarations.absences] or [ONE])
    index = random.randrange(len(tree.declarations.manifests))
    manifest = tree.declarations.manifests[index]
    selectors: list[Selector] = [
        OfAccount(container.account),
        OfManifest(manifest.address),
        OfManifest(manifest.address),
        OfManifest(manifest.address),
        At(container.address(random.choice(IDS))),
        At(container.address(random.choice(IDS))),
        At(f"{container.home}where/{manifest.file}:{RULE_LINE}"),
        At(f"{container.home}declared/{manifest.file}:{NAMED_LINE + random.randrange(2)}"),
        Below(container.home + random.choice(["", "record/", "task/", "where/", "declared/"])),
        Below(random.choice(["talkdesk/one/", "talkdesk/", "leadsquared/"])),
    ]
    return random.choice(selectors)


def a_targeting(random: Random, tree: Tree) -> Targeting:
    return Targeting(
        targets=tuple(a_selector(random, tree) for _ in range(random.choice([0, 1, 1, 2]))),
        excludes=tuple(a_selector(random, tree) for _ in range(random.choice([0, 0, 1, 1, 2]))),
    )


@dataclass(frozen=True)
class Doubt:
    """What a reading does not tell: of which records what, and whether it is known to be whole."""

    untold: Mapping[str, frozenset[str]]
    unseen: frozenset[str]
    """What listings leave out."""
    unread: str = ""


def a_doubt(random: Random) -> Doubt:
    untold = {id_: frozenset({"phones"}) for id_ in some(random, IDS, 0.3)}
    if random.random() < 0.5:
        return Doubt(untold, frozenset())
    # A listing that was not read to its end; by id less is told.
    kinds = ["phones", "priority", "timezone"]
    untold = {id_: frozenset(some(random, kinds)) for id_ in some(random, IDS)}
    return Doubt(untold, frozenset(some(random, IDS)), unread="page 2")


def reading_of(tree: Tree, absences: Absences, doubt: Doubt | None = None) -> Reading:
    """Return what a reader finds: what is listed, and of all other rows what is selected."""
    doubt = doubt or Doubt({}, frozenset())
    selectors, rows = Selectors(absences), tree.rows.get(absences.container, {})
    told = {id_: row.facts(untold=doubt.untold.get(id_, ())) for id_, row in rows.items()}
    found = {
        id_ for id_, facts in told.items() if selectors.select(facts) and id_ not in doubt.unseen
    }
    new = found - set(absences.ids)
    ids = sorted({*absences.ids, *new}) if new else absences.ids
    table = LiveTable(absences.container, ids, keeps_facts=absences.needs_facts)
    for position, id_ in enumerate(ids):
        state = Present(f"mark-{id_}", {}, _SEEN, told[id_]) if id_ in told else Absent(_GONE)
        table.mark(position, state)
    untold = {kind: "not told" for facts in told.values() for kind in facts.untold}
    return Reading(
        table=table,
        way="whole list",
        population=len(rows),
        unread=doubt.unread if absences.selects else "",
        untold=untold if absences.named else {},
        nothing_else=_GONE,
    )


def sections_of(
    tree: Tree, declarations: Declarations, doubt: Doubt | None = None
) -> dict[Container, Section]:
    """Read and decide every container of declarations, narrowed or not."""
    return {
        one.container: decide(
            one, reading_of(tree, one, doubt), scope_of(declarations, one.container)
        )
        for one in declarations.absences
    }


def planned(
    tree: Tree,
    targeting: Targeting,
    *,
    doubt: Doubt | None = None,
    reviewed: Reviewed | None = None,
) -> Plan:
    """Plan over the rows of a tree, as the use case does."""
    declarations = narrow(tree.declarations, targeting)
    surveys = [
        Survey(
            account=account,
            tenant=account.tenant,
            calls=1,
            readings=[
                (one, reading_of(tree, one, doubt))
                for one in declarations.absences
                if one.container.account == account.name
            ],
            warnings=(),
        )
        for account in accounts_in_scope(declarations)
    ]
    return assemble(declarations, surveys, circumstances(declarations), reviewed)


def deletions(sections: Mapping[Container, Section]) -> set[str]:
    return {
        one.absences.container.address(one.absences.ids[position])
        for one in sections.values()
        for position in one.deletions()
    }


def is_in_scope(item: Item, targeting: Targeting) -> bool:
    """Say of an item of a whole plan whether a narrowed one is about it, by its words alone."""
    (container,) = (one for one in CONTAINERS if item.address.startswith(one.home))
    kinds = {NAMED_LINE: "declared", RULE_LINE: "where"}
    addresses = [item.address] + [
        f"{container.home}{kinds[one.line // 100 * 100]}/{one.place}"
        for one in item.declared
        if one.line >= NAMED_LINE
    ]
    if not item.address.startswith(container.prefix):
        # What an entry leaves stands for what it might select, too.
        addresses.append(container.prefix)

    def selected(selectors: Iterable[Selector]) -> bool:
        return any(_selects(one, item, addresses) for one in selectors)

    return (not targeting.targets or selected(targeting.targets)) and not selected(
        targeting.excludes
    )


def _selects(selector: Selector, item: Item, addresses: Sequence[str]) -> bool:
    match selector:
        case OfAccount(name=name):
            return item.account == name
        case OfManifest(text=text):
            return any(one.manifest.address == text for one in item.declared)
        case At(text=text):
            return text in addresses
        case Below(text=text):
            return any(one.startswith(text) for one in addresses)


def alone(sections: Mapping[Container, Section], due: set[str]) -> set[str]:
    """Return deletions without those that a number would delete together with anything else."""
    groups = [
        {container.address(id_) for id_ in section.selection.by_named.get(index, ())}
        for container, section in sections.items()
        for index, one in enumerate(section.absences.named)
        if section.absences.manifests[one.manifest].as_declared
    ]
    left = set(due)
    while bad := {one for group in groups if not group <= left for one in group & left}:
        left -= bad
    return left


def items(sections: Mapping[Container, Section]) -> list[Item]:
    return [item for section in sections.values() for item in items_of(section)]


def fates(sections: Mapping[Container, Section]) -> dict[str, Action]:
    return {item.address: item.action for item in items(sections)}
