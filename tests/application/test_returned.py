"""Returned: a newer record by a number or reference that was proven gone is held, in every run."""

from pathlib import Path

import pytest

from reconciler.domain.absences import Declarations
from reconciler.domain.plan import Action, Plan
from reconciler.errors import ExitCode
from reconciler.sandbox.seed import phone_number, record_id
from tests.fakes.crash import Killed, dying
from tests.fakes.numbers import (
    ACCOUNTS,
    FIRST,
    SECOND,
    as_declared,
    deletes,
    external,
    loaded,
    manifest,
    number,
    of_second_list,
    phones,
    protection,
)
from tests.fakes.runs import alive, deletions, outcomes
from tests.simulation import World, a_world

NEWER = "aaaaaaaa-0000-4000-8000-000000000001"
REASON = (
    "returned: the record of its {} was proven gone on 2026-11-22, and this is a newer one"
).format
DELETE = ACCOUNTS.replace("canary: []", "canary: [], returned: delete")


def comes_back(world: World, n: int, target_id: str = NEWER, list_id: str = FIRST) -> None:
    """Let a record exist by the number and the reference of the sandbox's record ``n``."""
    world.store.add_record(
        list_id,
        target_id,
        phone_numbers=phones(phone_number(n)),
        external_provider="salesforce",
        external_id=f"003SANDBOX{n:08d}",
    )


def held(plan: Plan) -> dict[str, str]:
    """Return the reasons of what is held, by id."""
    return {
        section.absences.ids[position]: section.notes[position]
        for one in plan.accounts
        for section in one.sections
        for position in section.positions(Action.HELD)
    }


@pytest.mark.parametrize(
    ("entry", "words"), [(number(4), "phone number"), (external(4), "external id")]
)
def test_a_newer_record_is_held_and_not_sent(tmp_path: Path, entry: str, words: str) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, manifest(entry))
        assert outcomes(world.apply(declarations)) == {"deleted": 1}
        comes_back(world, 4)
        world.clock.elapsed += 30 * 24 * 3600
        plan = world.plan(declarations)
        assert (held(plan), deletes(plan)) == ({NEWER: REASON(words)}, set())
        applied = world.apply(declarations)
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {})
        assert len(deletions(world)) == 1
        assert NEWER in alive(world)


def test_a_policy_may_have_newer_records_deleted(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, manifest(number(4)), accounts=DELETE)
        world.apply(declarations)
        comes_back(world, 4)
        assert outcomes(world.apply(declarations)) == {"deleted": 1}
        assert NEWER not in alive(world)


def test_a_newer_record_that_is_declared_by_its_own_id_is_deleted(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(loaded(tmp_path, manifest(number(4))))
        comes_back(world, 4)
        both = loaded(tmp_path, manifest(number(4), f"id: {NEWER}"))
        assert outcomes(world.apply(both)) == {"deleted": 1}
        assert NEWER not in alive(world)


def test_a_newer_record_that_a_rule_matches_as_well_is_held(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(loaded(tmp_path, manifest(number(4))))
        comes_back(world, 4)
        rule = "where: {timezone: [Asia/Tokyo], max: 9, unattended: true}"
        both = loaded(tmp_path, manifest(number(4)), manifest(name="rule", more=[rule]))
        world.store.update_record(FIRST, NEWER, timezone="Asia/Tokyo")
        assert outcomes(world.apply(both)) == {}
        assert NEWER in alive(world)


def test_the_same_record_coming_back_is_no_newer_one(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, manifest(number(4)))
        world.apply(declarations)
        comes_back(world, 4, record_id(4))
        assert outcomes(world.apply(declarations)) == {"deleted": 1}


def test_a_record_that_was_declared_by_its_id_says_nothing_of_its_number(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(loaded(tmp_path, manifest(f"id: {record_id(4)}")))
        comes_back(world, 4)
        assert outcomes(world.apply(loaded(tmp_path, manifest(number(4))))) == {"deleted": 1}


def test_a_number_that_was_sent_itself_is_remembered(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        # Two records of the second list share this number.
        declarations = loaded(tmp_path, as_declared(number(3)))
        assert outcomes(world.apply(declarations)) == {"deleted": 2}
        comes_back(world, 3, list_id=SECOND)
        assert held(world.plan(declarations)) == {NEWER: REASON("phone number")}
        assert outcomes(world.apply(declarations)) == {}
        assert NEWER in alive(world)


def test_another_list_remembers_nothing(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(loaded(tmp_path, manifest(number(4))))
        comes_back(world, 4, list_id=SECOND)
        other = loaded(tmp_path, manifest(number(4), record_list=SECOND))
        assert NEWER in deletes(world.plan(other))


def test_a_number_of_which_one_record_stayed_is_not_remembered(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        kept = protection(f"records: [{{id: {of_second_list(7)}}}]")
        twice = manifest(number(3), record_list=SECOND)
        assert outcomes(world.apply(loaded(tmp_path, twice, kept))) == {"deleted": 1}
        comes_back(world, 3, list_id=SECOND)
        assert deletes(world.plan(loaded(tmp_path, twice, kept))) == {NEWER}


def test_a_number_whose_records_were_deleted_by_two_runs_is_remembered(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        kept = protection(f"records: [{{id: {of_second_list(7)}}}]")
        twice = manifest(number(3), record_list=SECOND)
        world.apply(loaded(tmp_path, twice, kept))
        assert outcomes(world.apply(loaded(tmp_path, twice))) == {"deleted": 1}
        comes_back(world, 3, list_id=SECOND)
        assert held(world.plan(loaded(tmp_path, twice))) == {NEWER: REASON("phone number")}


def killed_behind_its_deletion(world: World, declarations: Declarations) -> None:
    """Let a run die when the server has acted, and nothing of it was written down."""
    with dying(world, 10**9) as crash:

        def after(_: object) -> None:
            if deletions(world):
                crash.happened = True
                raise Killed

        world.transport.after = after
        with pytest.raises(Killed):
            world.apply(declarations)


@pytest.mark.parametrize("settled_first", [True, False])
def test_what_a_killed_run_deleted_is_remembered_once_it_is_settled(
    tmp_path: Path, *, settled_first: bool
) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, manifest(number(4)))
        killed_behind_its_deletion(world, declarations)
        if settled_first:
            world.resume(declarations, settle_only=True)
        comes_back(world, 4)
        # The apply that settles it knows it too: nobody wrote it down before.
        applied = world.apply(declarations)
        assert (held(applied.plan), outcomes(applied)) == ({NEWER: REASON("phone number")}, {})
        assert len(deletions(world)) == 1
        assert NEWER in alive(world)


def test_what_was_remembered_by_another_key_is_found(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        declarations = loaded(tmp_path, manifest(number(4), external(6)))
        world.pii_keys = (b"the first key",)
        world.apply(loaded(tmp_path, manifest(number(4))))
        world.pii_keys = ()
        world.apply(loaded(tmp_path, manifest(external(6))))
        comes_back(world, 4)
        comes_back(world, 6, other := NEWER.replace("1", "2"))
        world.pii_keys = (b"another key", b"the first key")
        plan = world.plan(declarations)
        assert held(plan) == {NEWER: REASON("phone number"), other: REASON("external id")}
        assert deletes(plan) == set()


def test_no_number_and_no_reference_stands_in_the_ledger(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        world.apply(
            loaded(
                tmp_path,
                manifest(number(4), external(6)),
                manifest(number(3), record_list=SECOND, name="sent", more=["deleteBy: declared"]),
            )
        )
        files = [path for path in tmp_path.glob("ledger.sqlite*") if path.is_file()]
        assert files
        for content in (path.read_bytes() for path in files):
            for secret in (phone_number(4), phone_number(3), "003SANDBOX00000006"):
                assert secret.removeprefix("+").encode() not in content
