"""Records by phone number, external id and rule: resolved while planning, proven like any other."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.application.clock import utc
from reconciler.domain.outcomes import Outcome
from reconciler.domain.plan import Action
from reconciler.errors import ExitCode
from reconciler.manifests.load import load
from reconciler.sandbox.seed import phone_number, record_id
from tests.fakes.numbers import (
    ACCOUNTS,
    FIRST,
    SECOND,
    UNUSED,
    Spy,
    as_declared,
    deletes,
    external,
    loaded,
    manifest,
    number,
    of_second_list,
    phones,
    protection,
    told,
)
from tests.fakes.runs import alive, check, deletions, events, outcomes, saved
from tests.simulation import EPOCH, a_world


def test_every_kind_of_identifier_finds_its_records(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(
            tmp_path,
            # The second number of record 4, the reference of record 6, the id of record 8.
            manifest(number(4, "212"), external(6), f"id: {record_id(8)}"),
            # Two records share this number.
            manifest(number(3), record_list=SECOND, name="twice"),
        )
        plan = world.plan(declarations)
        expected = {record_id(4), record_id(6), record_id(8), of_second_list(6), of_second_list(7)}
        assert deletes(plan) == expected
        before, spy = alive(world), Spy(world)
        applied = world.apply(declarations)
        assert (outcomes(applied), applied.exit_code) == ({"deleted": 5}, ExitCode.DONE)
        assert before - alive(world) == expected
        # By default what is sent are the ids that were resolved.
        assert spy.keys == [["id"], ["id"]]
        check(world, applied, planned=sorted(expected))


def test_an_identifier_that_nothing_goes_by_is_absent_with_evidence(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        plan = world.plan(loaded(tmp_path, manifest(number(999))))
    (section,) = plan.accounts[0].sections
    (item,) = section.remainders
    assert (item.action, item.evidence and item.evidence.answer) == (
        Action.ABSENT,
        "not among the 120 records of a complete listing",
    )


def test_an_incomplete_listing_leaves_every_identifier_unknown(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_count=too_high") as world:
        declarations = loaded(tmp_path, manifest(number(4), number(999)))
        plan = world.plan(declarations)
        assert deletes(plan) == {record_id(4)}
        assert plan.counts()[Action.UNKNOWN] == 2
        applied = world.apply(declarations)
        assert (applied.exit_code, deletions(world)) == (ExitCode.INCOMPLETE, [])


def test_an_unreachable_list_leaves_every_identifier_and_rule_unknown(tmp_path: Path) -> None:
    with a_world(tmp_path, f"talkdesk_missing_list={FIRST}") as world:
        rule = manifest(more=["where: {priority: [1], max: 99}"], name="rule")
        plan = world.plan(loaded(tmp_path, manifest(number(4)), rule))
    assert plan.counts() == {**dict.fromkeys(Action, 0), Action.UNKNOWN: 2}


def test_a_rule_deletes_what_meets_its_conditions_once_it_is_reviewed(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        where = "where: {priority: [1], timezone: [Europe/Lisbon], max: 99, unattended: true}"
        declarations = loaded(tmp_path, manifest(more=[where]))
        matching = {
            row["id"]
            for row in world.store.records(FIRST)
            if row["priority"] == 1 and row["timezone"] == "Europe/Lisbon"
        }
        assert matching
        assert deletes(world.plan(declarations)) == matching
        before = alive(world)
        applied = world.apply(declarations)
        assert applied.exit_code is ExitCode.DONE
        assert before - alive(world) == matching


def test_without_review_a_rule_deletes_nothing(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, manifest(more=["where: {priority: [1], max: 99}"]))
        digest = world.plan(declarations).digest
        applied = world.apply(declarations)
        assert (applied.exit_code, deletions(world)) == (ExitCode.DONE, [])
        assert applied.plan.counts()[Action.HELD] == 24
        # Approving the digest of the plan is a review.
        applied = world.apply(declarations, expected_digest=digest)
        assert outcomes(applied) == {"deleted": 24}


def test_more_matches_than_a_rule_allows_refuse_the_plan(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        where = "where: {priority: [1], max: 23, unattended: true}"
        applied = world.apply(loaded(tmp_path, manifest(more=[where])))
        assert (applied.exit_code, deletions(world)) == (ExitCode.REFUSED, [])
        (violated,) = applied.plan.violated
        assert (violated.guard, violated.observed, violated.limit) == ("where.max", 24, 23)


def test_what_differs_from_its_expectation_is_held(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(
            tmp_path, manifest(f"id: {record_id(0)}", f"id: {record_id(1)}", more=EXPECT)
        )
        applied = world.apply(declarations)
    (section,) = applied.plan.accounts[0].sections
    assert outcomes(applied) == {"deleted": 1}
    (note,) = section.notes.values()
    assert note == "expected priority 5, is 1 (AbsentRecords/out)"


EXPECT = ["expect: {priority: [5]}"]


def test_identifiers_are_sent_themselves_where_the_manifest_says_so(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        entries = (number(4, "212"), external(6), f"id: {record_id(8)}", number(999))
        declarations = loaded(tmp_path, as_declared(*entries, record_list=FIRST))
        before, spy = alive(world), Spy(world)
        applied = world.apply(declarations)
        gone = {record_id(n) for n in (4, 6, 8)}
        assert before - alive(world) == gone
        assert (outcomes(applied), applied.exit_code) == ({"deleted": 3}, ExitCode.DONE)
        # One kind a batch; what selects nothing is not sent.
        assert spy.keys == [["id"], ["external_id", "external_provider"], ["phone_number"]]
        assert [len(body) for body in spy.bodies] == [1, 1, 1]
        check(world, applied, planned=sorted(gone))
        told = events(world, applied)
        intents = [one for one in told if one["type"] == "batch.intent"]
        assert [one["batch"]["by"] for one in intents] == ["id", "external_id", "phone_number"]
        # No key is set, so that they are masked.
        sent_as = [item.get("sent_as") for one in intents for item in one["items"]]
        assert sent_as == [None, "salesforce ***0006", "***0104"]
        assert phone_number(4, "212") not in json.dumps(told)


def test_a_number_of_two_records_is_sent_once(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, as_declared(number(3)))
        spy = Spy(world)
        applied = world.apply(declarations)
        assert spy.bodies == [[{"phone_number": phone_number(3)}]]
        assert (outcomes(applied), applied.exit_code) == ({"deleted": 2}, ExitCode.DONE)
        assert not {of_second_list(6), of_second_list(7)} & alive(world)


def test_sending_numbers_needs_a_policy(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        accounts = ACCOUNTS.replace(", allowDeclared: true", "")
        declarations = loaded(tmp_path, as_declared(number(3)), accounts=accounts)
        applied = world.apply(declarations)
        assert (applied.exit_code, deletions(world)) == (ExitCode.REFUSED, [])
        assert [one.guard for one in applied.plan.violated] == ["allowDeclared"]


def test_a_number_that_also_selects_a_protected_record_is_not_sent(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        vip = protection(f"records: [{{id: {of_second_list(7)}}}]")
        applied = world.apply(loaded(tmp_path, as_declared(number(3)), vip))
        assert deletions(world) == []
        counts = applied.plan.counts()
        assert (counts[Action.HELD], counts[Action.PROTECTED]) == (1, 1)


def test_more_deletions_than_matches_stop_the_run(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_total_deleted=too_high") as world:
        declarations = loaded(tmp_path, as_declared(number(3)))
        applied = world.apply(declarations)
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        assert outcomes(applied) == {"deleted": 2}


@pytest.mark.parametrize("answer", ["202", "202_with_body", "200"])
def test_a_number_is_proven_like_an_id_whatever_the_answer(tmp_path: Path, answer: str) -> None:
    with a_world(tmp_path, f"talkdesk_delete_answer={answer}") as world:
        declarations = loaded(tmp_path, as_declared(number(3)))
        applied = world.apply(declarations)
        assert (outcomes(applied), applied.exit_code) == ({"deleted": 2}, ExitCode.DONE)


def test_an_api_that_matches_fewer_numbers_than_we_leaves_the_others_still_present(
    tmp_path: Path,
) -> None:
    """We compare all numbers of a record; an API that compares the first deletes less."""
    with a_world(tmp_path, "talkdesk_phone_match=first") as world:
        declarations = loaded(tmp_path, as_declared(number(4, "212"), record_list=FIRST))
        applied = world.apply(declarations)
        assert (outcomes(applied), applied.exit_code) == (
            {Outcome.STILL_PRESENT.value: 1},
            ExitCode.BAD_OUTCOME,
        )


def test_the_number_that_makes_a_batch_a_400_alone_is_failed(tmp_path: Path) -> None:
    with a_world(tmp_path, f"talkdesk_poison_id={phone_number(3)}") as world:
        entries = [number(n) for n in range(5)]
        declarations = loaded(tmp_path, as_declared(*entries))
        applied = world.apply(declarations)
        assert outcomes(applied) == {"deleted": 8, "failed": 2}
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        failed = {one for one, settled in applied.results.items() if settled.outcome == "failed"}
        assert {one.rpartition("/")[2] for one in failed} == {of_second_list(6), of_second_list(7)}
        check(world, applied)


def test_relative_times_mean_in_an_apply_what_they_meant_in_its_plan(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(
            tmp_path, manifest(more=["where: {updatedBefore: 100m ago, max: 99}"])
        )
        reviewed = saved(world, declarations)
        assert len(reviewed.reviewed.deletions[ADDRESS]) == 19
        world.clock.elapsed += 1.0
        another = saved(world, declarations, "another.jsonl")
        later = utc(EPOCH + 20 * 3600)
        tree = tmp_path / "manifests"
        today = load(tree, now=later)
        then = load(tree, now=later, relative_times=reviewed.relative_times)
        # Everything is older than that by now.
        assert world.plan(today).counts()[Action.DELETE] == 120
        applied = world.apply(then, saved=reviewed)
        assert outcomes(applied) == {"deleted": 19}
        assert applied.plan.counts()[Action.HELD] == 0
        # Without them what matches by now is held, since nobody reviewed it.
        assert world.apply(today, saved=another).plan.counts()[Action.HELD] == 101


ADDRESS = f"talkdesk/acme-dialer/{FIRST}/record/"


# -- rows that change, or that do not tell everything


def test_a_record_that_changes_its_number_between_the_passes_is_left_alone(tmp_path: Path) -> None:
    """The first pass shows the number, the second one does not; by id there is no answer."""
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, manifest(number(4)))
        reviewed = saved(world, declarations)
        moved = {"phone_number": UNUSED, "phone_numbers": phones(UNUSED)}
        spy = Spy(world, 2, lambda: world.store.update_record(FIRST, record_id(4), **moved))

        def unanswered_by_id(request: httpx.Request) -> Exception | None:
            by_id = request.url.path.endswith(f"/records/{record_id(4)}")
            return httpx.ReadTimeout("slow") if by_id and spy.pages == 2 else spy.note(request)

        world.transport.before = unanswered_by_id
        applied = world.apply(declarations, saved=reviewed)
        assert (outcomes(applied), applied.exit_code) == (
            {"not_attempted": 1},
            ExitCode.INCOMPLETE,
        )
        assert deletions(world) == []
        check(world, applied, planned=[record_id(4)])


NUMBERS_IN_PART: list[dict[str, Any]] = [
    {"phone_numbers": [], "phone_number": None},
    {"phone_numbers": None, "phone_number": UNUSED},
    {"phone_numbers": [*phones(UNUSED), None]},
    {"phone_numbers": [*phones(UNUSED), {"phone_type": "HOME"}]},
]


@pytest.mark.parametrize("fields", NUMBERS_IN_PART, ids=str)
def test_a_record_that_does_not_tell_its_numbers_may_have_any(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    with a_world(tmp_path) as world:
        told(world, record_id(4), lambda row: row.update(fields))
        plan = world.plan(loaded(tmp_path, manifest(number(4, "212"))))
    assert plan.counts() == {**dict.fromkeys(Action, 0), Action.UNKNOWN: 1}
    (item,) = plan.accounts[0].sections[0].remainders
    assert item.reason == "1 of the records listed may have phone numbers that are not told"


def test_a_record_that_tells_half_a_reference_may_be_the_declared_one(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        told(world, record_id(6), lambda row: row.update(external_provider=None))
        plan = world.plan(loaded(tmp_path, manifest(external(6), number(999))))
    unknown, absent = plan.accounts[0].sections[0].remainders
    assert (unknown.action, unknown.reason) == (
        Action.UNKNOWN,
        "1 of the records listed tell only a part of their external reference",
    )
    assert absent.action is Action.ABSENT


def test_what_a_number_selects_is_deleted_by_id_whatever_other_records_tell(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world:
        told(world, record_id(5), lambda row: row.update(phone_numbers=None))
        plan = world.plan(loaded(tmp_path, manifest(number(4))))
    assert plan.counts() == {**dict.fromkeys(Action, 0), Action.DELETE: 1}


def test_a_number_is_not_sent_while_a_record_does_not_tell_whether_it_has_it(
    tmp_path: Path,
) -> None:
    def silent(row: dict[str, Any]) -> None:
        del row["phone_number"], row["phone_numbers"]

    with a_world(tmp_path) as world:
        told(world, of_second_list(7), silent)
        before = alive(world)
        applied = world.apply(loaded(tmp_path, as_declared(number(3))))
        assert (outcomes(applied), applied.exit_code) == (
            {"not_attempted": 1},
            ExitCode.INCOMPLETE,
        )
        assert (alive(world), deletions(world)) == (before, [])


@pytest.mark.parametrize(
    ("fields", "spec"),
    [
        ({"phone_numbers": None, "phone_number": UNUSED}, f"records: [{number(6, '212')}]"),
        ({"external_provider": None}, f"records: [{external(6)}]"),
        ({"external_id": ""}, f"records: [{external(6)}]"),
        ({"external_provider": "Salesforce"}, f"records: [{external(6)}]"),
        ({}, f"records: [{external(6).replace('salesforce', 'SalesForce')}]"),
        ({"timezone": None}, "where: {timezone: [Europe/Lisbon]}"),
        ({"updated_at": "0001-01-01T00:00:00+05:00"}, "where: {updatedBefore: 2026-01-01}"),
    ],
    ids=str,
)
def test_what_a_row_leaves_open_is_protected(
    tmp_path: Path, fields: dict[str, Any], spec: str
) -> None:
    with a_world(tmp_path) as world:
        told(world, record_id(6), lambda row: row.update(fields))
        listed = manifest(f"id: {record_id(6)}", f"id: {record_id(7)}")
        plan = world.plan(loaded(tmp_path, listed, protection(spec)))
    assert deletes(plan) == {record_id(7)}
    assert plan.counts()[Action.PROTECTED] == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [("vip.csv", "id\n{}\n"), ("vip.txt", "{}\n"), ("vip.ndjson", '{{"id": "{}"}}\n')],
)
def test_a_protection_by_file_covers_ids_in_capitals(
    tmp_path: Path, name: str, content: str
) -> None:
    with a_world(tmp_path) as world:
        folder = tmp_path / "manifests"
        folder.mkdir()
        (folder / name).write_text(content.format(record_id(6).upper()))
        listed = manifest(f"id: {record_id(6)}", f"id: {record_id(7)}")
        vip = protection(f"recordsFrom: {{file: {name}}}")
        plan = world.plan(loaded(tmp_path, listed, vip))
    assert deletes(plan) == {record_id(7)}
    assert plan.counts()[Action.PROTECTED] == 1


# -- lists that are emptied


KEEPING_LISTS = ACCOUNTS.replace("allowEmptying: true, ", "")


def test_a_list_that_shrinks_while_it_is_listed_is_not_emptied_unnoticed(tmp_path: Path) -> None:
    """The list says that it holds 121 records; the listing has 120, and all are declared."""
    with a_world(tmp_path) as world:
        declarations = loaded(
            tmp_path, manifest(*(number(n) for n in range(120))), accounts=KEEPING_LISTS
        )
        world.store.add_record(FIRST, record_id(77_777), phone_numbers=phones(UNUSED))
        Spy(world, 1, lambda: world.store.remove_record(FIRST, record_id(77_777)))
        plan = world.plan(declarations)
    assert plan.counts()[Action.DELETE] == 120
    assert [(one.guard, one.note) for one in plan.violated] == [
        ("allowEmptying", "would delete all of 120")
    ]


def test_a_count_that_lags_behind_does_not_let_a_list_be_emptied(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_records_count_lag=3600") as world:

        def delete(numbers: range) -> tuple[dict[str, int], int]:
            listed = manifest(*(f"id: {record_id(n)}" for n in numbers))
            applied = world.apply(loaded(tmp_path, listed, accounts=KEEPING_LISTS))
            return outcomes(applied), applied.exit_code

        assert delete(range(60)) == ({"deleted": 60}, ExitCode.DONE)
        assert delete(range(60, 120)) == ({"not_attempted": 60}, ExitCode.REFUSED)
        assert len(world.store.record_ids(FIRST)) == 60
