"""What a plan file says in another form than plans do is damage, whatever its checksum is.

Every value of a file that has all that plans may have is replaced or left out in turn. Each time
the file is either refused, by name, or every view can tell it.
"""

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from reconciler.cli.commenting import Message
from reconciler.cli.reporting.step_outputs import plan_outputs
from reconciler.domain.changes.review import Mark
from reconciler.domain.digest import Identity, approval_digest
from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.guarding.guards import Verdict
from reconciler.domain.plan import Action
from reconciler.errors import StaleError
from reconciler.planfile import shapes
from reconciler.planfile.read import SavedPlan, read_plan
from reconciler.planfile.write import write_plan
from reconciler.views.github.log import plan_log
from reconciler.views.html.plan import plan_html
from reconciler.views.junit.plan import plan_junit
from reconciler.views.machine import plan_json
from reconciler.views.markdown.plan import plan_markdown
from reconciler.views.presentation import Presentation
from reconciler.views.repository import Repository
from reconciler.views.sarif.documents import plan_sarif
from reconciler.views.text.lines import render
from reconciler.views.text.plan import plan_text
from tests.planfile.test_plan_file import plan_of, write_lines
from tests.views.documents import compared, declared, guard, loosened, record, task, withdrawn

LEFT_OUT = object()
ODD: tuple[Any, ...] = (
    *(None, -1, True, 10**30, "x", "\ud800\u202e\x1b[31m", "0001-01-01T00:00:00+23:00"),
    *([], {}, [[]], {"a": 1}, float("nan"), LEFT_OUT),
)
ABOUT = Presentation(full=True, approve="reconciler apply", plan_file="plan.jsonl")
HERE = Repository()
ALLOWANCE = {
    "apiVersion": "reconciler/v1",
    "kind": "Allowance",
    "metadata": {"name": "open-crm", "expires": "2026-12-01"},
    "spec": {"account": "crm", "lifts": {"maxDeletes": 1}, "digest": "sha256:0"},
}


def everything() -> PlanDocument:
    """Return a plan with all that a plan may have."""
    evidence = {"by": "id", "answer": "200 {}"}
    places = [declared("manifests/tasks.yaml", 1, note="twice"), declared("manifests/t.yaml", 2)]
    plan = plan_of(
        task(1, change="introduced", declared=places, evidence=evidence),
        record(2, "absent", change="pre-existing"),
        task(3, "held", change="pre-existing"),
        withdrawn(task(4)),
    )
    plan.header.update(tool_version="1", targets=["account/crm"], excludes=["AbsentTasks/old"])
    plan.header.update(relative_times={"3d ago": "2026-11-19T05:14:25Z"}, warnings=["late"])
    plan.header["accounts"][0]["forecast"]["daily_left"] = 5
    plan.footer["guards"] = [
        guard("maxDeletes", "account/crm", "violated", note="many", allowance="Allowance/some"),
        guard("maxDeletePercent", "account/crm", "not_evaluated"),
    ]
    plan.footer["allowances"] = [ALLOWANCE]
    return compared(plan, loosened(1, in_base=True))


PLAN = everything()
LINES = [PLAN.header, *PLAN.items(None), PLAN.footer]


def paths(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to everything in a value."""
    steps: Any = value.items() if isinstance(value, dict) else ()
    for step, one in enumerate(value) if isinstance(value, list) else steps:
        yield (*path, step)
        yield from paths(one, (*path, step))


def changed(path: tuple[Any, ...], odd: object) -> list[Fields]:
    """Return the lines with another value in one place, and the digest that fits them."""
    lines = copy.deepcopy(LINES)
    within: Any = lines
    for step in path[:-1]:
        within = within[step]
    if odd is LEFT_OUT:
        del within[path[-1]]
    else:
        within[path[-1]] = odd
    if path[1:] != ("digest",):
        redigest(lines)
    return lines


def redigest(lines: list[Fields]) -> None:
    names = ("name", "system", "tenant", "host")
    items = [one for one in lines[1:-1] if one.get("action") == "delete"]
    try:
        identities = [Identity(*(one[name] for name in names)) for one in lines[0]["accounts"]]
        deletions = sorted((one["address"], one["fingerprint"]) for one in items)
        lines[-1]["digest"] = approval_digest(identities, deletions)
    except (KeyError, TypeError, ValueError):
        pass  # there is no digest of this


def show(saved: SavedPlan) -> None:
    """Tell a plan in every form, and look at all that applying it looks at."""
    plan = saved.document("late")
    told = [
        *("".join(render(plan_text(plan, full=full), color=True)) for full in (True, False)),
        "".join(plan_log(plan, plan_text(plan, full=False), HERE)),
        *(plan_markdown(plan, one) for one in (ABOUT, replace(ABOUT, full=False))),
        "".join(plan_json(plan, ABOUT.code)),
        *("".join(view(plan, ABOUT.code, HERE)) for view in (plan_junit, plan_sarif)),
        "".join(plan_html(plan, ABOUT)),
        "".join(plan_outputs(plan).values()),
    ]
    for drift in (True, False):
        message = Message(plan=plan, run=None, about=ABOUT, is_drift=drift)
        told += [message.body, message.farewell, message.label, message.title]
        assert message.has_drift
    assert all(isinstance(one, str) for one in told)
    assert set(saved.key_ids) == {one["name"] for one in plan.header["accounts"]}
    assert len(saved.ways) <= sum(len(one["containers"]) for one in plan.header["accounts"])
    assert isinstance(saved.header["scope"], str)


@pytest.mark.parametrize("line", range(len(LINES)))
def test_whatever_a_file_says_it_is_refused_or_can_be_told(line: int, tmp_path: Path) -> None:
    path = tmp_path / "plan.jsonl"
    refused = told = 0
    for place in list(paths(LINES[line], (line,))):
        for odd in ODD:
            write_lines(path, changed(place, odd))
            try:
                saved = read_plan(path)
            except StaleError:
                refused += 1
            else:
                told += 1
                show(saved)
    assert refused > told > 0


def test_the_plan_that_is_changed_can_be_told_as_it_is(tmp_path: Path) -> None:
    write_plan(PLAN, tmp_path / "plan.jsonl")
    show(read_plan(tmp_path / "plan.jsonl"))


@pytest.mark.parametrize(
    ("path", "odd", "cause"),
    [
        ((-1, "guards", 0, "verdict"), "x", "guards[0].verdict is not what a plan has there"),
        ((-1, "guards", 1, "limit"), "x", "guards[1].limit is not what a plan has there"),
        ((-1, "guards"), LEFT_OUT, "guards is missing"),
        ((-1, "counts", "held"), LEFT_OUT, "counts.held is missing"),
        (
            (-1, "allowances", 0, "spec", "lifts", "maxDeletes"),
            [],
            "allowances[0].spec is not what a plan has there",
        ),
        ((0, "accounts", 0, "forecast"), LEFT_OUT, "accounts[0].forecast is missing"),
        ((0, "accounts", 0, "system"), {"a": 1}, "accounts[0].system is not what a plan has there"),
        ((0, "warnings"), LEFT_OUT, "warnings is missing"),
        ((0, "expires_at"), "soon", "expires_at is not what a plan has there"),
        ((0, "format_version"), 1, "format_version is not what a plan has there"),
        ((0, "scope"), LEFT_OUT, "scope is missing"),
        ((1, "declared"), [], "item 1: declared is not what a plan has there"),
        ((1, "declared", 1, "line"), "1", "item 1: declared[1].line is not what a plan has there"),
        ((1, "action"), LEFT_OUT, "item 1: action is missing"),
        ((1, "action"), "shred", "item 1: action is not what a plan has there"),
        ((1, "fingerprint"), LEFT_OUT, "item 1: fingerprint is missing"),
        ((2, "live"), [], "item 2: live is not what a plan has there"),
        ((4, "evidence"), LEFT_OUT, "item 4: evidence is missing"),
        ((3, "type"), "plan", "item 3 is none"),
    ],
)
def test_what_is_wrong_is_named(
    path: tuple[Any, ...], odd: object, cause: str, tmp_path: Path
) -> None:
    file = tmp_path / "plan.jsonl"
    write_lines(file, changed(path, odd))
    with pytest.raises(StaleError, match="The plan file is damaged") as caught:
        read_plan(file)
    assert caught.value.detail == f"{file}: {cause}"


def test_what_a_later_version_adds_changes_nothing(tmp_path: Path) -> None:
    """Everywhere but where names are data: of times, of attributes, and in an allowance."""
    file = tmp_path / "plan.jsonl"
    lines = copy.deepcopy(LINES)
    for line in lines:
        for path in [(), *paths(line)]:
            within: Any = line
            for step in path:
                within = within[step]
            if isinstance(within, dict) and not {"relative_times", "live", "allowances"} & {*path}:
                within["later"] = 0 if "counts" in path else [{"more": None}]
    write_lines(file, lines)
    show(read_plan(file))


def test_a_plan_of_before_optional_fields_is_read(tmp_path: Path) -> None:
    plan = plan_of(task(1), task(2, "unknown"))
    assert "targets" not in plan.header
    assert "daily_left" not in plan.header["accounts"][0]["forecast"]
    write_plan(plan, tmp_path / "plan.jsonl")
    assert read_plan(tmp_path / "plan.jsonl").footer["digest"] == plan.footer["digest"]


def test_shapes_know_every_word_that_plans_are_made_with() -> None:
    kinds = (shapes.Deletion, shapes.Absence, shapes.Rest)
    actions = [one for kind in kinds for one in words(kind, "action")]
    assert sorted(actions) == sorted([*Action, "none"])
    assert sorted(shapes.Counts.model_fields) == sorted(Action)
    assert words(shapes.Guard, "verdict") == tuple(Verdict)
    assert words(shapes.Rest, "change") == tuple(Mark)


def words(shape: type[shapes.Shape], name: str) -> tuple[str, ...]:
    return get_args(shape.model_fields[name].annotation)
