"""The YAML that manifests are written in is a small part of YAML; the rest is refused."""

import pytest
from ruamel.yaml import YAML

from reconciler.manifests.findings import Findings
from reconciler.manifests.syntax import compose as composing
from reconciler.manifests.syntax.compose import compose
from tests.manifests.samples import CRM, ID, OTHER_ID, complaints, loaded, policy, problems, tasks


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (
            tasks(f"&a {ID}"),
            (
                "7:7: An anchor is not allowed in a manifest. "
                "Delete the word with `&`; a text that begins with `&` must be quoted."
            ),
        ),
        (
            tasks("*a"),
            (
                "7:7: An alias is not allowed in a manifest. "
                "Write the value out; a text that begins with `*` must be quoted."
            ),
        ),
        (
            tasks(f"!!python/name:os.system {ID}"),
            (
                "7:7: A tag is not allowed in a manifest. "
                "Delete the word with `!`; a text that begins with `!` must be quoted."
            ),
        ),
        (
            tasks(f"{{<<: {{}}, id: {ID}}}"),
            (
                "7:8: A merge key is not allowed in a manifest. "
                "Write the fields out; manifests have no merge keys."
            ),
        ),
        (
            tasks(f"{{id: {ID}, id: {OTHER_ID}}}"),
            "7:50: This key stands twice; first on line 7. Keep one of the two.",
        ),
        (
            tasks(f"{{id: {ID}, [a]: b}}"),
            "7:50: A key must be text. Write one word before the colon.",
        ),
        (
            "%YAML 1.2\n---\n" + tasks(ID),
            "1:1: A directive is not allowed in a manifest. Delete the line that begins with `%`.",
        ),
        (
            tasks(ID, "[" * 18),
            "8:24: Deeper than 20 levels. Nest less.",
        ),
        (
            "kind: Policy\n\tspec: {}\n",
            (
                "2:1: Not YAML: while scanning a plain scalar, found a tab character that "
                "violates indentation. Indent with spaces; YAML allows no tab here."
            ),
        ),
        (
            "a: 'b\nc: d\n",
            (
                "2:5: Not YAML: while scanning a quoted scalar, found unexpected end of stream. "
                "It began on line 1. Correct the YAML; what follows in this file was not read."
            ),
        ),
        (
            "a: [b\n",
            (
                "1:6: Not YAML: while parsing a flow sequence, did not find expected ',' or ']'. "
                "Correct the YAML; what follows in this file was not read."
            ),
        ),
        (
            tasks("*"),
            (
                "7:8: Not YAML: while scanning an alias, did not find expected alphabetic or "
                "numeric character. Quote a text that begins with `*` or `&`."
            ),
        ),
        (
            "foo\n",
            (
                "1:1: A document must be a mapping. "
                "Begin it with `apiVersion`, `kind`, `metadata` and `spec`."
            ),
        ),
    ],
)
def test_what_manifests_do_not_use_is_refused(content: str, complaint: str) -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": content}) == [f"b.yaml:{complaint}"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"a: b\nc: \xc3\xa9 \xff\n", "2:6: Not valid UTF-8. Save the file as UTF-8."),
        (b"\xff\xfea\x00", "1:1: Not valid UTF-8. Save the file as UTF-8."),
        (
            b"a: \x00\n",
            (
                "1:4: The character U+0000 is not allowed in a manifest. "
                "The file is perhaps not text, or is saved as UTF-16; save it as UTF-8."
            ),
        ),
        (
            b"\xef\xbb\xbfa: b\n",
            (
                "1:1: The character U+FEFF (ZERO WIDTH NO-BREAK SPACE) is not allowed in a "
                "manifest. Save the file as UTF-8 without a byte order mark."
            ),
        ),
        (
            b"a: b\n# \xe2\x80\xae\n",
            (
                "2:3: The character U+202E (RIGHT-TO-LEFT OVERRIDE) is not allowed in a manifest. "
                "Delete it; a manifest holds only characters that are seen."
            ),
        ),
        (
            b"a: b\rc: d\n",
            "1:5: The character U+000D is not allowed in a manifest. End lines with LF or CRLF.",
        ),
    ],
)
def test_bytes_that_are_no_plain_text_are_refused(content: bytes, complaint: str) -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": content}) == [f"b.yaml:{complaint}"]


def test_of_a_binary_file_the_first_hundred_characters_are_reported() -> None:
    assert len(problems({"a.yaml": b"\0" * 1000})) == 100


def test_lines_may_end_with_crlf() -> None:
    declared = loaded({"a.yaml": CRM, "b.yaml": tasks(ID, OTHER_ID).replace("\n", "\r\n")})
    assert list(declared.absences[0].line) == [7, 8]


def test_what_was_refused_is_not_reported_a_second_time() -> None:
    files = {
        "a.yaml": CRM,
        "b.yaml": tasks("{id: *a}", f"{{id: {ID}, note: *a}}", metadata="name: *a, owner: *a"),
        "c.yaml": policy("accounts: [*a], maxDeletes: *a"),
        "d.yaml": CRM.replace("kind: Account", "kind: *a"),
        "e.yaml": "*a\n",
    }
    assert [line for line in complaints(files) if "An alias" not in line] == [
        "b.yaml:3:1: `metadata` lacks `reason`. Add `reason: …`."
    ]


def test_a_missing_value_is_placed_at_its_key() -> None:
    assert complaints(
        {"a.yaml": CRM, "b.yaml": "\n".join((*policy("").splitlines()[:3], "spec:"))}
    ) == ["b.yaml:4:1: Must be a mapping. Write `key: value` pairs here."]


def test_comments_and_empty_documents_declare_nothing() -> None:
    declared = loaded({"a.yaml": f"---\n# nothing\n---\n{CRM}---\n", "b.yaml": "# soon\n"})
    assert (list(declared.accounts), declared.absences) == (["acme-crm"], ())


def test_a_million_brackets_end_at_the_depth_limit() -> None:
    found = problems({"a.yaml": "[" * 1_000_000, "b.yaml": "- " * 500_000})
    assert [problem.message for problem in found] == ["Deeper than 20 levels."] * 2


@pytest.mark.parametrize("text", [CRM, tasks(ID, f"{{id: '{OTHER_ID}'}}"), "a:\nb: |\n  c\n"])
def test_the_pure_parser_composes_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_c = compose(text, Findings("a", []))
    monkeypatch.setattr(composing, "YAML", lambda typ: YAML(typ=typ, pure=True))
    assert compose(text, Findings("a", [])) == with_c
