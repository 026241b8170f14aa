"""CSV files name their columns, and every row of them is read strictly."""

import pytest

from reconciler.domain.identifiers import External, Phone
from tests.manifests.samples import EXAMPLE, ID, OTHER_ID
from tests.manifests.side_samples import read, rows

_PHONE = "+14155550100"
_IGNORE = "`ignoreColumns: true` leaves it out of account."
_MORE = "An entry has one kind of identifier; this one has more. Write an entry for each."
_LACKING = "The entry lacks an identifier. Add one, or delete the entry."
_NAME_IT = "Name the column so, or say what it is called: `columns: {…}`."
_UNREAD = "Correct it; what follows in this file was not read."
_FORMULA = (
    "This is a formula, not an identifier. [{}] "
    "Paste the column as values in the spreadsheet, and export it again."
)
_SPREADSHEET = (
    "This is what a spreadsheet makes of a long identifier; its digits are lost. [{}] "
    "Take the identifier from its source again, with the column formatted as text."
)
_IDS_ONLY = (
    "With this purpose only ids are declared: this would stay in git. [{}] "
    "Find the ids: `reconciler find records --ids-from FILE` prints a manifest with them."
)


def test_a_table_declares_ids_with_notes() -> None:
    content = f'note,id\nsecond copy,{ID.upper()}\n"a ""b"", c",{OTHER_ID}\n ,"{ID}"\n'
    found, problems = read("a.csv", content)
    assert problems == []
    assert rows(found) == [(ID, 2, "second copy"), (OTHER_ID, 3, 'a "b", c'), (ID, 4, "")]


def test_a_table_declares_records_by_each_kind_of_identifier() -> None:
    content = (
        "id,phone_number,external_provider,external_id,note\n"
        f"{ID},,,,by id\n"
        f",{_PHONE},,,by number\n"
        ",,salesforce,003DL0000212DetYAE,\n"
    )
    found, problems = read("a.csv", content, noun="record")
    assert problems == []
    assert rows(found) == [
        (ID, 2, "by id"),
        (Phone(_PHONE), 3, "by number"),
        (External("salesforce", "003DL0000212DetYAE"), 4, ""),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_may_be_another(delimiter: str) -> None:
    content = f'id,x,note\n{ID},,a\n{OTHER_ID},"x,",b'.replace(",", delimiter)
    found, problems = read("a.csv", content, delimiter=delimiter, ignore_columns=True)
    assert problems == []
    assert rows(found) == [(ID, 2, "a"), (OTHER_ID, 3, "b")]


def test_columns_may_be_mapped_and_others_ignored() -> None:
    content = f'UserTaskId,,"Due, at",Comment,id,\n{ID},,"two\nlines",old,1,\n{OTHER_ID},,,,2,'
    columns = {"id": "UserTaskId", "note": "Comment"}
    found, problems = read("a.csv", content, columns=columns, ignore_columns=True)
    assert problems == []
    assert rows(found) == [(ID, 2, "old"), (OTHER_ID, 4, "")]


def test_a_mapped_column_may_have_our_name_for_another() -> None:
    found, problems = read("a.csv", f"note\n{ID}\n", columns={"id": "note"})
    assert problems == []
    assert rows(found) == [(ID, 2, "")]


def test_empty_lines_are_no_rows_and_lines_are_counted_as_they_stand() -> None:
    content = f'\n\n"id","note"\n\n"{ID}",""\n\n"{OTHER_ID}","x"\n\n'
    found, problems = read("a.csv", content)
    assert problems == []
    assert rows(found) == [(ID, 5, ""), (OTHER_ID, 7, "x")]


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_single_column_of_ids_may_be_quoted_or_not(quote: str) -> None:
    ids = [ID, OTHER_ID.upper(), ID]
    found, problems = read("a.csv", "\n".join(f"{quote}{one}{quote}" for one in ("id", *ids)))
    assert problems == []
    assert rows(found) == [(ID, 2, ""), (OTHER_ID, 3, ""), (ID, 4, "")]


def test_a_single_column_of_phone_numbers_holds_no_ids() -> None:
    found, problems = read("a.csv", f"phone_number\n{_PHONE}\n{ID}\n", noun="record")
    assert rows(found) == [(Phone(_PHONE), 2, "")]
    assert problems == [
        (
            "a.csv:3:1: A phone number is `+` and 5 to 15 digits, and nothing between them. "
            f"[{ID}] Write it with the country code, as in +14155550100."
        )
    ]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_a_file_without_a_header_is_an_error(content: str) -> None:
    assert read("a.csv", content) == (
        None,
        ["a.csv: The file has no header. Its first line names the columns: `id`."],
    )


@pytest.mark.parametrize("first", [f"{ID}", f"{ID},x", f"x,{_PHONE}"])
def test_a_first_line_with_data_is_no_header(first: str) -> None:
    shown = first.split(",", maxsplit=1)[0]
    assert read("a.csv", f"\n{first}\n{OTHER_ID}\n") == (
        None,
        [f"a.csv:2:1: The file has no header. [{shown}] Name the columns in its first line: `id`."],
    )


def test_a_table_without_rows_is_an_error() -> None:
    _, problems = read("a.csv", "id\n\n")
    assert problems == [
        "a.csv: The file lists nothing. Fill the file, or take it out of the manifest."
    ]


@pytest.mark.parametrize(("delimiter", "spelt"), [(";", ";"), ("\t", "\\t"), ("|", "|")])
def test_another_delimiter_than_the_declared_one_is_recognised(delimiter: str, spelt: str) -> None:
    header = f"id{delimiter}note"
    assert read("a.csv", f"{header}\n{ID}{delimiter}x\n") == (
        None,
        [
            (
                f"a.csv:1:1: The header is one column, and looks like several. [{header}] "
                f'Say what stands between them: `delimiter: "{spelt}"`.'
            )
        ],
    )


def test_a_name_with_a_delimiter_in_it_may_be_mapped() -> None:
    found, problems = read("a.csv", f"Task; id\n{ID}\n", columns={"id": "Task; id"})
    assert problems == []
    assert rows(found) == [(ID, 2, "")]


@pytest.mark.parametrize(
    ("header", "noun", "complaints"),
    [
        ("ID", "task", [f"1:1: Unknown column. [ID] Did you mean `id`? {_IGNORE}", "1: {id}"]),
        (
            "id,,id",
            "task",
            [
                f"1:4: Unknown column. Known here: `id`, `note`. {_IGNORE}",
                "1:5: This column stands twice. [id] Keep one of the two.",
            ],
        ),
        (
            "note,phone_number",
            "task",
            [
                (
                    "1:6: Unknown column. [phone_number] Known here: `id`, `note`. "
                    "`ignoreColumns: true` leaves it out of account."
                ),
                "1: {id}",
            ],
        ),
        (
            "note",
            "record",
            [
                (
                    "1: The header lacks `id`, `phone_number`, or `external_provider` and "
                    f"`external_id`. {_NAME_IT}"
                )
            ],
        ),
        ("external_id", "record", [f"1: The header lacks `external_provider`. {_NAME_IT}"]),
        ("external_provider", "record", [f"1: The header lacks `external_id`. {_NAME_IT}"]),
    ],
)
def test_a_wrong_header_is_told_what_is_wrong(
    header: str, noun: str, complaints: list[str]
) -> None:
    found, problems = read("a.csv", f"{header}\nx\n", noun=noun)
    assert found is None
    lacks = f"The header lacks `id`. {_NAME_IT}"
    assert problems == [f"a.csv:{one.replace('{id}', lacks)}" for one in complaints]


def test_a_header_has_a_thousand_columns_at_most() -> None:
    names = ["id", *(f"x{n}" for n in range(999))]
    content = f"{','.join(names)}\n{ID}{',' * 999}"
    found, problems = read("a.csv", content, ignore_columns=True)
    assert problems == []
    assert rows(found) == [(ID, 2, "")]
    _, problems = read("a.csv", f"id{',' * 1000}\n", ignore_columns=True)
    assert problems == [
        "a.csv:1:1: The header has more than 1,000 columns. [id] Export fewer of them."
    ]


def test_columns_of_ignored_names_may_stand_twice() -> None:
    found, problems = read("a.csv", f"id,x,x\n{ID},1,2\n", ignore_columns=True)
    assert problems == []
    assert rows(found) == [(ID, 2, "")]
    _, problems = read("a.csv", f"id,id,x\n{ID},1,2\n", ignore_columns=True)
    assert problems == ["a.csv:1:4: This column stands twice. [id] Keep one of the two."]


def test_a_mapped_column_must_be_there() -> None:
    columns = {"id": "Task Id", "note": "Why?"}
    found, problems = read("a.csv", "Task id,x\n", columns=columns)
    assert found is None
    assert problems == [
        f"a.csv:1:1: Unknown column. [Task id] Did you mean `Task Id`? {_IGNORE}",
        f"a.csv:1:9: Unknown column. [x] Known here: `Task Id`. {_IGNORE}",
        *(
            (
                f"a.csv:1: The header lacks a column that `columns` names. [{name}] "
                "Correct `columns`, or the header."
            )
            for name in ("Task Id", "Why?")
        ),
    ]


def test_only_ids_stand_where_a_person_is_to_be_forgotten() -> None:
    content = f"id,phone_number,external_provider,external_id,note\n{ID},,,,x\n"
    found, problems = read("a.csv", content, noun="record", ids_only=True, ignore_columns=True)
    assert found is None
    assert problems == [
        f"a.csv:1:4: {_IDS_ONLY.format('phone_number')}",
        f"a.csv:1:17: {_IDS_ONLY.format('external_provider')}",
        f"a.csv:1:35: {_IDS_ONLY.format('external_id')}",
    ]
    _, problems = read("a.csv", "note\n", noun="record", ids_only=True)
    assert problems == [f"a.csv:1: The header lacks `id`. {_NAME_IT}"]
    found, problems = read("a.csv", f"id,note\n{ID},x\n", noun="record", ids_only=True)
    assert problems == []
    assert rows(found) == [(ID, 2, "x")]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (ID, "The row has 1 cell, and the header 5 cells."),
        (f'"{ID}",,,,,', "The row has 6 cells, and the header 5 cells."),
        (",,,,note", _LACKING),
        (" ,,,,", _LACKING),
        (f"{ID},{_PHONE},,,", _MORE),
        (f",{_PHONE},a,b,", _MORE),
        (f"{ID},,a,,", _MORE),
        (",,salesforce,,", "The entry lacks `external_id`. The two go together."),
        (",,,x,", "The entry lacks `external_provider`. The two go together."),
    ],
)
def test_a_row_has_a_cell_for_each_column_and_one_identifier(row: str, complaint: str) -> None:
    content = f"id,phone_number,external_provider,external_id,note\n{row}\n{OTHER_ID},,,,\n"
    found, problems = read("a.csv", content, noun="record")
    assert rows(found) == [(OTHER_ID, 3, "")]
    hint = " A cell with `,` in it must be quoted." if "cell" in complaint else ""
    assert problems == [f"a.csv:2: {complaint}{hint}"]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (
            f"{ID[:20]},,,,",
            (
                f"1: The id is cut off: 20 of 36 characters. [{ID[:20]}] "
                "Take the id from its source again."
            ),
        ),
        ("3.51912E+11,,,,", f"1: {_SPREADSHEET.format('3.51912E+11')}"),
        ("=A1,,,,", f"1: {_FORMULA.format('=A1')}"),
        (
            '"=HYPERLINK(""x"",1)",,,,',
            "1: " + _FORMULA.format('=HYPERLINK("x",1)'),
        ),
        (",1.41556E+10,,,", f"2: {_SPREADSHEET.format('1.41556E+10')}"),
        (",=A1,,,", f"2: {_FORMULA.format('=A1')}"),
        (
            ",14155550100,,,",
            (
                "2: A phone number begins with `+`. [14155550100] "
                "A spreadsheet drops the `+`; export the column formatted as text."
            ),
        ),
        *(
            (
                f",{number},,,",
                (
                    "2: A phone number is `+` and 5 to 15 digits, and nothing between them. "
                    f"[{number}] Write it with the country code, as in +14155550100."
                ),
            )
            for number in ("+1 415 555 0100", "1234", "+1234", "+1234567890123456", "(415)555-0100")
        ),
        (
            ",\uff0b14155550100,,,",
            (
                "2: A phone number is plain ASCII; this one holds U+FF0B (FULLWIDTH PLUS SIGN). "
                "[\uff0b14155550100] Copy it from its source again."
            ),
        ),
        (
            ",,sf\u0430,x,",
            (
                "3: An identifier is plain ASCII; this one holds "
                "U+0430 (CYRILLIC SMALL LETTER A). [sf\u0430] Copy it from its source again."
            ),
        ),
        (",,sf,3.51912E+11,", f"6: {_SPREADSHEET.format('3.51912E+11')}"),
        (
            ',,"sf", x,',
            "8: An identifier has no space around it. [ x] Delete the spaces.",
        ),
        (
            f'{ID},,,,"x\ny"',
            (
                "41: A note must be one line. [x\ny] "
                "Shorten it, or take the notes from another column."
            ),
        ),
        (f"{ID},,,,x\ty", "41: The character U+0009 is not allowed here. [x\ty] Delete it."),
        (
            f"{ID},,,,e\u0301",
            (
                "41: Not in Unicode normal form C: some letter is written in parts. [e\u0301] "
                "Type the text again, or convert it to NFC."
            ),
        ),
    ],
)
def test_a_wrong_cell_is_told_what_it_probably_is(row: str, complaint: str) -> None:
    content = f"id,phone_number,external_provider,external_id,note\n{row}\n"
    _, problems = read("a.csv", content, noun="record")
    assert problems == [f"a.csv:2:{complaint}"]


def test_both_parts_of_an_external_id_are_checked() -> None:
    content = "external_provider,external_id\n=A1,=A2\n"
    found, problems = read("a.csv", content, noun="record")
    assert rows(found) == []
    assert problems == [
        f"a.csv:2:1: {_FORMULA.format('=A1')}",
        f"a.csv:2:5: {_FORMULA.format('=A2')}",
    ]


def test_a_cell_on_a_later_line_than_its_row_has_no_column() -> None:
    content = f'x,id\n"a\nb",{ID[:9]}\n'
    _, problems = read("a.csv", content, ignore_columns=True)
    assert problems == [
        (
            f"a.csv:2: The id is cut off: 9 of 36 characters. [{ID[:9]}] "
            "Take the id from its source again."
        )
    ]


@pytest.mark.parametrize(
    ("rest", "complaint"),
    [
        (f'{OTHER_ID},"x\n{ID},y\n', f'3:38: A quoted cell is never closed. ["x] {_UNREAD}'),
        (f'"{OTHER_ID},x\n', f'3:1: A quoted cell is never closed. ["{OTHER_ID},x] {_UNREAD}'),
        (
            f'"{OTHER_ID}"x,y\n',
            (
                f'3:1: Something follows a quoted cell. ["{OTHER_ID}"x,y] '
                f"Double the quotes in a quoted cell. {_UNREAD}"
            ),
        ),
        (
            f'{OTHER_ID}, "x, y"\n',
            (
                '3:38: A quote stands in a cell that is not quoted. [ "x, y"] '
                f"Quote the whole cell and double the quotes in it. {_UNREAD}"
            ),
        ),
        (
            f'"{OTHER_ID}","a\nb"c\n',
            (
                '3:40: Something follows a quoted cell. ["a] '
                f"Double the quotes in a quoted cell. {_UNREAD}"
            ),
        ),
        (f'="{OTHER_ID}",x\n', "3:1: " + _FORMULA.format(f'="{OTHER_ID}",x')),
        (
            f'"a\nb","c\nd",e"{"x" * 100}',
            (
                f'5:4: A quote stands in a cell that is not quoted. [e"{"x" * 78}] '
                f"Quote the whole cell and double the quotes in it. {_UNREAD}"
            ),
        ),
    ],
)
def test_a_table_is_read_up_to_a_row_that_is_not_well_formed(rest: str, complaint: str) -> None:
    found, problems = read("a.csv", f"id,note\n{ID},x\n{rest}")
    assert rows(found) == [(ID, 2, "x")]
    assert problems == [f"a.csv:{complaint}"]


def test_a_row_of_more_than_a_mebibyte_ends_the_reading() -> None:
    most = 1024 * 1024 - len(ID) - 3
    content = f'id,x\n{ID},"{"a" * most}"\n'
    found, problems = read("a.csv", content, ignore_columns=True)
    assert problems == []
    found, problems = read("a.csv", f'{content}{content[5:-2]}b"\n{ID},\n', ignore_columns=True)
    assert rows(found) == [(ID, 2, "")]
    assert problems == [
        (
            "a.csv:3: The row is longer than 1,048,576 characters. "
            f"Look for a quote that is missing there. {_UNREAD}"
        )
    ]


def test_a_header_that_is_not_well_formed_is_reported_once() -> None:
    assert read("a.csv", f'id,"note\n{ID},x\n') == (
        None,
        [f'a.csv:1:4: A quoted cell is never closed. ["note] {_UNREAD}'],
    )


def test_hints_repeat_only_harmless_names() -> None:
    columns = {"id": "Task`Id\u00e4", "note": "x" * 61}
    _, problems = read("a.csv", "TaskId\n", columns=columns)
    assert problems[0] == f"a.csv:1:1: Unknown column. [TaskId] {_IGNORE}"
    assert EXAMPLE not in problems[0]


def _many(count: int) -> list[str]:
    return [f"{n:08X}-0000-4000-8000-000000000000" for n in range(count)]


@pytest.mark.parametrize("blank", [[], [0], [4095], [4096], [5000, 9000]])
def test_a_long_table_with_other_columns_declares_the_same_as_a_short_one(blank: list[int]) -> None:
    """Rows are looked at in blocks; what is out of the ordinary in one changes no line."""
    ids = _many(9_001)
    lines = [f"x,{one},y" for one in ids]
    for position in blank:
        lines.insert(position, "")
    expected = [
        (line.split(",")[1].lower(), number, "")
        for number, line in enumerate(lines, start=2)
        if line
    ]
    content = "\n".join(["a,id,b", *lines]) + "\n"
    found, problems = read("a.csv", content, ignore_columns=True)
    assert problems == []
    assert rows(found) == expected


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("x,y", "The row has 2 cells, and the header 3 cells."),
        (f"x,{ID[:-1]},y", "The id is cut off: 35 of 36 characters."),
        ("x,,y", "The entry lacks `id`."),
    ],
)
def test_a_wrong_row_of_a_long_table_is_found_at_its_line(wrong: str, message: str) -> None:
    lines = [f"x,{one},y" for one in _many(9_001)]
    lines[6_000] = wrong
    content = "\n".join(["a,id,b", *lines]) + "\n"
    _, (problem,) = read("a.csv", content, ignore_columns=True)
    assert problem.startswith("a.csv:6002:")
    assert message in problem
