"""Digests: what people approve, and what it was made from."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.domain.accounts import Container, System
from reconciler.domain.digest import Identity, approval_digest, plan_digest, scope_digest
from reconciler.domain.guards import Policy
from reconciler.domain.live import LiveState
from reconciler.domain.plan import Plan
from tests.fakes.plans import ABSENT, RECORDS, TASKS, UNKNOWN, a_plan, an_id, crm, present
from tests.simulation import an_account, declare

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
    one = replace(crm(), **account)  # type: ignore[arg-type]
    return scope_digest([one], declare({TASKS: ids}, [one]).absences)


def test_other_absences_are_another_scope() -> None:
    assert scope([an_id(1)]) != scope([an_id(2)])
    assert scope([an_id(1)]) != scope([an_id(1), an_id(2)])


@pytest.mark.parametrize("change", [{"tenant": "9"}, {"region": "sg"}, {"sees_all": True}])
def test_another_account_is_another_scope(change: dict[str, object]) -> None:
    assert scope([an_id(1)], **change) != scope([an_id(1)])


def test_the_record_list_is_part_of_the_scope() -> None:
    account = an_account(System.TALKDESK)
    lists = [replace(RECORDS, record_list=name) for name in ("list-1", "list-2")]
    one, two = (scope_digest([account], declare({a: [an_id(1)]}).absences) for a in lists)
    assert one != two


def test_limits_files_lines_and_reasons_are_not_scope() -> None:
    slower = replace(crm().limits, calls=1, batch=1)
    assert scope([an_id(1)], limits=slower) == scope([an_id(1)])
    # The order of ids in a file moves their lines.
    assert scope([an_id(2), an_id(1)]) == scope([an_id(1), an_id(2)])
