"""A change of the manifests, planned against one reading: what it introduces and withdraws."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.absences import Declarations
from reconciler.domain.changes.fields import Against
from reconciler.domain.changes.marking import marked
from reconciler.domain.changes.review import Mark, Review
from reconciler.domain.document import Fields, PlanDocument, document
from reconciler.domain.items import Item
from reconciler.domain.plan import Action, Plan
from tests.fakes.plans import an_id
from tests.fakes.records import a_row, phone
from tests.fakes.sides import (
    ACME,
    LIST,
    OTHER_LIST,
    SECOND,
    Rows,
    compared,
    items,
    planned,
    protection,
    records,
    tree,
)

A, B, C = an_id(1), an_id(2), an_id(3)
AGAINST = Against(reference="main", commit="c0ffee")
HOME = f"talkdesk/dialer/{LIST}/"
ROWS: Rows = {
    A: replace(a_row(phone(1), priority="1"), shown={"name": "A***"}),
    B: replace(a_row(phone(2), priority="2"), shown={"name": "B***"}),
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def listing(*ids: str, name: str = "old", more: str = "") -> str:
    return records(name, f"records: [{', '.join(f'{{id: {one}}}' for one in ids)}]{more}")


def numbers(*digits: str, name: str = "out") -> str:
    entries = (f'{{phoneNumber: "+1415555{one}"}}' for one in digits)
    return records(name, f"records: [{', '.join(entries)}]")


def where(priorities: str, name: str = "rule") -> str:
    return records(name, f"where: {{priority: [{priorities}], max: 9}}")


def review(
    base: Sequence[str],
    head: Sequence[str],
    *,
    rows: Rows = ROWS,
    unread: str = "",
    was: str = ACME,
) -> PlanDocument:
    """Return the plan of the head as a document that is compared with the base."""
    new, old = tree(Path("head"), head), tree(Path("base"), base, was)
    plan, found = compared(new, old, rows, unread)
    alone = planned(new, rows, unread)
    assert (plan.digest, plan.guards, plan.scope) == (alone.digest, alone.guards, alone.scope)
    return marked(document(plan), AGAINST, found, ())


def marks(shown: PlanDocument) -> dict[str, tuple[str, str]]:
    """Return action and mark by address, in the order of the document."""
    items = list(shown.items(None))
    addresses = [str(one["address"]) for one in items]
    assert addresses == sorted(addresses)
    found = {
        str(one["address"]).removeprefix(HOME): (one["action"], one["change"]) for one in items
    }
    counts = shown.footer["changes"]
    assert {mark.value: counts[mark] for mark in Mark} == {
        mark.value: sum(change == mark for _, change in found.values()) for mark in Mark
    }
    return found


def item(shown: PlanDocument, address: str) -> Fields:
    (found,) = [one for one in shown.items(None) if str(one["address"]).endswith(address)]
    return found


def test_a_target_is_introduced_pre_existing_or_withdrawn() -> None:
    shown = review([listing(A, B)], [listing(B, C)])
    assert marks(shown) == {
        f"record/{A}": ("none", "withdrawn"),
        f"record/{B}": ("delete", "pre-existing"),
        f"record/{C}": ("absent", "introduced"),
    }
    assert shown.footer["changes"] == {
        "introduced": 1,
        "pre-existing": 1,
        "withdrawn": 1,
        "loosened": 0,
    }
    assert shown.header["base"] == {"ref": "main", "commit": "c0ffee"}
    assert shown.footer["counts"] == {
        "delete": 1,
        "absent": 1,
        "protected": 0,
        "held": 0,
        "unknown": 0,
    }


def test_what_is_withdrawn_shows_where_it_was_declared_and_that_it_is_there() -> None:
    assert item(review([listing(A, B)], [listing(B)]), A) == {
        "type": "item",
        "address": f"{HOME}record/{A}",
        "account": "dialer",
        "system": "talkdesk",
        "container": LIST,
        "id": A,
        "action": "none",
        "reason": "withdrawn: nothing declares it any more",
        "declared": [
            {
                "file": "base/3.yaml",
                "line": 4,
                "manifest": "AbsentRecords/old",
                "ticket": "",
                "purpose": "hygiene",
            }
        ],
        "evidence": {"by": "listing", "answer": "seen in the record list"},
        "live": {"name": "A***"},
        "change": "withdrawn",
    }


@pytest.mark.parametrize(
    ("base", "head"),
    [
        ([listing(A), protection(f"records: [{{id: {A}}}]")], [listing(A)]),
        ([listing(A), protection("where: {priority: [1]}")], [listing(A)]),
        ([listing(A, more=", expect: {priority: [2]}")], [listing(A)]),
        ([listing(B)], [listing(A, B)]),
        ([where("2, 3")], [where("1, 2")]),
        ([numbers("0102")], [numbers("0102", "0101")]),
        ([records("old", f"records: [{{id: {A}}}]", OTHER_LIST)], [listing(A)]),
        ([], [listing(A)]),
    ],
)
def test_a_deletion_that_the_base_would_not_make_is_introduced(
    base: list[str], head: list[str]
) -> None:
    found = marks(review(base, head))
    assert found[f"record/{A}"] == ("delete", "introduced")
    assert found.get(f"record/{B}", ("delete", "pre-existing")) == ("delete", "pre-existing")


@pytest.mark.parametrize(
    ("base", "head", "action"),
    [
        ([listing(A)], [listing(A, name="renamed")], "delete"),
        ([listing(A)], [where("1")], "delete"),
        ([numbers("0101")], [listing(A)], "delete"),
        ([listing(A)], [listing(A), protection("where: {priority: [1]}")], "protected"),
        ([listing(A)], [listing(A, more=", expect: {priority: [2]}")], "held"),
    ],
)
def test_what_was_in_the_base_s_plan_is_pre_existing_whatever_declares_it(
    base: list[str], head: list[str], action: str
) -> None:
    assert marks(review(base, head)) == {f"record/{A}": (action, "pre-existing")}


def test_what_a_narrower_rule_no_longer_selects_is_withdrawn() -> None:
    shown = review([where("1, 2")], [where("2")])
    assert marks(shown) == {
        f"record/{A}": ("none", "withdrawn"),
        f"record/{B}": ("delete", "pre-existing"),
    }
    assert item(shown, A)["live"] == {"name": "A***"}


@pytest.mark.parametrize("was", [ACME, ACME.replace("acme", "acme2")])
def test_whatever_a_list_without_a_base_leaves_open_is_introduced(was: str) -> None:
    base = [] if was == ACME else [numbers("0188"), where("1")]
    found = marks(review(base, [numbers("0188"), where("1")], rows={}, unread="cut", was=was))
    assert found == {
        "declared/head/3.yaml:4": ("unknown", "introduced"),
        "where/head/4.yaml:4": ("unknown", "introduced"),
    }


def test_identifiers_are_the_same_wherever_they_stand() -> None:
    base = [records("out", 'records: [{phoneNumber: "+14155550188"}]'), listing(B)]
    assert marks(review(base, [listing(B), numbers("0188")])) == {
        "declared/head/4.yaml:4": ("absent", "pre-existing"),
        f"record/{B}": ("delete", "pre-existing"),
    }


def test_another_identifier_in_the_same_place_is_introduced_and_the_former_withdrawn() -> None:
    shown = review([numbers("0188"), listing(B)], [numbers("0177"), listing(B)])
    assert marks(shown) == {
        "declared/base/3.yaml:4#base": ("none", "withdrawn"),
        "declared/head/3.yaml:4": ("absent", "introduced"),
        f"record/{B}": ("delete", "pre-existing"),
    }
    assert item(shown, "#base")["id"] == "base/3.yaml:4#base"


def test_rules_that_could_not_be_read_are_told_apart_by_manifest_and_conditions() -> None:
    base = [where("1"), where("2", "renamed"), where("3", "gone")]
    head = [where("2", "new-name"), where("5"), where("9", "new")]
    assert marks(review(base, head, rows={}, unread="cut")) == {
        "where/base/5.yaml:4#base": ("none", "withdrawn"),
        "where/head/3.yaml:4": ("unknown", "pre-existing"),
        "where/head/4.yaml:4": ("unknown", "pre-existing"),
        "where/head/5.yaml:4": ("unknown", "introduced"),
    }


def test_what_reading_could_not_tell_is_unknown_to_both_sides() -> None:
    shown = review([numbers("0101", "0188")], [numbers("0101"), listing(B)], unread="cut")
    assert marks(shown) == {
        "declared/base/3.yaml:4#2#base": ("none", "withdrawn"),
        "declared/head/3.yaml:4": ("unknown", "pre-existing"),
        f"record/{A}": ("delete", "pre-existing"),
        f"record/{B}": ("delete", "introduced"),
    }
    assert "evidence" not in item(shown, "#base")


def test_a_list_that_only_the_base_has_is_withdrawn_without_live_state() -> None:
    base = [listing(A), numbers("0101"), where("1")]
    head = [records("old", f"records: [{{id: {B}}}]", OTHER_LIST)]
    shown = review(base, head)
    assert marks(shown) == {
        "declared/base/4.yaml:4#base": ("none", "withdrawn"),
        f"record/{A}": ("none", "withdrawn"),
        "where/base/5.yaml:4#base": ("none", "withdrawn"),
        f"talkdesk/dialer/{OTHER_LIST}/record/{B}": ("delete", "introduced"),
    }
    for one in shown.items(None):
        if one["change"] == "withdrawn":
            assert not {"live", "evidence", "fingerprint"} & one.keys()
            assert one["reason"] == "withdrawn: nothing declares it any more"


def test_an_account_that_only_the_base_has_in_scope_is_withdrawn_and_not_in_the_header() -> None:
    base = [listing(A), records("else", f"records: [{{id: {B}}}]", account=SECOND)]
    shown = review(base, [listing(A)])
    assert marks(shown) == {
        f"record/{A}": ("delete", "pre-existing"),
        f"talkdesk/{SECOND}/{LIST}/record/{B}": ("none", "withdrawn"),
    }
    assert [one["name"] for one in shown.header["accounts"]] == ["dialer"]


@pytest.mark.parametrize(
    "was", [ACME.replace("acme", "acme2"), ACME.replace("region: us", "region: eu")]
)
def test_nothing_was_there_before_in_an_account_that_was_another_one(was: str) -> None:
    shown = review([listing(A, B)], [listing(A)], was=was)
    assert marks(shown) == {
        f"record/{A}": ("delete", "introduced"),
        f"record/{B}": ("none", "withdrawn"),
    }
    assert "live" not in item(shown, B)


def test_a_few_of_each_mark_are_enough_to_show_and_no_deletion_hides_an_introduced_one() -> None:
    ids = [an_id(number) for number in range(9)]
    rows = {one: a_row() for one in ids}
    shown = review([listing(*ids[:6])], [listing(*ids[3:])], rows=rows)
    some = [(str(one["id"]), one["change"]) for one in shown.items(2)]
    assert some == [
        (ids[0], "withdrawn"),
        (ids[1], "withdrawn"),
        (ids[3], "pre-existing"),
        (ids[4], "pre-existing"),
        (ids[6], "introduced"),
        (ids[7], "introduced"),
    ]
    assert [one["id"] for one in review_again(shown)] == ids


def review_again(shown: PlanDocument) -> Iterator[Fields]:
    """Items may be asked for as often as they are needed."""
    list(shown.items(None))
    return shown.items(None)


# -- whatever the change


POOL = [an_id(number) for number in range(5)]
PRIORITIES = ("1", "2", "5")


@st.composite
def documents(draw: st.DrawFn) -> list[str]:
    """Draw one state of the manifests."""
    ids, places = st.lists(st.sampled_from(POOL), max_size=4, unique=True), (LIST, OTHER_LIST)
    chosen = st.lists(st.sampled_from(PRIORITIES), min_size=1, max_size=2, unique=True)
    found = []
    for number in range(draw(st.integers(0, 3))):
        entries = [f"{{id: {one}}}" for one in draw(ids)]
        if draw(st.booleans()):
            entries += [
                f'{{phoneNumber: "{phone(one).number}"}}'
                for one in draw(st.sets(st.integers(0, 4), max_size=2))
            ]
        spec = f"records: [{', '.join(entries)}]"
        if draw(st.booleans()):
            spec += f", expect: {{priority: [{', '.join(draw(chosen))}]}}"
        if draw(st.booleans()):
            spec += ", deleteBy: declared"
        if entries:
            found.append(records(f"list-{number}", spec, draw(st.sampled_from(places))))
    if draw(st.booleans()):
        found.append(where(", ".join(draw(chosen)), f"rule-{draw(st.integers(0, 1))}"))
    if draw(st.booleans()):
        kept = ", ".join(f"{{id: {one}}}" for one in draw(ids))
        found.append(protection(f"records: [{kept}], where: {{priority: [{draw(chosen)[0]}]}}"))
    if draw(st.booleans()):
        kept = phone(draw(st.integers(0, 4))).number
        found.append(protection(f'records: [{{phoneNumber: "{kept}"}}]', "keep-number"))
    return found


ROWS_DRAWN = st.dictionaries(
    st.sampled_from(POOL),
    st.builds(
        lambda numbers, priority, mark: a_row(*map(phone, numbers), priority=priority, mark=mark),
        st.sets(st.integers(0, 4), max_size=2),
        st.sampled_from(PRIORITIES),
        st.sampled_from(["a", "b"]),
    ),
)


def told(item: Item) -> tuple[object, ...]:
    """Return what is to be the same with and without a base."""
    return item.address, item.action, item.reason, item.declared, item.fingerprint


def loaded(
    folder: str, base: list[str], head: list[str], was: str
) -> tuple[Declarations, Declarations]:
    return tree(Path(folder, "head"), head), tree(Path(folder, "base"), base, was)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    base=documents(),
    head=documents(),
    rows=ROWS_DRAWN,
    unread=st.sampled_from(["", "", "cut"]),
    was=st.sampled_from([ACME, ACME, ACME, ACME.replace("acme", "acme2")]),
)
def test_the_plan_is_the_one_without_a_base_and_the_marks_are_those_of_both_plans(
    base: list[str], head: list[str], rows: Rows, unread: str, was: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        new, old = loaded(folder, base, head, was)
        plan, found = compared(new, old, rows, unread)
        alone, before = planned(new, rows, unread), planned(old, rows, unread)
    assert list(map(told, items(plan))) == list(map(told, items(alone)))
    assert (plan.digest, plan.guards, plan.scope) == (alone.digest, alone.guards, alone.scope)
    assert (plan.counts(), plan.applyable) == (alone.counts(), alone.applyable)
    check_marks(plan, found, before, same=was == ACME)


def check_marks(plan: Plan, found: Review, before: Plan, *, same: bool) -> None:
    """Hold the marks of targets against the two plans, each made alone."""
    shown = marked(document(plan), AGAINST, found, ())
    told = list(shown.items(None))
    addresses = [str(one["address"]) for one in told]
    assert addresses == sorted(addresses)
    assert len(addresses) == len(set(addresses))
    theirs = {one.address: one for one in items(before)}
    mine = {one.address for one in items(plan)}
    lists = {section.absences.container for one in plan.accounts for section in one.sections}
    for one in (one for one in told if "/record/" in str(one["address"])):
        address, was = str(one["address"]), theirs.get(str(one["address"]))
        if one["change"] == Mark.WITHDRAWN:
            assert one["action"] == "none"
            assert address not in mine
            assert not same or was is not None or one["container"] not in str(lists)
            continue
        introduced = was is None or (
            one["action"] == Action.DELETE and was.action is not Action.DELETE
        )
        assert (one["change"] == Mark.INTRODUCED) == (introduced or not same)
    withdrawn = {str(one["address"]) for one in told if one["change"] == Mark.WITHDRAWN}
    read = {
        one.address
        for one in items(before)
        if "/record/" in one.address and same and one.container in str(lists)
    }
    assert read - mine <= withdrawn
