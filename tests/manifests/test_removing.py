"""Retiring: what can go, and that nothing but it goes."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import InvalidError, ReconcilerError
from reconciler.manifests.load import load
from reconciler.manifests.retiring.remaining import check_remaining, said_by
from reconciler.manifests.retiring.removing import removals
from reconciler.manifests.retiring.retirement import BEFORE_ALL, Retirement, retirement
from reconciler.manifests.retiring.side_rows import without_rows
from reconciler.manifests.rewriting import Change, rewrite
from tests.manifests.samples import (
    CRM,
    DIALER,
    ID,
    LIST_ID,
    OTHER_ID,
    allowance,
    loaded,
    records,
    said,
    tasks,
    write,
)

TASKS = "leadsquared/acme-crm/task/"
RECORDS = f"talkdesk/acme-dialer/{LIST_ID}/record/"
THIRD_ID = "7b0c5f9e-0f7b-4a53-a9a8-0f0e3f6f7b11"
DAY = date(1970, 1, 2)
PROVEN_AT = 86400.0
FROM = "tasksFrom: {file: ids/old.csv}"


def found(folder: Path, *gone: str, of: str = TASKS) -> Retirement:
    """Return what can be retired on 1 June 2026 if these ids were proven gone."""
    return retirement(
        load(folder, now=BEFORE_ALL),
        {of: dict.fromkeys(gone, PROVEN_AT)},
        today=date(2026, 6, 1),
        proven_before=PROVEN_AT + 1,
    )


def retired(files: Mapping[str, str], *gone: str, of: str = TASKS) -> dict[str, str | None]:
    """Retire what can go, prove that nothing else has gone, and return what has changed."""
    folder = write(Path("manifests"), {**files, "crm.yaml": CRM, "dialer.yaml": DIALER})
    retiring = found(folder, *gone, of=of)
    changes = removals(folder, retiring)
    check_remaining(folder, changes, load(folder, now=BEFORE_ALL), retiring)
    rewrite(changes)
    return {
        change.name.removeprefix("manifests/"): None
        if change.after is None
        else change.after.decode()
        for change in changes
    }


def places(*gone: str, of: str = TASKS) -> list[str]:
    """Return what can be retired of `manifests`, as text."""
    retiring = found(Path("manifests"), *gone, of=of)
    return [
        *(
            f"{one.file.removeprefix('manifests/')}:{one.line} {one.address} {one.manifest} "
            f"{'expired' if one.expired else 'proven'} {one.since}"
            for one in retiring.retired
        ),
        *sorted(retiring.whole),
    ]


def expired(content: str) -> str:
    return content.replace("reason: ", "expires: 2026-05-31, reason: ")


def test_an_entry_goes_with_its_comments_and_all_other_text_stays() -> None:
    content = """\
# Head.
apiVersion:   reconciler/v1
kind: AbsentTasks
metadata: {name: old,   owner: ops, reason: Twice}
spec:
  account: acme-crm
  tasks:
  # of all

  # of the first
  -   %s    # behind it
  # of the second
  # in two lines
  - id: %s
    note: a
      b
    # inside
  # of the third
  - {id: %s}
  # below

# end
"""
    ids = (ID.upper(), OTHER_ID, THIRD_ID)
    kept = content % ids
    first = f"  # of the first\n  -   {ID.upper()}    # behind it\n"
    second = (
        f"  # of the second\n  # in two lines\n  - id: {OTHER_ID}\n"
        "    note: a\n      b\n    # inside\n"
    )
    third = f"  # of the third\n  - {{id: {THIRD_ID}}}\n"
    for gone, lines in ((ID, first), (OTHER_ID, second), (THIRD_ID, third)):
        assert retired({"a.yaml": kept}, gone) == {"a.yaml": kept.replace(lines, "")}
    windows = kept.replace("\n", "\r\n")
    assert retired({"a.yaml": windows}, ID) == {
        "a.yaml": windows.replace(first.replace("\n", "\r\n"), "")
    }


def test_an_id_goes_from_every_place_that_declares_it() -> None:
    again = tasks(OTHER_ID, ID, metadata="name: again, owner: ops, reason: Twice")
    files = {"a.yaml": tasks(ID, ID.upper(), OTHER_ID), "b.yaml": again}
    assert retired(files, ID) == {
        "a.yaml": tasks(OTHER_ID),
        "b.yaml": again.replace(f"    - {ID}\n", ""),
    }


def test_only_the_container_counts_in_which_it_was_proven_gone() -> None:
    files = {"a.yaml": tasks(ID), "b.yaml": records(f"id: {ID}", f"id: {OTHER_ID}")}
    assert retired(files, ID, of=RECORDS) == {"b.yaml": records(f"id: {OTHER_ID}")}


def test_a_document_goes_when_nothing_is_left_of_it() -> None:
    other = tasks(OTHER_ID).replace("old", "other")
    for content, left in [
        (f"{tasks(ID)}---\n{other}", other),
        (f"---\n{tasks(ID)}---\n{other}", other),
        (f"{other}---\n# why\n{tasks(ID)}", other),
        (f"{other}---\n# why\n{tasks(ID)}".removesuffix("\n"), other),
        (f"{CRM}---\n{tasks(ID)}...\n---\n{other}".replace("acme-crm", "acme-two", 1), None),
    ]:
        assert retired({"a.yaml": content}, ID) == {
            "a.yaml": left or f"{CRM}---\n{other}".replace("acme-crm", "acme-two", 1)
        }
    assert retired({"a.yaml": f"{tasks(ID)}---\n{other}"}, ID, OTHER_ID) == {"a.yaml": None}
    assert not Path("manifests/a.yaml").exists()


def test_what_has_expired_goes_as_a_whole() -> None:
    rule = expired(tasks()).replace("tasks:\n", "where: {status: completed, max: 5}\n")
    phones = expired(records('phoneNumber: "+14155550101"', f"id: {ID}"))
    empty = expired(tasks()).replace("tasks:\n", "tasks: []\n").replace("old", "empty")
    today = tasks(OTHER_ID).replace("reason: ", "expires: 2026-06-01, reason: ")
    files = {
        "a.yaml": rule,
        "b.yaml": phones,
        "c.yaml": empty,
        "d.yaml": today.replace("old", "today"),
    }
    write(Path("manifests"), {**files, "crm.yaml": CRM, "dialer.yaml": DIALER})
    assert places() == [
        "a.yaml:6 AbsentTasks/old AbsentTasks/old expired 2026-05-31",
        "b.yaml:8 AbsentRecords/out AbsentRecords/out expired 2026-05-31",
        f"b.yaml:9 {RECORDS}{ID} AbsentRecords/out expired 2026-05-31",
        "c.yaml:1 AbsentTasks/empty AbsentTasks/empty expired 2026-05-31",
        *("AbsentRecords/out", "AbsentTasks/empty", "AbsentTasks/old"),
    ]
    assert retired(files) == {"a.yaml": None, "b.yaml": None, "c.yaml": None}


def test_an_expired_place_does_not_keep_an_id_elsewhere() -> None:
    files = {"a.yaml": expired(tasks(ID)), "b.yaml": tasks(ID, OTHER_ID).replace("old", "new")}
    write(Path("manifests"), {**files, "crm.yaml": CRM})
    assert places(ID) == [
        f"a.yaml:7 {TASKS}{ID} AbsentTasks/old expired 2026-05-31",
        f"b.yaml:7 {TASKS}{ID} AbsentTasks/new proven {DAY}",
        "AbsentTasks/old",
    ]
    assert retired(files, ID) == {
        "a.yaml": None,
        "b.yaml": tasks(OTHER_ID).replace("old", "new"),
    }


def test_rules_and_other_identifiers_are_never_done() -> None:
    rule = tasks().replace("tasks:\n", "where: {status: completed, max: 5}\n")
    phone = records('phoneNumber: "+14155550101"', f"id: {ID}")
    files = {"a.yaml": rule, "b.yaml": phone}
    assert retired(files, ID, of=RECORDS) == {"b.yaml": records('phoneNumber: "+14155550101"')}


def test_a_proof_must_be_old_enough() -> None:
    folder = write(Path("manifests"), {"a.yaml": tasks(ID), "crm.yaml": CRM})
    declarations = load(folder, now=BEFORE_ALL)
    for proven_before, count in ((PROVEN_AT, 0), (PROVEN_AT + 0.1, 1)):
        proofs = {TASKS: {ID: PROVEN_AT}}
        found = retirement(
            declarations, proofs, today=date(2026, 6, 1), proven_before=proven_before
        )
        assert len(found.retired) == count


def test_rows_of_side_files_go_too() -> None:
    side = f'note,id\n"a, ""b""",{ID}\n,{OTHER_ID}\n\n,{THIRD_ID}\n'
    digest = hashlib.sha256(side.encode()).hexdigest()
    left = side.replace(f",{OTHER_ID}\n\n", "\n")
    manifest = tasks().replace("tasks:\n", f"tasksFrom: {{file: ids/old.csv, sha256: {digest}}}\n")
    after = hashlib.sha256(left.encode()).hexdigest()
    files = {"deep/a.yaml": manifest, "deep/ids/old.csv": side}
    assert retired(files, OTHER_ID) == {
        "deep/a.yaml": manifest.replace(digest, after),
        "deep/ids/old.csv": left,
    }
    assert retired(files, ID, OTHER_ID, THIRD_ID) == {"deep/a.yaml": None, "deep/ids/old.csv": None}


def test_of_a_list_and_a_side_file_the_empty_one_goes() -> None:
    both = tasks(ID, f"{OTHER_ID}\n    # below") + f"  # beside\n  {FROM}\n"
    files = {"a.yaml": both, "ids/old.csv": f"id\n{THIRD_ID}\n"}
    assert retired(files, THIRD_ID) == {
        "a.yaml": tasks(ID, f"{OTHER_ID}\n    # below"),
        "ids/old.csv": None,
    }
    assert retired(files, ID, OTHER_ID) == {
        "a.yaml": tasks().replace("tasks:", f"# beside\n  {FROM}")
    }


@pytest.mark.parametrize(
    ("path", "content", "lines", "left"),
    [
        ("a.txt", "# of it\nx\n\ny\n", {2}, "# of it\n\ny\n"),
        ("a.txt", "# of it\nx\n", {2}, None),
        ("a.txt", "\ufeffx\r\ny", {1}, "y"),
        ("a.ndjson", '{"id": "x"}\n{"id": "y"}\n', {1}, '{"id": "y"}\n'),
        ("a.ndjson", '{"id": "x"}\n', {1}, None),
        ("a.csv", 'id,note\nx,"a\n""b""\n"\ny,\n', {2}, "id,note\ny,\n"),
        ("a.csv", 'id,note\nx,"a\n""b""\n"\ny,\n', {5}, 'id,note\nx,"a\n""b""\n"\n'),
        ("a.csv", "\nid\nx\n", {3}, None),
    ],
)
def test_rows_go_as_they_stand(path: str, content: str, lines: set[int], left: str | None) -> None:
    after = without_rows(content.encode(), path, lines)
    assert after == (None if left is None else left.encode())


def test_a_row_stays_as_long_as_something_else_needs_it() -> None:
    dialer = records().replace("records:", f"{FROM.replace('tasks', 'records')}")
    side = f"id\n{ID}\n{OTHER_ID}\n"
    shared = {"a.yaml": tasks().replace("tasks:", FROM), "ids/old.csv": side}
    assert retired({**shared, "b.yaml": dialer}, ID) == {}
    Path("manifests/b.yaml").unlink()
    protection = tasks().replace("AbsentTasks", "Protection").replace("tasks:", FROM)
    assert retired({**shared, "c.yaml": protection}, ID) == {}
    Path("manifests/c.yaml").unlink()
    listed = tasks(ID).replace("old", "listed")
    assert retired({**shared, "b.yaml": dialer, "d.yaml": listed}, ID) == {}
    Path("manifests/b.yaml").unlink()
    assert retired({**shared, "d.yaml": listed}, ID) == {
        "d.yaml": None,
        "ids/old.csv": side.replace(f"{ID}\n", ""),
    }


def test_a_shared_row_goes_with_its_last_use() -> None:
    again = tasks().replace("tasks:", FROM).replace("old,", "again,")
    shared = {"a.yaml": tasks().replace("tasks:", FROM), "b.yaml": again}
    side = {"ids/old.csv": f"id\n{ID}\n{OTHER_ID}\n"}
    assert retired({**shared, **side}, ID) == {"ids/old.csv": f"id\n{OTHER_ID}\n"}
    gone = retired({**shared, "b.yaml": expired(again), **side})
    assert gone == {"b.yaml": None}


@pytest.mark.parametrize(
    "content",
    [
        tasks().replace("tasks:\n", f"tasks: [{ID}, {OTHER_ID}]\n"),
        tasks().replace(
            "\n  account: acme-crm\n  tasks:\n", f" {{account: acme-crm, tasks: [{ID}]}}\n"
        )
        + f"---\n{tasks(OTHER_ID).replace('old', 'b')}",
        tasks().replace(
            "\n  account: acme-crm\n  tasks:\n",
            f" {{account: acme-crm, tasks: [{THIRD_ID}], {FROM}}}\n",
        ),
    ],
)
def test_what_stands_in_brackets_needs_the_layout_first(content: str) -> None:
    write(Path("manifests"), {"ids/old.csv": f"id\n{ID}\n"})
    if "---" in content:
        assert retired({"a.yaml": content}, ID) == {"a.yaml": content.partition("---\n")[2]}
        return
    with pytest.raises(InvalidError) as caught:
        retired({"a.yaml": content}, ID)
    line = 4 if "spec: {" in content else 6
    complaint = "What stands in brackets cannot be removed by itself."
    assert [said(one) for one in caught.value.problems] == [
        f"a.yaml:{line}: {complaint} Run `reconciler fmt` first; it gives each entry a line."
    ]


def test_a_side_file_that_has_gone_meanwhile_is_told() -> None:
    files = {"a.yaml": tasks().replace("tasks:", FROM), "ids/old.csv": f"id\n{ID}\n"}
    folder = write(Path("manifests"), {**files, "crm.yaml": CRM})
    retiring = found(folder, ID)
    (folder / "ids/old.csv").unlink()
    with pytest.raises(ReconcilerError) as caught:
        removals(folder, retiring)
    assert caught.value.detail == "manifests/ids/old.csv: No such file or directory"


def test_a_removal_that_takes_too_much_or_too_little_is_found() -> None:
    content = tasks(ID, OTHER_ID)
    folder = write(Path("manifests"), {"a.yaml": content, "crm.yaml": CRM, ".git/x": "{"})
    declarations, retiring = load(folder, now=BEFORE_ALL), found(folder, ID)
    for left, detail in [
        (content, ""),
        (tasks(), "a.yaml:6: Must be a list."),
        (tasks(OTHER_ID, THIRD_ID), ""),
        (tasks(f"{{id: {OTHER_ID}, note: new}}"), ""),
        (tasks(OTHER_ID).replace("Twice", "Thrice"), ""),
    ]:
        change = Change(folder / "a.yaml", "manifests/a.yaml", content.encode(), left.encode())
        with pytest.raises(ReconcilerError) as caught:
            check_remaining(folder, [change], declarations, retiring)
        assert caught.value.summary == (
            "Nothing was removed: the removal would change more than it should"
        )
        assert caught.value.detail == detail


def test_what_governs_may_move_but_not_change() -> None:
    policy = CRM.replace("Account", "Policy").replace("acme-crm", "p")
    policy = policy.partition("spec")[0] + "spec: {maxDeletes: 5}\n"
    protection = tasks(OTHER_ID).replace("AbsentTasks", "Protection")
    protection += "  where: {status: pending}\n"
    once = allowance("account: acme-crm, lifts: {maxDeletes: 9}")
    governing = f"{policy}---\n{protection}---\n{once}"
    assert retired({"a.yaml": f"{tasks(ID)}---\n{governing}"}, ID) == {"a.yaml": governing}


def test_an_allowance_that_is_gone_is_noticed() -> None:
    files = {"a.yaml": CRM, "b.yaml": allowance("account: acme-crm, lifts: {maxDeletes: 9}")}
    declared = loaded(files)
    assert said_by(declared) != said_by(replace(declared, allowances=()))


_ENTRY = st.tuples(
    st.integers(0, 7),
    st.sampled_from(
        ["- {}", "-   id: {}", "- {{id: {}, note: x}}", "- id: {}\n      note: >-\n        a\n"]
    ),
    st.sampled_from(["", "# above\n", "\n", "# one\n    # two\n", "# apart\n\n"]),
    st.sampled_from(["", "   # behind"]),
)


def _list_of(entries: list[tuple[int, str, str, str]]) -> str:
    """Return a list of tasks with comments above and behind its entries."""
    lines = []
    for target, form, above, behind in entries:
        text = form.format(f"{ID[:-1]}{target}")
        begin = f"    {above}" if above.strip() else above
        lines.append(f"{begin}    {text}{'' if '>-' in text else behind}\n")
    return "".join(lines)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(_ENTRY, min_size=1, max_size=5), min_size=1, max_size=3),
    st.sets(st.integers(0, 7)),
    st.sampled_from(["one file", "several files"]),
)
def test_whatever_is_retired_the_rest_is_declared_as_before(
    lists: list[list[tuple[int, str, str, str]]], gone: set[int], where: str
) -> None:
    documents = [CRM]
    for number, entries in enumerate(lists):
        documents.append(tasks().replace("old", f"m{number}") + _list_of(entries))
    files = {f"{number}.yaml": content for number, content in enumerate(documents)}
    if where == "one file":
        files = {"a.yaml": "---\n".join(documents)}
    with tempfile.TemporaryDirectory() as scratch:
        folder = write(Path(scratch), files)
        before = load(folder, now=BEFORE_ALL)
        retiring = found(folder, *(f"{ID[:-1]}{target}" for target in gone))
        changes = removals(folder, retiring)
        check_remaining(folder, changes, before, retiring)
        rewrite(changes)
        after = load(folder, now=BEFORE_ALL)
        assert said_by(after) == said_by(before, without=retiring)
        left = {target_id for one in after.absences for target_id in one.ids}
        declared = {f"{ID[:-1]}{target}" for entries in lists for target, *_ in entries}
        assert left == declared - {f"{ID[:-1]}{target}" for target in gone}
