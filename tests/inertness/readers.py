"""Readers of each form that are none of ours, and what they must find."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from xml.dom.minidom import parseString

from junitparser import JUnitXml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from sarif_pydantic import Sarif  # type: ignore[import-untyped]  # it has no py.typed

from tests.fakes.runner import commands
from tests.inertness.hostile import CANARY
from tests.views.html_reader import read_page

_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_CODE = {"code_inline", "fence"}
_OURS = {"error", "warning", "notice", "group", "endgroup"}
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def check_shown(output: str) -> None:
    """A terminal and a log show it: nothing in it is invisible, moves a cursor or turns text."""
    assert not {one for one in output if unicodedata.category(one) in _UNSEEN} - {"\n"}
    output.encode()


def check_text(output: str) -> None:
    check_shown(output)
    assert commands(output) == []


def check_log(output: str) -> None:
    """The log of a GitHub job has our commands, where we put them, and no other."""
    check_shown(output)
    found = [one.name for one in commands(output)]
    assert set(found) <= _OURS
    assert found.count("group") == found.count("endgroup") <= 1
    for one in commands(output):
        if one.name in {"error", "warning", "notice"}:
            assert set(one.properties) <= {"file", "line", "col", "title"}
            assert "title" in one.properties


def check_json(output: str, expected: Any = None) -> None:  # noqa: ANN401 - any document
    assert output.isascii()
    check_text(output)
    found = json.loads(output)
    if expected is not None:
        assert found == expected


def check_junit(output: str) -> None:
    check_text(output)
    assert len(list(JUnitXml.fromstring(output.encode()))) > 0
    every = parseString(output.encode()).getElementsByTagName("*")  # noqa: S318 - our own
    assert {one.tagName for one in every} <= {
        *("testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out")
    }
    assert {name for one in every for name in dict(one.attributes.items())} <= {
        *("name", "classname", "file", "line", "message", "type"),
        *("tests", "failures", "errors", "skipped"),
    }


def check_sarif(output: str) -> None:
    check_json(output)
    Sarif.model_validate_json(output)
    (run,) = json.loads(output)["runs"]
    texts = [one["message"]["text"] for one in run["results"]]
    texts += [one["message"]["text"] for one in run["invocations"][0]["toolExecutionNotifications"]]
    for text in texts:
        check_shown(text)
        assert not re.search(r"(?<!\\)\]\(", text)
    for one in run["results"]:
        uri = one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2}|^file:)+", uri)


def check_csv(output: str, columns: int) -> None:
    check_shown(output)
    rows = list(csv.reader(io.StringIO(output, newline="")))
    assert {len(row) for row in rows} == {columns}
    assert not [cell for row in rows for cell in row if cell.startswith(_FORMULAS)]


def check_markdown(output: str) -> None:
    """What comes from outside is in code, and HTML is ours alone."""
    check_text(output)
    for token in _tokens(MarkdownIt("commonmark").enable("table").parse(output)):
        if token.type in {"html_block", "html_inline"}:
            outside = re.sub(r"<code>[^<>]*</code>", "", token.content)
            assert CANARY not in outside
            assert set(re.findall(r"</?\w+", outside)) <= {
                *("<details", "</details", "<summary", "</summary"),
            }
        elif token.type not in _CODE:
            assert CANARY not in token.content or token.children
            assert token.type not in {"link_open", "image"}


def check_html(output: str) -> None:
    """What comes from outside is text: it opens no element, runs nothing and leads nowhere."""
    check_shown(output)
    assert output.isascii()
    assert commands(output) == []
    found = read_page([output])
    assert not {one.tag for one in found.elements} & {"img", "iframe", "object", "form", "base"}
    for one in found.elements:
        for name, value in one.attributes.items():
            assert not name.startswith("on")
            assert name not in {"src", "style", "srcdoc"} or CANARY not in (value or "")
            assert name != "href" or (value or "").startswith(("#", "data:image/"))
    for program in (*found.programs, *found.all("style")):
        assert CANARY not in program.text
    assert CANARY in output
    found.items()


def _tokens(tokens: list[Token]) -> Iterator[Token]:
    for one in tokens:
        yield one
        yield from _tokens(one.children or [])
