"""The table of items in a browser: searched, filtered, sorted, opened, linked to."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from markupsafe import Markup
from selenium.webdriver.common.keys import Keys

from reconciler.views.html.blocks import SIZE
from reconciler.views.html.page import content_policy
from reconciler.views.html.plan import plan_html
from reconciler.views.presentation import Presentation
from tests.browser.chromium import Chromium
from tests.fakes.large_plans import a_large_plan, target_id
from tests.views.documents import declared, document, number, record, task
from tests.views.html_reader import read_page

Written = Callable[[Iterable[str]], Path]

FEW = document(
    task(1, live={"type": "Call back", "created": "2026-03-01 10:00:00"}, fingerprint="f1:K:aa"),
    task(2, "absent"),
    task(
        3,
        "unknown",
        reason="HTTP 500 five times",
        declared=[declared("manifests/tasks.yaml", 30, ticket="CRM-9", note="second copy")],
    ),
    record(4, live={"phones": "***0107", "created": "2025-01-01T10:00:00Z"}),
    record(
        5,
        "held",
        reason="differs from the reviewed plan",
        declared=[
            declared("manifests/records.yaml", 5),
            declared("manifests/more.yaml", 50, manifest="AbsentRecords/again", ticket=""),
        ],
    ),
    number(6),
)


@pytest.fixture
def few(browser: Chromium, written: Written) -> Path:
    path = written(plan_html(FEW, Presentation(approve="reconciler apply")))
    browser.open(path)
    browser.results("6 items")
    return path


def ends(browser: Chromium) -> list[str]:
    """Return the last two characters of every id in the table."""
    return [one[-2:] for one in browser.ids()]


def has_rows(browser: Chromium, wanted: list[str]) -> None:
    """Wait until the table has just these rows."""
    browser.wait(lambda: ends(browser) == wanted, f"not the rows {wanted}")


ALL = ["01", "02", "03", ":6", "04", "05"]
QUERIES = [
    ("0017abfa-c100-11e5-9340-000000000002", ["02"]),
    (str(task(2)["address"]), ["02"]),
    ("talkdesk/dialer", [":6", "04", "05"]),
    ("call BACK", ["01"]),
    ("0107", ["04", "05"]),
    ("second copy", ["03"]),
    ("to delete", ["01", "04"]),
    ("manifests/more.yaml:50", ["05"]),
    ("f1:K:aa", ["01"]),
    ("http 500", ["03"]),
    (".*", []),
    ("(", []),
    ("held nothing", []),
]


@pytest.mark.usefixtures("few")
def test_every_word_that_is_searched_for_is_found_wherever_it_stands(browser: Chromium) -> None:
    for query, wanted in QUERIES:
        browser.search(query)
        has_rows(browser, wanted)
        browser.results(f"{len(wanted)} of 6 items")
    assert browser.one("#empty").is_displayed()
    browser.search("")
    browser.results("6 items")
    assert ends(browser) == ALL


FILTERS = [
    ("state", "delete", ["01", "04"]),
    ("account", "crm", ["01", "02", "03"]),
    ("manifest", "AbsentRecords/again", ["05"]),
    ("manifest", "AbsentRecords/opted-out", [":6", "04", "05"]),
    ("ticket", "CRM-9", ["03"]),
]


@pytest.mark.usefixtures("few")
def test_filters_leave_what_they_say_and_are_cleared_at_once(browser: Chromium) -> None:
    for name, value, wanted in FILTERS:
        browser.one(f"#f-{name} option[value='{value}']").click()
        has_rows(browser, wanted)
        browser.results(f"{len(wanted)} of 6 items")
        browser.one("#reset").click()
        browser.results("6 items")
    browser.one("#f-state option[value='delete']").click()
    browser.one("#f-account option[value='dialer']").click()
    browser.results("1 of 6 items")
    assert browser.fragment == "#state=delete&account=dialer"
    browser.one("#reset").click()
    assert browser.fragment == ""
    assert browser.run("return document.activeElement.id") == "q"


SORTS = [
    ("created", ["04", "01", "02", "03", ":6", "05"], ["01", "04", "02", "03", ":6", "05"]),
    ("state", ["01", "04", "02", ":6", "05", "03"], ["03", "05", "02", ":6", "01", "04"]),
    ("id", ["01", "02", "03", "04", "05", ":6"], [":6", "05", "04", "03", "02", "01"]),
]


@pytest.mark.usefixtures("few")
def test_columns_sort_upwards_downwards_and_back(browser: Chromium) -> None:
    for column, upwards, downwards in SORTS:
        head = browser.one(f"th[data-column='{column}']")
        button = browser.one(f"th[data-column='{column}'] button")
        for way, wanted in (("ascending", upwards), ("descending", downwards), (None, ALL)):
            button.click()
            assert head.get_attribute("aria-sort") == way
            has_rows(browser, wanted)


def test_a_view_is_linked_to_by_the_address_of_the_page(few: Path, browser: Chromium) -> None:
    browser.one("#q").send_keys("manifests")
    browser.one("#f-account option[value='crm']").click()
    browser.one("th[data-column='created'] button").click()
    browser.results("3 of 6 items")
    link = browser.fragment
    assert link == "#q=manifests&account=crm&sort=created"
    browser.open(few, link)
    browser.results("3 of 6 items")
    assert ends(browser) == ["01", "02", "03"]
    assert browser.one("#q").get_attribute("value") == "manifests"
    assert browser.one("#f-account").get_attribute("value") == "crm"
    # What nobody knows is not taken for a choice, nor for a column.
    browser.open(few, "#account=nobody&sort=constructor&other=1")
    browser.results("0 of 6 items")
    assert browser.complaints() == []


@pytest.mark.usefixtures("few")
def test_counts_are_links_into_the_table(browser: Chromium) -> None:
    browser.one("a[href='#state=held']").click()
    browser.results("1 of 6 items")
    assert ends(browser) == ["05"]
    browser.one("a[href='#manifest=AbsentTasks%2Fold']").click()
    browser.results("3 of 6 items")
    # A jump within the page leaves the view alone.
    browser.run("document.querySelector('a.skip').click()")
    assert browser.texts("#results") == ["3 of 6 items"]


@pytest.mark.usefixtures("few")
def test_items_are_reached_and_opened_by_keyboard_alone(browser: Chromium) -> None:
    browser.keys("/")
    assert browser.run("return document.activeElement.id") == "q"
    browser.one("th[data-column='reason'] button").click()
    browser.one("#reset").click()
    browser.run("document.querySelector('th[data-column=reason] button').focus()")
    browser.keys(Keys.TAB)
    assert browser.focused == f"Details of {task(1)['id']}"
    browser.keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert browser.focused == f"Details of {task(3)['id']}"
    browser.keys(Keys.ENTER)
    opened = browser.run("return document.activeElement.getAttribute('aria-expanded')")
    assert opened == "true"
    panel = browser.run(
        "const panel = document.activeElement.getAttribute('aria-controls');"
        "return document.getElementById(panel).innerText"
    )
    for words in (
        task(3)["address"],
        "HTTP 500 five times",
        "manifests/tasks.yaml:30",
        "CRM-9",
        "second copy",
        "AbsentTasks/old",
        "hygiene",
    ):
        assert str(words) in panel
    browser.keys(Keys.END)
    assert browser.focused == f"Details of {record(5)['id']}"
    browser.keys(Keys.HOME, Keys.ARROW_UP)
    assert browser.focused == f"Details of {task(1)['id']}"
    browser.keys(Keys.SPACE)
    assert len(browser.texts("#rows .details")) == 2
    assert "f1:K:aa" in browser.texts("#rows .details")[0]
    assert "Call back" in browser.texts("#rows .details")[0]
    browser.keys(Keys.SPACE)
    assert len(browser.texts("#rows .details")) == 1


@pytest.mark.usefixtures("few")
def test_a_click_on_a_row_opens_it_too(browser: Chromium) -> None:
    browser.one("#rows tr.item:nth-of-type(2) td.c-reason").click()
    assert len(browser.texts("#rows .details")) == 1


COUNT = 100_000
_IN_SIGHT = """
const button = document.activeElement.getBoundingClientRect();
const box = document.getElementById("scroller").getBoundingClientRect();
return button.top >= box.top && button.bottom <= box.bottom + 1;
"""


def scroll(browser: Chromium, share: float) -> list[int]:
    """Scroll the table, and return the numbers of the rows that are then in the document."""
    rows: list[int] = browser.driver.execute_async_script(
        """
        const [share, done] = arguments;
        const scroller = document.getElementById("scroller");
        scroller.scrollTop = share * (scroller.scrollHeight - scroller.clientHeight);
        requestAnimationFrame(() => requestAnimationFrame(() => {
          const rows = [...document.querySelectorAll("#rows tr.item")];
          done(rows.map((row) => Number(row.getAttribute("aria-rowindex")) - 2));
        }));
        """,
        share,
    )
    return rows


def test_of_a_hundred_thousand_items_few_are_in_the_document(
    browser: Chromium, written: Written
) -> None:
    plan = a_large_plan(COUNT)
    browser.open(written(plan_html(plan, Presentation())))
    browser.results("100,000 items")
    assert browser.ids()[0] == target_id(0)
    assert browser.one("#table").get_attribute("aria-rowcount") == str(COUNT + 1)
    for share in (0.0, 0.3, 1.0):
        rows = scroll(browser, share)
        assert len(rows) < 60
        assert rows == list(range(rows[0], rows[-1] + 1))
        assert rows[0] - 40 <= share * COUNT <= rows[-1] + 40
        assert browser.ids() == [target_id(row) for row in rows]
    browser.keys(Keys.TAB)
    browser.run("document.getElementById('scroller').focus()")
    browser.keys(Keys.HOME, Keys.PAGE_DOWN, Keys.ENTER, Keys.END)
    assert browser.focused == f"Details of {target_id(COUNT - 1)}"
    assert browser.run(_IN_SIGHT)
    # Everything is searched and sorted, across the blocks of data.
    browser.search(target_id(SIZE + 1)[:13])
    browser.results("1 of 100,000 items")
    assert browser.ids() == [target_id(SIZE + 1)]
    browser.run("location.hash = '#state=held&sort=-created'")
    wanted = [one for one in plan.items(None) if one["action"] == "held"]
    wanted.sort(key=lambda one: str(one["live"]["created"]), reverse=True)
    browser.results(f"{len(wanted):,} of 100,000 items")
    assert browser.ids()[:10] == [str(one["id"]) for one in wanted[:10]]
    assert browser.complaints() == []


def test_a_table_taller_than_browsers_lay_out_is_still_reached_row_by_row(
    browser: Chromium, written: Written
) -> None:
    browser.open(written([with_less_room("".join(plan_html(a_large_plan(2000), Presentation())))]))
    browser.results("2,000 items")
    assert browser.run("return document.getElementById('scroller').scrollHeight") < 21_000
    for share in (0.0, 0.5, 1.0):
        rows = scroll(browser, share)
        assert rows[0] - 40 <= share * 2000 <= rows[-1] + 40
        assert len(rows) < 60
    browser.run("document.getElementById('scroller').focus()")
    browser.keys(Keys.HOME)
    for row in range(1, 40):
        browser.keys(Keys.ARROW_DOWN)
        assert browser.focused == f"Details of {target_id(row)}"
        assert browser.run(_IN_SIGHT), row
    browser.keys(Keys.ENTER, Keys.END)
    assert browser.focused == f"Details of {target_id(1999)}"
    assert browser.run(_IN_SIGHT)


def with_less_room(source: str) -> str:
    """Return a page whose script takes 20,000 pixels for more than browsers lay out."""
    page = read_page([source])
    (style,), (script,) = page.all("style"), page.programs
    changed = script.text.replace("const TALLEST = 10_000_000;", "const TALLEST = 20_000;")
    assert changed != script.text
    policies = (content_policy(style.text, one) for one in (script.text, changed))
    before, after = (str(Markup.escape(policy)) for policy in policies)
    assert before in source
    return source.replace(before, after).replace(script.text, changed)
