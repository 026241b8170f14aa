"""Text from outside does nothing in Markdown, wherever it stands and whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.views.markdown.escaping import code, fence, fenced_line, html_code, link, number
from reconciler.views.markdown.room import row, table
from tests.views.markdown import HOSTILE, shape

TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(min_size=1),
    st.text("`|\\<>&!@#[]()*_~-/: \n\t\"'$%^{}=+.0aé", min_size=1),
    st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3).map("".join),
)


@given(TEXTS)
def test_a_code_span_stays_one_in_sentences_lists_headings_and_tables(text: str) -> None:
    def page(outside: object) -> str:
        span = code(outside)
        cells = table(("A", "B")) + row((span, "end"))
        return (
            f"### Head {span}\n\nSay {span}, {span}.\n\n- Item {span}\n\n**bold** {span}\n\n{cells}"
        )

    assert shape(page(text)) == shape(page("plain"))


@given(TEXTS)
def test_a_fence_ends_where_it_should(text: str) -> None:
    def page(outside: object) -> str:
        lines = (f"- {outside}", fenced_line(outside), str(outside), f"    a = {outside}")
        return f"Before.\n\n{fence('diff', lines)}\nAfter.\n"

    assert shape(page(text)) == shape(page("plain"))


@given(TEXTS)
def test_a_summary_stays_one_line_of_html(text: str) -> None:
    def page(outside: object) -> str:
        return f"<details>\n<summary>{html_code(outside)}: 1</summary>\n\nIn.\n\n</details>\n"

    assert shape(page(text)) == shape(page("plain"))


@given(TEXTS)
def test_no_line_of_a_fence_is_a_command_to_anybody(text: str) -> None:
    lines = fence("text", [text, *text.splitlines()]).splitlines()[1:-1]
    assert not [line for line in lines if line.startswith(("/", "::", "```"))]
    assert "<!--" not in "".join(lines)
    assert "<!--" not in code(text)


def test_text_is_shown_as_it_is_where_it_is_harmless() -> None:
    assert code("C*** b*** #12 @you") == "`C*** b*** #12 @you`"
    assert code("a|b`c") == "`a\\u{7c}b\\u{60}c`"
    assert code(" a") == "`  a `"
    assert code("") == ""
    assert code("x" * 300) == f"`{'x' * 199}…`"
    assert html_code("<b>&") == "<code>&lt;b&gt;&amp;</code>"
    assert fenced_line("a`b``c") == "a`b``c"
    assert fenced_line("````") == "\\u{60}" * 4
    assert fence("diff", ["- a", "/close"]) == "```diff\n- a\n\\u{2f}close\n```\n"


def test_a_number_is_one_and_what_pretends_to_be_one_is_text() -> None:
    assert (number(12), number(0.5)) == ("12", "0.5")
    assert number("@you") == "`@you`"
    assert number(True) == "`True`"  # noqa: FBT003 - what a file may say instead of a number


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://a.test/)> [x](https://evil.test",
        "https://a.test/ b",
        "https://a.test/\n",
        "https://a.test/<b>",
        'https://a.test/"',
        "https://a.test/" + "x" * 500,
        "",
    ],
)
def test_only_a_plain_address_becomes_a_link(url: str) -> None:
    assert link("this run", url) == "this run"


def test_a_link_leads_where_it_says() -> None:
    url = "https://github.com/acme/absences/actions/runs/1?a=[1]"
    assert link("this run", url) == f"[this run](<{url}>)"
    assert shape(link("this run", url)) == [
        "paragraph_open p {}",
        "link_open  {'href': '" + url.replace("[1]", "%5B1%5D") + "'}",
        "text this run {}",
        "link_close  {}",
        "paragraph_close p {}",
    ]
