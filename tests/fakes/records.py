"""Declarations of records by identifiers and rules, and rows as a reader would find them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.domain.absences import Absences, Manifest, Named, Rule
from reconciler.domain.columns import Listed, columns
from reconciler.domain.conditions import Conditions, OneOf
from reconciler.domain.facts import Facts, Text
from reconciler.domain.identifiers import External, Identifier, Phone
from reconciler.domain.live import Evidence, LiveState, LiveTable, Present
from reconciler.domain.plan import Reading, Section
from reconciler.domain.planner import decide
from reconciler.domain.protections import Protection
from tests.fakes.plans import RECORDS, a_manifest

LISTING = Evidence("listing", "seen in the record list")
WHOLE = Evidence("listing", "not among the 9 records of a complete listing")
HIGH: Conditions = (OneOf("priority", "priority", ("1", "2")),)


def phone(number: int) -> Phone:
    return Phone(f"+141555501{number:02d}")


def a_row(
    *phones: Phone, priority: str = "5", external: External | None = None, mark: str = "a"
) -> Present:
    facts = Facts(
        {"priority": Text((priority,), priority)},
        phones=tuple(one.number for one in phones),
        tells_phones=bool(phones),
        external=external,
    )
    return Present(f"f1:key:{mark}", {}, LISTING, facts)


def a_rule(conditions: Conditions = HIGH, *, unattended: bool = False, most: int = 9) -> Rule:
    return Rule(manifest=0, line=8, conditions=conditions, most=most, unattended=unattended)


def declared(
    *identifiers: Identifier,
    ids: Sequence[str] = (),
    rules: Sequence[Rule] = (),
    protections: Sequence[Protection] = (),
    expect: Conditions = (),
    as_declared: bool = False,
) -> Absences:
    """Return absences: ids by the first manifest, identifiers by the second, each rule its own."""
    listing = replace(a_manifest("ids", kind="AbsentRecords"), expect=expect)
    naming = replace(a_manifest("numbers", kind="AbsentRecords"), as_declared=as_declared)
    manifests: list[Manifest] = [listing, naming]
    named = tuple(Named(one, 1, 20 + index) for index, one in enumerate(identifiers))
    listed = [
        Listed(RECORDS, 0, list(ids), range(10, 10 + len(ids))),
        Listed(RECORDS, 1, named=named),
    ]
    for number, rule in enumerate(rules):
        manifests.append(a_manifest(f"rule{number}", kind="AbsentRecords"))
        listed.append(Listed(RECORDS, 0, rule=replace(rule, manifest=len(manifests) - 1)))
    return columns(listed, manifests, protections)[0]


def read(
    absences: Absences, rows: Mapping[str, LiveState], unread: str = "", population: int = 9
) -> Reading:
    """Return the reading that found these rows, whoever asked for them."""
    new = rows.keys() - set(absences.ids)
    ids = sorted({*absences.ids, *new}) if new else absences.ids
    table = LiveTable(absences.container, ids, keeps_facts=absences.needs_facts)
    for target_id, state in rows.items():
        position = table.position(target_id)
        assert position is not None
        table.mark(position, state)
    return Reading(
        table=table,
        way="whole list",
        population=population,
        unread=unread,
        nothing_else=None if unread else WHOLE,
    )


def decided(absences: Absences, rows: Mapping[str, LiveState], unread: str = "") -> Section:
    return decide(absences, read(absences, rows, unread))


def shown(section: Section) -> dict[str, tuple[str, str]]:
    """Return action and reason by id."""
    return {
        target_id: (section.action(position), section.notes.get(position, ""))
        for position, target_id in enumerate(section.absences.ids)
    }
