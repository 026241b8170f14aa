"""The plan as a page: the essential is plain HTML, whatever runs no script."""

from pathlib import Path

import pytest

from reconciler.domain.document import Fields, PlanDocument
from reconciler.errors import ExitCode
from reconciler.views.html.plan import plan_html, plan_status
from reconciler.views.presentation import Presentation
from tests.fakes.large_plans import a_large_plan
from tests.views.documents import (
    account,
    compared,
    declared,
    document,
    guard,
    loosened,
    record,
    task,
    withdrawn,
)
from tests.views.html_reader import Page, read_page
from tests.views.test_plan_text import EVERY_ACTION

ALLOWANCE = {
    "apiVersion": "reconciler/v1",
    "kind": "Allowance",
    "metadata": {"name": "open-crm", "owner": "ops", "reason": "Opens it", "expires": "2026-11-29"},
    "spec": {"account": "crm", "lifts": {"maxDeletes": 600}, "digest": "sha256:56f6"},
}


def page_of(plan: PlanDocument, about: Presentation | None = None) -> Page:
    return read_page(plan_html(plan, about or Presentation()))


def test_everything_that_people_need_is_there_in_words() -> None:
    page = page_of(EVERY_ACTION, Presentation(approve="not for a plan that is refused"))
    told = [" ".join(one.split()) for one in page.words]
    expected = Path(__file__).with_name("every_action_page.txt").read_text(encoding="utf-8")
    assert "\n".join(filter(None, told)) + "\n" == expected
    line = "Plan: 2 to delete, 4 already absent, 1 protected, 2 held, 1 unknown."
    assert page.all("title")[0].text == line
    assert line in told


def test_how_to_apply_is_told_with_a_way_to_copy_it() -> None:
    page = page_of(document(task(1)), Presentation(approve="reconciler apply --plan 'a b'"))
    assert "Apply just this plan reconciler apply --plan 'a b' Copy" in page.text
    targets = {one.attributes.get("data-copies") for one in page.all("button")}
    assert targets - {None} == {"command", "digest"}
    ids = {one.attributes.get("id") for one in page.elements}
    assert targets - {None} <= ids
    assert "Apply just this plan" not in page_of(document(task(1))).text


def test_a_refused_plan_says_by_what_and_has_the_document_that_opens_it() -> None:
    plan = document(task(1), guards=(guard("maxDeletes", "account/crm", "violated", observed=600),))
    assert "Declare fewer absences" in page_of(plan).text
    plan.footer["allowances"] = [ALLOWANCE, ALLOWANCE]
    page = page_of(plan)
    assert "to delete" in page.text
    assert "maxDeletes account/crm: 600 of at most 500 ( all guards )" in page.text
    assert "Refused: apply would send nothing, to no account. These documents, once" in page.text
    lines = (
        "apiVersion: reconciler/v1\nkind: Allowance\n"
        "metadata: {name: open-crm, owner: &#34;ops&#34;, reason: &#34;Opens it&#34;, "
        "expires: 2026-11-29}\n"
        "spec: {account: &#34;crm&#34;, lifts: {maxDeletes: 600}, "
        "digest: &#34;sha256:56f6&#34;}\n"
    )
    assert f">{lines}---\n{lines}</pre>" in page.source


def test_guards_are_told_the_violated_ones_first_and_many_that_passed_are_folded() -> None:
    passed = [guard("where.max", f"AbsentTasks/m{number}") for number in range(25)]
    violated = guard("maxDeletes", "account/crm", "violated", observed=600)
    page = page_of(document(task(1), guards=(*passed, violated)))
    assert page.text.index("Violated maxDeletes") < page.text.index("Passed where.max")
    assert "5 more guards, none of them violated" in page.text
    assert "AbsentTasks/m24" in page.text


STATUSES = [
    (document(task(1)), ExitCode.DONE, "Ready for review"),
    (document(task(1)), ExitCode.INCOMPLETE, "More than the daily limit leaves"),
    (
        document(task(1), task(2, "unknown")),
        ExitCode.INCOMPLETE,
        "Incomplete: not all could be read",
    ),
    (document(task(1, "held")), ExitCode.DONE, "Nothing to delete"),
    (document(task(1, "absent")), ExitCode.DONE, "No changes"),
    (
        document(task(1), task(2, "unknown"), guards=(guard("maxDeletes", "a", "violated"),)),
        ExitCode.INCOMPLETE,
        "Refused by a guard",
    ),
]


@pytest.mark.parametrize(("plan", "code", "words"), STATUSES)
def test_a_plan_is_summed_up_in_a_few_words(plan: PlanDocument, code: ExitCode, words: str) -> None:
    about = Presentation(code=code)
    assert plan_status(plan, about).words == words
    assert words in page_of(plan, about).text


def test_a_preview_says_that_it_is_never_applied() -> None:
    assert "Preview, never applied" in page_of(document(task(1)), Presentation(preview=True)).text


def test_what_a_change_loosens_and_introduces_stands_before_the_accounts() -> None:
    plan = compared(
        document(
            task(1, change="introduced"),
            task(2, change="pre-existing"),
            withdrawn(task(3)),
        ),
        loosened(7),
        loosened(8, in_base=True),
    )
    page = page_of(plan)
    assert (
        "Compared with origin/main (abc123def456) "
        "1 introduced, 1 pre-existing, 1 withdrawn, 2 loosened. "
        "Loosened: stands less in the way of deletions than it did "
        "Manifest Account What Where "
        "Protection/keep crm task 7: is no longer protected manifests/keep.yaml:7 "
        "Protection/keep crm task 8: is no longer protected manifests/keep.yaml:8 in the base "
    ) in page.text
    assert page.text.index("Loosened") < page.text.index("By account")
    assert "no action (1)" in page.text
    assert [one["state"] for one in page.items()] == ["delete", "delete", "none"]
    assert "Change introduced (1) " in page.text.replace("All ", "")


def test_that_nothing_could_be_compared_is_told_with_the_reason() -> None:
    plan = document(task(1))
    plan.header["base"] = {"ref": "main", "commit": "abc", "error": "its manifests are invalid"}
    assert "Nothing could be compared: its manifests are invalid" in page_of(plan).text


def test_deletions_are_counted_by_age() -> None:
    days = ("2026-11-22", "2026-11-15", "2026-10-23", "2020-01-01", "2027-01-01", "", "soon")
    plan = document(
        *(task(n, live={"created": f"{day} 10:00:00"}) for n, day in enumerate(days)),
        task(20, "protected", live={"created": "2020-01-01"}),
    )
    assert (
        "Age Chart Deletions 2 years and over 1 1 to 2 years 0 6 to 12 months 0 3 to 6 months 0 "
        "1 to 3 months 1 1 to 4 weeks 1 under a week 2 not told 2 "
    ) in page_of(plan).text


def test_what_several_manifests_declare_counts_for_each() -> None:
    both = [declared("manifests/tasks.yaml", 1), declared("manifests/records.yaml", 2)]
    page = page_of(document(task(1, declared=both), task(2)))
    assert "AbsentTasks/old 2 0 0 0 0 AbsentRecords/opted-out 1 0 0 0 0" in page.text


def test_the_forecast_is_a_time_line_by_account() -> None:
    page = page_of(document(task(1), task(2, "absent"), record(3)))
    assert ("crm 14 reading again, 1 deleting, 1 verifying less than a minute ") in page.text
    assert "1 verifying; 3 % of the daily limit 2.5 minutes" in page.text


def test_long_times_are_told_in_hours() -> None:
    plan = document(task(1))
    plan.header["accounts"][0]["forecast"]["minutes"] = 150
    assert "2.5 hours" in page_of(plan).text


def test_many_manifests_are_folded_but_all_are_counted() -> None:
    items = [
        task(n, declared=[declared("manifests/tasks.yaml", 1, manifest=f"AbsentTasks/m{n:02}")])
        for n in range(20)
    ]
    page = page_of(document(*items))
    assert "5 more manifests" in page.text
    assert all(f"AbsentTasks/m{n:02} 1 0 0 0 0" in page.text for n in range(20))


def test_the_first_items_are_plain_rows_and_the_rest_is_said_to_be_there() -> None:
    page = page_of(a_large_plan(60))
    rows = [one for one in page.all("td") if one.attributes.get("class") == "c-open"]
    assert len(rows) == 50
    assert "The first 50 of 60 items. With scripts, all of them are shown" in page.text
    few = page_of(a_large_plan(3))
    assert "3 items." in few.text
    assert "With scripts" not in few.text


def test_a_plan_of_nothing_has_no_table() -> None:
    page = page_of(document())
    assert "No changes. 0 already absent, 0 protected." in page.text
    assert "Items There are none." in page.text
    assert page.items() == []


def test_an_account_with_several_lists_tells_each() -> None:
    plan = document(record(1))
    lists: list[Fields] = [*account("dialer", (record(1),))["containers"]] * 2
    plan.header["accounts"][0]["containers"] = lists
    assert (
        page_of(plan).text.count("b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10 whole list 120 in all") == 2
    )


def test_a_plan_that_was_narrowed_says_to_what() -> None:
    plan = document(task(1))
    plan.header.update({"targets": ["account/crm"], "excludes": []})
    assert "Warnings Narrowed to account/crm." in page_of(plan).text
