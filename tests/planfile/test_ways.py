"""The way in which each container was read, as a saved plan knows it."""

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.domain.accounts import Container, System
from reconciler.domain.document import document
from reconciler.domain.plan import Plan
from reconciler.domain.ways import Way
from reconciler.planfile.read import SavedPlan, read_plan
from reconciler.planfile.write import write_plan
from tests.fakes.plans import a_plan, an_id, present

CRM = Container(System.LEADSQUARED, "acme-crm")
FIRST = Container(System.TALKDESK, "acme-dialer", "list-1")
SECOND = Container(System.TALKDESK, "acme-dialer", "list-2")


def read_in(ways: dict[Container, str]) -> Plan:
    """Return a plan whose containers were read in these ways."""
    made = a_plan({container: {an_id(0): present()} for container in ways})
    accounts = [
        replace(
            account,
            sections=[
                replace(
                    section,
                    reading=replace(section.reading, way=ways[section.absences.container]),
                )
                for section in account.sections
            ],
        )
        for account in made.accounts
    ]
    return replace(made, accounts=accounts)


def saved(plan: Plan, folder: Path) -> SavedPlan:
    write_plan(document(plan), folder / "plan.jsonl")
    return read_plan(folder / "plan.jsonl")


def test_each_container_has_the_way_that_it_was_read_in(tmp_path: Path) -> None:
    ways = {CRM: "whole account", FIRST: "by phone number", SECOND: "whole list"}
    assert saved(read_in(ways), tmp_path).ways == {
        CRM: Way.WHOLE_ACCOUNT,
        FIRST: Way.BY_PHONE,
        SECOND: Way.WHOLE_LIST,
    }


@pytest.mark.parametrize(
    ("words", "way"),
    [
        ("by owner, by lead, by id", Way.BY_OWNER),
        ("whole account, by id", Way.WHOLE_ACCOUNT),
        ("by id", Way.BY_ID),
    ],
)
def test_of_several_ways_the_first_one_counts(tmp_path: Path, words: str, way: Way) -> None:
    assert saved(read_in({CRM: words}), tmp_path).ways == {CRM: way}


@pytest.mark.parametrize("words", ["not read", "by magic", ""])
def test_what_was_not_read_has_no_way(tmp_path: Path, words: str) -> None:
    assert saved(read_in({CRM: words, FIRST: "by id"}), tmp_path).ways == {FIRST: Way.BY_ID}
