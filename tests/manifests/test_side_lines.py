"""Side files with an entry on each line: bare ids, or JSON objects."""

import json

import pytest

from reconciler.domain.identifiers import External, Phone
from tests.manifests.samples import EXAMPLE, ID, OTHER_ID
from tests.manifests.side_samples import read, rows

_LOOKS = f"An id is a GUID such as {EXAMPLE}."
_PHONE = "+14155550100"
_ESCAPED = (
    "An identifier must stand in the file as it is, without escapes. [{}] "
    "Write its characters themselves."
)
_NO_OBJECT = f'Write one object on each line, such as {{"id": "{EXAMPLE}"}}.'


def _wrong(value: str, noun: str = "task") -> str:
    """Return what is said about one line of ids."""
    _, (problem,) = read("a.txt", value, noun=noun)
    return problem.removeprefix("a.txt:1:1: ").replace(f" [{value}]", "")


def test_a_text_has_an_id_on_each_line_comments_and_blank_lines_aside() -> None:
    content = f"# from CRM\n\n{ID}\n  \n#{ID}\n{OTHER_ID.upper()}\n{ID}"
    for noun in ("task", "record"):
        found, problems = read("a.txt", content, noun=noun)
        assert problems == []
        assert rows(found) == [(ID, 3, ""), (OTHER_ID, 6, ""), (ID, 7, "")]


def test_many_ids_keep_their_order_and_their_lines() -> None:
    ids = [f"{n:08x}-0000-0000-0000-{n:012x}" for n in range(10_000)]
    content = [*ids[:5000], "# half", *ids[5000:]]
    for file, first in (("a.txt", 1), ("a.csv", 2)):
        lines = content if file == "a.txt" else ["id", *ids[:5000], "", *ids[5000:]]
        found, problems = read(file, "\n".join(lines))
        assert problems == []
        assert rows(found) == [(one, n + first + (n >= 5000), "") for n, one in enumerate(ids)]


@pytest.mark.parametrize(
    ("file", "content"),
    [("a.txt", ""), ("a.txt", "\ufeff\n"), ("a.txt", "# later\n"), ("a.ndjson", "\n \n")],
)
def test_a_file_that_lists_nothing_is_an_error(file: str, content: str) -> None:
    hint = "Fill the file, or take it out of the manifest."
    assert read(file, content)[1] == [f"{file}: The file lists nothing. {hint}"]


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (
            f"{{{ID.upper()}}}",
            f"The id of a task is written with four hyphens and nothing around it. Write {ID}.",
        ),
        (
            f"{ID} ",
            f"The id of a task is written with four hyphens and nothing around it. Write {ID}.",
        ),
        (ID[:-1], "The id is cut off: 35 of 36 characters. Take the id from its source again."),
        (ID[:9], "The id is cut off: 9 of 36 characters. Take the id from its source again."),
        (ID[:8], f"Not the id of a task. {_LOOKS}"),
        (ID + "0", f"Not the id of a task. {_LOOKS}"),
        (f"  {ID[:20]}", f"Not the id of a task. {_LOOKS}"),
        (
            "104733",
            (
                "This looks like the number shown in the user interface (UserTaskAutoId). "
                f"Give the task's id (UserTaskId), a GUID such as {EXAMPLE}."
            ),
        ),
        (
            "3.51912E+11",
            (
                "This is what a spreadsheet makes of a long identifier; its digits are lost. Take "
                "the identifier from its source again, with the column formatted as text."
            ),
        ),
        (
            f'="{ID}"',
            (
                "This is a formula, not an identifier. "
                "Paste the column as values in the spreadsheet, and export it again."
            ),
        ),
        ("id", f"Not the id of a task. {_LOOKS}"),
        (_PHONE, f"Not the id of a task. {_LOOKS}"),
        (
            "*",
            f"One entry is one id; there are no patterns. List each task by its id, {_LOOKS[9:]}",
        ),
    ],
)
def test_a_wrong_id_is_told_what_it_probably_is(value: str, complaint: str) -> None:
    assert _wrong(value) == complaint


def test_a_phone_number_in_a_text_is_told_where_it_may_stand() -> None:
    assert _wrong(_PHONE, "record") == (
        "This is a phone number, not the id of a record. "
        "Phone numbers stand in a column `phone_number` of a `.csv` file."
    )


@pytest.mark.parametrize("more", [", second copy", ";x", "\tx", " # old", "  y", f" {OTHER_ID}"])
def test_only_an_id_stands_on_a_line_of_a_text(more: str) -> None:
    assert read("a.txt", f"\n{ID}{more}\n")[1] == [
        (
            f"a.txt:2:1: More than an id stands on this line. [{ID}] "
            "Put nothing beside the id; columns and notes need a `.csv` file."
        )
    ]


def _objects(*values: object) -> str:
    return "".join(f"{json.dumps(value, ensure_ascii=False)}\n" for value in values)


def test_objects_declare_by_each_kind_of_identifier() -> None:
    content = _objects(
        {"id": ID.upper(), "note": "Größe"},
        {"phone_number": _PHONE, "note": "asked twice", "id": None},
        {"external_provider": "salesforce", "external_id": "003DL0000212DetYAE", "note": ""},
    )
    found, problems = read("a.ndjson", f"{content}\n  \n", noun="record")
    assert problems == []
    assert rows(found) == [
        (ID, 1, "Größe"),
        (Phone(_PHONE), 2, "asked twice"),
        (External("salesforce", "003DL0000212DetYAE"), 3, ""),
    ]


def test_keys_may_be_mapped_and_others_ignored() -> None:
    content = _objects({"TaskId": ID, "more": {"deep": [1, 2.5, None]}, "n": 123456789012345678901})
    found, problems = read("a.ndjson", content, columns={"id": "TaskId"}, ignore_columns=True)
    assert problems == []
    assert rows(found) == [(ID, 1, "")]
    _, problems = read("a.ndjson", content, columns={"id": "TaskId"})
    hint = "Known here: `TaskId`, `note`. `ignoreColumns: true` leaves it out of account."
    assert problems == [
        f"a.ndjson:1:52: Unknown key. [more] {hint}",
        f"a.ndjson:1:86: Unknown key. [n] {hint}",
    ]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('{"id": 104733}', "2: Must be text, not a number. [104733] {number}"),
        ('{"id": 1e5}', "2: Must be text, not a number. [1e5] {number}"),
        ('{"id": NaN}', "2: Must be text, not a number. [NaN] {number}"),
        (f'{{"id": {"9" * 5000}}}', f"2: Must be text, not a number. [{'9' * 200}…] {{number}}"),
        (f'{{"id": ["{ID}"]}}', "2: Must be text. Put one text between quotes."),
        ('{"id": true}', "2: Must be text. Put one text between quotes."),
        ('{"id": ""}', "The entry lacks `id`. Add the id, or delete the entry."),
        ('{"id": null}', "The entry lacks `id`. Add the id, or delete the entry."),
        ("{}", "The entry lacks `id`. Add the id, or delete the entry."),
        ('{"note": "x"}', "The entry lacks `id`. Add the id, or delete the entry."),
        (
            f'{{"id": "{ID}", "id": "{OTHER_ID}"}}',
            "A key stands twice in this object. Keep one of the two.",
        ),
        (f'{{"id": "{ID}"}} x', f'1: Not a JSON object. [{{{{"id": "{ID}"}}}} x] {{object}}'),
        (ID, f"1: Not a JSON object. [{ID}] {{object}}"),
        (f'"{ID}"', f'1: Not a JSON object. ["{ID}"] {{object}}'),
        ("[" * 100_000, f"1: Not a JSON object. [{'[' * 80}] {{object}}"),
        (
            '{"id": "x", "note": "a\\tb"}',
            "13: The character U+0009 is not allowed here. [a\tb] Delete it.",
        ),
        (f'{{"id": "\\u0030{ID[1:]}"}}', f"2: {_ESCAPED.format(ID)}"),
        (
            f'{{"\\u0069d": "{ID[1:]}"}}',
            f"Not the id of a task. [{ID[1:]}] {_LOOKS}",
        ),
    ],
)
def test_a_wrong_object_is_told_what_is_wrong(line: str, complaint: str) -> None:
    hint = "Put it between quotes, and take it from its source again if digits are lost."
    complaint = complaint.format(number=hint, object=_NO_OBJECT)
    colon = ":" if complaint[0].isdigit() else ": "
    _, problems = read("a.ndjson", f"\n{line}\n")
    assert problems[0] == f"a.ndjson:2{colon}{complaint}"


def test_an_object_of_more_than_a_mebibyte_is_an_error() -> None:
    line = f'{{"id":"{ID}","x":"{"a" * (1024 * 1024 - 52)}"}}'
    assert len(line) == 1024 * 1024
    found, problems = read("a.ndjson", line, ignore_columns=True)
    assert problems == []
    assert rows(found) == [(ID, 1, "")]
    _, problems = read("a.ndjson", f"{line} ", ignore_columns=True)
    assert problems == [
        (
            "a.ndjson:1: The row is longer than 1,048,576 characters. "
            "End each object with a line break."
        )
    ]


def test_an_escape_beside_an_identifier_is_no_error() -> None:
    line = f'{{"id": "{ID}", "note": "say \\"hi\\""}}'
    found, problems = read("a.ndjson", line)
    assert problems == []
    assert rows(found) == [(ID, 1, 'say "hi"')]


def test_a_phone_number_written_with_an_escape_is_an_error() -> None:
    _, problems = read("a.ndjson", '{"phone_number": "\\u002B14155550100"}', noun="record")
    assert problems == [f"a.ndjson:1:2: {_ESCAPED.format(_PHONE)}"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({"phone_number": _PHONE}, f"1:2: {{}} [{_PHONE}]"),
        ({"external_provider": "a", "external_id": "b"}, "1:28: {} [b]"),
        ({"id": ID, "phone_number": _PHONE}, f"1:48: {{}} [{_PHONE}]"),
    ],
)
def test_only_ids_stand_where_a_person_is_to_be_forgotten(
    line: dict[str, str], problem: str
) -> None:
    hint = "Find the ids: `reconciler find records --ids-from FILE` prints a manifest with them."
    message = "With this purpose only ids are declared: this would stay in git."
    _, problems = read("a.ndjson", _objects(line), noun="record", ids_only=True)
    assert problems == [f"a.ndjson:{problem.format(message)} {hint}"]
    _, problems = read("a.ndjson", "{}", noun="record", ids_only=True)
    assert problems == ["a.ndjson:1: The entry lacks `id`. Add the id, or delete the entry."]
