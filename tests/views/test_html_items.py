"""Items on the page: all that is known of each of them, packed, and inert whatever it says."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.document import Fields
from reconciler.domain.inert import inert
from reconciler.views.html.blocks import SIZE
from reconciler.views.html.plan import plan_html
from reconciler.views.presentation import Presentation
from tests.fakes.large_plans import a_large_plan
from tests.views.documents import declared, document, number, record, task
from tests.views.html_reader import Page, read_page

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<!--<script ",
    "</script ",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    '" onmouseover="alert(1)',
    "&lt;b&gt;",
    "\u202egnp.exe\u2066",
    "\x1b[31m\x00\r\n",
    "\u2028\u2029",
    "\ud800",
    "##[error]",
    "]]>",
    "constructor",
    "__proto__",
)


def page_of(*items: Fields, **parts: Any) -> Page:  # noqa: ANN401 - parts of a document
    return read_page(plan_html(document(*items, **parts), Presentation()))


def expected(item: Fields) -> Fields:
    """Return an item as the page is to have it."""
    evidence = item.get("evidence")
    return {
        "address": inert(item["address"], 1000),
        "account": inert(item["account"], 1000),
        "state": item["action"],
        "reason": inert(item["reason"], 1000),
        "evidence": inert(f"by {evidence['by']}: {evidence['answer']}", 1000) if evidence else "",
        "fingerprint": item.get("fingerprint", ""),
        "change": item.get("change", ""),
        "declared": [
            (
                *(inert(one[name], 1000) for name in ("file", "manifest", "ticket", "purpose")),
                *(one["line"], inert(one.get("note", ""), 1000)),
            )
            for one in item["declared"]
        ],
        "live": {inert(name, 1000): inert(value, 1000) for name, value in item["live"].items()}
        if "live" in item
        else None,
    }


def shown(item: Fields) -> Fields:
    """Return an item of the page with the names of the plan."""
    names = ("account", "state", "reason", "evidence", "fingerprint", "change", "live")
    address, places = item["home"] + item["id"], [tuple(one) for one in item["heads"]]
    return {"address": address, **{name: item[name] for name in names}, "declared": places}


def test_the_page_has_everything_that_the_plan_says_of_an_item() -> None:
    items = [
        task(1, fingerprint="f1:KEY:aa", evidence={"by": "id", "answer": "200 with the task"}),
        task(2, "absent"),
        task(3, "unknown", reason="HTTP 500 five times"),
        record(
            4,
            fingerprint="f1:KEY:ab",
            declared=[
                declared("manifests/records.yaml", 4, note="by phone"),
                declared("manifests/records.yaml", 40, purpose="gdpr_erasure", ticket=""),
            ],
        ),
        record(5, "held", reason="differs", live={}),
        number(6),
    ]
    found = page_of(*items).items()
    items.sort(key=lambda one: str(one["address"]))
    assert [shown(one) for one in found] == [expected(one) for one in items]


def test_items_of_several_blocks_are_all_there_and_in_order() -> None:
    plan = a_large_plan(SIZE + 3)
    page = read_page(plan_html(plan, Presentation()))
    assert [shown(one) for one in page.items()] == [expected(one) for one in plan.items(None)]
    (about,) = page.data("about")
    assert (about["count"], about["size"], len(page.data("items"))) == (SIZE + 3, SIZE, 2)


def test_what_repeats_is_written_once() -> None:
    page = read_page(plan_html(a_large_plan(1000), Presentation()))
    assert page.source.count("seen in a listing of tasks") == 1
    (block,) = [
        one.text for one in page.all("script") if one.attributes.get("data-name") == "items"
    ]
    assert block.count("manifests/clean-up-3.yaml") == 1
    assert len(block) < 150 * 1000


TAGS = {
    *("html", "head", "meta", "title", "style", "script", "body", "header", "main", "footer"),
    *("section", "search", "div", "p", "span", "strong", "h1", "h2", "h3", "a", "code", "pre"),
    *("button", "input", "select", "option", "label", "output", "details", "summary", "time"),
    *("ul", "li", "dl", "dt", "dd", "table", "caption", "colgroup", "col", "thead", "tbody"),
    *("tr", "th", "td", "svg", "rect"),
}
"""The elements that pages are made of."""
texts = st.text(max_size=12) | st.sampled_from(HOSTILE)


@st.composite
def items(draw: st.DrawFn) -> Fields:
    action = draw(st.sampled_from(["delete", "absent", "protected", "held", "unknown"]))
    places = [
        declared(draw(texts), line, ticket=draw(texts), manifest=draw(texts), purpose=draw(texts))
        for line in draw(st.lists(st.integers(1, 9), max_size=3))
    ]
    for one in places:
        if draw(st.booleans()):
            one["note"] = draw(texts)
    account, target = draw(texts), draw(texts.filter(lambda text: "/" not in text))
    item = task(
        1,
        action,
        account=account,
        id=target,
        address=f"leadsquared/{account}/task/{target}",
        reason=draw(texts),
        declared=places,
    )
    if "live" in item:
        item["live"] = draw(st.dictionaries(texts, texts, max_size=3))
    return item


@settings(max_examples=40)
@given(st.lists(items(), min_size=1, max_size=12), texts)
def test_text_from_outside_stays_text_wherever_it_stands(some: list[Fields], text: str) -> None:
    plan = document(*some, warnings=(text,), commit=text, warning=text)
    pieces = list(plan_html(plan, Presentation(approve=text, plan_file=text, run_url=text)))
    page, usual = read_page(pieces), page_of(task(1))
    # Nothing that is told of an item has become an element, or an attribute of one.
    assert {one.tag for one in page.elements} <= TAGS
    # Neither an end of the data nor a beginning of another script can be written in it.
    assert not {"<", ">", "&"} & {sign for one in page.all("script")[:-1] for sign in one.text}
    assert [one.text for one in page.programs] == [one.text for one in usual.programs]
    names = {name for one in page.elements for name in one.attributes}
    assert not [name for name in names if name.startswith("on") or name in ("src", "style")]
    assert page.source.isascii()
    assert all(character.isprintable() or character == "\n" for character in page.source)
    by_address = sorted(some, key=lambda one: str(one["address"]))
    assert [shown(one) for one in page.items()] == [expected(one) for one in by_address]
