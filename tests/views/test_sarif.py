"""SARIF documents, read by another program's model of the standard."""

import gzip
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

import pytest
from sarif_pydantic import Sarif  # type: ignore[import-untyped]  # it has no py.typed

from reconciler.application.apply_document import apply_document
from reconciler.domain.changes.difference import Change, Changes
from reconciler.domain.document import PlanDocument
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode, InvalidError, LockedError, Problem
from reconciler.views.findings.finding import Kind
from reconciler.views.repository import Repository
from reconciler.views.sarif.documents import apply_sarif, error_sarif, plan_sarif, validation_sarif
from reconciler.views.validated import Validated
from tests.views.documents import compared, declared, document, guard, loosened, record, task
from tests.views.plans import empty_plan
from tests.views.test_apply_text import applied

HERE = Repository()
MARK = "bbd7d03f38c389e7897166267bb24f8845e4802823bafa04f159ad7ba4156e3d"
"""The SHA-256 of the kind, a NUL and the address."""


def read(pieces: Iterable[str]) -> dict[str, Any]:
    """Return the only run of a document that the standard's model accepts."""
    text = "".join(pieces)
    assert text.isascii()
    Sarif.model_validate_json(text)
    document_: dict[str, Any] = json.loads(text)
    assert document_["version"] == "2.1.0"
    (run,) = document_["runs"]
    for result in run["results"]:
        check(result, run["tool"]["driver"]["rules"])
    marks = [one["partialFingerprints"]["primaryLocationLineHash"] for one in run["results"]]
    assert len(set(marks)) == len(marks)
    assert len({"baselineState" in one for one in run["results"]}) <= 1
    found: dict[str, Any] = run
    return found


def check(result: dict[str, Any], rules: list[dict[str, Any]]) -> None:
    """Hold a result against what GitHub asks of it."""
    rule = rules[result["ruleIndex"]]
    assert (rule["id"], rule["defaultConfiguration"]["level"]) == (
        result["ruleId"],
        result["level"],
    )
    (location,) = result["locations"]
    place = location["physicalLocation"]
    uri = place["artifactLocation"]["uri"]
    assert uri.startswith("file:///") or place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert uri.isascii()
    assert not set(uri) & set(' \\#?"<>[]')
    assert all(number >= 1 for number in place.get("region", {"startLine": 1}).values())


def plan(document_: PlanDocument, code: ExitCode = ExitCode.DONE) -> dict[str, Any]:
    return read(plan_sarif(document_, code, HERE))


def told(run: dict[str, Any]) -> list[tuple[str, str, str | None, int | None]]:
    return [
        (
            one["ruleId"],
            one["level"],
            one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            one["locations"][0]["physicalLocation"].get("region", {}).get("startLine"),
        )
        for one in run["results"]
    ]


def notifications(run: dict[str, Any]) -> list[tuple[str, str]]:
    (invocation,) = run["invocations"]
    return [
        (one["level"], one["message"]["text"]) for one in invocation["toolExecutionNotifications"]
    ]


def test_one_result_whole() -> None:
    run = plan(document(task(7)))
    address = "leadsquared/crm/task/0017abfa-c100-11e5-9340-000000000007"
    assert run["results"] == [
        {
            "ruleId": "will-delete",
            "ruleIndex": 9,
            "level": "note",
            "message": {"text": f"Will be deleted: {address} (AbsentTasks/old, OPS-1)"},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {
                            "uri": "manifests/tasks.yaml",
                            "uriBaseId": "%SRCROOT%",
                        },
                        "region": {"startLine": 7},
                    }
                }
            ],
            "partialFingerprints": {"primaryLocationLineHash": f"{MARK}:1"},
            "properties": {"subject": address},
        }
    ]
    assert run["automationDetails"] == {"id": "reconciler/plan/"}
    assert run["properties"]["counts"]["delete"] == 1


def test_a_plan_has_a_result_for_everything_that_is_in_a_place_the_gravest_first() -> None:
    run = plan(
        document(
            task(1),
            task(2, "absent"),
            task(3, "protected"),
            task(4, "held"),
            task(5, "unknown"),
            guards=(
                guard("maxDeletes", "account/crm", "violated"),
                guard("requirePlan", "account/elsewhere", "violated"),
            ),
            warnings=("manifests/old.yaml:3: It expired.", "the ledger is new"),
        ),
        ExitCode.REFUSED,
    )
    assert told(run) == [
        ("guard-violated", "error", "manifests/tasks.yaml", 1),
        ("unknown", "error", "manifests/tasks.yaml", 5),
        ("held", "warning", "manifests/tasks.yaml", 4),
        ("warning", "warning", "manifests/old.yaml", 3),
        ("will-delete", "note", "manifests/tasks.yaml", 1),
        ("protected", "note", "manifests/tasks.yaml", 3),
    ]
    assert notifications(run) == [
        ("error", "Refused by requirePlan: account/elsewhere"),
        ("warning", "Warning: the ledger is new"),
    ]
    (invocation,) = run["invocations"]
    assert (invocation["exitCode"], invocation["exitCodeDescription"]) == (4, "refused")
    assert invocation["executionSuccessful"]


def test_a_base_tells_what_is_new() -> None:
    run = plan(
        compared(
            document(
                task(1, change="pre-existing"),
                task(2, change="introduced"),
                guards=(guard("maxDeletes", "account/crm", "violated"),),
            ),
            loosened(3),
        )
    )
    assert [(one["ruleId"], one["baselineState"]) for one in run["results"]] == [
        ("guard-violated", "new"),
        ("loosened", "new"),
        ("will-delete", "new"),
        ("will-delete", "unchanged"),
    ]


def test_a_target_is_recognised_again_wherever_it_is_declared_by_then() -> None:
    before = plan(document(task(1), task(2)))["results"]
    moved = task(1, declared=[declared("manifests/moved.yaml", 9)])
    after = plan(document(moved, record(3)))["results"]
    mark = before[0]["partialFingerprints"]
    assert mark in [one["partialFingerprints"] for one in after]
    assert mark != before[1]["partialFingerprints"]
    assert mark != plan(document(task(1, "held")))["results"][0]["partialFingerprints"]


def test_no_more_results_than_are_shown_and_how_many_are_left_out() -> None:
    items = (task(n, "held" if n % 1000 == 0 else "delete") for n in range(1, 6001))
    text = "".join(plan_sarif(document(*items), ExitCode.DONE, HERE))
    run = read([text])
    assert len(run["results"]) == 5000
    assert [one["ruleId"] for one in run["results"][:7]] == ["held"] * 6 + ["will-delete"]
    assert notifications(run) == [
        ("warning", "Not in this document: 1000 will-delete. --format json has all of them.")
    ]
    assert len(gzip.compress(text.encode())) < 10_000_000


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("manifests/a b.yaml", "manifests/a%20b.yaml"),
        ("manifests/é#?[x].yaml", "manifests/%C3%A9%23%3F%5Bx%5D.yaml"),
        ("c:d/e.yaml", "c%3Ad/e.yaml"),
        ("/elsewhere/a.yaml", "file:///elsewhere/a.yaml"),
        ("manifests/\udc80.yaml", "manifests/%5Cudc80.yaml"),
    ],
)
def test_places_are_uris_of_the_repository(file: str, uri: str) -> None:
    (one,) = told(plan(document(task(1, declared=[declared(file, 1)]))))
    assert one[2] == uri
    if "\udc80" not in file:
        assert unquote(uri).removeprefix("file://") == file


def test_places_below_the_top_are_told_from_there() -> None:
    below = Repository(root="/repo", folder="/repo/crm")
    run = read(plan_sarif(document(task(1)), ExitCode.DONE, below))
    assert told(run)[0][2] == "crm/manifests/tasks.yaml"


def test_what_did_not_end_well_is_a_result() -> None:
    done = applied((Outcome.UNKNOWN, "no answer"), (Outcome.DELETED, ""), code=ExitCode.LOCKED)
    done.trouble.append(LockedError("Another run holds the account", detail="crm"))
    run = read(apply_sarif(apply_document(done, "audit/RUN.jsonl"), HERE))
    assert notifications(run) == [
        ("error", "Error: Another run holds the account: crm."),
        ("error", "Unknown: leadsquared/crm/task/task-0000: no answer"),
    ]
    assert run["invocations"][0]["executionSuccessful"] is False
    assert run["properties"]["outcomes"]["deleted"] == 1


def test_every_problem_is_a_result_where_it_is() -> None:
    error = InvalidError(
        [
            Problem("manifests/b.yaml", 3, 5, "Unknown key `x`."),
            Problem("manifests/b.yaml", 4, 5, "Unknown key `x`."),
            Problem("nowhere", 0, 0, "There is no such folder."),
            Problem("RECONCILER_LEDGERS", 0, 0, "is not a variable"),
        ]
    )
    run = read(error_sarif(error, HERE))
    assert [one["locations"][0]["physicalLocation"].get("region") for one in run["results"]] == [
        {"startLine": 3, "startColumn": 5},
        {"startLine": 4, "startColumn": 5},
        None,
    ]
    assert notifications(run) == [("error", "Not valid: RECONCILER_LEDGERS: is not a variable")]
    assert run["automationDetails"] == {"id": "reconciler/validate/"}


def test_other_errors_are_notifications() -> None:
    run = read(error_sarif(LockedError("Another run holds the account", hint="Wait."), HERE))
    assert (run["results"], notifications(run)) == (
        [],
        [("error", "Error: Another run holds the account. Wait.")],
    )
    assert run["invocations"][0]["exitCode"] == 9


def test_what_a_change_of_the_manifests_brings_is_a_result() -> None:
    change = Change(
        account="crm",
        manifest="Policy/p",
        place="manifests/a.yaml:1",
        subject="maxDeletes of crm",
        words="1 becomes 2",
    )
    changes = Changes(loosened=[change])
    run = read(
        validation_sarif(Validated(declarations=empty_plan().declarations, changes=changes), HERE)
    )
    (result,) = run["results"]
    assert result["message"]["text"] == "Loosened: Policy/p: maxDeletes of crm: 1 becomes 2"


def test_text_from_outside_is_no_link() -> None:
    run = plan(document(task(1, "held", reason="[click](https://example.com) ![x](y)")))
    text = run["results"][0]["message"]["text"]
    assert not re.search(r"(?<!\\)\]\(", text)
    assert text.endswith("[click\\](https://example.com) ![x\\](y)")


def test_every_rule_is_explained() -> None:
    rules = plan(document())["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == [kind.value for kind in Kind if kind is not Kind.ERROR]
    assert all(one["shortDescription"]["text"].endswith(".") for one in rules)
    assert all(one["help"]["text"] and one["fullDescription"]["text"] for one in rules)
