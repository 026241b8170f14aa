"""The canonical layout: what moves, what is quoted, what stays as it is, and what is refused."""

from pathlib import Path

import pytest

from reconciler.errors import InvalidError
from reconciler.manifests.findings import Findings
from reconciler.manifests.formatting.format import format_tree
from reconciler.manifests.formatting.sameness import check_same
from reconciler.manifests.shapes.absences import AbsentTasksSpec
from reconciler.manifests.shapes.heads import AbsenceMetadata
from reconciler.manifests.shapes.texts import takes_text
from reconciler.manifests.syntax.compose import compose
from tests.manifests.samples import CRM, DIALER, ID, LIST_ID, OTHER_ID, said, write

REPOSITORY = Path(__file__).parents[2]


def formatted(content: str | bytes, **more: str) -> str:
    """Return `manifests/a.yaml` as it is after formatting it once, and again."""
    folder = write(Path("manifests"), {"a.yaml": content, **more})
    for _ in range(2):
        found = format_tree(folder)
        for change in found.manifests:
            assert change.after is not None
            change.path.write_bytes(change.after)
    assert not format_tree(folder).manifests
    return (folder / "a.yaml").read_bytes().decode()


def refused(content: str | bytes) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        format_tree(write(Path("manifests"), {"a.yaml": content}))
    return [said(one) for one in caught.value.problems]


def spec(lines: str) -> str:
    """Return how the spec of an AbsentRecords comes out that is written like this."""
    head = "apiVersion: reconciler/v1\nkind: AbsentRecords\nmetadata: {name: a}\nspec:\n"
    return formatted(head + lines).removeprefix(head)


def test_the_manifests_of_this_repository_are_formatted() -> None:
    assert not format_tree(REPOSITORY / "manifests").manifests


def test_everything_at_once() -> None:
    assert formatted(
        f"""\
---
# About all of it.

# Why these.
kind: AbsentRecords   # a kind
apiVersion: reconciler/v1
metadata: {{owner: no, name: opted-out,
   reason: 1_2 # a reason
   }}
spec:

  deleteBy: id


  records:   # a list
    # of all entries

    # second
    - phoneNumber: +14155550101     # a number
      note: yes
    -   # odd
      id: {OTHER_ID.upper()}
    # first
    - {{note: 0123, id: {ID.upper()}}}

    - {{externalId: 0e5, externalProvider: salesforce}}
    # below
  account: acme-dialer
  recordList: {LIST_ID.upper()}
# the end
--- # next
{{kind: Account, spec: {{limits: {{per: 5s, calls: 3}}, system: talkdesk, region: us, tenant: no}},
 metadata: {{name: acme-dialer}}, apiVersion: reconciler/v1}}
"""
    ) == (
        f"""\
# About all of it.

# Why these.
apiVersion: reconciler/v1
kind: AbsentRecords   # a kind
metadata:
  name: opted-out
  owner: "no"
  reason: "1_2"  # a reason
spec:
  account: acme-dialer
  recordList: {LIST_ID}

  records:   # a list
    # of all entries

    # first
    - {{id: {ID}, note: "0123"}}
    # odd
    - id: {OTHER_ID}
    # second
    - phoneNumber: "+14155550101"   # a number
      note: "yes"
    - {{externalProvider: salesforce, externalId: "0e5"}}
    # below

  deleteBy: id
# the end
---
# next
apiVersion: reconciler/v1
kind: Account
metadata: {{name: acme-dialer}}
spec: {{system: talkdesk, region: us, tenant: "no", limits: {{calls: 3, per: 5s}}}}
"""
    )


@pytest.mark.parametrize(
    ("written", "comes_out"),
    [
        ("  records: []\n", "  records: []\n"),
        ("  records: [   ]  # none\n", "  records: []     # none\n"),
        ("  records: [\n    # none\n  ]\n", "  # none\n  records: []\n"),
        ("  records: [ # none\n ]\n", "  records: []  # none\n"),
        (f"  records: [{{id: {ID}}}]\n", f"  records:\n    - {{id: {ID}}}\n"),
        (
            f"  records: [\n  {{id: {OTHER_ID}}}, # b\n  # a\n  {{id: {ID}}}\n  # c\n  ] # d\n",
            (
                f"  records:  # d\n    # a\n    - {{id: {ID}}}\n"
                f"    - {{id: {OTHER_ID}}}  # b\n    # c\n"
            ),
        ),
        (
            "  records:\n  - b\n  - { # of a\n     id: a }\n",
            "  records:\n    # of a\n    - id: a\n    - b\n",
        ),
        ("  records:\n  - b\n  - a\n", "  records:\n    - a\n    - b\n"),
        (
            "  records:\n  - {x: 1}\n  - [b]\n  - a\n",
            "  records:\n    - a\n    - {x: 1}\n    - [b]\n",
        ),
        ("  records:\n  - - b\n    - a\n", "  records:\n    - - b\n      - a\n"),
        ("  records:\n  - {id: B}\n  - A\n", "  records:\n    - A\n    - {id: B}\n"),
        ("  records: {}\n", "  records: {}\n"),
        ("  records: {a: b}\n", "  records:\n    a: b\n"),
        ("  records:\n  -\n  - a\n", "  records:\n    -\n    - a\n"),
        ("  records: a\n", "  records: a\n"),
        ("  account: # c\n    a # d\n", "  # d\n  account: a  # c\n"),
        ("  account:\n    # c\n    a\n", "  # c\n  account: a\n"),
        ("  account: # c\n    >-\n    a\n", "  # c\n  account: >-\n    a\n"),
        ("  other: x\n  account: a\n  more: y\n", "  account: a\n  other: x\n  more: y\n"),
        ("  unknown: [b, [a, {c: d}], {e: }]\n", "  unknown: [b, [a, {c: d}], {e: }]\n"),
        ("  unknown: [a: b]\n", "  unknown: [{a: b}]\n"),
        ("  unknown:\n    a:\n       - b\n", "  unknown:\n    a:\n      - b\n"),
        (
            "  unknown: {\n  a: [b], c: {\n  d: e }}\n",
            "  unknown:\n    a: [b]\n    c:\n      d: e\n",
        ),
    ],
)
def test_collections_come_out_in_one_way(written: str, comes_out: str) -> None:
    assert spec(written) == comes_out


@pytest.mark.parametrize(
    ("written", "comes_out"),
    [
        ("no", '"no"'),
        ("+14155550100", '"+14155550100"'),
        ("0123", '"0123"'),
        ("1e5", '"1e5"'),
        ("12:34:56", '"12:34:56"'),
        ("2026-01-01\n    12:00:00", '"2026-01-01 12:00:00"'),
        ("~", '"~"'),
        ("'no'", "'no'"),
        ('"a"', '"a"'),
        ("'it''s'", "'it''s'"),
        ('"a\\tb"', '"a\\tb"'),
        ("a\n     b", "a\n    b"),
        ("a  \n     b", "a\n    b"),
        ('"a \\\n     b"', '"a \\\n    b"'),
        ('"a\n\n     b"', '"a\n\n    b"'),
        ("'a\n\n     b'", "'a\n\n    b'"),
        ("|-\n      a\n        b\n\n      c", "|-\n    a\n      b\n\n    c"),
        (">-   # why\n      a\n   \n\n", ">-   # why\n    a\n"),
        ("|2-\n      a", "|2-\n      a"),
        ("|3-\n     a", "|3-\n     a"),
        ("|+\n      a\n\n", "|+\n    a\n\n"),
        ("|\n\n", "|\n"),
    ],
)
def test_texts_keep_their_value(written: str, comes_out: str) -> None:
    head = "apiVersion: reconciler/v1\nkind: AbsentTasks\nmetadata:\n  name: a\n  reason: "
    text = formatted(f"{head}{written}\nspec: {{account: no, expect: {{type: [1, b]}}}}\n")
    end = '\nspec: {account: "no", expect: {type: ["1", b]}}\n'
    assert text == f"{head}{comes_out}{end}"


def test_numbers_dates_and_switches_stay_unquoted() -> None:
    text = f"""\
apiVersion: reconciler/v1
kind: AbsentTasks
metadata: {{name: old, owner: ops, reason: Twice, expires: 2026-12-01}}
spec:
  account: acme-crm
  where:
    owner:
      - {ID.upper()}
    createdBefore: 2026-03-02
    max: 500
    unattended: true
"""
    assert formatted(text, **{"crm.yaml": CRM}) == text


def test_a_protection_is_ordered_once_its_account_is_known() -> None:
    text = """\
spec: {records: [], recordList: 1, account: acme-dialer}
kind: Protection
metadata: {reason: no, name: a}
"""
    ordered = """\
kind: Protection
metadata: {name: a, reason: "no"}
spec: {account: acme-dialer, recordList: "1", records: []}
"""
    assert formatted(text, **{"dialer.yaml": DIALER}) == ordered
    Path("manifests/dialer.yaml").unlink()
    shuffled = "kind: Protection\nspec: {records: [], recordList: 1, account: acme-dialer}\n"
    assert formatted(text) == f"{shuffled}metadata: {{reason: no, name: a}}\n"


@pytest.mark.parametrize(
    ("written", "comes_out"),
    [
        ("", ""),
        ("\n\n", ""),
        ("# a\n\n\n# b\n\n", "# a\n\n# b\n"),
        ("---\n---\n# a\n", "# a\n"),
        ("a", "a\n"),
        ("a # b", "a  # b\n"),
        ("- b # c\n- a\n", "- b  # c\n- a\n"),
        ("[b, a]", "- b\n- a\n"),
        ("{} # c", "{}  # c\n"),
        ("''\n---\n...\n# x\n---\n# y\nb: 1\n...\n", "''\n---\n# x\n# y\nb: 1\n"),
        ("a: 1\r\nb:\r\n  # c\r\n  - 2   # d\r\n", "a: 1\nb:\n  # c\n  - 2   # d\n"),
        ("a:\n  b: 1\n  # of a\n\n# of c\nc: 2\n", "a:\n  b: 1\n  # of a\n\n# of c\nc: 2\n"),
        ("a:\n- b\n# of c\nc: 2\n", "a:\n  - b\n# of c\nc: 2\n"),
        ("a:\n  b: 1\n # of c\nc: 2\n# end\n", "a:\n  b: 1\n# of c\nc: 2\n# end\n"),
        ("a:\n  b:\n    c: 1\n   # of b\n    # of a\n", "a:\n  b:\n    c: 1\n  # of b\n  # of a\n"),
        ("  a: 1\n# end\n", "a: 1\n# end\n"),
        ("? a\n: b\n", "a: b\n"),
    ],
)
def test_what_is_no_manifest_is_laid_out_too(written: str, comes_out: str) -> None:
    assert formatted(written) == comes_out


def test_a_comment_behind_a_value_keeps_its_column_if_there_is_room() -> None:
    assert spec("  account: a       # one\n  recordList: 12    # two\n  deleteBy: 3 # three\n") == (
        '  account: a       # one\n  recordList: "12"  # two\n  deleteBy: "3"  # three\n'
    )


def test_entries_that_are_equal_keep_their_order() -> None:
    lines = [f"    - {{id: {ID}, note: b}}\n", f"    - {{id: {ID}, note: a}}\n"]
    assert spec("  records:\n" + "".join(lines)) == "  records:\n" + "".join(lines)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (
            "a: &x 1\n",
            (
                "a.yaml:1:4: An anchor is not allowed in a manifest. "
                "Delete the word with `&`; a text that begins with `&` must be quoted."
            ),
        ),
        (
            "a: 1\na: 2\n",
            "a.yaml:2:1: This key stands twice; first on line 1. Keep one of the two.",
        ),
        (b"a: \xff\n", "a.yaml:1:4: Not valid UTF-8. Save the file as UTF-8."),
        (
            "b: 1\n---\n? - a\n: b\n",
            "a.yaml:3:3: A key must be text. Write one word before the colon.",
        ),
        (
            "a: |\n  b",
            (
                "a.yaml:1:1: The layout of this document cannot be changed without changing what "
                "it says. Write it in a simpler way: one `key: value` a line."
            ),
        ),
    ],
)
def test_what_cannot_be_read_or_kept_is_refused(content: str | bytes, complaint: str) -> None:
    assert refused(content) == [complaint]


def test_one_refused_file_refuses_the_folder() -> None:
    write(Path("manifests"), {"b.yml": "a: 1\n", "c.yaml": "b:   1\n"})
    assert refused("a: *b\n") == [
        (
            "a.yaml:1:4: An alias is not allowed in a manifest. "
            "Write the value out; a text that begins with `*` must be quoted."
        ),
        "b.yml: A manifest's name ends in `.yaml`. Rename the file to `*.yaml`.",
    ]


def test_windows_and_what_is_lifted_stand_in_order_with_quotes_and_comments() -> None:
    head = "apiVersion: reconciler/v1\nkind: Allowance\n"
    assert formatted(
        head
        + """\
metadata: {owner: ops, name: once, reason: no}
spec:
  digest: sha256:ab
  lifts:
    where.max: 5
    windows:
      # at night
      - to: 06:00
        timezone: UTC
        # whose
        from: 22:00 # late
        days: [mon, tue]
      - {timezone: UTC, to: "10:00", from: "09:00", days: [sun]}
    maxDeletes: 3
  account: acme-crm
"""
    ) == (
        head
        + """\
metadata: {name: once, owner: ops, reason: "no"}
spec:
  account: acme-crm
  lifts:
    maxDeletes: 3
    windows:
      # at night
      - days: [mon, tue]
        # whose
        from: "22:00"  # late
        to: "06:00"
        timezone: UTC
      - {days: [sun], from: "09:00", to: "10:00", timezone: UTC}
    where.max: 5
  digest: sha256:ab
"""
    )


def test_a_policy_has_its_keys_in_the_order_of_the_reference() -> None:
    head = "apiVersion: reconciler/v1\nkind: Policy\nmetadata: {name: a}\n"
    spec = "canary: [1, 10], windows: [], coolOff: 0m, planTtl: 24h, returned: hold, maxDeletes: 1"
    assert formatted(f"{head}spec: {{{spec}}}\n") == (
        f"{head}spec: {{maxDeletes: 1, planTtl: 24h, coolOff: 0m, windows: [], returned: hold, "
        "canary: [1, 10]}\n"
    )


def test_texts_are_told_from_the_rest_by_their_shape() -> None:
    fields = [
        key for key in ("name", "purpose", "expires", "x") if takes_text(AbsenceMetadata, key)
    ]
    assert fields == ["name", "purpose"]
    assert not takes_text(AbsentTasksSpec, "tasks")


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ("# a\nb: [1]\n---\nc: 2\n", 0),
        ("b: [1]  # a\n---\nc: 2\n", 0),
        ("b: [1]\n---\nc: 2\n", 1),
        ("# b\nb: [1]\n---\nc: 2\n", 1),
        ("# a\nb: [2]\n---\nc: 2\n", 2),
        ("# a\nb: [1]\n---\nc: 3\n", 4),
        ("# a\nb: [1]\n", 4),
        ("# a\nb: [1]\n---\nc: 2\n---\nd: 3\n", 1),
        ("# a\nb: [1\n", 1),
    ],
)
def test_what_says_something_else_is_not_the_same(changed: str, line: int) -> None:
    text = "# a\nb: [1]\n---\nc: 2\n"
    found = Findings("a.yaml", [])
    nodes, _ = compose(text, found)
    assert check_same(changed, nodes, ["# a"], found) is (line == 0)
    assert [one.line for one in found.problems] == ([line] if line else [])
