"""What holds for any manifest: formatted once is formatted for good, and says the same."""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconciler.errors import InvalidError, Problem
from reconciler.manifests.formatting.format import format_tree
from reconciler.manifests.load import load
from reconciler.manifests.retiring.remaining import said_by
from tests.manifests.samples import (
    CRM,
    DIALER,
    ID,
    NOW,
    OTHER_ID,
    allowance,
    policy,
    records,
    tasks,
    write,
)

_SHUFFLED = """\
kind: AbsentTasks
apiVersion: reconciler/v1
metadata:
  owner: ops
  name: none
  reason: |-
    Twice
spec:
  tasks: [
  ]
  account: acme-crm
"""
_WINDOWS = """\
kind: Allowance
apiVersion: reconciler/v1
metadata: {reason: Sold, name: sold, owner: ops}
spec:
  lifts:
    windows:
      - to: 06:00
        from: 22:00
        timezone: Europe/Lisbon
        days:
          - sat
          - fri
      - timezone: UTC
        days: [mon]
        to: "18:00"
        from: "08:00"
    coolOff: 0m
  account: acme-crm
"""
_DOCUMENTS = (
    CRM,
    DIALER,
    tasks(
        ID,
        OTHER_ID.upper(),
        f"{{id: {ID}, note: x}}",
        f"id: {ID}\n      note: >-\n        a\n        b",
    ),
    _SHUFFLED,
    records(
        f"id: {ID}",
        'phoneNumber: "+14155550101"\n      note: "q"',
        "{externalId: ab, externalProvider: sf}",
        f"id: {OTHER_ID.upper()}",
    ),
    records("phoneNumber: +14155550101", "externalProvider: no\n      externalId: 12").replace(
        "name: out", "name: unquoted"
    ),
    policy(
        'canary: [1], windows: [{timezone: UTC, days: [sun, mon], to: "06:00", from: "22:00"}, '
        '{days: [tue], from: "00:00", to: "00:00", timezone: UTC}], planTtl: 24h, maxDeletes: 4'
    ),
    allowance(
        "lifts: {windows: true, where.max: 9, maxDeletes: 1}, account: acme-crm, "
        f"digest: 'sha256:{'ab' * 32}'"
    ),
    _WINDOWS,
    tasks(ID).replace(f"\n    - {ID}", f" [\n    {OTHER_ID},\n    {ID}\n  ]").replace("old", "new"),
)
_COMMENT = st.integers(0, 99).map(lambda number: f"# {number}")
_EDIT = st.one_of(
    st.tuples(st.just("comment"), st.integers(0, 99), st.integers(0, 9), _COMMENT),
    st.tuples(st.just("tail"), st.integers(0, 99), st.integers(1, 5), _COMMENT),
    st.tuples(st.just("blank"), st.integers(0, 99), st.integers(0, 3), st.just("")),
    st.tuples(st.just("spaces"), st.integers(0, 99), st.integers(1, 4), st.just("")),
    st.tuples(st.just("break"), st.integers(0, 99), st.integers(3, 9), _COMMENT),
)


def _edited(text: str, edits: list[tuple[str, int, int, str]]) -> str:
    """Return a text with comments, blank lines, line breaks and spaces put in."""
    lines = text.split("\n")
    for what, place, width, comment in edits:
        number = place % len(lines)
        spaces = " " * width
        match what:
            case "comment" | "blank":
                lines.insert(number, spaces + comment)
            case "tail":
                lines[number] += spaces + comment
            case "spaces":
                lines[number] = re.sub(r"(- |: )", rf"\1{spaces}", lines[number])
            case _:
                lines[number] = re.sub(r", ", f",  {comment}\n{spaces}", lines[number], count=1)
    return "\n".join(lines)


_MANIFESTS = st.lists(
    st.tuples(st.sampled_from(_DOCUMENTS), st.lists(_EDIT, max_size=6)),
    min_size=1,
    max_size=4,
    unique_by=lambda pair: pair[0],
).map(lambda pairs: "---\n".join(_edited(text, edits) for text, edits in pairs))
_PIECES = st.sampled_from(
    [
        *("a: ", "- ", "? ", ": ", "{", "}", "[", "]", ", ", "b", "'", '"', "|", ">-", "|+", "|2"),
        *(
            "\n",
            "\n\n",
            "\n  ",
            "\n    ",
            " ",
            "  ",
            "# c",
            " # d",
            "---",
            "...",
            "\\",
            "\r\n",
            "no",
        ),
        *(
            "apiVersion: x\n",
            "kind: Policy\n",
            "spec:\n",
            "  tasks:\n",
            f"    - {ID}\n",
            "~",
            "12:34",
        ),
    ]
)
_ANYTHING = st.lists(_PIECES, max_size=14).map("".join)


@settings(max_examples=400, deadline=None)
@given(_MANIFESTS)
@example("# a\n---\n" + CRM)
def test_what_is_formatted_stays_and_declares_the_same(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), {"a.yaml": text})
        before = _declared(root)
        if _format(root, may_refuse_layout=False):
            after = _declared(root)
            assert before is None or before == after


def _format(root: Path, *, may_refuse_layout: bool) -> bool:
    """Format a folder and find nothing left to format; say whether it could be read."""
    problems: Sequence[Problem] = ()
    try:
        changes = format_tree(root).manifests
    except InvalidError as error:
        problems = error.problems
        changes = ()
    assert all(one.message and one.hint for one in problems)
    assert may_refuse_layout or not any("layout" in one.message for one in problems)
    for change in changes:
        change.path.write_bytes(change.after or b"")
    assert problems or not format_tree(root).manifests
    return not problems


def _declared(root: Path) -> object:
    try:
        return said_by(load(root, now=NOW))
    except InvalidError:
        return None


@settings(max_examples=400, deadline=None)
@given(_ANYTHING)
@example("|\n\n a\n\n\n---\n|+\n a\n\n")
@example("|\n  \n")
@example("a: # b\n  - c\n # d\n - e\n")
def test_any_text_is_refused_or_stays_as_it_is_formatted(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write(Path(folder), {"a.yaml": text})
        _format(root, may_refuse_layout=True)
