"""The page about accidents names the tests that there are, and no others."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/accidents.md").read_text(encoding="utf-8")
TESTS = {
    path.stem: re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    for path in (ROOT / "tests/accidents").glob("test_*.py")
}


def test_every_test_of_an_accident_is_named_and_every_named_one_exists() -> None:
    sections = re.findall(r"^### (\w+)\n\n((?:- `\w+`\n)+)", PAGE, re.MULTILINE)
    assert {name: re.findall(r"`(\w+)`", tests) for name, tests in sections} == TESTS


def test_every_accident_has_a_row_that_links_to_its_tests() -> None:
    rows = re.findall(
        r"^\| .+ \| \[(\w+)\]\(\.\./tests/accidents/(\w+)\.py\) \|$", PAGE, re.MULTILINE
    )
    assert sorted(rows) == sorted((name, name) for name in TESTS)
