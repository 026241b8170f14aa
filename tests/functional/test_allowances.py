"""Allowances from what is printed to what is consumed: cut out, pasted, planned with, applied."""

import json
from collections.abc import Callable
from itertools import takewhile
from typing import Any

import pytest

from tests.functional.world import LIST, SECOND_LIST, Inside, Ran, document

ONE = "This document, once it is reviewed and among the manifests, opens just this plan, once:"
EACH = "These documents, once reviewed and among the manifests, open just this plan, once:"
BOTH_BLOCKED = "{maxDeletes: 1, canary: []}"


def printed(told: Ran) -> str:
    """Cut the documents out of a plan as text."""
    lines = told.out.splitlines() or told.err.splitlines()
    (begin,) = (number for number, one in enumerate(lines) if one in {ONE, EACH})
    assert lines[begin + 1] == ""
    return "\n".join(takewhile(bool, lines[begin + 2 :])) + "\n"


def documents(text: str) -> list[str]:
    return text.split("---\n")


def lifts(told: Ran) -> dict[str, Any]:
    """Return by account what the documents of a plan as JSON lift."""
    return {one["spec"]["account"]: one["spec"]["lifts"] for one in told.json()["allowances"]}


def paste(world: Inside, text: str, name: str = "allowances.yaml") -> None:
    world.write(name, *text.splitlines())


def rule(*, most: int) -> list[str]:
    head = document("AbsentTasks", "by-rule", "owner: ops, reason: Old, ticket: OPS-2")
    where = f"where: {{status: completed, max: {most}, unattended: true}}"
    return [*head, f"spec: {{account: crm, {where}}}"]


def second_list() -> list[str]:
    """Declare every record of the second list."""
    head = document("AbsentRecords", "all", "owner: ops, reason: Closed, ticket: OPS-3")
    where = "where: {createdAfter: 2000-01-01, max: 99, unattended: true}"
    return [*head, f"spec: {{account: dialer, recordList: {SECOND_LIST}, {where}}}"]


def too_many(world: Inside) -> None:
    world.declare(tasks=range(3), policy="{maxDeletes: 2, canary: []}")


def too_large_a_part(world: Inside) -> None:
    world.declare(records=range(40), policy="{maxDeletePercent: 10, canary: []}")


def a_part_of_none(world: Inside) -> None:
    world.declare(records=range(40), policy="{maxDeletePercent: 0, canary: []}")


def everything(world: Inside) -> None:
    world.declare(policy="{maxDeletePercent: 100, canary: []}")
    world.write("second.yaml", *second_list())


def too_many_matches(world: Inside) -> None:
    world.declare(policy="{canary: []}")
    world.write("rule.yaml", *rule(most=2))


def too_many_a_day(world: Inside) -> None:
    world.declare(tasks=range(3), policy="{maxDeletesPerDay: 2, canary: []}")


def too_many_of_all(world: Inside) -> None:
    limits = "maxDeletes: 2, maxDeletesPerDay: 3"
    world.declare(policy=f"{{{limits}, canary: []}}")
    world.write("rule.yaml", *rule(most=2))


@pytest.mark.parametrize(
    ("declare", "account", "expected"),
    [
        (too_many, "crm", {"maxDeletes": 3}),
        (too_large_a_part, "dialer", {"maxDeletePercent": 34}),
        (a_part_of_none, "dialer", {"maxDeletePercent": 100}),
        (everything, "dialer", {"allowEmptying": True}),
        (too_many_matches, "crm", {"where.max": 12}),
        (too_many_a_day, "crm", {"maxDeletesPerDay": 3}),
        (
            too_many_of_all,
            "crm",
            {"maxDeletes": 12, "maxDeletesPerDay": 12, "where.max": 12},
        ),
    ],
)
def test_what_is_printed_opens_the_plan_and_one_apply(
    opened_inside: Callable[..., Inside],
    declare: Callable[[Inside], None],
    account: str,
    expected: dict[str, Any],
) -> None:
    world = opened_inside()
    declare(world)
    refused = world.run("plan")
    assert refused.code == 4
    assert lifts(world.run("plan", "--format", "json")) == {account: expected}
    text = printed(refused)
    assert len(documents(text)) == 1
    paste(world, text)
    assert world.run("validate", "--strict").code == 0
    # It is laid out as manifests are, too.
    assert "allowances.yaml" not in world.run("fmt", "--check").out
    opened = world.run("plan", "--out", "plan.jsonl")
    assert opened.code == 0
    assert "by Allowance/open-" in opened.out
    applied = world.run("apply", "--plan", "plan.jsonl")
    assert (applied.code, applied.last.startswith("Apply complete: ")) == (0, True)
    assert {one["guard"] for one in world.events() if one.get("allowance")} == set(expected)


def test_every_blocked_account_has_one_document_and_any_alone_opens_nothing(
    inside: Inside,
) -> None:
    inside.declare(tasks=range(3), records=range(4), policy=BOTH_BLOCKED)
    told = inside.run("plan")
    assert told.code == 4
    crm, dialer = documents(printed(told))
    assert ('account: "crm"' in crm, 'account: "dialer"' in dialer) == (True, True)
    paste(inside, crm)
    assert inside.run("apply", "--auto-approve").code == 4
    assert inside.deletions() == []
    # The other account's is still the same, under its own name.
    assert printed(inside.run("plan")) == dialer
    paste(inside, f"{crm}---\n{dialer}")
    assert inside.run("plan").code == 0
    assert inside.run("apply", "--auto-approve").code == 0


def test_a_second_apply_of_a_new_plan_is_refused_again(inside: Inside) -> None:
    inside.declare(tasks=range(3), policy=BOTH_BLOCKED)
    paste(inside, "\n".join(for_any_plan()))
    assert inside.run("apply", "--auto-approve").code == 0
    inside.declare(tasks=range(3, 6), policy=BOTH_BLOCKED)
    sent = len(inside.deletions())
    told = inside.run("apply", "--auto-approve")
    assert (told.code, len(inside.deletions())) == (4, sent)
    assert inside.run("plan", "--out", "plan.jsonl").code == 4
    assert inside.run("apply", "--plan", "plan.jsonl").code == 4
    assert len(inside.deletions()) == sent


def for_any_plan() -> list[str]:
    return [
        *document("Allowance", "once", "owner: ops, reason: Once"),
        "spec:",
        "  account: crm",
        "  lifts: {maxDeletes: 3}",
    ]


def test_a_saved_plan_shows_the_document_and_json_has_it(inside: Inside) -> None:
    inside.declare(tasks=range(3), policy=BOTH_BLOCKED)
    told = inside.run("plan", "--out", "plan.jsonl")
    shown = inside.run("show", "plan.jsonl")
    assert (shown.code, printed(shown)) == (0, printed(told))
    (one,) = inside.run("show", "plan.jsonl", "--format", "json").json()["allowances"]
    applied = inside.run("apply", "--plan", "plan.jsonl", "--format", "json")
    assert applied.code == 4
    assert applied.json()["allowances"] == [one]
    assert (
        one["spec"]["digest"]
        == json.loads((inside.folder / "plan.jsonl").read_text().splitlines()[-1])["digest"]
    )


def test_a_plan_that_passes_has_no_document(inside: Inside) -> None:
    assert "allowances" not in inside.run("plan", "--format", "json").json()
    assert ONE not in inside.run("plan").out


def test_what_an_apply_finds_besides_is_opened_by_a_document_of_its_own(inside: Inside) -> None:
    inside.declare(tasks=range(3), policy="{maxDeletes: 1, coolOff: 1h, canary: []}")
    paste(inside, printed(inside.run("plan", "--out", "plan.jsonl")))
    told = inside.run("apply", "--plan", "plan.jsonl")
    assert told.code == 4
    paste(inside, printed(Ran(told.code, "", told.err)), "second.yaml")
    assert inside.run("validate", "--strict").code == 0
    assert inside.run("apply", "--plan", "plan.jsonl").code == 0


def test_a_name_that_is_as_long_as_may_be_is_printed_valid(inside: Inside) -> None:
    name = "a" + "-b" * 31
    inside.declare(tasks=range(3), policy=BOTH_BLOCKED)
    for file in ("accounts.yaml", "tasks.yaml"):
        path = inside.folder / "manifests" / file
        path.write_text(path.read_text().replace(" crm", f" {name}"))
    for key in ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY"):
        inside.env[f"RECONCILER_{name.upper().replace('-', '_')}_{key}"] = inside.env.pop(
            f"RECONCILER_CRM_{key}"
        )
    paste(inside, printed(inside.run("plan")))
    assert inside.run("validate", "--strict").code == 0
    assert inside.run("plan").code == 0


def test_owners_and_texts_of_manifests_stay_inert_in_it(inside: Inside) -> None:
    inside.declare(tasks=range(3), policy=BOTH_BLOCKED)
    path = inside.folder / "manifests" / "tasks.yaml"
    path.write_text(path.read_text().replace("owner: ops", "owner: 'o: {p}, # \"s\"'"))
    text = printed(inside.run("plan"))
    paste(inside, text)
    assert inside.run("validate", "--strict").code == 0
    assert inside.run("plan").code == 0
    assert LIST not in text
