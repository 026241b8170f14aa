"""Files of what is to be found: any place, three formats, and nothing of them in any message."""

from pathlib import Path

import pytest

from reconciler.domain.identifiers import External, Phone
from reconciler.errors import InvalidError, UsageError
from reconciler.manifests.entries import Entries, Identified
from reconciler.manifests.finding.requests import read_request

ID = "0017abfa-c100-11e5-9340-06c7eb5c8385"
PHONE = "+14155550100"


def read(tmp_path: Path, name: str, content: str | bytes, noun: str = "record") -> Entries:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_request(path, noun)


def told(tmp_path: Path, name: str, content: str | bytes, noun: str = "record") -> list[str]:
    with pytest.raises(InvalidError) as caught:
        read(tmp_path, name, content, noun)
    return [
        f"{one.location.removeprefix(f'{tmp_path}/')}: {one.message}{one.text}"
        for one in caught.value.problems
    ]


def test_a_text_has_ids_and_phone_numbers(tmp_path: Path) -> None:
    found = read(tmp_path, "a.txt", f"# a ticket\n{ID.upper()}\r\n\n  {PHONE} \n")
    assert (found.ids, list(found.lines), found.notes) == ([ID], [2], {})
    assert found.identifiers == [Identified(Phone(PHONE), 4, "")]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_table_has_identifiers_of_each_kind_and_other_columns(
    tmp_path: Path, delimiter: str
) -> None:
    header = "name,id,phone_number,external_provider,external_id,note"
    rows = [f"x,{ID},,,,mine", f"y,,{PHONE},,,", "z,,,salesforce,003,"]
    content = "\n".join([header, *rows]).replace(",", delimiter)
    found = read(tmp_path, "a.csv", content)
    assert (found.ids, list(found.lines), found.notes) == ([ID], [2], {})
    assert [(one.identifier, one.line) for one in found.identifiers] == [
        (Phone(PHONE), 3),
        (External("salesforce", "003"), 4),
    ]


def test_objects_have_identifiers_of_each_kind(tmp_path: Path) -> None:
    found = read(
        tmp_path, "a.ndjson", f'{{"id": "{ID}", "x": "y"}}\n{{"phone_number": "{PHONE}"}}\n'
    )
    assert found.ids == [ID]
    assert [one.identifier for one in found.identifiers] == [Phone(PHONE)]


def test_tasks_go_by_their_ids_only(tmp_path: Path) -> None:
    assert read(tmp_path, "a.txt", ID, "task").ids == [ID]
    assert told(tmp_path, "a.txt", f"{ID}\n{PHONE}", "task") == ["a.txt:2:1: Not the id of a task."]


def test_what_is_wrong_is_told_by_its_line_without_what_stands_there(tmp_path: Path) -> None:
    assert told(tmp_path, "a.txt", "4155550100\n+1 415 555 0101\n") == [
        "a.txt:1:1: Not the id of a record.",
        "a.txt:2:1: Not the id of a record.",
    ]
    with pytest.raises(InvalidError) as caught:
        read(tmp_path, "a.csv", "phone_number\n4155550100\n+1 415 555 0101\n")
    assert "555" not in str([(one.message, one.text) for one in caught.value.problems])


def test_a_file_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    assert told(tmp_path, "a.txt", "") == ["a.txt: The file lists nothing."]
    assert told(tmp_path, "a.csv", "name\nx\n") == [
        "a.csv:1: The header lacks `id`, `phone_number`, or `external_provider` and `external_id`."
    ]
    assert told(tmp_path, "a.txt", b"\xff\xfe\x00") == [
        'a.txt: This is UTF-16, which Excel calls "Unicode text".'
    ]


def test_a_file_that_is_not_there_or_too_large_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidError) as caught:
        read_request(tmp_path / "missing.txt", "task")
    assert caught.value.problems[0].message == "Cannot be read: No such file or directory."
    monkeypatch.setattr("reconciler.manifests.finding.requests._LIMIT", 10)
    assert told(tmp_path, "a.txt", ID) == ["a.txt: The file is larger than 64 MiB."]


def test_another_kind_of_file_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_request(tmp_path / "a.xlsx", "task")
    assert (caught.value.summary, caught.value.hint) == (
        "--ids-from names another kind of file",
        "Give a .txt, .csv, .ndjson file.",
    )
