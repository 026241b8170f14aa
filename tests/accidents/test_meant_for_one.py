"""KPMG and Microsoft Teams, August 2020: the chats of 145,000 users deleted.

An edit of a retention policy was to take one user out of it. It was applied to everybody.

Here a review shows what a change of the manifests does to live things and not how its text differs,
a share of what there is limits every rule, an exclusion that cannot be read excludes, and a key
that nobody knows is an error.
"""

from collections import Counter
from pathlib import Path

import pytest

from reconciler.domain.changes.comparison import compare
from reconciler.domain.changes.fields import Against
from reconciler.domain.changes.marking import marked
from reconciler.domain.document import document as of_plan
from reconciler.errors import ExitCode, InvalidError
from tests.accidents.scenes import (
    absent_records,
    absent_tasks,
    declared,
    nothing_sent,
    policy,
    protection,
    read,
    records_where,
    tasks_where,
    written,
)
from tests.fakes.numbers import told
from tests.fakes.runs import alive, by_id, outcomes, records, tasks
from tests.simulation import World, a_world

ONE_PERSON = "owner: [former.one@example.com], createdBefore: 2026-11-01"
EVERYBODY = "createdBefore: 2026-11-01"


def deletions_of_change(world: World, base: list[str], head: list[str]) -> dict[str, int]:
    """Return how many deletions each mark of a review has, and how much is loosened."""
    before, after = (
        read(written(world.folder / name, *one)) for name, one in (("base", base), ("head", head))
    )
    plan, found = world.plan_both(after, before)
    loosened = compare(before, after).loosened
    shown = marked(of_plan(plan), Against(reference="main", commit="c0ffee"), found, loosened)
    changes = [one["change"] for one in shown.items(None) if one["action"] == "delete"]
    return {**Counter(changes), "loosened": shown.footer["changes"]["loosened"]}


def test_one_word_that_is_taken_out_of_a_rule_is_shown_as_all_the_deletions_it_adds(
    tmp_path: Path,
) -> None:
    with a_world(tmp_path) as world, nothing_sent(world):
        # One of seven people owns every seventh of 60 tasks.
        shown = deletions_of_change(world, [tasks_where(ONE_PERSON)], [tasks_where(EVERYBODY)])
        assert shown == {"introduced": 52, "pre-existing": 8, "loosened": 1}


def test_a_protection_that_is_taken_away_is_shown_as_the_deletions_it_lets_through(
    tmp_path: Path,
) -> None:
    keep = protection(f"account: acme-crm, tasks: [{', '.join(tasks(0, 1))}]")
    listed = absent_tasks(*tasks(0, 1, 2))
    with a_world(tmp_path) as world, nothing_sent(world):
        shown = deletions_of_change(world, [listed, keep], [listed])
        assert shown == {"introduced": 2, "pre-existing": 1, "loosened": 2}


def test_a_rule_that_suddenly_means_everybody_is_refused_by_its_share(tmp_path: Path) -> None:
    with a_world(tmp_path) as world, nothing_sent(world):
        applied = world.apply(declared(tmp_path, records_where("createdBefore: 2026-11-22")))
        violated = {one.guard for one in applied.plan.violated}
        assert violated == {"maxDeletePercent", "allowEmptying"}
        assert (applied.exit_code, outcomes(applied)) == (
            ExitCode.REFUSED,
            {"not_attempted": 120},
        )


@pytest.mark.parametrize("untold", ["priority", "phone_numbers"])
def test_an_exclusion_that_cannot_be_read_excludes(tmp_path: Path, untold: str) -> None:
    spared, other = records(0, 2)
    keep = {
        "priority": "where: {priority: [1]}",
        "phone_numbers": 'records: [{phoneNumber: "+14155559999"}]',
    }[untold]
    documents = [absent_records(spared, other), protection(f"account: acme-dialer, {keep}")]
    with a_world(tmp_path) as world:
        told(world, spared, lambda row: row.pop(untold))
        applied = world.apply(declared(tmp_path, *documents))
        assert by_id(applied) == {other: "deleted"}
        assert spared in alive(world)


@pytest.mark.parametrize(
    "document",
    [
        protection("account: acme-crm, exclude: [vir@example.com]"),
        protection("account: acme-crm, where: {owners: [former.one@example.com]}"),
        protection("account: acme-crm, where: {status: pending, not: {status: pending}}"),
        tasks_where(f"{ONE_PERSON}, except: [vir@example.com]"),
        absent_tasks(*tasks(0), more=", expects: {type: [Meeting]}"),
        policy("maxDelete: 5"),
        protection("account: acme-crm, tasks: []").replace("Protection", "Protections"),
    ],
)
def test_a_key_that_nobody_knows_is_an_error_and_not_ignored(tmp_path: Path, document: str) -> None:
    with pytest.raises(InvalidError):
        declared(tmp_path, document)
