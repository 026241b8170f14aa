"""What is written to a plan file is read from it, and nothing else ever is."""

import hashlib
import json
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.domain.digest import Identity, approval_digest
from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.narrowing.selectors import EVERYTHING, targeting_of
from reconciler.errors import ReconcilerError, StaleError
from reconciler.planfile.read import read_plan
from reconciler.planfile.write import write_plan
from tests.views.documents import (
    compared,
    document,
    loosened,
    number,
    record,
    task,
    withdrawn,
)

FINGERPRINT = "h1:KEY:00ff"


def plan_of(*items: Fields) -> PlanDocument:
    """Return a document whose digest is that of its deletions."""
    keyed = [
        {**item, "fingerprint": FINGERPRINT} if item["action"] == "delete" else item
        for item in items
    ]
    plan = document(*keyed)
    identities = [
        Identity(one["name"], one["system"], one["tenant"], one["host"])
        for one in plan.header["accounts"]
    ]
    deletions = [
        (item["address"], item["fingerprint"]) for item in keyed if item["action"] == "delete"
    ]
    plan.footer["digest"] = approval_digest(identities, sorted(deletions))
    return plan


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.jsonl"


ITEMS = st.builds(
    lambda make, n, action, note: make(n, action, reason=note),
    st.sampled_from([task, record, number]),
    st.integers(0, 10**9),
    st.sampled_from(["delete", "absent", "protected", "held", "unknown"]),
    st.text(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ITEMS, max_size=12, unique_by=lambda item: str(item["address"])))
def test_what_is_written_is_read(items: list[Fields]) -> None:
    plan = plan_of(*items)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.jsonl"
        write_plan(plan, path)
        saved = read_plan(path)
        shown = saved.document()
        assert list(shown.items(None)) == list(plan.items(None))
        assert path.read_bytes().isascii()
    assert saved.header == plan.header
    assert {**saved.footer, "checksum": ""} == {**plan.footer, "checksum": ""}
    reviewed = {
        prefix + target: fingerprint
        for prefix, ids in saved.reviewed.deletions.items()
        for target, fingerprint in ids.items()
    }
    assert reviewed == {
        str(item["address"]): FINGERPRINT for item in items if item["action"] == "delete"
    }


def test_a_document_yields_as_many_items_of_a_kind_as_are_asked_for(path: Path) -> None:
    write_plan(plan_of(*(task(n) for n in range(5)), task(9, "absent")), path)
    some = list(read_plan(path).document("late").items(2))
    assert [one["action"] for one in some] == ["delete", "delete", "absent"]
    assert read_plan(path).document("late").warning == "late"


def test_no_more_lines_are_read_than_are_shown(path: Path) -> None:
    write_plan(plan_of(*(task(n) for n in range(5))), path)
    saved = read_plan(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]) + b"not JSON\n" * 2)
    assert [one["id"] for one in saved.document().items(2)] == [task(0)["id"], task(1)["id"]]


def test_only_the_owner_may_read_it_and_nothing_lies_about(path: Path) -> None:
    path.write_text("an older plan that everybody could read")
    path.chmod(0o644)
    write_plan(plan_of(task(1)), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["plan.jsonl"]


def test_the_checksum_is_the_hash_of_every_byte_before_it(path: Path) -> None:
    write_plan(plan_of(task(1)), path)
    covered, _, rest = path.read_bytes().rpartition(b',"checksum":')
    assert rest == f'"sha256:{hashlib.sha256(covered).hexdigest()}"}}\n'.encode()


def test_no_byte_can_change_unnoticed(path: Path) -> None:
    write_plan(plan_of(task(1), record(2, "absent")), path)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :])
        with pytest.raises(StaleError):
            read_plan(path)


def test_no_length_but_the_whole_one_is_accepted(path: Path) -> None:
    write_plan(plan_of(task(1)), path)
    whole = path.read_bytes()
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        with pytest.raises(StaleError):
            read_plan(path)
    for more in (b"\n", b"{}\n", whole):
        path.write_bytes(whole + more)
        with pytest.raises(StaleError):
            read_plan(path)


def write_lines(path: Path, lines: list[Fields]) -> None:
    """Write lines with the checksum that fits them, whatever they say."""
    text = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in lines[:-1])
    text += json.dumps(lines[-1], separators=(",", ":"))[:-1]
    checksum = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(f'{text},"checksum":"sha256:{checksum}"}}\n')


ONE = plan_of(task(1))
HEADER, ITEM, FOOTER = ONE.header, next(iter(ONE.items(None))), ONE.footer


@pytest.mark.parametrize(
    "lines",
    [
        [HEADER, FOOTER],
        [HEADER, ITEM, ITEM, FOOTER],
        [HEADER, {**ITEM, "action": "absent"}, FOOTER],
        [HEADER, {**ITEM, "action": "shred"}, FOOTER],
        [HEADER, {**ITEM, "fingerprint": "h1:KEY:other"}, FOOTER],
        [HEADER, {**ITEM, "address": task(2)["address"]}, FOOTER],
        [HEADER, ITEM, {**FOOTER, "digest": "sha256:0"}],
        [HEADER, ITEM, {**FOOTER, "counts": {**FOOTER["counts"], "delete": 0}}],
        [HEADER, ITEM, FOOTER, FOOTER],
        [HEADER, ITEM, HEADER, FOOTER],
        [ITEM, ITEM, FOOTER],
        [{**HEADER, "accounts": []}, ITEM, FOOTER],
        [{**HEADER, "accounts": [{**HEADER["accounts"][0], "containers": []}]}, ITEM, FOOTER],
        [{**HEADER, "accounts": HEADER["accounts"] * 2}, ITEM, FOOTER],
        [HEADER, {**ITEM, "account": "another"}, FOOTER],
        [{**HEADER, "expires_at": "2026-01-01T00:00:00"}, ITEM, FOOTER],
        [{**HEADER, "expires_at": "soon"}, ITEM, FOOTER],
        [{**HEADER, "format_version": 1}, ITEM, FOOTER],
        [{**HEADER, "targets": ["crm"]}, ITEM, FOOTER],
        [{**HEADER, "targets": "account/crm"}, ITEM, FOOTER],
        [{**HEADER, "targets": {"account/crm": 1}}, ITEM, FOOTER],
        [{**HEADER, "excludes": None}, ITEM, FOOTER],
        [{**HEADER, "excludes": [1]}, ITEM, FOOTER],
        [{**HEADER, "excludes": ["account/crm", "account/crm"]}, ITEM, FOOTER],
    ],
)
def test_a_checksum_alone_proves_nothing(path: Path, lines: list[Any]) -> None:
    write_lines(path, lines)
    with pytest.raises(StaleError):
        read_plan(path)


def test_the_digest_is_that_of_the_deletions_in_whatever_order_they_stand(path: Path) -> None:
    plan = plan_of(task(1), task(2), record(3))
    write_lines(path, [plan.header, *reversed(list(plan.items(None))), plan.footer])
    assert read_plan(path).footer["digest"] == plan.footer["digest"]


def test_the_lines_above_are_readable_as_they_were(path: Path) -> None:
    write_lines(path, [HEADER, ITEM, FOOTER])
    assert read_plan(path).footer["digest"] == FOOTER["digest"]


NEW, OLD = {**ITEM, "change": "introduced"}, {**task(2, "absent"), "change": "pre-existing"}
WITHDRAWN = withdrawn(task(3))
TWO = plan_of(NEW, OLD, WITHDRAWN)
COMPARED = compared(TWO, loosened(1), loosened(2, in_base=True))


def test_what_is_withdrawn_is_read_back_and_approves_nothing(path: Path) -> None:
    write_plan(COMPARED, path)
    saved = read_plan(path)
    (deletions,) = saved.reviewed.deletions.values()
    assert deletions == {ITEM["id"]: FINGERPRINT}
    assert list(saved.document().items(None)) == list(COMPARED.items(None))
    assert saved.header["loosened"] == [loosened(1), loosened(2, in_base=True)]
    assert saved.footer["changes"] == {
        "introduced": 1,
        "pre-existing": 1,
        "withdrawn": 1,
        "loosened": 2,
    }


def test_of_each_mark_as_many_items_are_yielded_as_are_asked_for(path: Path) -> None:
    before = [{**task(n), "change": "pre-existing"} for n in range(5)]
    after = [{**task(n), "change": "introduced"} for n in range(5, 9)]
    write_plan(compared(plan_of(*before, *after, *map(withdrawn, map(task, range(10, 15))))), path)
    marks = [one["change"] for one in read_plan(path).document().items(2)]
    assert marks == ["pre-existing"] * 2 + ["introduced"] * 2 + ["withdrawn"] * 2


HEAD, END = COMPARED.header, COMPARED.footer
CHANGES = END["changes"]


@pytest.mark.parametrize(
    "lines",
    [
        [HEAD, NEW, OLD, {**WITHDRAWN, "action": "delete", "fingerprint": FINGERPRINT}, END],
        [HEAD, NEW, OLD, {**WITHDRAWN, "action": "absent"}, END],
        [HEAD, NEW, OLD, {**WITHDRAWN, "change": "pre-existing"}, END],
        [HEAD, NEW, OLD, {**WITHDRAWN, "change": "new"}, END],
        [HEAD, {**NEW, "action": "none"}, OLD, WITHDRAWN, END],
        [HEAD, {**NEW, "change": "withdrawn"}, OLD, WITHDRAWN, END],
        [HEAD, {**NEW, "change": "pre-existing"}, OLD, WITHDRAWN, END],
        [HEAD, {**NEW, "change": "new"}, OLD, WITHDRAWN, END],
        [HEAD, ITEM, OLD, WITHDRAWN, END],
        [HEAD, ITEM, OLD, WITHDRAWN, {**END, "changes": {**CHANGES, "introduced": 0}}],
        [HEAD, NEW, OLD, END],
        [HEAD, NEW, OLD, WITHDRAWN, WITHDRAWN, END],
        [HEAD, NEW, OLD, WITHDRAWN, TWO.footer],
        [{**HEADER, "loosened": ["a"]}, ITEM, FOOTER],
        [TWO.header, NEW, OLD, WITHDRAWN, END],
        [HEAD, NEW, OLD, WITHDRAWN, {**END, "changes": {**CHANGES, "loosened": 1}}],
        [HEAD, NEW, OLD, WITHDRAWN, {**END, "changes": 4}],
        [{**HEAD, "loosened": ["a", "b"]}, NEW, OLD, WITHDRAWN, END],
        [{**HEAD, "loosened": [{}, {}]}, NEW, OLD, WITHDRAWN, END],
        [{**HEAD, "base": {"ref": "main"}}, NEW, OLD, WITHDRAWN, END],
        [{**HEAD, "base": {"ref": 1, "commit": "c0ffee"}}, NEW, OLD, WITHDRAWN, END],
    ],
)
def test_marks_that_contradict_themselves_are_damage(path: Path, lines: list[Any]) -> None:
    write_lines(path, lines)
    with pytest.raises(StaleError, match="damaged"):
        read_plan(path)


def test_the_marks_above_are_readable_as_they_were(path: Path) -> None:
    write_lines(path, [HEAD, NEW, OLD, WITHDRAWN, {**END, "changes": {**CHANGES, "later": 1}}])
    assert read_plan(path).footer["digest"] == ONE.footer["digest"]


def test_what_a_plan_was_narrowed_to_is_read(path: Path) -> None:
    write_lines(path, [HEADER, ITEM, FOOTER])
    assert read_plan(path).targeting == EVERYTHING
    selectors = {"targets": ["account/crm", "leadsquared/"], "excludes": ["AbsentTasks/old"]}
    write_lines(path, [{**HEADER, **selectors}, ITEM, FOOTER])
    assert read_plan(path).targeting == targeting_of(**selectors)


def test_a_newer_minor_format_is_read_and_another_major_one_is_not(path: Path) -> None:
    write_plan(plan_of(task(1)), path)
    write_lines(path, [{**HEADER, "format_version": "1.7"}, ITEM, FOOTER])
    assert read_plan(path).header["format_version"] == "1.7"
    write_lines(path, [{**HEADER, "format_version": "2.0"}, ITEM, FOOTER])
    with pytest.raises(StaleError, match="another format"):
        read_plan(path)


def test_a_file_that_cannot_be_read_or_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(StaleError):
        read_plan(tmp_path)
    with pytest.raises(ReconcilerError, match="cannot be written"):
        write_plan(plan_of(task(1)), tmp_path / "missing" / "plan.jsonl")
