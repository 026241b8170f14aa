"""What a change of the manifests introduces, withdraws and loosens."""

import shutil
import string
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.absences import Declarations
from reconciler.domain.changes.comparison import compare
from reconciler.domain.changes.difference import Change, Changes
from reconciler.domain.changes.narrowing import implies
from reconciler.domain.conditions import (
    After,
    Before,
    Condition,
    Instant,
    OneOf,
    Prefix,
    Truth,
    truth,
)
from reconciler.domain.facts import Facts, Moment, Text
from reconciler.domain.guarding.allowances import Lifts
from reconciler.domain.guarding.policies import Caps
from reconciler.domain.guarding.spelling import KEYS
from reconciler.manifests.load import load

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LIST = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
OTHER_LIST = "c3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
A, B, C = (f"{letter * 8}-c100-11e5-9340-06c7eb5c8385" for letter in "abc")
CRM = "system: leadsquared, region: in21, tenant: acme1"
DIALER = "system: talkdesk, region: us, tenant: acme"
OTHER_TENANT = "account crm: tenant acme1 becomes acme2 (Account/crm)"


def document(kind: str, name: str, spec: str) -> str:
    """Write a document of four lines."""
    owned = "" if kind in {"Account", "Policy"} else ", owner: ops, reason: old"
    return (
        f"apiVersion: reconciler/v1\nkind: {kind}\n"
        f"metadata: {{name: {name}{owned}}}\nspec: {{{spec}}}\n"
    )


def crm(spec: str = CRM) -> str:
    return document("Account", "crm", spec)


def tasks(name: str, spec: str) -> str:
    return document("AbsentTasks", name, f"account: crm, {spec}")


def records(name: str, spec: str, record_list: str = LIST) -> str:
    return document("AbsentRecords", name, f"account: dialer, recordList: {record_list}, {spec}")


def protection(spec: str, name: str = "keep", account: str = "crm") -> str:
    return document("Protection", name, f"account: {account}, {spec}")


def policy(spec: str, name: str = "default") -> str:
    return document("Policy", name, spec)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def tree(side: str, *documents: str, account: str = crm()) -> Declarations:
    """Load a tree of two accounts and these documents, each in a file of its own."""
    folder = Path(side)
    folder.mkdir()
    everything = (account, document("Account", "dialer", DIALER), *documents)
    for number, text in enumerate(everything):
        (folder / f"{number}.yaml").write_text(text)
    return load(folder, now=NOW)


def changes(base: list[str], head: list[str]) -> Changes:
    return compare(tree("base", *base), tree("head", *head))


def said(change: Change) -> str:
    words = f": {change.words}" if change.words else ""
    side = " in the base" if change.in_base else ""
    return f"{change.subject}{words} ({change.manifest}, {change.place}{side})"


def introduced(found: Changes) -> list[str]:
    return [said(change) for one in found.introduced for change in one.changes()]


def withdrawn(found: Changes) -> list[str]:
    return [said(change) for one in found.withdrawn for change in one.changes()]


def loosened(base: list[str], head: list[str]) -> list[str]:
    return [said(one).replace(LIST, "LIST") for one in changes(base, head).loosened]


def test_a_new_target_is_introduced_and_one_that_is_gone_is_withdrawn() -> None:
    found = changes([tasks("old", f"tasks: [{A}, {B}]")], [tasks("old", f"tasks: [{B}, {C}]")])
    assert introduced(found) == [f"leadsquared/crm/task/{C} (AbsentTasks/old, head/2.yaml:4)"]
    assert withdrawn(found) == [
        f"leadsquared/crm/task/{A} (AbsentTasks/old, base/2.yaml:4 in the base)"
    ]
    assert found.loosened == ()


def test_a_target_that_moves_between_manifests_is_neither_new_nor_withdrawn() -> None:
    base = [
        tasks("old", f"tasks: [{A}, {B}]"),
        records("out", 'records: [{phoneNumber: "+14155550100"}]'),
    ]
    head = [
        records("other", 'records: [{phoneNumber: "+14155550100"}]'),
        tasks("new", f"tasks: [{A}]"),
        tasks("newer", f"tasks: [{B}, {A}]"),
    ]
    assert changes(base, head) == Changes()


def test_a_target_that_moves_to_another_list_is_new_there_and_withdrawn_here() -> None:
    found = changes(
        [records("out", f"records: [{{id: {A}}}]")],
        [records("out", f"records: [{{id: {A}}}]", OTHER_LIST)],
    )
    assert introduced(found) == [
        f"talkdesk/dialer/{OTHER_LIST}/record/{A} (AbsentRecords/out, head/2.yaml:4)"
    ]
    assert withdrawn(found) == [
        f"talkdesk/dialer/{LIST}/record/{A} (AbsentRecords/out, base/2.yaml:4 in the base)"
    ]


def test_identifiers_are_introduced_once_and_masked() -> None:
    entries = (
        'records: [{phoneNumber: "+14155550100"}, {phoneNumber: "+14155550100"}, '
        "{externalProvider: salesforce, externalId: 003DL0000212DetYAE}]"
    )
    found = changes([], [records("out", entries)])
    assert introduced(found) == [
        f"talkdesk/dialer/{LIST}/phone number ***0100 (AbsentRecords/out, head/2.yaml:4)",
        f"talkdesk/dialer/{LIST}/salesforce ***tYAE (AbsentRecords/out, head/2.yaml:4)",
    ]
    assert len(found.introduced[0]) == 2


def test_what_is_introduced_is_counted_by_manifest_and_account() -> None:
    phone = '{phoneNumber: "+14155550100"}'
    found = changes(
        [],
        [
            records("one", f"records: [{{id: {A}}}, {{id: {B}}}, {phone}]"),
            records("two", f"records: [{{id: {C}}}]"),
        ],
    )
    assert found.introduced[0].counts() == {
        ("AbsentRecords/one", "dialer"): 3,
        ("AbsentRecords/two", "dialer"): 1,
    }


def test_a_rule_is_introduced_and_withdrawn_like_a_target() -> None:
    base = [tasks("old", "where: {status: completed, max: 5}")]
    head = [tasks("new", "where: {status: pending, max: 5}")]
    found = changes(base, head)
    assert introduced(found) == [
        "leadsquared/crm/where status pending; at most 5 (AbsentTasks/new, head/2.yaml:4)"
    ]
    assert withdrawn(found) == [
        (
            "leadsquared/crm/where status completed; at most 5 "
            "(AbsentTasks/old, base/2.yaml:4 in the base)"
        ),
    ]


def test_a_rule_that_is_renamed_is_the_same_rule() -> None:
    rule = "where: {status: completed, completedBefore: 30d ago, max: 5}"
    assert changes([tasks("old", rule)], [tasks("new", rule)]) == Changes()


RULE = "where: {status: completed, completedBefore: 730d ago, max: 5}"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (RULE, []),
        ("where: {completedBefore: 800d ago, status: completed, type: [Call], max: 4}", []),
        (
            "where: {status: completed, max: 5}",
            ["no longer asks for completed before 730d ago"],
        ),
        (
            "where: {status: completed, completedBefore: 30d ago, max: 6}",
            [
                "no longer asks for completed before 730d ago",
                "max 5 becomes 6",
            ],
        ),
        (
            RULE.replace("max: 5", "max: 5, unattended: true"),
            ["`unattended: true` is added"],
        ),
    ],
)
def test_a_rule_that_selects_more_or_asks_nobody_is_loosened(
    where: str, expected: list[str]
) -> None:
    found = changes([tasks("old", RULE)], [tasks("old", where)])
    assert (found.introduced, found.withdrawn) == ((), ())
    assert [one.words for one in found.loosened] == expected
    assert all(one.place == "head/2.yaml:4" for one in found.loosened)


def test_a_renamed_rule_is_still_compared() -> None:
    more = RULE.replace("max: 5", "max: 9")
    assert loosened([tasks("old", RULE)], [tasks("new", more)]) == [
        (
            "where status completed, completed before 730d ago; at most 9: "
            "max 5 becomes 9 (AbsentTasks/new, head/2.yaml:4)"
        ),
    ]


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        (f"tasks: [{A}]", f"tasks: [{A}, {B}]", []),
        (f"tasks: [{A}]", "tasks: []", [f"task {A}: is no longer protected"]),
        ("where: {type: [Call]}", "where: {type: [CALL, Visit]}", []),
        (
            "where: {type: [Call]}",
            "where: {type: [Call], status: pending}",
            ["every task with type Call: is protected only if also status pending"],
        ),
        (
            "where: {type: [Call, Visit]}",
            "where: {type: [Call]}",
            ["every task with type Call or Visit: is protected only if also type Call"],
        ),
        (
            "where: {type: [Call]}",
            "tasks: []",
            ["every task with type Call: is no longer protected"],
        ),
    ],
)
def test_a_protection_that_covers_less_is_loosened(
    base: str, head: str, expected: list[str]
) -> None:
    told = [f"{one} (Protection/keep, head/2.yaml:1)" for one in expected]
    assert loosened([protection(base)], [protection(head)]) == told


def test_a_protection_that_is_removed_is_loosened_at_its_place_in_the_base() -> None:
    gone = protection(f"tasks: [{A}], where: {{status: pending}}")
    assert loosened([gone], []) == [
        f"task {A}: is no longer protected (Protection/keep, base/2.yaml:4 in the base)",
        (
            "every task with status pending: is no longer protected "
            "(Protection/keep, base/2.yaml:4 in the base)"
        ),
    ]


def test_a_protection_that_moves_or_is_renamed_is_not_loosened() -> None:
    spec = f"tasks: [{A}], where: {{status: pending}}"
    assert loosened([protection(spec)], [protection(spec, "other")]) == []


def test_a_protection_that_has_expired_still_protects_so_expiry_loosens_nothing() -> None:
    spec = protection(f"tasks: [{A}]")
    expired = spec.replace("reason: old", "reason: old, expires: 2020-01-01")
    assert loosened([spec], [expired]) == []


def test_a_protection_confined_to_one_record_list_protects_less() -> None:
    spec = f'records: [{{id: {A}}}, {{phoneNumber: "+14155550100"}}], where: {{priority: [1]}}'
    wide = protection(spec, account="dialer")
    confined = protection(f"recordList: {LIST}, {spec}", account="dialer")
    assert loosened([wide], [confined]) == [
        f"record {A}: is no longer protected (Protection/keep, head/2.yaml:1)",
        "phone number ***0100: is no longer protected (Protection/keep, head/2.yaml:1)",
        (
            "every record with priority 1: is protected only in record list LIST "
            "(Protection/keep, head/2.yaml:1)"
        ),
    ]
    for folder in (Path("base"), Path("head")):
        folder.rename(f"{folder}-before")
    assert loosened([confined], [wide]) == []


def test_the_list_of_a_protection_is_named() -> None:
    confined = protection(f"recordList: {LIST}, records: [{{id: {A}}}]", account="dialer")
    assert loosened([confined], []) == [
        (
            f"record {A} of record list LIST: is no longer protected "
            "(Protection/keep, base/2.yaml:4 in the base)"
        ),
    ]


def test_a_rule_that_moves_to_another_account_protects_the_first_no_longer() -> None:
    elsewhere = document("Account", "crm-two", CRM)
    base = [protection("where: {status: pending}"), elsewhere]
    head = [protection("where: {status: pending}", account="crm-two"), elsewhere]
    assert loosened(base, head) == [
        "every task with status pending: is no longer protected (Protection/keep, head/2.yaml:1)"
    ]


def test_protections_of_an_account_that_is_gone_protect_nothing() -> None:
    gone = document("Account", "crm-two", CRM)
    assert loosened([protection(f"tasks: [{A}]", account="crm-two"), gone], []) == []


def test_a_limit_that_allows_more_is_loosened_for_each_account() -> None:
    assert loosened([policy("maxDeletes: 100")], [policy("maxDeletes: 101")]) == [
        "maxDeletes of crm: 100 becomes 101 (Policy/default, head/2.yaml:1)",
        "maxDeletes of dialer: 100 becomes 101 (Policy/default, head/2.yaml:1)",
    ]


def test_a_policy_is_judged_by_what_holds_in_the_end() -> None:
    base = [policy("maxDeletes: 100"), policy("maxDeletes: 300, accounts: [crm]", "crm")]
    head = [policy("maxDeletes: 300"), policy("maxDeletes: 200, accounts: [crm]", "crm")]
    assert loosened(base, head) == [
        "maxDeletes of dialer: 100 becomes 300 (Policy/default, head/2.yaml:1)"
    ]


def test_a_policy_that_was_stricter_than_the_default_is_missed() -> None:
    strict = policy("maxDeletePercent: 5, allowEmptying: false, accounts: [crm]")
    assert loosened([strict], []) == [
        (
            "maxDeletePercent of crm: 5 becomes 25, the default "
            "(Policy/default, base/2.yaml:1 in the base)"
        ),
    ]


def test_a_switch_that_is_turned_on_is_loosened_and_off_is_not() -> None:
    off = policy("allowEmptying: false, allowDeclared: true, accounts: [crm]")
    on = policy("allowEmptying: true, allowDeclared: false, accounts: [crm]")
    assert loosened([off], [on]) == [
        "allowEmptying of crm: false becomes true (Policy/default, head/2.yaml:1)"
    ]


_MORNING = 'days: [mon, tue], from: "08:00", to: "12:00", timezone: UTC'
_LATER = 'days: [mon], from: "12:00", to: "18:00", timezone: UTC'


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("maxDeletesPerDay: 10", "maxDeletesPerDay: 11", "10 becomes 11"),
        ("maxFailurePercent: 0", "maxFailurePercent: 1", "0 becomes 1"),
        ("planTtl: 24h", "planTtl: 25h", "24h becomes 25h"),
        ("planTtl: 24h", "planTtl: 7d", "24h becomes 7d"),
        ("coolOff: 90m", "coolOff: 1h", "90m becomes 1h"),
        ("coolOff: 1h", "coolOff: 0m", "1h becomes 0m"),
        ("requireTicket: true", "requireTicket: false", "true becomes false"),
        ("requirePlan: true", "requirePlan: false", "true becomes false"),
        ("allowDeclared: false", "allowDeclared: true", "false becomes true"),
        ("returned: hold", "returned: delete", "hold becomes delete"),
        ("canary: [1, 10]", "canary: []", "[1, 10] becomes []"),
        ("canary: [1, 10]", "canary: [1]", "[1, 10] becomes [1]"),
        ("canary: [1, 10]", "canary: [2, 10]", "[1, 10] becomes [2, 10]"),
        ("canary: [1, 10]", "canary: [10, 1]", "[1, 10] becomes [10, 1]"),
        (
            f"windows: [{{{_MORNING}}}]",
            "windows: []",
            f"[{{{_MORNING}}}] becomes []",
        ),
        (
            f"windows: [{{{_MORNING}}}]",
            f"windows: [{{{_MORNING}}}, {{{_LATER}}}]",
            f"[{{{_MORNING}}}] becomes [{{{_MORNING}}}, {{{_LATER}}}]",
        ),
    ],
)
def test_what_allows_more_is_loosened_and_its_reverse_is_not(
    was: str, now: str, words: str
) -> None:
    field = was.partition(":")[0]
    base, head = policy(f"accounts: [crm], {was}"), policy(f"accounts: [crm], {now}")
    assert loosened([base], [head]) == [f"{field} of crm: {words} (Policy/default, head/2.yaml:1)"]
    shutil.rmtree("base")
    shutil.rmtree("head")
    backwards = [] if now != "canary: [10, 1]" else ["[10, 1] becomes [1, 10]"]
    assert loosened([head], [base]) == [
        f"{field} of crm: {one} (Policy/default, head/2.yaml:1)" for one in backwards
    ]


def test_every_limit_in_force_is_compared_as_a_manifest_spells_it() -> None:
    assert [one.name for one in fields(Caps) if one.name not in KEYS] == []
    assert [one.name for one in fields(Lifts) if one.name not in KEYS] == []


def test_a_limit_that_goes_back_to_a_stricter_default_is_not_loosened() -> None:
    assert loosened([policy("canary: [], coolOff: 0m, returned: delete, planTtl: 7d")], []) == []


def test_a_window_that_goes_back_to_any_time_is_missed() -> None:
    assert loosened([policy(f"accounts: [crm], windows: [{{{_MORNING}}}]")], []) == [
        (
            f"windows of crm: [{{{_MORNING}}}] becomes [], the default "
            "(Policy/default, base/2.yaml:1 in the base)"
        )
    ]


_DIGEST = f"sha256:{'ab' * 32}"


def allowance(lifts: str, name: str = "once", *, more: str = "") -> str:
    return document("Allowance", name, f"account: crm, lifts: {{{lifts}}}{more}")


def test_an_allowance_that_is_added_is_loosened() -> None:
    dated = allowance("maxDeletes: 9, where.max: 5, allowEmptying: true, coolOff: 0m").replace(
        "reason: old", "reason: old, expires: 2026-12-01"
    )
    bound = allowance("windows: true", "two", more=f', digest: "{_DIGEST}"')
    assert loosened([], [dated, bound]) == [
        (
            "allowance for crm: is added: maxDeletes 9, allowEmptying true, coolOff 0m, "
            "where.max 5, until 2026-12-01 (Allowance/once, head/2.yaml:1)"
        ),
        (
            f"allowance for crm: is added: windows [], for plan {_DIGEST} only "
            "(Allowance/two, head/3.yaml:1)"
        ),
    ]


def test_an_allowance_that_stays_or_goes_is_not_loosened() -> None:
    one, two = allowance("maxDeletes: 9"), allowance("maxDeletes: 7", "two")
    owned = one.replace("owner: ops", "owner: someone-else, ticket: X-1")
    assert loosened([one, two], [owned]) == []


@pytest.mark.parametrize("lifts", ["maxDeletes: 10", "maxDeletes: 8", "coolOff: 0m"])
def test_an_allowance_that_changes_is_another_one(lifts: str) -> None:
    (said,) = loosened([allowance("maxDeletes: 9")], [allowance(lifts)])
    terms = lifts.replace(":", "")
    assert said == (
        f"allowance for crm: is another one now: {terms} (Allowance/once, head/2.yaml:1)"
    )


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        (CRM, CRM, []),
        (CRM, CRM.replace("acme1", "acme2"), ["tenant acme1 becomes acme2"]),
        (CRM, CRM.replace("in21", "us11"), ["region in21 becomes us11"]),
        (CRM, f"{CRM}, sees: all", ["`sees: all` is added"]),
        (f"{CRM}, sees: all", CRM, []),
        (
            f"{CRM}, limits: {{daily: 100}}",
            f"{CRM}, limits: {{daily: 200}}",
            ["limits.daily 100 becomes 200"],
        ),
        (f"{CRM}, limits: {{daily: 100}}", CRM, ["limits.daily 100 becomes unlimited"]),
        (CRM, f"{CRM}, limits: {{daily: 100}}", []),
    ],
)
def test_an_account_that_reaches_more_or_something_else_is_loosened(
    was: str, now: str, expected: list[str]
) -> None:
    base, head = tree("base", account=crm(was)), tree("head", account=crm(now))
    found = compare(base, head, {"crm": "head/0.yaml:2"}).loosened
    assert [said(one) for one in found] == [
        f"account crm: {one} (Account/crm, head/0.yaml:2)" for one in expected
    ]
    assert all(one.place == "" for one in compare(base, head).loosened)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (f"tasks: [{A}, {B}], expect: {{type: [Call], status: pending}}", []),
        (f"tasks: [{A}, {B}], expect: {{type: [Call]}}", ["status pending"]),
        (f"tasks: [{A}, {B}]", ["type Call, status pending"]),
        (f"tasks: [{C}]", []),
    ],
)
def test_an_expectation_that_is_dropped_for_declared_targets_is_loosened(
    head: str, expected: list[str]
) -> None:
    base = tasks("old", f"tasks: [{A}, {B}], expect: {{type: [Call], status: pending}}")
    assert loosened([base], [tasks("old", head)]) == [
        f"2 targets that are still declared: `expect` no longer asks for {one} "
        "(AbsentTasks/old, head/2.yaml:4)"
        for one in expected
    ]


def test_an_expectation_counts_whichever_manifest_has_it() -> None:
    base = [
        tasks("one", f"tasks: [{A}], expect: {{status: pending}}"),
        tasks("two", f"tasks: [{A}]"),
    ]
    head = [
        tasks("one", f"tasks: [{A}]"),
        tasks("two", f"tasks: [{A}], expect: {{status: pending}}"),
    ]
    assert loosened(base, head) == []


def test_expectations_of_identifiers_and_rules_count_as_well() -> None:
    phone = 'records: [{phoneNumber: "+14155550100"}, {phoneNumber: "+14155550101"}]'
    base = [
        records("phone", f"{phone}, expect: {{priority: [1]}}"),
        records("rule", "where: {priority: [2], max: 5}, expect: {timezone: [UTC]}"),
        records("gone", "where: {priority: [3], max: 5}, expect: {timezone: [UTC]}"),
    ]
    head = [
        records("phone", phone),
        records("rule", "where: {priority: [2], max: 5}"),
        records("phone-more", 'records: [{phoneNumber: "+14155550102"}]'),
    ]
    assert loosened(base, head) == [
        (
            "2 targets that are still declared: `expect` no longer asks for priority 1 "
            "(AbsentRecords/phone, head/2.yaml:4)"
        ),
        (
            "1 target that is still declared: `expect` no longer asks for timezone UTC "
            "(AbsentRecords/rule, head/3.yaml:4)"
        ),
    ]


def test_sending_the_identifier_itself_is_loosened() -> None:
    phone = 'records: [{phoneNumber: "+14155550100"}, {phoneNumber: "+14155550101"}]'
    one = 'records: [{phoneNumber: "+14155550100"}]'
    new = 'records: [{phoneNumber: "+14155550102"}], deleteBy: declared'
    base = [records("out", phone), records("some", one)]
    head = [
        records("out", f"{phone}, deleteBy: declared"),
        records("some", f"{one}, deleteBy: declared"),
        records("new", new),
    ]
    assert loosened(base, head) == [
        (
            "phone number ***0100 and 1 more: `deleteBy` becomes declared "
            "(AbsentRecords/out, head/2.yaml:4)"
        ),
        "phone number ***0100: `deleteBy` becomes declared (AbsentRecords/some, head/3.yaml:4)",
    ]
    for folder in (Path("base"), Path("head")):
        folder.rename(f"{folder}-before")
    assert loosened(head, head) == []


_TIMES = st.sampled_from([NOW + timedelta(days=days) for days in range(-3, 3)])
_INSTANTS = st.builds(Instant, _TIMES, st.just("written"), st.booleans())
_WORDS = st.lists(st.sampled_from(["a", "A", "b", "C"]), min_size=1).map(tuple)
_CONDITIONS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(OneOf, st.sampled_from(["x", "y"]), st.just("x"), _WORDS),
    st.builds(Prefix, st.just("x"), st.just("x"), st.text(string.digits[:2], max_size=3)),
    st.builds(Before, st.sampled_from(["at", "on"]), st.just("at"), _INSTANTS),
    st.builds(After, st.sampled_from(["at", "on"]), st.just("at"), _INSTANTS),
)
_TEXTS = st.builds(Text, st.lists(st.sampled_from(["a", "B", "c", "010", "1"])).map(tuple))
_FACTS = st.builds(
    Facts,
    st.fixed_dictionaries(
        {},
        optional={
            "x": _TEXTS,
            "y": _TEXTS,
            "at": st.builds(Moment, st.none() | _TIMES),
            "on": st.builds(Moment, st.none() | _TIMES),
        },
    ),
)


def later(condition: Condition, days: int) -> Condition:
    """Return what a condition asks for some days later."""
    match condition:
        case Before(field, key, instant) if instant.relative:
            return Before(field, key, Instant(instant.at + timedelta(days), "", relative=True))
        case After(field, key, instant) if instant.relative:
            return After(field, key, Instant(instant.at + timedelta(days), "", relative=True))
        case _:
            return condition


@given(one=_CONDITIONS, other=_CONDITIONS, facts=_FACTS, days=st.integers(0, 5))
def test_what_meets_a_narrower_condition_meets_the_wider_one_at_any_time(
    one: Condition, other: Condition, facts: Facts, days: int
) -> None:
    if implies(one, other) and truth(later(one, days), facts) is Truth.HOLDS:
        assert truth(later(other, days), facts) is Truth.HOLDS


@given(_CONDITIONS)
def test_every_condition_is_as_narrow_as_itself(one: Condition) -> None:
    assert implies(one, one)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0, "absolute"), (0, "absolute"), True),
        ((0, "relative"), (1, "relative"), True),
        ((1, "relative"), (0, "relative"), False),
        ((0, "absolute"), (1, "relative"), True),
        ((0, "relative"), (1, "absolute"), False),
    ],
)
def test_a_relative_time_moves_on_and_a_date_stays(
    one: tuple[int, str], other: tuple[int, str], *, expected: bool
) -> None:
    first, second = (
        Instant(NOW + timedelta(days), "written", relative=kind == "relative")
        for days, kind in (one, other)
    )
    assert implies(Before("at", "at", first), Before("at", "at", second)) is expected
    assert implies(After("at", "at", second), After("at", "at", first)) is expected
