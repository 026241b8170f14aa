"""What holds for any input: no crash, no invented id, nothing lost, no order that matters."""

import tempfile
from pathlib import Path
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.absences import Declarations
from reconciler.errors import InvalidError, Problem
from reconciler.manifests.load import load
from tests.manifests.samples import (
    CRM,
    DIALER,
    ID,
    LIST_ID,
    NOW,
    loaded,
    records,
    tasks,
    write,
)

_PIECES = st.sampled_from(
    [
        *(CRM, DIALER, tasks(ID), records(f"id: {ID}"), "---\n", "apiVersion: reconciler/v1\n"),
        *(
            "kind: AbsentTasks\n",
            "kind: Policy\n",
            "metadata: {name: a}\n",
            "spec:\n",
            "  tasks:\n",
        ),
        *(f"    - {ID}\n", f"    - {{id: {ID.upper()}, note: x}}\n", "  account: acme-crm\n"),
        *(
            "&a ",
            "*a",
            "!t ",
            "<<: ",
            "? ",
            "[",
            "]",
            "{",
            "}",
            "'",
            '"',
            "|\n",
            ">-\n",
            "%YAML 1.1\n",
        ),
        *("\t", "\r", "\0", "\ufeff", "\u202e", "~", "no", "- ", ": ", "# ", ID, ID[:-1], ID[3:]),
        *('"\\x30', f'{ID[1:]}"', "\\\n"),
    ]
)
_CONTENT = st.one_of(
    st.binary(max_size=200),
    st.lists(st.one_of(_PIECES, st.text(max_size=8)), max_size=12).map(
        lambda pieces: "".join(pieces).encode("utf-8", "replace")
    ),
)


def _load(files: dict[str, str | bytes]) -> Declarations:
    with tempfile.TemporaryDirectory() as folder:
        return load(write(Path(folder), files), now=NOW)


@settings(max_examples=300, deadline=None)
@given(st.lists(_CONTENT, min_size=1, max_size=3))
def test_any_bytes_are_an_error_or_declare_only_what_stands_in_them(contents: list[bytes]) -> None:
    everything = b"\n".join(contents).decode(errors="replace").lower()
    problems: tuple[Problem, ...] = ()
    ids: list[str] = []
    try:
        declared = _load({f"{n}.yaml": content for n, content in enumerate(contents)})
    except InvalidError as error:
        problems = error.problems
    else:
        ids = [one for columns in declared.absences for one in columns.ids]
    assert all(problem.message and problem.hint for problem in problems)
    assert all(one in everything for one in ids)


_IDS = st.lists(st.uuids().map(str), max_size=5)


@settings(max_examples=100, deadline=None)
@given(st.lists(_IDS, max_size=3), st.lists(_IDS, max_size=3), st.randoms(use_true_random=False))
def test_all_that_is_declared_is_loaded_whatever_the_order_of_files(
    task_lists: list[list[str]], record_lists: list[list[str]], order: Random
) -> None:
    documents = [CRM, DIALER]
    for n, ids in enumerate(task_lists):
        head = f"name: m{n}, owner: b, reason: c"
        documents.append(tasks(*ids or ["x"], metadata=head).replace("\n    - x\n", " []\n"))
    for n, ids in enumerate(record_lists):
        entries = [f"id: {one.upper()}" for one in ids] or ["x"]
        content = records(*entries).replace("\n    - x\n", " []\n")
        documents.append(content.replace("name: out", f"name: m{n}"))
    order.shuffle(documents)
    files: dict[str, str | bytes] = {f"{n}.yaml": one for n, one in enumerate(documents)}
    declared = _load(files)
    found = {columns.container.prefix: list(columns.ids) for columns in declared.absences}
    wanted = {
        "leadsquared/acme-crm/task/": sorted({one for ids in task_lists for one in ids}),
        f"talkdesk/acme-dialer/{LIST_ID}/record/": sorted(
            {one for ids in record_lists for one in ids}
        ),
    }
    assert found == {prefix: ids for prefix, ids in wanted.items() if ids}
    assert sorted(declared.accounts) == ["acme-crm", "acme-dialer"]


def test_a_hundred_thousand_ids_are_loaded_each_with_its_line() -> None:
    count = 100_000
    ids = [str(UUID(int=n * 2**100 // 7)) for n in range(count)]
    (absences,) = loaded({"a.yaml": CRM, "b.yaml": tasks(*reversed(ids))}).absences
    assert list(absences.ids) == ids
    assert list(absences.line) == [count + 6 - n for n in range(count)]


def test_the_same_id_in_several_places_is_one_absence_that_knows_them_all() -> None:
    again = tasks(ID, metadata="name: again, owner: b, reason: c")
    (absences,) = loaded({"a.yaml": CRM, "b.yaml": tasks(ID, ID.upper()), "c.yaml": again}).absences
    assert list(absences.ids) == [ID]
    assert [one.place for one in absences.declared(0)] == [
        "manifests/b.yaml:7",
        "manifests/b.yaml:8",
        "manifests/c.yaml:7",
    ]
