"""Why a target gets its action, from what is declared and what was read of it."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from reconciler.cli.inspecting.explaining import explanation
from reconciler.cli.inspecting.probing import Target, expired_places, narrowed, of_container, only
from reconciler.domain.absences import Absences, Declarations, Manifest, Named, Rule
from reconciler.domain.accounts import Container, System
from reconciler.domain.columns import Listed, columns
from reconciler.domain.conditions import Condition, OneOf
from reconciler.domain.facts import Facts, Moment, Text
from reconciler.domain.identifiers import Phone
from reconciler.domain.live import Absent, Evidence, LiveState, LiveTable, Present, Unknown
from reconciler.domain.plan import Reading
from reconciler.domain.protections import Protection
from reconciler.errors import ExitCode
from reconciler.views.machine import explain_json
from reconciler.views.text.explain import explain_text
from reconciler.views.text.lines import render

LIST = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
RECORDS = Container(System.TALKDESK, "dialer", LIST)
ID, OTHER_ID = "aaaaaaaa-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000"
TARGET = Target(RECORDS, ID)
PHONE = Phone("+14155550100")
FACTS = Facts(
    {"priority": Text(("1",), "1"), "created": Moment(datetime(2026, 1, 1, tzinfo=UTC))},
    phones=("+14155550100",),
)
SEEN = Present("f1:k:1", {"name": "A***"}, Evidence("id", "200 with the record"), FACTS)
FIRST, SECOND = OneOf("priority", "priority", ("1",)), OneOf("priority", "priority", ("2",))
ZONE = OneOf("timezone", "timezone", ("UTC",))
WAITS = "only a rule selects it: a reviewed plan deletes it, `apply --auto-approve` holds it"


def a_manifest(name: str, *expect: Condition, as_declared: bool = False) -> Manifest:
    return Manifest(
        kind="AbsentRecords",
        name=name,
        file=f"m/{name}.yaml",
        line=1,
        owner="ops",
        reason="x",
        ticket="T-1",
        expect=expect,
        as_declared=as_declared,
    )


def declared(
    *expect: Condition,
    ids: tuple[str, ...] = (ID,),
    phones: tuple[Phone, ...] = (),
    rule: tuple[Condition, ...] = (),
    protections: tuple[Protection, ...] = (),
    as_declared: bool = False,
) -> Absences:
    """Return what one list declares: ids by the first manifest, phones by the second, a rule."""
    manifests = [a_manifest("ids", *expect), a_manifest("phones", as_declared=as_declared)]
    manifests.append(a_manifest("rule"))
    named = [Named(phone, 1, 20 + line, "called") for line, phone in enumerate(phones)]
    listed = [
        Listed(RECORDS, 0, ids, range(10, 10 + len(ids)), {(10, ID): "a note"}),
        Listed(RECORDS, 1, named=named),
    ]
    if rule:
        listed.append(Listed(RECORDS, 2, rule=Rule(manifest=2, line=30, conditions=rule, most=5)))
    return columns(listed, manifests, protections)[0]


def explained(absences: Absences, state: LiveState) -> dict[str, Any]:
    table = LiveTable(RECORDS, [ID], keeps_facts=True)
    table.mark(0, state)
    reading = Reading(table=table, way="by id", population=None, unread="never mind")
    return explanation(TARGET, absences, reading)


def text(fields: dict[str, Any], *warnings: str) -> str:
    return "".join(render(explain_text(fields, warnings), color=False))


def protection(**fields: Any) -> Protection:  # noqa: ANN401 - any field
    usual = {"name": "keep", "place": "m/p.yaml:1", "owner": "ops", "reason": "Still needed"}
    return Protection(**{**usual, "account": "dialer", **fields})


def test_a_deletion_names_every_place_and_its_note() -> None:
    found = explained(declared(ids=(ID, OTHER_ID), phones=(PHONE, Phone("+14155550199"))), SEEN)
    by_id = {"file": "m/ids.yaml", "line": 10, "manifest": "AbsentRecords/ids"}
    by_phone = {"file": "m/phones.yaml", "line": 20, "manifest": "AbsentRecords/phones"}
    usual = {"ticket": "T-1", "purpose": "hygiene"}
    phone = {**by_phone, **usual, "note": "called"}
    assert found == {
        "type": "explain",
        "format_version": "1.0",
        "address": f"talkdesk/dialer/{LIST}/record/{ID}",
        "account": "dialer",
        "system": "talkdesk",
        "container": LIST,
        "id": ID,
        "action": "delete",
        "reason": "declared absent and seen alive",
        "declared": [{**by_id, **usual, "note": "a note"}],
        "identifiers": [{"identifier": "phone number ***0100", "sent": False, **phone}],
        "rules": [],
        "expects": [],
        "protections": [],
        "live": {"name": "A***"},
        "evidence": {"by": "id", "answer": "200 with the record"},
        "to_change": [
            (
                "Withdraw it at m/ids.yaml:10, m/phones.yaml:20, or list it in a Protection: then "
                "it stays."
            ),
            "Add an `expect` that it does not meet: then it is held.",
        ],
    }
    document = json.loads(explain_json(found, ["careful"], ExitCode.DONE))
    ending = {"warnings": ["careful"], "exit_code": 0, "failure_reason": ""}
    assert document == {**found, **ending}


def test_a_held_target_shows_what_was_expected_and_what_is() -> None:
    found = explained(declared(FIRST, SECOND, ZONE), SEEN)
    assert found["action"] == "held"
    assert (
        text(found, "a warning")
        == f"""\
talkdesk/dialer/{LIST}/record/{ID}: held
  expected priority 2, is 1 (AbsentRecords/ids); expected timezone UTC, is not told \
(AbsentRecords/ids)
  evidence: by id, 200 with the record

Live now:
  name = A***

Declared by its id:
  m/ids.yaml:10 (AbsentRecords/ids, T-1, a note)

Expected of it:
  AbsentRecords/ids is not met  m/ids.yaml:10
    = priority 1: holds, is 1
    ! priority 2: fails, is 1
    ? timezone UTC: not told

Warning: a warning

To change it:
  Change `expect` of AbsentRecords/ids, or withdraw it at m/ids.yaml:10.
"""
    )


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"ids": {ID: "m/p.yaml:7"}}, "protected by Protection/keep (m/p.yaml:7)"),
        ({"identifiers": {PHONE: "m/p.yaml:8"}}, "protected by Protection/keep (m/p.yaml:8)"),
        (
            {"conditions": (FIRST, ZONE), "conditions_place": "m/p.yaml:9"},
            "protected by Protection/keep (m/p.yaml:9): timezone could not be ruled out",
        ),
    ],
)
def test_a_protected_target_names_what_protects_it(fields: dict[str, Any], why: str) -> None:
    others = protection(name="other", conditions=(SECOND,), conditions_place="m/p.yaml:5")
    found = explained(declared(protections=(others, protection(**fields))), SEEN)
    assert (found["action"], found["reason"]) == ("protected", why)
    assert [one["protects"] for one in found["protections"]] == [False, True]
    told = text(found)
    assert (
        f"  Protection/keep protects it  m/p.yaml:1\n    {why}\n    reason: Still needed\n" in told
    )
    assert "  Protection/other does not protect it  m/p.yaml:1\n    ! priority 2: fails" in told
    assert told.endswith(
        "To change it:\n  Take it out of Protection/keep: then it is no longer protected.\n"
    )


def test_a_rule_beside_the_list_that_protects_is_not_held_against_it() -> None:
    both = protection(ids={ID: "m/p.yaml:7"}, conditions=(SECOND,), conditions_place="m/p.yaml:9")
    told = text(explained(declared(protections=(both,)), SEEN))
    assert "    reason: Still needed\n\nTo change it:\n" in told


def test_a_target_that_only_a_rule_selects_is_a_deletion() -> None:
    found = explained(declared(ids=(OTHER_ID,), rule=(FIRST,)), SEEN)
    assert (found["action"], [one["matches"] for one in found["rules"]]) == ("delete", [True])
    told = text(found)
    assert "  AbsentRecords/rule matches  m/rule.yaml:30\n    = priority 1: holds, is 1\n" in told
    assert f"\n  declared absent and seen alive\n  {WAITS}\n  evidence: " in told
    assert "\n  Narrow the rule at m/rule.yaml:30, or list it in a Protection: then" in told


def test_a_target_of_a_list_and_a_rule_leaves_both_to_be_changed() -> None:
    told = text(explained(declared(rule=(FIRST,)), SEEN))
    assert "\n  Withdraw it at m/ids.yaml:10 and narrow the rule at m/rule.yaml:30, or" in told
    assert WAITS not in told


def test_a_rule_that_is_unattended_waits_for_nobody() -> None:
    absences = declared(ids=(OTHER_ID,), rule=(FIRST,))
    (rule,) = absences.rules
    unattended = replace(absences, rules=[replace(rule, unattended=True)])
    assert WAITS not in text(explained(unattended, SEEN))


def test_a_target_that_no_rule_selects_is_left_alone() -> None:
    found = explained(declared(ids=(OTHER_ID,), rule=(FIRST, SECOND)), SEEN)
    assert (found["action"], found["reason"]) == ("", "nothing declares it")
    assert found["declared"] == []
    told = text(found)
    assert told.startswith(
        f"talkdesk/dialer/{LIST}/record/{ID}: left alone\n  nothing declares it\n"
    )
    assert told.endswith(
        "To change it:\n  List its id in an AbsentRecords of dialer: then it is declared.\n"
    )


def test_an_identifier_that_is_sent_itself_says_so() -> None:
    found = explained(declared(ids=(), phones=(PHONE,), as_declared=True), SEEN)
    assert found["action"] == "delete"
    assert "  phone number ***0100, which is sent itself\n    m/phones.yaml:20 (" in text(found)


def test_what_is_gone_needs_nothing() -> None:
    rule = protection(conditions=(FIRST,), conditions_place="m/p.yaml:9")
    absences = declared(FIRST, rule=(FIRST,), protections=(rule,))
    found = explained(absences, Absent(Evidence("id", "404 0530920")))
    assert (found["action"], found["evidence"]["answer"]) == ("absent", "404 0530920")
    assert "live" not in found
    assert (
        text(found)
        == f"""\
talkdesk/dialer/{LIST}/record/{ID}: absent
  already absent
  evidence: by id, 404 0530920

Declared by its id:
  m/ids.yaml:10 (AbsentRecords/ids, T-1, a note)

Nothing has to be done: it is gone. Withdrawing it changes nothing.
"""
    )


def test_what_nothing_declares_and_nobody_has_leaves_nothing_to_say() -> None:
    rule = protection(conditions=(FIRST,), conditions_place="m/p.yaml:9")
    absences = declared(ids=(OTHER_ID,), rule=(FIRST,), protections=(rule,))
    found = explained(absences, Absent(Evidence("id", "404 0530920")))
    assert (found["action"], found["to_change"]) == ("", [])
    assert (
        text(found)
        == f"""\
talkdesk/dialer/{LIST}/record/{ID}: left alone
  nothing declares it, and it is not there
  evidence: by id, 404 0530920
"""
    )


def test_what_was_not_read_leaves_rules_and_protections_open() -> None:
    rule = protection(conditions=(FIRST,), conditions_place="m/p.yaml:9")
    listed = protection(name="ids", ids={OTHER_ID: "m/p.yaml:7"})
    found = explained(declared(FIRST, rule=(FIRST,), protections=(rule, listed)), Unknown("503"))
    assert (found["action"], found["reason"]) == ("unknown", "503")
    assert [one["matches"] for one in found["rules"]] == [None]
    assert [one["met"] for one in found["expects"]] == [None]
    assert [one["protects"] for one in found["protections"]] == [None, False]
    told = text(found)
    assert "  AbsentRecords/rule cannot be told  m/rule.yaml:30\n" in told
    assert "  AbsentRecords/ids cannot be told  m/ids.yaml:10\n" in told
    assert "  Protection/keep cannot be told  m/p.yaml:1\n" in told


def test_what_was_not_read_and_is_not_listed_may_be_selected() -> None:
    found = explained(declared(ids=(), rule=(FIRST,)), Unknown("503"))
    assert (found["action"], found["reason"]) == (
        "unknown",
        "nothing lists it, and whether a rule or an identifier selects it cannot be told: 503",
    )


def test_one_target_alone_is_read_with_what_its_row_says() -> None:
    probe = only(TARGET)
    assert (list(probe.ids), probe.needs_facts, probe.selects) == ([ID], True, False)


def test_narrowing_keeps_every_place_of_the_target() -> None:
    manifests = [a_manifest("one"), a_manifest("two")]
    listed = [Listed(RECORDS, 0, [ID, OTHER_ID], [10, 11]), Listed(RECORDS, 1, [ID], [12])]
    (absences,) = columns(listed, manifests)
    assert [one.place for one in narrowed(TARGET, absences).declared(0)] == [
        "m/one.yaml:10",
        "m/two.yaml:12",
    ]
    assert not narrowed(Target(RECORDS, "c"), absences).ids


def test_only_places_that_have_expired_are_told_and_only_of_the_container() -> None:
    past = replace(a_manifest("past"), expires=date(2026, 1, 31))
    listed = [Listed(RECORDS, 0, [ID], [10]), Listed(RECORDS, 1, [ID], [12])]
    absences = columns(listed, [past, a_manifest("still")])
    declarations = Declarations(
        accounts={}, policies=(), absences=absences, manifests=(), tree_digest=""
    )
    told = ["m/past.yaml:10: AbsentRecords/past lists it, but expired on 2026-01-31"]
    the_day, after = date(2026, 1, 31), date(2026, 2, 1)
    assert list(expired_places(declarations, ID, RECORDS, after)) == told
    assert list(expired_places(declarations, ID, None, after)) == told
    assert not list(expired_places(declarations, ID, RECORDS, the_day))
    assert not list(expired_places(declarations, ID, Container(System.LEADSQUARED, "crm"), after))
    assert not list(expired_places(declarations, OTHER_ID, None, after))


def test_a_container_without_absences_is_none() -> None:
    absences = declared()
    declarations = Declarations(
        accounts={}, policies=(), absences=(absences,), manifests=(), tree_digest=""
    )
    assert of_container(declarations, RECORDS) is absences
    assert of_container(declarations, Container(System.TALKDESK, "dialer", "")) is None
