"""Opening and searching the HTML report of very many items, against a plain table of them."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from reconciler.domain.document import PlanDocument
from reconciler.views.html.plan import plan_html
from reconciler.views.presentation import Presentation
from tests.bench.measuring import RUNS, row, seconds
from tests.browser.chromium import Chromium, browser_and_driver, chromium
from tests.fakes.large_plans import a_large_plan, target_id

_READY = "return document.querySelectorAll('tr').length > 20"
_SEARCH = """
const [query, done] = arguments;
const told = document.getElementById("results");
new MutationObserver((_, observer) => {
  if (/ of /.test(told.textContent) && !/Reading/.test(told.textContent)) {
    observer.disconnect();
    done(told.textContent);
  }
}).observe(told, { childList: true, characterData: true, subtree: true });
const field = document.getElementById("q");
field.value = query;
field.dispatchEvent(new Event("input"));
"""


_PLAINLY = 100_000
"""Rows of the largest plain table: Chromium takes most of a minute for it."""


def report(folder: Path, *, large: bool = False) -> None:
    """Print the opening of 100,000 items in Chromium; ``large`` of 1,000,000 too."""
    places = browser_and_driver()
    if places is None:
        print("the HTML report is not measured: Chromium or chromedriver is missing")
        return
    with tempfile.TemporaryDirectory() as profile, chromium(places, Path(profile)) as browser:
        browser.driver.set_page_load_timeout(600)
        for count in (100_000, 1_000_000) if large else (100_000,):
            _measure(browser, folder, count)


def _measure(browser: Chromium, folder: Path, count: int) -> None:
    plan, page, plain = a_large_plan(count), folder / "page.html", folder / "plain.html"
    writing = seconds(lambda: _write(page, plan_html(plan, Presentation())), runs=1)
    making = seconds(lambda: sum(1 for _ in plan.items(None)), runs=1)
    _write(plain, _plain_table(plan))
    row(f"HTML report of {count:,} items written", writing, "its items made", making)
    opening = seconds(lambda: _open(browser, page), RUNS if count <= _PLAINLY else 1)
    if count <= _PLAINLY:
        plainly = seconds(lambda: _open(browser, plain), runs=1)
        row(f"HTML report of {count:,} items opened", opening, "a plain table of them", plainly)
    else:
        print(f"HTML report of {count:,} items opened in {opening:.2f} s")
    _open(browser, page)
    first = _search(browser, target_id(count // 2)[:13])
    again = _search(browser, target_id(count // 3)[:13])
    print(
        f"    {page.stat().st_size / 1e6:.1f} MB, plainly {plain.stat().st_size / 1e6:.1f} MB; "
        f"the first search in {first:.2f} s, the next in {again:.2f} s"
    )


def _open(browser: Chromium, path: Path) -> None:
    browser.driver.get(path.as_uri())
    assert browser.run(_READY)


def _search(browser: Chromium, query: str) -> float:
    browser.driver.set_script_timeout(600)
    began = time.perf_counter()
    found = browser.driver.execute_async_script(_SEARCH, query)
    assert found.startswith("1 of "), found
    return time.perf_counter() - began


def _write(path: Path, pieces: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(pieces)


def _plain_table(plan: PlanDocument) -> Iterator[str]:
    """Yield the least that shows the columns of every item: no search, no details."""
    yield "<!doctype html><meta charset='utf-8'><title>Plain</title><table>"
    for item in plan.items(None):
        place = item["declared"][0]
        cells = (
            *(item["action"], item["id"], item["account"], place["manifest"], place["ticket"]),
            *(item.get("live", {}).get("created", ""), item["reason"]),
        )
        yield f"<tr><td>{'<td>'.join(cells)}\n"
    yield "</table>"
