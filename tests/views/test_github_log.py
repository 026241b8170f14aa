"""The log of a GitHub job: annotations first, then the text in a group, then its last line."""

from collections.abc import Sequence

import pytest

from reconciler.application.apply_document import apply_document
from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode, InvalidError, LockedError, Problem
from reconciler.views.github.log import apply_log, error_log, plan_log
from reconciler.views.repository import Repository
from reconciler.views.text.apply import apply_text
from reconciler.views.text.lines import line, render
from reconciler.views.text.plan import plan_text
from reconciler.views.wording import clean
from tests.fakes.runner import Command, commands
from tests.views.documents import (
    compared,
    declared,
    document,
    guard,
    loosened,
    number,
    record,
    task,
    withdrawn,
)
from tests.views.test_apply_text import applied

HERE = Repository()


def log(plan: PlanDocument, repository: Repository = HERE) -> str:
    return "".join(plan_log(plan, plan_text(plan, full=False), repository))


def annotations(output: str) -> list[Command]:
    return [one for one in commands(output) if one.name in {"error", "warning", "notice"}]


def headings(output: str) -> list[tuple[str, str]]:
    return [(one.name, one.properties["title"]) for one in annotations(output)]


def test_a_plan_is_annotations_then_its_text_in_a_group_then_its_last_line() -> None:
    plan = document(task(1), task(2, "absent"), guards=(guard("maxDeletes", "account/crm"),))
    text = "".join(render(plan_text(plan, full=False), color=False))
    *body, last = text.splitlines(keepends=True)
    assert log(plan) == (
        "::notice file=manifests/tasks.yaml,line=1,title=Will be deleted::"
        "leadsquared/crm/task/0017abfa-c100-11e5-9340-000000000001 (AbsentTasks/old, OPS-1)\n"
        "::group::Plan\n"
        f"{''.join(body)}"
        "::endgroup::\n"
        "Plan: 1 to delete, 1 already absent, 0 protected, 0 held, 0 unknown.\n"
    )
    assert last.startswith("Plan: ")


def test_the_gravest_comes_first_and_what_is_absent_or_withdrawn_is_not_annotated() -> None:
    plan = compared(
        document(
            task(1, change="pre-existing"),
            task(2, change="introduced"),
            task(3, "protected", reason="by Protection/keep", change="introduced"),
            task(4, "held", reason="expected type Call back, is Meeting", change="introduced"),
            task(5, "unknown", reason="HTTP 500", change="pre-existing"),
            number(6, change="pre-existing"),
            withdrawn(task(7)),
            guards=(
                guard("maxDeletes", "account/crm", "violated", limit=1, observed=2),
                guard("allowEmptying", "leadsquared/crm/task", "not_evaluated"),
            ),
            warnings=("manifests/old.yaml:3: AbsentTasks/gone expired.", "a new ledger"),
        ),
        loosened(1),
        loosened(2, in_base=True),
    )
    assert [
        (one.name, one.properties.get("file"), one.properties.get("line"), one.properties["title"])
        for one in annotations(log(plan))
    ] == [
        ("error", "manifests/tasks.yaml", "1", "Refused by maxDeletes"),
        ("error", "manifests/tasks.yaml", "5", "Unknown"),
        ("warning", "manifests/tasks.yaml", "4", "Held"),
        ("warning", "manifests/keep.yaml", None, "Loosened"),
        ("warning", "manifests/keep.yaml", "1", "Loosened"),
        ("warning", None, None, "Warning"),
        ("warning", "manifests/old.yaml", "3", "Warning"),
        ("notice", "manifests/tasks.yaml", "2", "Will be deleted"),
        ("notice", "manifests/tasks.yaml", "1", "Will be deleted"),
        ("notice", "manifests/tasks.yaml", "3", "Protected"),
    ]
    messages = [one.data for one in annotations(log(plan))]
    assert messages[0] == "account/crm: 2 of at most 1"
    assert messages[2].endswith(
        "(AbsentTasks/old, OPS-1): expected type Call back, is Meeting; introduced"
    )
    assert (
        messages[3]
        == "Protection/keep: task 2: is no longer protected; it was at manifests/keep.yaml:2"
    )
    assert messages[6] == "AbsentTasks/gone expired."


@pytest.mark.parametrize(
    ("action", "command"), [("delete", "notice"), ("held", "warning"), ("unknown", "error")]
)
@pytest.mark.parametrize(
    ("count", "shown", "rest"),
    [(9, 9, ""), (10, 10, ""), (11, 9, "and 2 more"), (60, 9, "and 51 more")],
)
def test_no_more_than_ten_of_a_level_are_shown_and_the_last_one_counts_the_rest(
    action: str, command: str, count: int, shown: int, rest: str
) -> None:
    plan = document(*(task(n, action) for n in range(1, count + 1)))
    found = headings(log(plan))
    assert {name for name, _ in found} == {command}
    assert len(found) <= 10
    assert sum(not title.startswith("and ") for _, title in found) == shown
    assert (found[-1][1] if rest else "") == rest


def test_the_rest_is_counted_also_where_not_all_of_it_was_looked_at() -> None:
    plan = document(*(task(n) for n in range(1, 1500)))
    assert headings(log(plan))[-1] == ("notice", "and 1490 more")


def test_the_rest_is_counted_where_as_many_lines_as_are_shown_have_more() -> None:
    rules = [[declared("manifests/tasks.yaml", line)] for line in range(1, 11)]
    plan = document(*(task(n, declared=rules[n % 10]) for n in range(1, 1501)))
    found = headings(log(plan))
    assert found == [("notice", "Will be deleted: 100")] * 9 + [("notice", "and 600 more")]


def test_a_guard_of_a_rule_stands_where_the_rule_does() -> None:
    rule = [declared("manifests/rules.yaml", 7, manifest="AbsentTasks/old-ones")]
    refused = guard("where.max", "AbsentTasks/old-ones", "violated")
    plan = document(task(1), task(2, declared=rule), guards=(refused,))
    first = annotations(log(plan))[0]
    assert (first.properties["file"], first.properties["line"]) == ("manifests/rules.yaml", "7")


def test_targets_of_one_line_are_one_annotation() -> None:
    rule = [declared("manifests/tasks.yaml", 7)]
    plan = document(*(task(n, declared=rule) for n in range(1, 31)), task(40))
    first, second = annotations(log(plan))
    assert first.properties["title"] == "Will be deleted: 30"
    assert first.properties["line"] == "7"
    assert first.data.endswith("000000000001 (AbsentTasks/old, OPS-1) (and 29 more of this line)")
    assert second.properties["line"] == "40"


def test_places_are_those_of_the_repository() -> None:
    plan = document(task(1))
    below = Repository(root="/home/ci/repo", folder="/home/ci/repo/crm")
    (one,) = annotations(log(plan, below))
    assert one.properties["file"] == "crm/manifests/tasks.yaml"


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("manifests/a.yaml", "crm/manifests/a.yaml"),
        ("../manifests/a.yaml", "manifests/a.yaml"),
        ("/repo/manifests/a.yaml", "manifests/a.yaml"),
        ("../../elsewhere/a.yaml", "../../elsewhere/a.yaml"),
        ("/elsewhere/a.yaml", "/elsewhere/a.yaml"),
        ("..yaml", "crm/..yaml"),
        ("", ""),
    ],
)
def test_a_place_outside_the_repository_stays_as_it_is(file: str, path: str) -> None:
    assert Repository(root="/repo", folder="/repo/crm").path(file) == path


def hostile(text: str) -> Fields:
    where = [declared(f"manifests/{text}.yaml", 1, manifest=text, ticket=text)]
    return task(1, "held", reason=text, live={"name": text}, declared=where)


@pytest.mark.parametrize(
    "text",
    [
        "::error::forged",
        "x\n::set-output name=digest::forged",
        "x\r::stop-commands::token",
        "%0A::error::forged",
        ",title=forged::x",
        "##[group]forged",
        "##[add-mask]e",
        "\u2028::endgroup::",
        "a:b,c=d%25",
    ],
)
def test_text_from_outside_is_no_command(text: str) -> None:
    plan = document(
        hostile(text), warnings=(text, f"m.yaml:1: {text}"), guards=(guard(text, text, "violated"),)
    )
    found = commands(log(plan))
    assert [one.name for one in found] == [
        "error",
        "warning",
        "warning",
        "warning",
        "group",
        "endgroup",
    ]
    assert set(found[1].properties) == {"file", "line", "title"}
    assert found[1].properties["title"] == "Held"
    assert found[2].data == clean(text, longest=400)


def test_a_line_that_begins_like_a_command_is_none_in_any_text() -> None:
    lines = [line("::error::forged"), line("  \t::stop-commands::x"), line("a ::b::"), line("")]
    assert list(render(lines, color=False)) == [
        "\\::error::forged\n",
        "  \t\\::stop-commands::x\n",
        "a ::b::\n",
        "\n",
    ]


def test_what_did_not_end_well_is_annotated() -> None:
    done = applied(
        (Outcome.NOT_ATTEMPTED, "held"),
        (Outcome.DELETED, ""),
        (Outcome.UNKNOWN, "no answer"),
        (Outcome.FAILED, "in use"),
        (Outcome.STILL_PRESENT, "still seen"),
        code=ExitCode.LOCKED,
    )
    done.trouble.append(LockedError("Another run holds the account", detail="crm\nfor long"))
    text = apply_text(done, audit_file="audit/RUN.jsonl", full=False)
    output = "".join(apply_log(apply_document(done, "audit/RUN.jsonl"), text, HERE))
    assert [(one.name, one.properties["title"], one.data) for one in annotations(output)] == [
        ("error", "Error", "Another run holds the account: crm; for long."),
        ("error", "Deletion failed", "leadsquared/crm/task/task-0003: in use"),
        ("error", "Still present", "leadsquared/crm/task/task-0004: still seen"),
        ("error", "Unknown", "leadsquared/crm/task/task-0002: no answer"),
        ("warning", "Not attempted", "leadsquared/crm/task/task-0000: held"),
    ]
    assert output.splitlines()[5] == "::group::Outcomes"
    assert output.splitlines()[-1].startswith("Apply incomplete: 1 deleted, ")


def test_every_problem_is_annotated_where_it_is() -> None:
    problems = [
        Problem("manifests/a.yaml", 3, 5, "Unknown key `x`.", "x: 1", "The nearest is `y`."),
        Problem("RECONCILER_LEDGERS", 0, 0, "is not a variable", hint="Use RECONCILER_LEDGER."),
        Problem("nowhere", 0, 0, "There is no such folder."),
    ]
    assert "".join(error_log(InvalidError(problems), HERE)) == (
        "::error title=Not valid::"
        "RECONCILER_LEDGERS: is not a variable Use RECONCILER_LEDGER.\n"
        "::error file=manifests/a.yaml,line=3,col=5,title=Not valid::"
        "Unknown key `x`. The nearest is `y`.\n"
        "::error file=nowhere,title=Not valid::There is no such folder.\n"
    )


def test_problems_beyond_what_is_shown_are_counted() -> None:
    problems = [Problem("manifests/a.yaml", n, 1, "Wrong.") for n in range(1, 31)]
    output = "".join(error_log(InvalidError(problems), HERE))
    lines: Sequence[str] = output.splitlines()
    assert len(lines) == 10
    assert lines[-1] == "::error title=and 21 more::The log of this step has all of them."


def test_a_record_list_guard_stands_where_something_in_it_is_declared() -> None:
    scope = record(1)["address"].rpartition("/")[0]
    plan = document(task(3), record(8), guards=(guard("allowEmptying", scope, "violated"),))
    first = annotations(log(plan))[0]
    assert (first.properties["file"], first.properties["line"]) == ("manifests/records.yaml", "8")
