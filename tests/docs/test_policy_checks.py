"""The policy checks of the documentation, by an engine of Rego, on plans of the sandbox."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.serve import background
from tests.functional.test_compared_with_a_base import committed, protect
from tests.functional.world import LIST, UNHURRIED, Inside, Ran, absent_records, document

regopy = pytest.importorskip("regopy", reason="regopy has no wheel for this platform")

REPOSITORY = Path(__file__).parents[2]
POLICY = REPOSITORY / "docs/policy/reconciler.rego"
PAGE = (REPOSITORY / "docs/policy-checks.md").read_text(encoding="utf-8")


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    """Two accounts with two deletions each, all with a ticket."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    with ExitStack() as stack:
        faults = parse_faults(UNHURRIED)
        url = stack.enter_context(
            background(tmp_path / "data", tasks=60, records=120, faults=faults)
        )
        world = Inside(folder, url, tmp_path / "data")
        world.declare(tasks=[0, 1], records=[0, 1])
        yield world


def judged(ran: Ran, rule: str = "deny", **data: Any) -> list[str]:  # noqa: ANN401 - any data
    """Return what a rule says of a document."""
    interpreter = regopy.Interpreter()
    interpreter.add_module("reconciler", POLICY.read_text(encoding="utf-8"))
    if data:
        interpreter.add_data({"reconciler": data})
    interpreter.set_input(json.loads(ran.out))
    found: list[str] = json.loads(str(interpreter.query(f"data.main.{rule}")))["expressions"][0]
    return found


def plan(world: Inside, *arguments: str) -> Ran:
    return world.run("plan", "--format", "json", *arguments)


def without_ticket(world: Inside) -> None:
    head = document("AbsentRecords", "old-records", "owner: ops, reason: Not needed")
    more = ["spec:", "  account: dialer", f"  recordList: {LIST}", "  records:"]
    world.write("records.yaml", *head, *more, *absent_records(0, 1))


def erasure(world: Inside) -> None:
    head = document(
        "AbsentRecords",
        "erased",
        "owner: ops, reason: Asked, ticket: GDPR-9, purpose: gdpr_erasure",
    )
    more = ["spec:", "  account: dialer", f"  recordList: {LIST}", "  records:"]
    world.write("records.yaml", *head, *more, *absent_records(0))


def test_a_plan_that_keeps_to_them_passes(inside: Inside) -> None:
    ran = plan(inside)
    assert json.loads(ran.out)["counts"]["delete"] == 4
    assert judged(ran) == []
    assert judged(ran, "warn") == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            without_ticket,
            r"manifests/records\.yaml:\d+: AbsentRecords/old-records deletes without a ticket",
        ),
        (erasure, "AbsentRecords/erased: the erasure of GDPR-9 is not approved"),
    ],
)
def test_what_does_not_is_denied(
    inside: Inside, change: Callable[[Inside], None], message: str
) -> None:
    change(inside)
    denied = judged(plan(inside))
    assert denied
    assert all(re.fullmatch(message, one) for one in denied)


def test_an_approved_erasure_passes(inside: Inside) -> None:
    erasure(inside)
    assert judged(plan(inside), approved=["GDPR-9"]) == []
    assert judged(plan(inside), approved=["GDPR-8"]) != []


def test_a_manifest_may_not_delete_more_than_the_most(inside: Inside) -> None:
    assert judged(plan(inside), most_per_manifest=2) == []
    assert judged(plan(inside), most_per_manifest=1) == [
        "AbsentRecords/old-records deletes 2, and 1 is the most",
        "AbsentTasks/old-tasks deletes 2, and 1 is the most",
    ]


def test_what_is_already_gone_or_held_needs_nothing(inside: Inside) -> None:
    without_ticket(inside)
    for path in ("manifests/records.yaml",):
        text = (inside.folder / path).read_text()
        spec = "spec:\n  expect: {priority: [77]}"
        (inside.folder / path).write_text(text.replace("spec:", spec))
    ran = plan(inside)
    assert judged(ran) == []
    assert judged(ran, "warn") == ["2 held: they are declared and will not be deleted"]


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_protections_may_not_shrink(inside: Inside) -> None:
    protect(inside, 5)
    commit = committed(inside)
    assert judged(plan(inside, "--base", commit)) == []
    (inside.folder / "manifests/keep.yaml").unlink()
    (denied,) = judged(plan(inside, "--base", commit))
    assert denied.startswith("manifests/keep.yaml:4: Protection/keep: ")


def test_what_is_no_plan_is_denied(inside: Inside) -> None:
    inside.write("tasks.yaml", "kind: [")
    ran = plan(inside)
    assert ran.code == 3
    assert judged(ran) == ["this is not a plan in a form that these checks know"]


def test_the_page_shows_the_policy_as_it_is() -> None:
    assert "[`policy/reconciler.rego`](policy/reconciler.rego)" in PAGE
    for name in re.findall(r"`(most_per_manifest|approved)`", PAGE):
        assert f"data.reconciler.{name}" in POLICY.read_text()
    assert set(re.findall(r"`(most_per_manifest|approved)`", PAGE)) == {
        "most_per_manifest",
        "approved",
    }
