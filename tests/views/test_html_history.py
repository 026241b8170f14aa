"""Past runs as a page: what each came to, and what became of what it sent."""

from collections.abc import Sequence

from reconciler.audit.past import PastRun, Treated
from reconciler.views.html.history import history_html
from tests.views.html_reader import Page, read_page
from tests.views.test_markdown_apply import a_run

TASK = "leadsquared/crm/task/0017abfa-c100-11e5-9340-06c7eb5c8385"


def page_of(*runs: PastRun) -> Page:
    return read_page(history_html(runs))


def treated(address: str = TASK, outcome: str = "deleted", **fields: Sequence[str]) -> Treated:
    usual: dict[str, Sequence[str]] = {"manifests": ("AbsentTasks/old",), "tickets": ("OPS-1",)}
    return Treated(
        address=address,
        outcome=outcome,
        time="2026-11-22T05:14:30.000Z",
        **{**usual, **fields},
    )


def test_every_run_is_a_row_with_what_came_of_it() -> None:
    page = page_of(
        a_run(run_id="later", started="2026-11-23T05:00:00Z", treated=(treated(),)),
        a_run(
            run_id="refused",
            commit="",
            outcomes={"not_attempted": 2},
            exit_code=4,
            failure_reason="refused",
        ),
        a_run(run_id="killed", finished="", exit_code=None, outcomes={"unknown": 1}, deletions=5),
        a_run(
            run_id="again",
            command="recheck",
            outcomes={},
            rechecked={"still_gone": 3, "returned": 1, "unknown": 0},
        ),
    )
    assert page.all("title")[0].text == "4 runs."
    assert (
        "Runs, the newest first Run Started Ended Chart What came of it "
        "later apply by vir, commit 0123456789ab 2026-11-23T05:00:00Z "
        "2026-11-22T05:15:00.000Z exit code 0 Of 2 deletions: 2 deleted "
        "refused apply by vir 2026-11-22T05:14:25.000Z 2026-11-22T05:15:00.000Z "
        "exit code 4 refused Of 2 deletions: 2 not attempted "
        "killed apply by vir, commit 0123456789ab 2026-11-22T05:14:25.000Z "
        "cut short, or under way Of 5 deletions: 1 unknown "
        "again recheck by vir, commit 0123456789ab 2026-11-22T05:14:25.000Z "
        "2026-11-22T05:15:00.000Z exit code 0 "
        "Of 4 targets proven gone before: 3 still gone, 1 returned, 0 unknown "
    ) in page.text
    assert (
        "4 runs 2 deleted 0 already absent 0 still present 0 failed 1 unknown 2 not attempted "
        "1 returned "
    ) in page.text


def test_every_target_is_an_item_with_its_time_manifests_and_tickets() -> None:
    number = "talkdesk/dialer/list/declared/manifests/a.yaml:3"
    page = page_of(
        a_run(treated=(treated(), treated(number, "returned", manifests=(), tickets=("A", "B"))))
    )
    first, second = page.items()
    assert (first["home"] + first["id"], first["account"], first["state"], first["time"]) == (
        *(TASK, "crm", "deleted"),
        "2026-11-22T05:14:30.000Z",
    )
    assert first["run"] == "20261122T051425000Z-0a0b0c0d"
    assert first["heads"] == [("", "AbsentTasks/old", "OPS-1", "", 0, "")]
    assert (second["home"] + second["id"], second["account"]) == (number, "dialer")
    assert [head[:3] for head in second["heads"]] == [("", "", "A"), ("", "", "B")]


def columns_of(page: Page) -> tuple[str, list[str]]:
    (chart,) = [one for one in page.all("svg") if one.attributes.get("role") == "img"]
    titles = [one.text for one in page.all("title")[1:] if ": " in one.text]
    return str(chart.attributes["aria-label"]), titles


def test_few_runs_have_a_column_each_the_oldest_first() -> None:
    page = page_of(
        a_run(run_id="b", started="2026-11-23T05:00:00Z", outcomes={"deleted": 3, "failed": 1}),
        a_run(run_id="a", started="2026-11-22T05:00:00Z"),
        a_run(run_id="none", outcomes={}),
    )
    assert columns_of(page) == (
        "Outcomes by run: 2026-11-22 to 2026-11-23; at most 4 in one run",
        [
            "2026-11-22T05:00:00Z a: 2 deleted",
            "2026-11-23T05:00:00Z b: 3 deleted, 1 failed",
        ],
    )


def test_many_runs_are_gathered_by_day_and_very_many_by_month() -> None:
    by_day = [a_run(started=f"2026-11-{1 + n % 20:02}T05:00:00Z") for n in range(60)]
    label, titles = columns_of(page_of(*by_day))
    assert label == "Outcomes by day: 2026-11-01 to 2026-11-20; at most 6 in one day"
    assert titles[0] == "2026-11-01: 6 deleted"
    by_month = [
        a_run(started=f"2026-{1 + n // 28:02}-{1 + n % 28:02}T05:00:00Z") for n in range(12 * 28)
    ]
    label, titles = columns_of(page_of(*by_month))
    assert len(titles) == 12
    assert label == "Outcomes by month: 2026-01 to 2026-12; at most 56 in one month"


def test_older_runs_are_folded() -> None:
    page = page_of(*(a_run(run_id=f"run-{n}") for n in range(53)))
    assert "3 older runs" in page.text
    assert "run-52" in page.text


def test_no_run_is_told_as_such() -> None:
    page = page_of()
    assert "0 runs" in page.text
    assert "No run sent anything." in page.text
