"""Argo CD, issue 18480: a server failed to list clusters, and the applications of all of them were
deleted: no clusters, so nothing to keep.

Here a listing that fails, ends early or does not add up is unknown and not empty: nobody calls its
targets absent, and nothing is sent to that account. The same holds for manifests: a file that
cannot be read is not a file that says nothing.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.domain.absences import Declarations
from reconciler.domain.items import items_of
from reconciler.domain.plan import Action
from reconciler.errors import ExitCode, InvalidError
from tests.accidents.scenes import (
    LIST,
    absent_records,
    absent_tasks,
    declared,
    nothing_sent,
    protection,
    read,
    records_where,
    tasks_where,
    written,
)
from tests.fakes.runs import MISSING, deletions, outcomes, records, tasks
from tests.simulation import a_world

LISTINGS = [
    *(
        f"common_failures={calls}:1-:{failure}"
        for calls in ("talkdesk_lists", "talkdesk")
        for failure in ("500", "html", "garbled", "cut_after")
    ),
    f"talkdesk_missing_list={LIST}",
    *(f"talkdesk_paging={one}" for one in ("repeat", "skip", "short", "empty", "empty_middle")),
    "talkdesk_count=too_high",
]


def paged(folder: Path, *documents: str) -> Declarations:
    """Return what is declared, to be listed in several pages."""
    declarations = declared(folder, *documents)
    accounts = {
        name: replace(one, limits=replace(one.limits, page=20))
        for name, one in declarations.accounts.items()
    }
    return replace(declarations, accounts=accounts)


@pytest.mark.parametrize("fault", LISTINGS)
def test_what_no_listing_shows_is_not_absent_when_the_listing_fails(
    tmp_path: Path, fault: str
) -> None:
    # More are declared than would be asked for one by one.
    there, gone = records(*range(30)), records(MISSING)
    absent = absent_records(*there, *gone)
    with a_world(tmp_path, fault) as world:
        plan = world.plan(paged(tmp_path, absent))
        (section,) = plan.accounts[0].sections
        told = {item.target_id: item.action for item in items_of(section)}
        assert len(told) == 31
        assert {one for one, action in told.items() if action is Action.ABSENT} <= {*gone}


@pytest.mark.parametrize("fault", LISTINGS)
def test_a_rule_whose_listing_fails_matches_nothing_that_is_sent(
    tmp_path: Path, fault: str
) -> None:
    with a_world(tmp_path, fault) as world, nothing_sent(world):
        applied = world.apply(paged(tmp_path, records_where("priority: [1]")))
        assert (applied.exit_code, "deleted" in outcomes(applied)) == (ExitCode.INCOMPLETE, False)


@pytest.mark.parametrize(
    "fault",
    [
        "common_failures=leadsquared_by_user:1-:500,leadsquared_list:1-:500",
        "common_failures=leadsquared_users:1-:500",
        "common_failures=leadsquared:2-:html",
        "leadsquared_record_count=too_high",
        "common_failures=leadsquared_by_user:1-:500,leadsquared_list:3-:html",
    ],
)
def test_a_rule_over_tasks_whose_listing_fails_is_not_done_and_not_empty(
    tmp_path: Path, fault: str
) -> None:
    rule = tasks_where("type: [Meeting]")
    with a_world(tmp_path, fault) as world, nothing_sent(world):
        applied = world.apply(paged(tmp_path, rule))
        assert applied.exit_code is ExitCode.INCOMPLETE
        assert applied.plan.counts()[Action.UNKNOWN] > 0


def test_an_account_that_cannot_be_listed_does_not_keep_the_other_from_its_end(
    tmp_path: Path,
) -> None:
    documents = [absent_tasks(*tasks(0, 1)), records_where("priority: [1]")]
    with a_world(tmp_path, "common_failures=talkdesk_lists:1-:500") as world:
        applied = world.apply(declared(tmp_path, *documents))
        assert {one.system for one in deletions(world)} == {"leadsquared"}
        assert outcomes(applied)["deleted"] == 2
        assert applied.exit_code is ExitCode.INCOMPLETE


@pytest.mark.parametrize("damage", ["a: b: c", "\0", "kind: Protection", "- []"])
def test_a_file_of_manifests_that_cannot_be_read_ends_everything(
    tmp_path: Path, damage: str
) -> None:
    keep = protection(f"account: acme-crm, tasks: [{tasks(0)[0]}]")
    tree = written(tmp_path / "manifests", absent_tasks(*tasks(0, 1)))
    written(tree, keep, name="keep.yaml")
    with a_world(tmp_path) as world, nothing_sent(world):
        assert world.plan(read(tree)).counts()[Action.PROTECTED] == 1
        written(tree, damage, name="keep.yaml")
        with pytest.raises(InvalidError):
            read(tree)
