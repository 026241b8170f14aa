"""What holds for any side file: nothing lost, nothing invented, no crash."""

import csv
import io
import tempfile
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.identifiers import Phone
from reconciler.manifests.side_files.read import SideFile
from tests.manifests.samples import ID
from tests.manifests.side_samples import read, rows

_SEEN = st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])
_NOTE = st.text(_SEEN | st.sampled_from('",;|= '), max_size=8)
_CELL = st.text(_SEEN | st.sampled_from('",;|=\n\t '), max_size=8)
_ROWS = st.lists(st.tuples(st.uuids().map(str), _NOTE, _CELL), min_size=1, max_size=6)
_QUOTING = st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
_ENDING = st.sampled_from(["\n", "\r\n"])


def _read(file: str, content: bytes | str, **options: object) -> tuple[SideFile | None, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        return read(file, content, root=folder, **options)  # type: ignore[arg-type]  # any of them


@settings(deadline=None)
@given(_ROWS, _QUOTING, st.sampled_from(",;\t|"), _ENDING, st.sampled_from(["", "\ufeff"]))
def test_what_the_csv_module_writes_is_read_back(
    table: list[tuple[str, str, str]], quoting: int, delimiter: str, ending: str, mark: str
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=quoting, delimiter=delimiter, lineterminator=ending)  # type: ignore[arg-type]  # one of the module's numbers
    lines = []
    for row in [("id", "note", "x"), *table]:
        lines.append(written.getvalue().count("\n") + 1)
        writer.writerow([unicodedata.normalize("NFC", cell) for cell in row])
    content = mark + written.getvalue()
    found, problems = _read("a.csv", content, delimiter=delimiter, ignore_columns=True)
    notes = [unicodedata.normalize("NFC", note) for _, note, _ in table]
    assert problems == []
    assert rows(found) == [
        (one, line, note if note.strip() else "")
        for (one, _, _), line, note in zip(table, lines[1:], notes, strict=True)
    ]


@given(st.lists(st.uuids().map(str), min_size=1), _ENDING, _QUOTING)
def test_a_list_of_ids_is_read_back_from_every_format(
    ids: list[str], ending: str, quoting: int
) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=quoting, lineterminator=ending).writerows(  # type: ignore[arg-type]  # one of the module's numbers
        [["id"], *([one] for one in ids)]
    )
    contents = {
        "a.txt": ending.join(ids),
        "a.csv": written.getvalue(),
        "a.ndjson": ending.join(f'{{"id":"{one.upper()}"}}' for one in ids),
    }
    for file, content in contents.items():
        found, problems = _read(file, content)
        first = 2 if file == "a.csv" else 1
        assert problems == []
        assert rows(found) == [(one, line, "") for line, one in enumerate(ids, first)]


_PIECES = st.sampled_from(
    [
        *(ID, ID.upper(), f"{ID}\n", f'"{ID}"', ID[:-1], ID[3:], "+14155550100", "3.5E+11", "=A1"),
        *("id", "id\n", "id,note\n", "id,x,note\n", "phone_number\n", '"id"\n', "sf,x"),
        *(",", '"', '""', "\n", "\r\n", "\r", "\0", "\ufeff", "#", "\t", ";", " ", "é", "\u202e"),
        *('{"id":', f'{{"id": "{ID}"}}\n', '{"phone_number": "+14155550100"}', "\\u0030", "}", "["),
        *("\ud800", "version https://git-lfs.github.com/spec/", "PK\x03\x04"),
    ]
)
_CONTENT = st.one_of(
    st.binary(max_size=100),
    st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=14).map(
        lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass")
    ),
)


@pytest.mark.parametrize("file", ["a.txt", "a.csv", "a.ndjson"])
@settings(max_examples=300, deadline=None)
@given(content=_CONTENT, noun=st.sampled_from(["task", "record"]), lenient=st.booleans())
def test_any_bytes_are_an_error_or_declare_only_what_stands_in_them(
    file: str, content: bytes, noun: str, *, lenient: bool
) -> None:
    everything = content.decode(errors="replace").lower()
    found, problems = _read(file, content, noun=noun, ignore_columns=lenient and file != "a.txt")
    assert found is not None or problems
    if found is not None:
        phones = [one.identifier for one in found.entries.identifiers]
        assert all(one in everything for one in found.entries.ids)
        assert all(one.number in everything for one in phones if isinstance(one, Phone))
        assert all(0 < line <= everything.count("\n") + 1 for line in found.entries.lines)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_a_table_that_is_accepted_means_the_same_to_the_csv_module(rest: str) -> None:
    content = f"id,x\n{rest}"
    found, problems = _read("a.csv", content.encode("utf-8", "replace"), ignore_columns=True)
    if not problems:
        assert found is not None
        table = [row for row in csv.reader(io.StringIO(content, newline=""), strict=True) if row]
        assert found.entries.ids == [row[0].lower() for row in table[1:]]
