"""What manifests and side files may be made of by accident or on purpose, and what is said of it.

The rows are those of the fault matrix for inputs: YAML that means something else (H1 to H5), what
is overlooked (H6 to H8), what looks alike (H9), what leads elsewhere (H10), what spreadsheets make
of ids (H11), what would reach another host (H12), text that acts (H13).
"""

import os
from pathlib import Path

import pytest

from tests.manifests.samples import (
    CRM,
    DIALER,
    ID,
    OTHER_ID,
    account,
    complaints,
    loaded,
    problems,
    records,
    said,
    tasks,
    write,
)

EXAMPLE = "a GUID such as 0017abfa-c100-11e5-9340-06c7eb5c8385"


def from_file(file: str) -> str:
    """Write an AbsentTasks whose side file is named on line 6, from column 21 on."""
    return f"""\
apiVersion: reconciler/v1
kind: AbsentTasks
metadata: {{name: old, owner: ops, reason: Twice}}
spec:
  account: acme-crm
  tasksFrom: {{file: '{file}'}}
"""


def changed(value: str, what: str) -> str:
    return (
        f"7:7: YAML reads this as {what}; an id must be quoted, and it is a GUID. "
        f'Quoted it is "{value}"; an id looks like 0017abfa-c100-11e5-9340-06c7eb5c8385.'
    )


NO_PATTERNS = (
    f"7:7: One entry is one id; there are no patterns. List each task by its id, {EXAMPLE}."
)
NO_ID = f"7:7: Not the id of a task. An id is {EXAMPLE}."
ASCII = "7:7: An id is plain ASCII; this one holds {}. Copy the id from its source again."

MANIFESTS = [
    pytest.param(
        tasks(f"&a {ID}", "*a"),
        [
            (
                "7:7: An anchor is not allowed in a manifest. "
                "Delete the word with `&`; a text that begins with `&` must be quoted."
            ),
            (
                "8:7: An alias is not allowed in a manifest. "
                "Write the value out; a text that begins with `*` must be quoted."
            ),
        ],
        id="H1 anchor and alias",
    ),
    pytest.param(
        tasks(f"{{<<: {{}}, id: {ID}}}"),
        [
            (
                "7:8: A merge key is not allowed in a manifest. "
                "Write the fields out; manifests have no merge keys."
            )
        ],
        id="H1 merge key",
    ),
    pytest.param(
        tasks(f"{{id: {ID}, id: {OTHER_ID}}}"),
        ["7:50: This key stands twice; first on line 7. Keep one of the two."],
        id="H2 duplicate key",
    ),
    *[
        pytest.param(tasks(value), [changed(value, what)], id=f"H3 {value}")
        for value, what in [
            ("no", "true or false"),
            ("on", "true or false"),
            ("0x1F", "a number"),
            ("1_000", "a number"),
            ("12:34:56", "a number with base 60, as hours and minutes are"),
            ("1.2e+3", "a number"),
            ("2026-03-02", "a date"),
            ("~", "nothing"),
            ("null", "nothing"),
        ]
    ],
    pytest.param(
        tasks("0123"),
        [
            (
                "7:7: This looks like the number shown in the user interface (UserTaskAutoId). "
                f"Give the task's id (UserTaskId), {EXAMPLE}."
            )
        ],
        id="H3 0123",
    ),
    pytest.param(
        records("phoneNumber: +14155550100"),
        ['8:20: YAML reads this as a number; it must be quoted. Quote it: "+14155550100".'],
        id="H3 phone number",
    ),
    pytest.param(tasks("9" * 5000), [NO_ID], id="H4 5,000 digits"),
    pytest.param("[" * 2000, ["1:21: Deeper than 20 levels. Nest less."], id="H4 deep"),
    pytest.param(
        tasks("!!python/name:os.system x"),
        [
            (
                "7:7: A tag is not allowed in a manifest. "
                "Delete the word with `!`; a text that begins with `!` must be quoted."
            ),
            NO_ID,
        ],
        id="H5 tag",
    ),
    pytest.param(
        b"\xef\xbb\xbfa: b\n",
        [
            (
                "1:1: The character U+FEFF (ZERO WIDTH NO-BREAK SPACE) is not allowed in a "
                "manifest. "
                "Save the file as UTF-8 without a byte order mark."
            )
        ],
        id="H5 byte order mark",
    ),
    pytest.param(
        b"a: \x00\n",
        [
            (
                "1:4: The character U+0000 is not allowed in a manifest. "
                "The file is perhaps not text, or is saved as UTF-16; save it as UTF-8."
            )
        ],
        id="H5 NUL",
    ),
    pytest.param(
        "kind: Policy\n\tspec: {}\n",
        [
            (
                "2:1: Not YAML: while scanning a plain scalar, found a tab character that violates "
                "indentation. Indent with spaces; YAML allows no tab here."
            )
        ],
        id="H5 tab",
    ),
    pytest.param(b"a: \xff\n", ["1:4: Not valid UTF-8. Save the file as UTF-8."], id="H5 bytes"),
    pytest.param(
        tasks(ID) + "  exclud: []\n",
        [
            (
                "8:3: Unknown key. Known here: "
                "`account`, `expect`, `lookup`, `tasks`, `tasksFrom`, `where`."
            )
        ],
        id="H6 misspelt key",
    ),
    pytest.param(tasks("'*'"), [NO_PATTERNS], id="H8 star"),
    pytest.param(tasks("'00.*'"), [NO_PATTERNS], id="H8 pattern"),
    pytest.param(tasks("'[0-9a-f]{8}'"), [NO_PATTERNS], id="H8 regex"),
    pytest.param(tasks("all"), [NO_ID], id="H8 all"),
    *[
        pytest.param(tasks(ID.replace("7", wrong)), [ASCII.format(name)], id=f"H9 {name}")
        for wrong, name in [
            ("\u0430", "U+0430 (CYRILLIC SMALL LETTER A)"),
            ("\uff10", "U+FF10 (FULLWIDTH DIGIT ZERO)"),
            ("\u200b", "U+200B (ZERO WIDTH SPACE)"),
            ("\u00a0", "U+00A0 (NO-BREAK SPACE)"),
        ]
    ],
    pytest.param(
        tasks(ID, metadata='name: old, owner: ops, reason: "Tw\u202eice"'),
        [
            (
                "3:46: The character U+202E (RIGHT-TO-LEFT OVERRIDE) is not allowed in a manifest. "
                "Delete it; a manifest holds only characters that are seen."
            )
        ],
        id="H9 bidirectional control",
    ),
    pytest.param(
        account("system: talkdesk, region: us, tenant: acme, host: evil.example.com", "name: b"),
        ["4:52: Unknown key. Known here: `limits`, `region`, `system`, `tenant`."],
        id="H12 host",
    ),
    pytest.param(
        account("system: talkdesk, region: 'https://evil.example.com', tenant: acme", "name: b"),
        ["4:34: Not a known value. Known: `ca`, `eu`, `us`."],
        id="H12 URL",
    ),
    *[
        pytest.param(
            tasks(ID, metadata=f"name: {name}, owner: ops, reason: Twice"),
            ["3:18: Not a name. Use 1 to 63 of a-z, 0-9 and `-`, no `-` at either end."],
            id=f"H13 {name}",
        )
        for name in ('"x\\e[31m"', '"::set-output name=x::"', '"<b>"', '"![](x)"')
    ],
]


@pytest.mark.parametrize(("content", "expected"), MANIFESTS)
def test_what_a_manifest_must_not_hold_is_refused_and_explained(
    content: str | bytes, expected: list[str]
) -> None:
    files = {"a.yaml": CRM, "d.yaml": DIALER, "m.yaml": content}
    found = [one for one in problems(files) if "lacks" not in one.message]
    assert [said(one) for one in found] == [f"m.yaml:{one}" for one in expected]


@pytest.mark.parametrize(
    "content",
    ["", "# nothing yet\n", tasks().replace("tasks:\n", "tasks: []\n")],
    ids=["H7 empty file", "H7 comments only", "H7 empty list"],
)
def test_declaring_nothing_declares_nothing(content: str) -> None:
    assert [len(one) for one in loaded({"a.yaml": CRM, "m.yaml": content}).absences] in ([], [0])


def test_a_deleted_file_declares_nothing() -> None:
    """H7: the absence of a declaration never deletes."""
    loaded({"a.yaml": CRM, "m.yaml": tasks(ID)})
    Path("manifests/m.yaml").unlink()
    assert loaded({"a.yaml": CRM}).absences == ()


OUT = (
    "6:21: This leads out of the manifests folder. "
    "Put the file into the folder, so that it is reviewed with the manifests."
)
NO_KIND = (
    "6:21: Not a kind of file that ids are read from. "
    "Give a `.txt` file with an id on each line, a `.csv` or an `.ndjson` file."
)
NO_FILE = (
    "6:21: There is no such file. "
    "The path begins at the folder of this manifest, as in `ids/old.csv`."
)


@pytest.mark.parametrize(
    ("file", "complaint"),
    [
        ("../x.csv", f"m.yaml:{OUT}"),
        ("ids/../../x.csv", f"m.yaml:{OUT}"),
        (
            "/etc/passwd",
            (
                "m.yaml:6:21: Not a path relative to the manifest's folder, with `/`. "
                "Write it as in `ids/old.csv`."
            ),
        ),
        (
            "ids/link.csv",
            (
                "m.yaml:6:21: There is a link at this path, or on the way to it. "
                "Put the file or folder itself there; links are not followed."
            ),
        ),
        (
            "linked/a.csv",
            (
                "m.yaml:6:21: There is a link at this path, or on the way to it. "
                "Put the file or folder itself there; links are not followed."
            ),
        ),
        ("ids/fifo.csv", "m.yaml:6:21: Not a regular file. Put a regular file there."),
        ("ids/none.csv", f"m.yaml:{NO_FILE}"),
        ("ids/a*.csv", f"m.yaml:{NO_FILE}"),
        ("https://example.com/x.csv", f"m.yaml:{NO_FILE}"),
        ("ids", f"m.yaml:{NO_KIND}"),
        ("ids/a.zip", f"m.yaml:{NO_KIND}"),
        (
            ".git/x.csv",
            (
                "m.yaml:6:21: Hidden files and folders are not read. "
                "Give it a name without a dot in front."
            ),
        ),
        (
            "ids/lfs.csv",
            (
                "ids/lfs.csv: This is a Git LFS pointer; the file itself is not here. "
                "Run `git lfs pull`, in CI check out with LFS, or keep the ids in git itself."
            ),
        ),
    ],
)
def test_a_side_file_is_a_regular_file_of_the_tree(file: str, complaint: str) -> None:
    """H10: no path leads out of it, by whatever means."""
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n"
    write(Path("elsewhere"), {"a.csv": f"id\n{ID}\n"})
    write(Path("manifests"), {"a.yaml": CRM, "m.yaml": from_file(file), "ids/lfs.csv": pointer})
    Path("manifests/ids/link.csv").symlink_to("/etc/passwd")
    Path("manifests/linked").symlink_to(Path("elsewhere").absolute())
    os.mkfifo("manifests/ids/fifo.csv")
    found = complaints({})
    # The links themselves are refused where they stand, too.
    assert [one for one in found if not one.startswith(("ids/link.csv", "linked:"))] == [complaint]


TABLE = "The header lacks `id`. Name the column so, or say what it is called: `columns: {…}`."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            'id\n=HYPERLINK("http://x")\n',
            [
                (
                    ":2:1: This is a formula, not an identifier. "
                    "Paste the column as values in the spreadsheet, and export it again."
                )
            ],
            id="formula",
        ),
        pytest.param(
            f'"id\nx",note\n{ID},c\n',
            [
                f":1: {TABLE}",
                (
                    ":1:1: Unknown column. Did you mean `id`? "
                    "`ignoreColumns: true` leaves it out of account."
                ),
            ],
            id="newline in the header",
        ),
        pytest.param(
            "id\n".encode("utf-16"),
            [
                (
                    ': This is UTF-16, which Excel calls "Unicode text". '
                    'Save it as UTF-8; in Excel as "CSV UTF-8".'
                )
            ],
            id="UTF-16",
        ),
        pytest.param(
            f"id,note\n{ID},b\u00e9\n".encode("cp1252"),
            [
                (
                    ":2:39: Not UTF-8; this is probably Windows-1252, which Excel saves as plain "
                    "CSV. "
                    'Save it as UTF-8; in Excel as "CSV UTF-8".'
                )
            ],
            id="Windows-1252",
        ),
        pytest.param(
            f"{ID}\n{OTHER_ID}\n",
            [":1:1: The file has no header. Name the columns in its first line: `id`."],
            id="no header",
        ),
        pytest.param(
            b"PK\x03\x04",
            [
                (
                    ": This is a workbook or an archive, not text. "
                    "Export the sheet as CSV, or unpack the archive, and commit the text."
                )
            ],
            id="workbook",
        ),
        pytest.param(
            b"\x1f\x8b\x08",
            [
                (
                    ": This is a workbook or an archive, not text. "
                    "Export the sheet as CSV, or unpack the archive, and commit the text."
                )
            ],
            id="gzip",
        ),
        pytest.param(
            f"id,phone\n{ID},x\n",
            [
                (
                    ":1:4: Unknown column. Known here: `id`, `note`. "
                    "`ignoreColumns: true` leaves it out of account."
                )
            ],
            id="unmapped column",
        ),
        pytest.param(
            f'id\n{ID}\n"{OTHER_ID}\n',
            [
                (
                    ":3:1: A quoted cell is never closed. "
                    "Correct it; what follows in this file was not read."
                )
            ],
            id="open quote",
        ),
        pytest.param(
            "id\n3.51912E+11\n",
            [
                (
                    ":2:1: This is what a spreadsheet makes of a long identifier; its digits are "
                    "lost. Take the identifier from its source again, with the column formatted as "
                    "text."
                )
            ],
            id="3.51912E+11",
        ),
        pytest.param(
            f"id\n{ID[:30]}\n",
            [":2:1: The id is cut off: 30 of 36 characters. Take the id from its source again."],
            id="cut GUID",
        ),
        pytest.param(
            "id\n123456\n",
            [
                (
                    ":2:1: This looks like the number shown in the user interface "
                    "(UserTaskAutoId). "
                    f"Give the task's id (UserTaskId), {EXAMPLE}."
                )
            ],
            id="numeric task id",
        ),
        pytest.param(
            "", [": The file has no header. Its first line names the columns: `id`."], id="empty"
        ),
        pytest.param(
            f'id,note\n{ID},"a\nb"\n{OTHER_ID[:-1]},x\n',
            [
                (
                    ":2:38: A note must be one line. Shorten it, or take the notes from another "
                    "column."
                ),
                ":4:1: The id is cut off: 35 of 36 characters. Take the id from its source again.",
            ],
            id="newline in a cell",
        ),
    ],
)
def test_what_spreadsheets_make_of_ids_is_refused_and_explained(
    content: str | bytes, expected: list[str]
) -> None:
    """H11."""
    files = {"a.yaml": CRM, "m.yaml": from_file("ids.csv"), "ids.csv": content}
    assert complaints(files) == [f"ids.csv{one}" for one in expected]


def test_quoted_cells_with_commas_are_read_as_they_are_meant() -> None:
    """H11: RFC 4180, byte order mark, CRLF and another delimiter."""
    content = f'\ufeff"note";"id"\r\n"a; ""b""";{ID}\r\n'.encode()
    manifest = from_file("ids.csv").replace("'}", "', delimiter: ';'}")
    (absences,) = loaded({"a.yaml": CRM, "m.yaml": manifest, "ids.csv": content}).absences
    (declared,) = absences.declared(0)
    assert (declared.place, declared.note) == ("manifests/ids.csv:2", 'a; "b"')
