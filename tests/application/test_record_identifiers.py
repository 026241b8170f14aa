"""Records by phone number, external id and rule: resolved while planning, proven like any other."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from reconciler.application.clock import utc
from reconciler.domain.absences import Declarations
from reconciler.domain.outcomes import Outcome
from reconciler.domain.plan import Action, Plan
from reconciler.errors import ExitCode
from reconciler.manifests.load import load
from reconciler.sandbox.seed import phone_number, record_id, record_list_id
from tests.fakes.runs import alive, check, deletions, events, outcomes, saved
from tests.simulation import EPOCH, World, a_world

FIRST, SECOND = record_list_id(0), record_list_id(1)
ACCOUNTS = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-dialer}
spec: {system: talkdesk, region: eu, tenant: acme}
---
apiVersion: reconciler/v1
kind: Policy
metadata: {name: default}
spec: {maxDeletes: 500, maxDeletePercent: 100, allowEmptying: true, allowDeclared: true}
"""


def of_second_list(n: int) -> str:
    return record_id(1_000_000 + n)


def external(n: int) -> str:
    return f"{{externalProvider: salesforce, externalId: 003SANDBOX{n:08d}}}"


def number(n: int, area: str = "415") -> str:
    return f'{{phoneNumber: "{phone_number(n, area)}"}}'


def manifest(
    *entries: str, record_list: str = FIRST, name: str = "out", more: Sequence[str] = ()
) -> str:
    listed = "".join(f"    - {entry}\n" for entry in entries)
    fields = "".join(f"  {field}\n" for field in more)
    return (
        "---\napiVersion: reconciler/v1\nkind: AbsentRecords\n"
        f"metadata: {{name: {name}, owner: ops, reason: Opted out}}\n"
        f"spec:\n  account: acme-dialer\n  recordList: {record_list}\n"
        + (f"  records:\n{listed}" if entries else "")
        + fields
    )


def loaded(folder: Path, *documents: str) -> Declarations:
    tree = folder / "manifests"
    tree.mkdir(exist_ok=True)
    (tree / "all.yaml").write_text(ACCOUNTS + "".join(documents))
    return load(tree, now=utc(EPOCH))


def deletes(plan: Plan) -> set[str]:
    return {
        section.absences.ids[position]
        for one in plan.accounts
        for section in one.sections
        for position in section.deletions()
    }


@dataclass
class Spy:
    """Keeps the arrays of deletions, and acts when so many pages were asked for."""

    world: World
    page: int = 0
    then: Callable[[], object] = lambda: None
    bodies: list[list[dict[str, str]]] = field(default_factory=list)
    pages: int = 0

    def __post_init__(self) -> None:
        self.world.transport.before = self.note

    def note(self, request: httpx.Request) -> Exception | None:
        if request.method == "DELETE":
            self.bodies.append(json.loads(request.content))
        if request.url.path.endswith("/records"):
            self.pages += 1
            if self.pages == self.page:
                self.then()
        return None

    @property
    def keys(self) -> list[list[str]]:
        """The kinds of identifiers in each deletion."""
        return [sorted({key for one in body for key in one}) for body in self.bodies]


BEFORE_ITS_BATCH = 3
"""The plan lists twice; the third page is asked for right before the batch."""


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
        declarations = loaded(tmp_path, manifest(*entries, more=["deleteBy: declared"]))
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
        declarations = loaded(
            tmp_path, manifest(number(3), record_list=SECOND, more=["deleteBy: declared"])
        )
        spy = Spy(world)
        applied = world.apply(declarations)
        assert spy.bodies == [[{"phone_number": phone_number(3)}]]
        assert (outcomes(applied), applied.exit_code) == ({"deleted": 2}, ExitCode.DONE)
        assert not {of_second_list(6), of_second_list(7)} & alive(world)


def test_sending_numbers_needs_a_policy(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        loaded(tmp_path, manifest(number(3), record_list=SECOND, more=["deleteBy: declared"]))
        text = (tmp_path / "manifests" / "all.yaml").read_text()
        (tmp_path / "manifests" / "all.yaml").write_text(text.replace(", allowDeclared: true", ""))
        declarations = load(tmp_path / "manifests", now=utc(EPOCH))
        applied = world.apply(declarations)
        assert (applied.exit_code, deletions(world)) == (ExitCode.REFUSED, [])
        assert [one.guard for one in applied.plan.violated] == ["allowDeclared"]


def test_a_number_that_also_selects_a_protected_record_is_not_sent(tmp_path: Path) -> None:
    protection = f"""\
---
apiVersion: reconciler/v1
kind: Protection
metadata: {{name: vip, owner: ops, reason: Contract}}
spec: {{account: acme-dialer, records: [{{id: {of_second_list(7)}}}]}}
"""
    with a_world(tmp_path) as world:
        tree = manifest(number(3), record_list=SECOND, more=["deleteBy: declared"])
        applied = world.apply(loaded(tmp_path, tree, protection))
        assert deletions(world) == []
        counts = applied.plan.counts()
        assert (counts[Action.HELD], counts[Action.PROTECTED]) == (1, 1)


def test_a_record_that_appears_after_the_plan_keeps_its_number_from_being_sent(
    tmp_path: Path,
) -> None:
    """The number is resolved again right before its batch."""
    with a_world(tmp_path) as world:
        declarations = loaded(
            tmp_path, manifest(number(3), record_list=SECOND, more=["deleteBy: declared"])
        )
        phones = [{"phone_number": phone_number(3), "phone_type": "MOBILE"}]

        def appears() -> None:
            world.store.add_record(SECOND, record_id(77_777), phone_numbers=phones)

        Spy(world, BEFORE_ITS_BATCH, appears)
        applied = world.apply(declarations)
        assert deletions(world) == []
        assert (outcomes(applied), applied.exit_code) == (
            {"not_attempted": 2},
            ExitCode.INCOMPLETE,
        )


def test_a_record_that_vanishes_after_the_plan_is_already_absent(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(
            tmp_path, manifest(number(3), record_list=SECOND, more=["deleteBy: declared"])
        )

        Spy(world, BEFORE_ITS_BATCH, lambda: world.store.remove_record(SECOND, of_second_list(7)))
        applied = world.apply(declarations)
        assert outcomes(applied) == {"deleted": 1, "already_absent": 1}
        assert applied.exit_code is ExitCode.DONE


def test_more_deletions_than_matches_stop_the_run(tmp_path: Path) -> None:
    with a_world(tmp_path, "talkdesk_total_deleted=too_high") as world:
        declarations = loaded(
            tmp_path, manifest(number(3), record_list=SECOND, more=["deleteBy: declared"])
        )
        applied = world.apply(declarations)
        assert applied.exit_code is ExitCode.BAD_OUTCOME
        assert outcomes(applied) == {"deleted": 2}


@pytest.mark.parametrize("answer", ["202", "202_with_body", "200"])
def test_a_number_is_proven_like_an_id_whatever_the_answer(tmp_path: Path, answer: str) -> None:
    with a_world(tmp_path, f"talkdesk_delete_answer={answer}") as world:
        declarations = loaded(
            tmp_path, manifest(number(3), record_list=SECOND, more=["deleteBy: declared"])
        )
        applied = world.apply(declarations)
        assert (outcomes(applied), applied.exit_code) == ({"deleted": 2}, ExitCode.DONE)


def test_an_api_that_matches_fewer_numbers_than_we_leaves_the_others_still_present(
    tmp_path: Path,
) -> None:
    """We compare all numbers of a record; an API that compares the first deletes less."""
    with a_world(tmp_path, "talkdesk_phone_match=first") as world:
        declarations = loaded(tmp_path, manifest(number(4, "212"), more=["deleteBy: declared"]))
        applied = world.apply(declarations)
        assert (outcomes(applied), applied.exit_code) == (
            {Outcome.STILL_PRESENT.value: 1},
            ExitCode.BAD_OUTCOME,
        )


def test_the_number_that_makes_a_batch_a_400_alone_is_failed(tmp_path: Path) -> None:
    with a_world(tmp_path, f"talkdesk_poison_id={phone_number(3)}") as world:
        entries = [number(n) for n in range(5)]
        declarations = loaded(
            tmp_path, manifest(*entries, record_list=SECOND, more=["deleteBy: declared"])
        )
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
        assert world.apply(today, saved=reviewed).plan.counts()[Action.HELD] == 101


ADDRESS = f"talkdesk/acme-dialer/{FIRST}/record/"
