"""Two states of the manifests over both vendors' APIs: the plan is the one without a base."""

import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconciler.application.clock import utc
from reconciler.domain.absences import Declarations
from reconciler.domain.changes.fields import Against
from reconciler.domain.changes.marking import marked
from reconciler.domain.changes.review import Mark
from reconciler.domain.document import PlanDocument, document
from reconciler.domain.guarding.guards import GuardResult, Verdict
from reconciler.domain.plan import Action, Plan
from reconciler.errors import ExitCode
from reconciler.manifests.load import load
from reconciler.planfile.read import read_plan
from reconciler.planfile.write import write_plan
from tests.fakes.numbers import UNUSED, manifest, number
from tests.fakes.runs import MISSING, alive, by_id, records, tasks
from tests.fakes.sides import items
from tests.simulation import EPOCH, World, a_world

AGAINST = Against(reference="main", commit="c0ffee")
ACCOUNTS = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-crm}
spec: {system: leadsquared, region: in21, tenant: "22824", limits: {page: 5}}
---
apiVersion: reconciler/v1
kind: Account
metadata: {name: acme-dialer}
spec: {system: talkdesk, region: eu, tenant: acme, limits: {page: 5}}
---
apiVersion: reconciler/v1
kind: Policy
metadata: {name: default}
spec: {maxDeletes: 9, maxDeletePercent: 100, allowEmptying: true, allowDeclared: true}
"""
OWNERS = ("agent.one@example.com", "former.one@example.com", "nobody@example.com")
TASK_CONDITIONS = (
    *(f"owner: [{one}]" for one in OWNERS),
    "type: [Meeting]",
    "status: pending",
    "createdBefore: 100d ago",
)
RECORD_CONDITIONS = ("priority: [1]", "priority: [2, 3]", "timezone: [Europe/Lisbon]")


def absent_tasks(name: str, *fields: str) -> str:
    lines = "".join(f"  {field}\n" for field in fields)
    return (
        "---\napiVersion: reconciler/v1\nkind: AbsentTasks\n"
        f"metadata: {{name: {name}, owner: ops, reason: Old}}\nspec:\n  account: acme-crm\n{lines}"
    )


def protection(name: str, account: str, conditions: str) -> str:
    return (
        "---\napiVersion: reconciler/v1\nkind: Protection\n"
        f"metadata: {{name: {name}, owner: ops, reason: Contract}}\n"
        f"spec: {{account: {account}, where: {{{conditions}}}}}\n"
    )


def side(folder: str, name: str, documents: list[str]) -> Declarations:
    tree = Path(folder, name)
    tree.mkdir()
    (tree / "all.yaml").write_text(ACCOUNTS + "".join(documents))
    return load(tree, now=utc(EPOCH))


@st.composite
def sides(draw: st.DrawFn) -> list[str]:
    """Draw one state of the manifests."""
    numbers = st.lists(st.sampled_from([*range(6), MISSING]), min_size=1, max_size=4, unique=True)
    found = []
    for name in draw(st.lists(st.sampled_from(["one", "two"]), unique=True)):
        fields = [f"tasks: [{', '.join(tasks(*draw(numbers)))}]"]
        fields += draw(st.sampled_from([[], [f"expect: {{{draw(TASKS_LIKE)}}}"]]))
        fields += draw(st.sampled_from([[], [f"lookup: {{owner: {OWNERS[0]}}}"]]))
        found.append(absent_tasks(name, *fields))
    rules = draw(st.lists(st.sampled_from(["rule", "more"]), unique=True))
    found += [absent_tasks(one, f"where: {{{draw(TASKS_LIKE)}, max: 9}}") for one in rules]
    for name in draw(st.lists(st.sampled_from(["ids", "numbers"]), unique=True)):
        entries = [f"id: {one}" for one in records(*draw(numbers))]
        if name == "numbers":
            entries = [*map(number, draw(numbers)), f'{{phoneNumber: "{UNUSED}"}}']
        more = draw(st.sampled_from([[], [f"expect: {{{draw(RECORDS_LIKE)}}}"]]))
        found.append(manifest(*entries, name=name, more=more))
    if draw(st.booleans()):
        found.append(manifest(name="where", more=[f"where: {{{draw(RECORDS_LIKE)}, max: 99}}"]))
    for account, like in (("acme-crm", TASKS_LIKE), ("acme-dialer", RECORDS_LIKE)):
        if draw(st.booleans()):
            found.append(protection(f"keep-{account}", account, draw(like)))
    return found


TASKS_LIKE = st.sampled_from(TASK_CONDITIONS)
RECORDS_LIKE = st.sampled_from(RECORD_CONDITIONS)


def world_in(folder: str, name: str) -> AbstractContextManager[World]:
    """Return a small world of its own, so that no memory of another one helps."""
    place = Path(folder, name)
    place.mkdir()
    return a_world(place, "leadsquared_limit=0", tasks=12, records=24)


def told(plan: Plan) -> list[tuple[object, ...]]:
    return [
        (one.address, one.action, one.reason, one.declared, one.fingerprint) for one in items(plan)
    ]


def judged_alike(alone: GuardResult, beside: GuardResult) -> bool:
    """Whether a guard says the same, unless only one reading counted all of an account's tasks."""
    one_counted = Verdict.NOT_EVALUATED in (alone.verdict, beside.verdict)
    if one_counted and alone.scope.startswith("leadsquared/"):
        return (alone.guard, alone.scope) == (beside.guard, beside.scope)
    return alone == beside


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
@given(base=sides(), head=sides())
def test_the_plan_is_the_one_without_a_base(base: list[str], head: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        new, old = side(folder, "head", head), side(folder, "base", base)
        with world_in(folder, "alone") as world:
            alone = world.plan(new)
        with world_in(folder, "both") as world:
            beside, found = world.plan_both(new, old)
            shown = marked(document(beside), AGAINST, found, ())
            check_withdrawn(world, beside, old, shown)
    assert told(beside) == told(alone)
    assert (beside.digest, beside.scope) == (alone.digest, alone.scope)
    assert all(map(judged_alike, alone.guards, beside.guards))
    assert len(alone.guards) == len(beside.guards)
    marks = [one["change"] for one in shown.items(None)]
    assert len(marks) - marks.count(Mark.WITHDRAWN) == sum(beside.counts().values())


def check_withdrawn(world: World, plan: Plan, base: Declarations, shown: PlanDocument) -> None:
    """What of the base's plan the head's lacks is withdrawn, as it is."""
    mine = {one.address for one in items(plan)}
    lists = {section.absences.container for one in plan.accounts for section in one.sections}
    theirs = {
        one.address: one
        for one in items(world.plan(base))
        if any(one.address.startswith(container.prefix) for container in lists)
    }
    withdrawn = {
        str(one["address"]): one
        for one in shown.items(None)
        if one["change"] == Mark.WITHDRAWN and str(one["address"]) in theirs
    }
    assert withdrawn.keys() == theirs.keys() - mine
    for address, one in withdrawn.items():
        assert ("live" in one) == (one["id"] in alive(world))
        assert ("live" in one) == bool(theirs[address].live)


def test_a_plan_with_withdrawn_items_deletes_exactly_its_deletions(tmp_path: Path) -> None:
    base = side(str(tmp_path), "base", [absent_tasks("one", f"tasks: [{', '.join(tasks(0, 1))}]")])
    head = side(str(tmp_path), "head", [absent_tasks("one", f"tasks: [{', '.join(tasks(1, 2))}]")])
    with a_world(tmp_path, "leadsquared_limit=0") as world:
        plan, found = world.plan_both(head, base)
        write_plan(marked(document(plan), AGAINST, found, ()), tmp_path / "plan.jsonl")
        saved, before = read_plan(tmp_path / "plan.jsonl"), alive(world)
        applied = world.apply(head, saved=saved)
        assert applied.exit_code is ExitCode.DONE
        assert by_id(applied) == dict.fromkeys(tasks(1, 2), "deleted")
        assert before - alive(world) == set(tasks(1, 2))
        assert applied.plan.counts()[Action.DELETE] == 2
