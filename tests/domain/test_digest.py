"""Digests: what people approve, and what it was made from."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.domain.absences import Absences
from reconciler.domain.accounts import Container, System
from reconciler.domain.columns import Listed, columns
from reconciler.domain.conditions import OneOf
from reconciler.domain.digest import Identity, approval_digest, plan_digest, scope_digest
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.guarding.policies import Policy
from reconciler.domain.live import LiveState
from reconciler.domain.plan import Plan
from reconciler.domain.protections import Protection
from tests.fakes.plans import (
    ABSENT,
    KEY,
    RECORDS,
    TASKS,
    UNKNOWN,
    a_manifest,
    a_plan,
    an_id,
    crm,
    dialer,
    present,
)
from tests.fakes.records import HIGH, a_rule, declared, phone
from tests.simulation import an_account, declare

LISBON = OneOf("timezone", "timezone", ("Europe/Lisbon",))
STATES: dict[Container, dict[str, LiveState]] = {
    TASKS: {an_id(1): present("a"), an_id(2): present("b"), an_id(3): ABSENT},
    RECORDS: {an_id(4): present("c")},
}


def test_the_digest_is_what_the_reference_says_it_is() -> None:
    lines = (
        "account acme-crm leadsquared 22824 sandbox\n"
        "account acme-dialer talkdesk acme sandbox\n"
        f"leadsquared/acme-crm/task/{an_id(1)} f1:key:a\n"
        f"leadsquared/acme-crm/task/{an_id(2)} f1:key:b\n"
        f"talkdesk/acme-dialer/list-1/record/{an_id(4)} f1:key:c\n"
    )
    assert a_plan(STATES).digest == f"sha256:{hashlib.sha256(lines.encode()).hexdigest()}"


def test_the_order_of_accounts_does_not_matter() -> None:
    one, two = Identity("a", "leadsquared", "1", "h"), Identity("b", "talkdesk", "2", "h")
    assert approval_digest([one, two], []) == approval_digest([two, one], [])


def with_states(**changes: LiveState) -> Plan:
    tasks = dict(STATES[TASKS])
    for number, state in changes.items():
        tasks[an_id(int(number[1:]))] = state
    return a_plan({**STATES, TASKS: tasks})


@pytest.mark.parametrize(
    "other",
    [
        with_states(n2=present("changed")),
        with_states(n2=ABSENT),
        with_states(n2=UNKNOWN),
        with_states(n3=present("d")),
        with_states(n5=present("e")),
        a_plan({TASKS: STATES[TASKS]}),
        a_plan(STATES, accounts=[an_account(System.LEADSQUARED, tenant="999")]),
    ],
    ids=["changed", "vanished", "unread", "back", "another", "account", "tenant"],
)
def test_other_deletions_or_accounts_are_another_digest(other: Plan) -> None:
    assert other.digest != a_plan(STATES).digest


@pytest.mark.parametrize(
    "same",
    [
        a_plan(STATES, policies=[Policy(name="p", place="p:1", max_deletes=1)]),
        a_plan(STATES, accounts=[crm(calls=3, batch=1, settle_within=1.0)]),
        a_plan(STATES, max_deletes=0),
        a_plan(STATES, populations={RECORDS: 9}),
        with_states(n6=ABSENT),
    ],
    ids=["policy", "limits", "cap", "population", "absent"],
)
def test_what_nobody_approves_does_not_enter_the_digest(same: Plan) -> None:
    assert same.digest == a_plan(STATES).digest


def test_time_calls_and_warnings_do_not_enter_the_digest() -> None:
    plan = a_plan(STATES)
    later = replace(
        plan,
        created_at=plan.created_at + timedelta(days=1),
        warnings=("careful",),
        accounts=[replace(one, calls=99) for one in plan.accounts],
    )
    assert plan_digest(later.accounts) == plan.digest


def test_the_host_enters_the_digest() -> None:
    plan = a_plan(STATES)
    elsewhere = [replace(one, host="api.leadsquared.com") for one in plan.accounts]
    assert plan_digest(elsewhere) != plan.digest


def scope(ids: list[str], **account: object) -> str:
    one = replace(crm(), **account)  # type: ignore[arg-type]  # fields by name
    return scope_digest([one], declare({TASKS: ids}, [one]).absences, {one.name: KEY})


def test_other_absences_are_another_scope() -> None:
    assert scope([an_id(1)]) != scope([an_id(2)])
    assert scope([an_id(1)]) != scope([an_id(1), an_id(2)])


@pytest.mark.parametrize("change", [{"tenant": "9"}, {"region": "sg"}, {"sees_all": True}])
def test_another_account_is_another_scope(change: dict[str, object]) -> None:
    assert scope([an_id(1)], **change) != scope([an_id(1)])


def test_the_record_list_is_part_of_the_scope() -> None:
    account = an_account(System.TALKDESK)
    lists = [replace(RECORDS, record_list=name) for name in ("list-1", "list-2")]
    one, two = (
        scope_digest([account], declare({a: [an_id(1)]}).absences, {account.name: KEY})
        for a in lists
    )
    assert one != two


def test_limits_files_lines_and_reasons_are_not_scope() -> None:
    slower = replace(crm().limits, calls=1, batch=1)
    assert scope([an_id(1)], limits=slower) == scope([an_id(1)])
    # The order of ids in a file moves their lines.
    assert scope([an_id(2), an_id(1)]) == scope([an_id(1), an_id(2)])


def scope_of(absences: Absences, key: FingerprintKey = KEY) -> str:
    return scope_digest([dialer()], [absences], {dialer().name: key})


HIGH_UNATTENDED = a_rule(unattended=True, most=1)
VIP = Protection(
    name="vip", place="p.yaml:1", owner="ops", reason="no", account="acme-dialer", ids={"a": "p:1"}
)


@pytest.mark.parametrize(
    "other",
    [
        declared(phone(2), ids=["a"], rules=[a_rule()]),
        declared(phone(1), phone(2), ids=["a"], rules=[a_rule()]),
        declared(ids=["a"], rules=[a_rule()]),
        declared(phone(1), ids=["a"]),
        declared(phone(1), ids=["a"], rules=[a_rule((*HIGH, LISBON))]),
        declared(phone(1), ids=["a"], rules=[a_rule()], expect=HIGH),
        declared(phone(1), ids=["a"], rules=[a_rule()], as_declared=True),
        declared(phone(1), ids=["a"], rules=[a_rule()], protections=[VIP]),
    ],
    ids=["number", "two", "none", "no rule", "rule", "expect", "deleteBy", "protection"],
)
def test_whatever_decides_what_is_deleted_is_scope(other: Absences) -> None:
    assert scope_of(other) != scope_of(declared(phone(1), ids=["a"], rules=[a_rule()]))


@pytest.mark.parametrize(
    "less",
    [replace(VIP, ids={"b": "p:1"}), replace(VIP, identifiers={phone(1): "p:1"}, ids={})],
)
def test_every_part_of_a_protection_is_scope(less: Protection) -> None:
    assert scope_of(declared(protections=[less])) != scope_of(declared(protections=[VIP]))
    ruled = replace(less, conditions=HIGH, conditions_place="p:9")
    assert scope_of(declared(protections=[ruled])) != scope_of(declared(protections=[less]))


def test_another_protected_number_is_another_scope() -> None:
    nobody = replace(VIP, ids={})
    one, other = (
        scope_of(declared(protections=[replace(nobody, identifiers={phone(n): "p:1"})]))
        for n in (1, 2)
    )
    assert one != other


def test_the_expectation_of_a_rule_is_scope() -> None:
    plain = a_manifest("rule", kind="AbsentRecords")
    one, other = (
        scope_of(columns([Listed(RECORDS, 0, rule=a_rule())], [manifest])[0])
        for manifest in (plain, replace(plain, expect=HIGH))
    )
    assert one != other


def test_what_a_rule_allows_without_review_is_a_guards_business() -> None:
    assert scope_of(declared(rules=[HIGH_UNATTENDED])) == scope_of(declared(rules=[a_rule()]))


def test_a_number_enters_the_scope_by_a_keyed_mark_only() -> None:
    other = FingerprintKey("other", b"another secret")
    assert scope_of(declared(phone(1)), other) != scope_of(declared(phone(1)))
    assert scope_of(declared(ids=["a"]), other) == scope_of(declared(ids=["a"]))


def test_an_expectation_belongs_to_its_own_ids() -> None:
    one = declared(phone(1), ids=["a"], expect=HIGH)
    assert scope_of(one) != scope_of(replace(one, ids=["b"]))
