"""Long lists into side files: what they hold, what refers to them, and what is refused."""

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.absences import Declarations
from reconciler.errors import InvalidError
from reconciler.manifests.formatting.format import format_tree
from reconciler.manifests.load import load
from reconciler.manifests.rewriting import rewrite
from tests.manifests.samples import (
    CRM,
    DIALER,
    ID,
    LIST_ID,
    NOW,
    OTHER_ID,
    records,
    said,
    tasks,
    write,
)


def extracted(content: str, over: int = 1) -> dict[str, str]:
    """Return what is written if `manifests/a.yaml` is formatted, by name."""
    folder = write(Path("manifests"), {"a.yaml": content, "crm.yaml": CRM, "dialer.yaml": DIALER})
    found = format_tree(folder, extract_over=over)
    return {change.name: (change.after or b"").decode() for change in found.changes}


def refused(content: str) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        extracted(content)
    return [said(one) for one in caught.value.problems]


def test_a_long_list_moves_into_a_file_beside_its_manifest() -> None:
    content = tasks(
        OTHER_ID.upper(), f'{{id: {ID}, note: "a, \\"b\\""}}', f"{OTHER_ID}   ## again"
    ).replace("  tasks:\n", "  # These.\n  tasks:  # by import\n")
    folder = write(Path("manifests/crm"), {"old.yaml": content}).parent
    write(folder, {"crm.yaml": CRM})
    rewrite(format_tree(folder, extract_over=2).changes)
    assert (folder / "crm/old.yaml").read_text() == tasks().replace(
        "  tasks:\n", "  # These.\n  tasksFrom: {file: ids/old.csv}  # by import\n"
    )
    assert (folder / "crm/ids/old.csv").read_text() == (
        f'id,note\n{ID},"a, ""b"""\n{OTHER_ID},\n{OTHER_ID},again\n'
    )
    assert sum(len(one) for one in load(folder, now=NOW).absences) == 2
    assert not format_tree(folder, extract_over=2).changes


def test_records_have_the_columns_that_they_need() -> None:
    content = records(
        'phoneNumber: "+14155550101"', f"id: {ID}", "externalId: a1\n      externalProvider: crm"
    )
    assert extracted(content) == {
        "manifests/ids/out.csv": (
            f"id,phone_number,external_provider,external_id\n{ID},,,\n,+14155550101,,\n,,crm,a1\n"
        ),
        "manifests/a.yaml": records().replace("records:\n", "recordsFrom: {file: ids/out.csv}\n"),
    }


def test_protections_are_extracted_and_short_lists_stay() -> None:
    protection = tasks(ID, OTHER_ID).replace("AbsentTasks", "Protection")
    assert extracted(protection, over=2) == {}
    assert extracted(protection)["manifests/ids/old.csv"] == f"id\n{ID}\n{OTHER_ID}\n"
    assert extracted(tasks().replace("tasks:\n", "tasks: []\n"), over=0) == {}
    assert extracted("a: 1\n---\nb\n---\nspec: x\n---\nspec: {tasks: {a: b, c: d}}\n", over=0) == {
        "manifests/a.yaml": (
            "a: 1\n---\nb\n---\nspec: x\n---\nspec:\n  tasks:\n    a: b\n    c: d\n"
        )
    }


LOST = (
    "A comment here would be lost in a side file. "
    "Make it the note of one entry, move it above the list's key, or delete it."
)
INVALID = "This entry cannot be moved into a side file. `reconciler validate` says what it lacks."


@pytest.mark.parametrize(
    ("content", "complaints"),
    [
        (tasks(ID, f"{OTHER_ID}\n    # below"), [f"a.yaml:7: {LOST}"]),
        (tasks(f"{ID}\n\n    # above", OTHER_ID), [f"a.yaml:10: {LOST}"]),
        (tasks(f"\n      # inside\n      id: {ID}", OTHER_ID), [f"a.yaml:9: {LOST}"]),
        (tasks(f"id: {ID}\n      # inside\n      note: a", OTHER_ID), [f"a.yaml:7: {LOST}"]),
        (tasks(f"id: {ID}\n      note: a  # b", OTHER_ID), [f"a.yaml:7: {LOST}"]),
        (tasks(f"{{id: {ID}, note: a}}  # b", OTHER_ID), [f"a.yaml:7: {LOST}"]),
        (
            tasks(f"id: {ID}\n      note:\n        - a\n        # b", OTHER_ID),
            [f"a.yaml:7: {LOST}"],
        ),
        (tasks(f"{{idd: {ID}}}", f"[{ID}]"), [f"a.yaml:7: {INVALID}", f"a.yaml:8: {INVALID}"]),
        (tasks('{id: ""}', "{phoneNumber: a}"), [f"a.yaml:7: {INVALID}", f"a.yaml:8: {INVALID}"]),
        (records(ID, f"id: {ID}"), [f"a.yaml:8: {INVALID}"]),
        (
            tasks(f"{{id: {ID}, note: =1+1}}", OTHER_ID),
            [
                (
                    "a.yaml:7: A spreadsheet would take this `note` for a formula. "
                    "Let it begin with another sign."
                )
            ],
        ),
        (
            tasks(ID, OTHER_ID) + "  tasksFrom: {file: b.csv}\n",
            [
                (
                    "a.yaml:6: The manifest has `tasksFrom` already. "
                    "Move the ids by hand, or split the manifest."
                )
            ],
        ),
        (
            tasks(ID, OTHER_ID).replace("name: old", "name: ../old"),
            [
                (
                    "a.yaml:1: The side file would be named like the manifest, which has no valid "
                    "name. Name it; `reconciler validate` says how."
                )
            ],
        ),
        (
            tasks(ID, OTHER_ID) + "---\n" + tasks(ID, OTHER_ID),
            [
                (
                    "a.yaml:15: `ids/old.csv` is there already, or cannot be. "
                    "Remove it, or give the manifest another name."
                )
            ],
        ),
    ],
)
def test_what_would_lose_something_is_refused(content: str, complaints: list[str]) -> None:
    assert refused(content) == complaints


@pytest.mark.parametrize("name", ["ids/old.csv", "ids"])
def test_no_file_is_overwritten(name: str) -> None:
    write(Path("manifests"), {name: "id\n"})
    complaint = "`ids/old.csv` is there already, or cannot be."
    assert refused(tasks(ID, OTHER_ID)) == [
        f"a.yaml:6: {complaint} Remove it, or give the manifest another name."
    ]


_TEXT = st.text(st.sampled_from("ab ,;\"'#:é-"), min_size=1, max_size=9).map(str.strip)
_NOTE = _TEXT.filter(lambda text: text and text[0] not in "=+-@")
_ENTRY = st.tuples(
    st.one_of(
        st.uuids().map(lambda one: f'id: "{str(one).upper()}"'),
        st.integers(0, 99).map(lambda number: f"phoneNumber: '+141555501{number:02}'"),
        st.integers(0, 99).map(lambda number: f"externalProvider: crm, externalId: x{number}"),
    ),
    st.one_of(st.just(""), _NOTE),
)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@settings(max_examples=100, deadline=None)
@given(st.lists(_ENTRY, min_size=1, max_size=6))
def test_a_side_file_declares_what_the_list_declared(entries: list[tuple[str, str]]) -> None:
    lines = [
        f"{{{identifier}{f', note: {_quoted(note)}' if note else ''}}}"
        for identifier, note in entries
    ]
    with tempfile.TemporaryDirectory() as scratch:
        folder = write(Path(scratch), {"a.yaml": records(*lines), "b.yaml": DIALER})
        before = _declared(load(folder, now=NOW))
        found = format_tree(folder, extract_over=0)
        assert len(found.side_files) == 1
        rewrite(found.changes)
        assert _declared(load(folder, now=NOW)) == before


def _declared(declarations: Declarations) -> Counter[object]:
    """Return targets and identifiers with their notes."""
    (absences,) = declarations.absences
    assert absences.container.record_list == LIST_ID
    found: Counter[object] = Counter((one.identifier, one.note) for one in absences.named)
    for position, target_id in enumerate(absences.ids):
        found.update((target_id, one.note) for one in absences.declared(position))
    return found
