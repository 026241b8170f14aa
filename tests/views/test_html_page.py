"""The page as a file: whole in itself, under a policy that its own parts meet."""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files

from reconciler.domain.document import Fields
from reconciler.views.html.blocks import SIZE
from reconciler.views.html.plan import plan_html
from reconciler.views.presentation import Presentation
from tests.fakes.large_plans import a_large_plan
from tests.views.html_reader import Page, read_page
from tests.views.test_plan_text import EVERY_ACTION

_LOADING = {"src", "srcset", "action", "formaction", "data", "poster", "background", "ping"}
"""Attributes by which a page loads or sends something."""


def a_page() -> Page:
    return read_page(plan_html(EVERY_ACTION, Presentation(approve="reconciler apply")))


def hash_of(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_its_policy_allows_its_own_style_and_script_and_nothing_else() -> None:
    page = a_page()
    policies = [
        one.attributes["content"]
        for one in page.all("meta")
        if one.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    (style,), (script,) = page.all("style"), page.programs
    (policy,) = policies
    assert str(policy).split("; ") == [
        "default-src 'none'",
        f"script-src {hash_of(script.text)}",
        f"style-src {hash_of(style.text)}",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
    names = [one.tag for one in page.elements]
    assert names.index("meta") < names.index("style") < names.index("script")


def test_nothing_in_it_loads_sends_or_runs_anything() -> None:
    for one in a_page().elements:
        names = {name.lower() for name in one.attributes}
        assert not names & _LOADING, one
        assert not [name for name in names if name.startswith("on") or name == "style"], one
        assert one.tag not in {"link", "iframe", "object", "embed", "img", "form", "base"}
        assert (one.attributes.get("href") or "#").startswith("#"), one


def test_it_tells_nobody_where_it_was_opened() -> None:
    names = {
        one.attributes.get("name"): one.attributes["content"]
        for one in a_page().all("meta")
        if "content" in one.attributes
    }
    assert names["referrer"] == "no-referrer"


def test_a_run_of_ci_is_a_link_only_if_it_is_one() -> None:
    def links(url: str) -> list[str | None]:
        page = read_page(plan_html(EVERY_ACTION, Presentation(run_url=url)))
        found = [one.attributes["href"] for one in page.all("a")]
        return [one for one in found if one and not one.startswith("#")]

    assert links("https://ci.example.com/runs/1") == ["https://ci.example.com/runs/1"]
    assert links("javascript:alert(1)") == []


def test_it_is_ascii_whatever_it_tells() -> None:
    plan = a_large_plan(1)
    plan.header["warnings"] = ["Zo\u00eb \u4f60\u597d"]
    page = read_page(plan_html(plan, Presentation()))
    assert page.source.isascii()
    assert "Zo\u00eb \u4f60\u597d" in page.text


def test_every_style_and_script_of_the_package_is_in_it_and_ends_no_element() -> None:
    page = a_page()
    for folder, (whole,) in (("styles", page.all("style")), ("scripts", page.programs)):
        for one in files("reconciler.views.html").joinpath(folder).iterdir():
            text = one.read_text(encoding="ascii")
            assert text in whole.text, one.name
            assert not re.search(r"</(script|style)|<!--", text, re.IGNORECASE), one.name


def test_the_script_has_no_way_to_turn_text_into_markup_or_code() -> None:
    (script,) = a_page().programs
    assert script.text.startswith('"use strict";\n')
    for unsafe in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "srcdoc",
        "createContextualFragment",
        'setTimeout("',
    ):
        assert unsafe not in script.text


def test_items_are_written_as_they_are_made_and_never_held() -> None:
    made = 0
    plan = a_large_plan(3 * SIZE)

    def items(most: int | None) -> Iterator[Fields]:
        nonlocal made
        for item in plan.items(most):
            made += 1
            yield item

    told: list[tuple[int, int]] = []
    shown = type(plan)(plan.header, plan.footer, items)
    for piece in plan_html(shown, Presentation()):
        if 'data-name="items"' in piece:
            told.append((piece.count("</script>"), made))
        elif "By account" in piece:
            assert made == 0, "what matters most comes first"
    assert told == [(1, SIZE), (1, 2 * SIZE), (1, 3 * SIZE)]
