"""Values are read as written, and what YAML would change must be quoted."""

import pytest

from tests.manifests.samples import (
    CRM,
    DIALER,
    EXAMPLE,
    ID,
    TODAY,
    account,
    complaints,
    loaded,
    policy,
    problems,
    records,
    tasks,
)

_NUMBER = "a number"
_BOOLEAN = "true or false"
_SIXTY = "a number with base 60, as hours and minutes are"
_TRAPS = [
    ("+14155550100", _NUMBER),
    ("0123", _NUMBER),
    ("0x1F", _NUMBER),
    ("0o17", _NUMBER),
    ("0b11", _NUMBER),
    ("1_000", _NUMBER),
    ("1e5", _NUMBER),
    ("1.2e+3", _NUMBER),
    ("507191e12", _NUMBER),
    ("5e1234567890", _NUMBER),
    ("-.inf", _NUMBER),
    (".NaN", _NUMBER),
    ("9" * 50, _NUMBER),
    ("12:34:56", _SIXTY),
    ("1:30", _SIXTY),
    ("2026-01-01", "a date"),
    ("2026-01-01T10:00:00Z", "a date"),
    ("no", _BOOLEAN),
    ("on", _BOOLEAN),
    ("Y", _BOOLEAN),
    ("True", _BOOLEAN),
    ("~", "nothing"),
    ("null", "nothing"),
]


@pytest.mark.parametrize(("value", "what"), _TRAPS)
def test_a_text_that_yaml_would_change_must_be_quoted_and_then_is_fine(
    value: str, what: str
) -> None:
    manifest = tasks(ID, metadata="X").replace(
        "metadata: {X}", "metadata:\n  name: a\n  owner: b\n  reason: c\n  ticket: TICKET"
    )
    assert complaints({"a.yaml": CRM, "b.yaml": manifest.replace("TICKET", value)}) == [
        f'b.yaml:7:11: YAML reads this as {what}; it must be quoted. Quote it: "{value}".'
    ]
    fine = loaded({"a.yaml": CRM, "b.yaml": manifest.replace("TICKET", f'"{value}"')})
    assert fine.manifests[0].ticket == value


@pytest.mark.parametrize(("value", "what"), [trap for trap in _TRAPS if not trap[0].isdigit()])
def test_an_id_that_yaml_would_change_is_no_id(value: str, what: str) -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": tasks(value)}) == [
        (
            f"b.yaml:7:7: YAML reads this as {what}; an id must be quoted, and it is a GUID. "
            f'Quoted it is "{value}"; an id looks like {EXAMPLE}.'
        )
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "5171",
            (
                "This looks like the number shown in the user interface (UserTaskAutoId). "
                f"Give the task's id (UserTaskId), a GUID such as {EXAMPLE}."
            ),
        ),
        (
            '"0123"',
            (
                "This looks like the number shown in the user interface (UserTaskAutoId). "
                f"Give the task's id (UserTaskId), a GUID such as {EXAMPLE}."
            ),
        ),
        (
            "3.51912E+11",
            (
                "This is what a spreadsheet makes of a long identifier; its digits are lost. "
                "Take the identifier from its source again, with the column formatted as text."
            ),
        ),
        (
            '"{0017ABFA-C100-11E5-9340-06C7EB5C8385}"',
            (
                "The id of a task is written with four hyphens and nothing around it. "
                f"Write {EXAMPLE}."
            ),
        ),
        (
            "0017abfac10011e5934006c7eb5c8385",
            (
                "The id of a task is written with four hyphens and nothing around it. "
                f"Write {EXAMPLE}."
            ),
        ),
        (
            f'" {EXAMPLE}"',
            (
                "The id of a task is written with four hyphens and nothing around it. "
                f"Write {EXAMPLE}."
            ),
        ),
        (
            '"*"',
            (
                "One entry is one id; there are no patterns. "
                f"List each task by its id, a GUID such as {EXAMPLE}."
            ),
        ),
        (
            f'"\\x30{ID[1:]}"',
            f"An id must stand in the file as it is, without escapes. Write {ID}.",
        ),
        (
            f'"{ID[:9]}\\\n      {ID[9:]}"',
            f"An id must stand in the file as it is, without escapes. Write {ID}.",
        ),
        ("all", f"Not the id of a task. An id is a GUID such as {EXAMPLE}."),
        ("../users", f"Not the id of a task. An id is a GUID such as {EXAMPLE}."),
        ('""', "The id of a task is empty. Write the id, or delete the entry."),
        ("[a]", "Not a task. Write `- id: …`."),
    ],
)
def test_a_wrong_id_is_told_what_it_probably_is(entry: str, message: str) -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": tasks(entry)}) == [f"b.yaml:7:7: {message}"]


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u0430", "U+0430 (CYRILLIC SMALL LETTER A)"),
        ("\uff11", "U+FF11 (FULLWIDTH DIGIT ONE)"),
        ("\u200b", "U+200B (ZERO WIDTH SPACE)"),
        ("\u00a0", "U+00A0 (NO-BREAK SPACE)"),
    ],
)
def test_an_id_with_a_look_alike_names_the_character(character: str, name: str) -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": tasks(f"{ID[:-1]}{character}")}) == [
        (
            f"b.yaml:7:7: An id is plain ASCII; this one holds {name}. "
            "Copy the id from its source again."
        )
    ]


def test_a_guid_that_begins_like_a_number_needs_no_quotes_and_becomes_lower_case() -> None:
    ids = ["5E123456-317e-11e8-bf3d-069b743e848f", "00123456-0000-0000-0000-000000000000"]
    declared = loaded({"a.yaml": CRM, "b.yaml": tasks(*ids)})
    assert list(declared.absences[0].ids) == sorted(one.lower() for one in ids)


def test_a_tenant_that_is_a_number_must_be_quoted() -> None:
    spec = "system: leadsquared, region: in21, tenant: 22824"
    assert complaints({"a.yaml": account(spec)}) == [
        'a.yaml:4:51: YAML reads this as a number; it must be quoted. Quote it: "22824".'
    ]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("'5'", "Must be a number, not text. Write 5 without quotes."),
        (
            "0123",
            "Must be a whole number. Use digits only: no sign, leading zero, `_`, point or unit.",
        ),
        (
            "1_000",
            "Must be a whole number. Use digits only: no sign, leading zero, `_`, point or unit.",
        ),
        (
            "-1",
            "Must be a whole number. Use digits only: no sign, leading zero, `_`, point or unit.",
        ),
        ("9" * 5000, "The number is too large. Use at most 9 digits."),
        ("[1]", "Must be a single value. Write one value, no list and no mapping."),
        ("", "Must not be empty. Write a value, or leave the field out."),
    ],
)
def test_a_number_is_digits_without_quotes(value: str, message: str) -> None:
    column = 20 if value else 8
    assert complaints({"a.yaml": policy(f"maxDeletes: {value}, canary: []")}) == [
        f"a.yaml:4:{column}: {message}"
    ]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("yes", "Must be true or false. Write `true` or `false`."),
        ("True", "Must be true or false. Write `true` or `false`."),
        ("'true'", "Must not be quoted. Write true without quotes."),
    ],
)
def test_a_boolean_is_true_or_false(value: str, message: str) -> None:
    assert complaints({"a.yaml": policy(f"allowEmptying: {value}")}) == [f"a.yaml:4:23: {message}"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "5",
            (
                "Must be a duration with a unit. Use digits and a unit, s, m, h or d, as in `5s` "
                "or `24h`."
            ),
        ),
        (
            "5ms",
            (
                "Must be a duration with a unit. Use digits and a unit, s, m, h or d, as in `5s` "
                "or `24h`."
            ),
        ),
        ("'5s'", "Must not be quoted. Write 5s without quotes."),
        ("0s", "Must be more than 0. Raise it, or leave it out."),
        ("9999999999s", "The number is too large. Use at most 9 digits."),
    ],
)
def test_a_duration_has_a_unit(value: str, message: str) -> None:
    spec = f"system: leadsquared, region: in21, tenant: acme, limits: {{per: {value}}}"
    assert complaints({"a.yaml": account(spec)}) == [f"a.yaml:4:71: {message}"]


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        (
            '"a\\u202eb"',
            "The character U+202E (RIGHT-TO-LEFT OVERRIDE) is not allowed here. Delete it.",
        ),
        ('"a\\tb"', "The character U+0009 is not allowed here. Delete it."),
        ('"a\\0b"', "The character U+0000 is not allowed here. Delete it."),
        ('"a\\nb"', "Must be one line. For a long text, begin it with `>-`."),
        (
            "e\u0301",
            (
                "Not in Unicode normal form C: some letter is written in parts. "
                "Type the text again, or convert it to NFC."
            ),
        ),
        ('" "', "Must not be empty. Write a value, or leave the field out."),
    ],
)
def test_a_text_for_people_is_one_visible_normalised_line(reason: str, message: str) -> None:
    manifest = tasks(ID, metadata=f"name: a, owner: b, reason: {reason}")
    assert complaints({"a.yaml": CRM, "b.yaml": manifest}) == [f"b.yaml:3:39: {message}"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("01-01-2026", "Must be a date. Write it as YYYY-MM-DD."),
        ("2026-02-30", "There is no such day. Write it as YYYY-MM-DD."),
    ],
)
def test_a_day_is_a_day_of_the_calendar(value: str, message: str) -> None:
    manifest = tasks(ID, metadata=f"name: a, owner: b, reason: c, expires: {value}")
    assert complaints({"a.yaml": CRM, "b.yaml": manifest}) == [f"b.yaml:3:51: {message}"]


def test_a_day_may_be_quoted_or_not() -> None:
    for written in (TODAY.isoformat(), f'"{TODAY}"'):
        manifest = tasks(ID, metadata=f"name: a, owner: b, reason: c, expires: {written}")
        assert loaded({"a.yaml": CRM, "b.yaml": manifest}).manifests[0].expires == TODAY


def test_the_offending_text_is_given_as_it_stands_in_the_file() -> None:
    found = problems({"a.yaml": DIALER, "b.yaml": records('id: "\\x41bc"')})
    assert [problem.text for problem in found] == ['"\\x41bc"']


def test_a_long_offending_text_is_cut() -> None:
    found = problems({"a.yaml": DIALER, "b.yaml": records(f"id: {'x' * 5000}")})
    assert [len(problem.text) for problem in found] == [201]


def test_a_wrong_entry_of_a_list_is_placed_where_it_stands() -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": policy("accounts: [acme-crm, no]")}) == [
        'b.yaml:4:29: YAML reads this as true or false; it must be quoted. Quote it: "no".'
    ]


@pytest.mark.parametrize("tenant", ["3.51912E+11", '"3.51912E+11"'])
def test_a_number_that_a_spreadsheet_shortened_is_no_tenant(tenant: str) -> None:
    spec = f"system: leadsquared, region: in21, tenant: {tenant}"
    assert complaints({"a.yaml": account(spec)}) == [
        (
            "a.yaml:4:51: This is what a spreadsheet makes of a long identifier; its digits are "
            "lost. Take the identifier from its source again, with the column formatted as text."
        )
    ]
