"""Side files are UTF-8 text, and what is none is recognised."""

import gzip
import io
import zipfile

import pytest

from tests.manifests.samples import ID, OTHER_ID
from tests.manifests.side_samples import read, rows

_UNICODE_TEXT = (
    'a.csv: This is UTF-16, which Excel calls "Unicode text". '
    'Save it as UTF-8; in Excel as "CSV UTF-8".'
)
_ARCHIVE = (
    "a.csv: This is a workbook or an archive, not text. "
    "Export the sheet as CSV, or unpack the archive, and commit the text."
)
_TABLE = f"id,note\n{ID},x\n"


def _workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return content.getvalue()


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last", ["", "\n", "\r\n"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(
    ending: str, mark: str, last: str
) -> None:
    found, problems = read("a.txt", mark + ending.join([ID, OTHER_ID.upper()]) + last)
    assert problems == []
    assert rows(found) == [(ID, 1, ""), (OTHER_ID, 2, "")]
    found, problems = read(
        "a.csv", mark + ending.join(["id,note", f"{ID},a", OTHER_ID + ","]) + last
    )
    assert problems == []
    assert rows(found) == [(ID, 2, "a"), (OTHER_ID, 3, "")]


@pytest.mark.parametrize(
    "content",
    [
        _TABLE.encode("utf-16"),
        b"\xfe\xff" + _TABLE.encode("utf-16-be"),
        _TABLE.encode("utf-16-le"),
        _TABLE.encode("utf-16-be"),
    ],
)
def test_utf_16_is_recognised_with_and_without_its_mark(content: bytes) -> None:
    assert read("a.csv", content) == (None, [_UNICODE_TEXT])


@pytest.mark.parametrize(
    "content",
    [
        _workbook(),
        gzip.compress(_TABLE.encode(), mtime=0),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"7z\xbc\xaf\x27\x1c",
        b"\xfd7zXZ\0",
        b"\x28\xb5\x2f\xfd",
    ],
    ids=["workbook", "gzip", "old workbook", "7z", "xz", "zstd"],
)
def test_workbooks_and_archives_are_recognised(content: bytes) -> None:
    assert read("a.csv", content) == (None, [_ARCHIVE])


def test_windows_1252_is_recognised() -> None:
    content = f"id;note\n{ID};Käthe, €5\n".encode("cp1252")
    assert read("a.csv", content) == (
        None,
        [
            (
                "a.csv:2:39: Not UTF-8; this is probably Windows-1252, which Excel saves as plain "
                'CSV. [\\xe4] Save it as UTF-8; in Excel as "CSV UTF-8".'
            )
        ],
    )


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("rest", [b"\x81", b"\0", b"\x1b"])
def test_bytes_that_are_no_text_at_all_are_an_error(rest: bytes, mark: bytes) -> None:
    content = mark + f"id\n{ID}\né".encode() + b"\xff" + rest
    assert read("a.csv", content) == (
        None,
        ["a.csv:3:2: Not valid UTF-8. [\\xff] Save the file as UTF-8."],
    )


def test_a_pointer_of_git_lfs_is_recognised_whatever_it_was_pinned_to() -> None:
    content = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n"
    assert read("a.csv", content, sha256="0" * 64) == (
        None,
        [
            (
                "a.csv: This is a Git LFS pointer; the file itself is not here. "
                "Run `git lfs pull`, in CI check out with LFS, or keep the ids in git itself."
            )
        ],
    )


@pytest.mark.parametrize(
    ("content", "place", "name", "hint"),
    [
        ("\0", "1:1", "U+0000", ""),
        ("# a\tb\x1b[2J", "1:6", "U+001B", ""),
        ("x\n# \u202eb", "2:3", "U+202E (RIGHT-TO-LEFT OVERRIDE)", ""),
        ("x\n\ufeff", "2:1", "U+FEFF (ZERO WIDTH NO-BREAK SPACE)", ""),
        ("\ufeff\ufeffx", "1:1", "U+FEFF (ZERO WIDTH NO-BREAK SPACE)", ""),
        ("# a\u2028b", "1:4", "U+2028 (LINE SEPARATOR)", ""),
        ("x\ry", "1:2", "U+000D", "End lines with LF or CRLF."),
        ("x\r\r\ny", "1:2", "U+000D", "End lines with LF or CRLF."),
    ],
)
def test_characters_that_are_not_seen_are_errors(
    content: str, place: str, name: str, hint: str
) -> None:
    hint = hint or "Delete it; a side file holds only characters that are seen."
    found, (problem,) = read("a.txt", content)
    assert found is None
    assert problem.startswith(f"a.txt:{place}: The character {name} is not allowed in a side file.")
    assert problem.endswith(hint)


def test_every_line_with_such_a_character_is_reported() -> None:
    _, problems = read("a.txt", "a\x01\x02\nb\n\x03\n")
    assert [problem.split(": ")[0] for problem in problems] == ["a.txt:1:2", "a.txt:3:1"]


def test_letters_of_any_language_may_stand_in_comments() -> None:
    found, problems = read("a.txt", f"# Größe, 東京, 👍\tok\n{ID}\n")
    assert problems == []
    assert rows(found) == [(ID, 2, "")]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("\u0430" + ID[1:], "U+0430 (CYRILLIC SMALL LETTER A)"),
        ("\uff10" + ID[1:], "U+FF10 (FULLWIDTH DIGIT ZERO)"),
        (ID + "\u200b", "U+200B (ZERO WIDTH SPACE)"),
        (ID + "\u00a0", "U+00A0 (NO-BREAK SPACE)"),
    ],
)
def test_letters_that_look_like_others_are_no_part_of_an_id(value: str, name: str) -> None:
    _, problems = read("a.txt", value)
    assert problems == [
        (
            f"a.txt:1:1: An id is plain ASCII; this one holds {name}. [{value}] "
            "Copy the id from its source again."
        )
    ]
