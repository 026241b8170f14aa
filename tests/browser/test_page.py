"""The page in a browser: for everybody, in light and dark, with nothing asked of the network."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from reconciler.domain.document import PlanDocument
from reconciler.views.html.apply import apply_html
from reconciler.views.html.history import history_html
from reconciler.views.html.plan import plan_html
from reconciler.views.presentation import Presentation
from tests.browser.chromium import Chromium
from tests.fakes.large_plans import a_large_plan
from tests.views.documents import compared, declared, document, guard, loosened, task, withdrawn
from tests.views.test_html_apply import whole
from tests.views.test_html_history import treated
from tests.views.test_html_plan import ALLOWANCE
from tests.views.test_markdown_apply import EVERY_OUTCOME, a_run
from tests.views.test_plan_text import EVERY_ACTION

Written = Callable[[Iterable[str]], Path]

ABOUT = Presentation(approve="reconciler apply --plan plan.jsonl", plan_file="plan.jsonl")


def a_compared_plan() -> PlanDocument:
    items = (task(1, change="introduced"), withdrawn(task(2)))
    return compared(document(*items), loosened(1))


def a_refused_plan() -> PlanDocument:
    plan = document(task(1), guards=(guard("maxDeletes", "account/crm", "violated", observed=600),))
    plan.footer["allowances"] = [ALLOWANCE]
    return plan


PAGES: dict[str, Callable[[], Iterable[str]]] = {
    "plan": lambda: plan_html(EVERY_ACTION, ABOUT),
    "compared": lambda: plan_html(a_compared_plan(), ABOUT),
    "refused": lambda: plan_html(a_refused_plan(), ABOUT),
    "nothing": lambda: plan_html(document(), ABOUT),
    "apply": lambda: apply_html(whole(EVERY_OUTCOME), ABOUT),
    "history": lambda: history_html(
        [a_run(treated=(treated(),), run_id=f"r{n}") for n in range(3)]
    ),
}
_NAMED = {
    *("button", "link", "textbox", "searchbox", "combobox", "table", "region", "image", "group"),
    *("search", "heading", "columnheader"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_and_the_browser_has_no_complaint(
    name: str, browser: Chromium, written: Written
) -> None:
    path = written(PAGES[name]())
    browser.open(path)
    browser.run("document.querySelectorAll('button').forEach((one) => one.click())")
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.complaints() == []
    assert browser.requests() == [path.as_uri()]


@pytest.mark.parametrize("name", PAGES)
def test_everything_that_can_be_used_has_a_name(
    name: str, browser: Chromium, written: Written
) -> None:
    browser.open(written(PAGES[name]()))
    if browser.texts("button.open"):
        browser.one("button.open").click()
    nodes = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    told = [
        (one["role"]["value"], one.get("name", {}).get("value", "").strip())
        for one in nodes
        if not one["ignored"]
    ]
    roles = {role for role, _ in told}
    assert {"banner", "main", "contentinfo", "status"} <= roles
    assert not [one for one in told if one[0] in _NAMED and not one[1]]
    ids = browser.run("return [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_no_wider_than_a_narrow_screen(
    name: str, browser: Chromium, written: Written
) -> None:
    path = written(PAGES[name]())
    with browser.width(360):
        browser.open(path)
        assert browser.run("return document.documentElement.scrollWidth") <= 360
        if browser.texts("button.open"):
            browser.one("button.open").click()
            width = "const one = document.getElementById('scroller'); return one.scrollWidth - one."
            assert browser.run(f"{width}clientWidth") == 0


def test_the_focus_is_seen(browser: Chromium, written: Written) -> None:
    browser.open(written(PAGES["plan"]()))
    for _ in range(12):
        browser.keys(Keys.TAB)
        style = browser.run("return getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none", browser.run("return document.activeElement.outerHTML")


def test_colours_follow_the_system_until_somebody_chooses(
    browser: Chromium, written: Written
) -> None:
    ground = "return getComputedStyle(document.body).backgroundColor"
    path = written(PAGES["plan"]())
    with browser.prefers("light"):
        browser.open(path)
        light = browser.run(ground)
        assert browser.one("#theme").get_attribute("aria-pressed") == "false"
        browser.one("#theme").click()
        dark = browser.run(ground)
        assert browser.one("#theme").get_attribute("aria-pressed") == "true"
    assert dark != light
    with browser.prefers("dark"):
        browser.open(path)
        assert browser.run(ground) == dark
        browser.one("#theme").click()
        assert browser.run(ground) == light


_CLIPBOARD = """
const write = arguments[0] ? (text) => { window.copied = text; return Promise.resolve(); }
  : () => Promise.reject(new Error("not allowed"));
Object.defineProperty(navigator, "clipboard", { value: { writeText: write }, configurable: true });
document.execCommand = () => { window.copied = document.activeElement.value; return true; };
"""


@pytest.mark.parametrize("is_allowed", [True, False], ids=["clipboard", "selection"])
def test_a_command_is_copied_however_the_browser_lets_it(
    browser: Chromium, written: Written, *, is_allowed: bool
) -> None:
    browser.open(written(plan_html(document(task(1)), ABOUT)))
    browser.run(_CLIPBOARD, is_allowed)
    button = browser.one("button[data-copies='command']")
    button.click()
    browser.wait(lambda: button.text == "Copied")
    assert browser.run("return window.copied") == ABOUT.approve
    assert browser.run("return document.activeElement.dataset.copies") == "command"
    assert browser.run("return document.getElementById('announcement').textContent") == "Copied."


def test_a_plan_that_expired_since_says_so(browser: Chromium, written: Written) -> None:
    plan = a_large_plan(1)
    for expires, is_told in (("2020-01-01T00:00:00Z", True), ("2999-01-01T00:00:00Z", False)):
        plan.header["expires_at"] = expires
        browser.open(written(plan_html(plan, ABOUT)))
        assert browser.one("#expired").is_displayed() is is_told


def test_on_paper_there_are_rows_without_a_window(browser: Chromium, written: Written) -> None:
    browser.open(written(plan_html(a_large_plan(1000), ABOUT)))
    assert len(browser.ids()) < 60
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert len(browser.ids()) == 500
    assert browser.run("return document.getElementById('printed').hidden") is False
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert len(browser.ids()) < 60


PAYLOADS = (
    "</script><script>window.harmed = 1</script>",
    "<img src=x onerror='window.harmed = 1'>",
    "<svg onload='window.harmed = 1'>",
    "--><script>window.harmed = 1</script>",
    "<!--<script ",
    "\"'><iframe srcdoc='<script>parent.harmed = 1</script>'>",
    "javascript:window.harmed=1",
    "{{constructor.constructor('window.harmed=1')()}}",
    "${window.harmed = 1}",
    "__proto__",
    "\u202eexe\u2066\x1b[31m",
)


_NAMES = "return [...document.querySelectorAll(arguments[0])].map((one) => one.localName)"


def test_whatever_records_say_stays_text(browser: Chromium, written: Written) -> None:
    def plan(*texts: str) -> PlanDocument:
        items = [
            task(
                n,
                "held",
                reason=text,
                live={text: text, "created": text},
                fingerprint=text,
                evidence={"by": text, "answer": text},
                declared=[declared(text, 1, manifest=text, ticket=text, purpose=text, note=text)],
            )
            for n, text in enumerate(texts)
        ]
        guards = tuple(guard(text, text, "violated", note=text) for text in texts)
        made = document(*items, guards=guards, warnings=texts, warning=texts[0])
        made.header["accounts"][0] |= {"tenant": texts[0], "host": texts[1], "way": texts[2]}
        return made

    def elements(texts: tuple[str, ...]) -> Counter[str]:
        path = written(plan_html(plan(*texts), Presentation(approve=texts[0], run_url=texts[6])))
        browser.open(path)
        for _ in texts:
            browser.run("document.querySelector('button.open[aria-expanded=false]')?.click()")
        assert set(browser.run(_NAMES, "#rows *")) == {
            *("tr", "td", "button", "span", "code", "div", "h3", "dl", "dt", "dd", "ul", "li", "br")
        }
        browser.one("th[data-column='reason'] button").click()
        browser.one("#q").send_keys("a")
        browser.results(f"{len(texts)} of {len(texts)} items")
        assert browser.requests() == [path.as_uri()]
        assert browser.complaints() == []
        assert browser.run("return window.harmed") is None
        assert (
            browser.run("return document.body.innerText.match(/[\\u202a-\\u202e\\u2066\\x1b]/)")
            is None
        )
        assert set(browser.run(_NAMES, "#rows *")) == {"tr", "td", "button", "span", "code"}
        return Counter(browser.run(_NAMES, "*:not(#rows *)"))

    plain = tuple(f"plain {number}" for number in range(len(PAYLOADS)))
    assert elements(PAYLOADS) == elements(plain)


def test_an_apply_is_filtered_by_outcome(browser: Chromium, written: Written) -> None:
    browser.open(written(apply_html(whole(EVERY_OUTCOME), ABOUT)), "#state=failed")
    browser.results("1 of 7 items")
    browser.one("button.open").click()
    assert "400 MXInvalidIdException" in browser.texts("#rows .details")[0]


def test_of_past_runs_one_is_chosen(browser: Chromium, written: Written) -> None:
    runs = [a_run(run_id=f"run-{n}", treated=(treated(),) * (n + 1)) for n in range(3)]
    browser.open(written(history_html(runs)))
    browser.results("6 items")
    browser.one("a[href='#run=run-1']").click()
    browser.results("2 of 6 items")
    assert set(browser.texts("#rows td.c-run")) == {"run-1"}
