"""JUnit documents, read by another program's reader and held against whole files."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from reconciler.application.apply_document import apply_document
from reconciler.domain.absences import Declarations
from reconciler.domain.changes.difference import Change, Changes
from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode, InvalidError, LockedError, Problem
from reconciler.views.junit.apply import apply_junit
from reconciler.views.junit.plan import plan_junit
from reconciler.views.junit.validation import error_junit, validation_junit
from reconciler.views.repository import Repository
from reconciler.views.validated import Validated
from tests.views.documents import compared, declared, document, guard, record, task, withdrawn
from tests.views.plans import empty_plan
from tests.views.test_apply_text import applied

HERE = Repository()
EXPECTED = Path(__file__).parent / "expected"


def read(pieces: Iterable[str]) -> dict[str, list[TestCase]]:
    """Read a document; what it says of its numbers must be what is in it."""
    text = "".join(pieces)
    assert text.isascii()
    root = JUnitXml.fromstring(text.encode())
    suites: dict[str, list[TestCase]] = {}
    for suite in root:
        assert isinstance(suite, TestSuite)
        cases = list(suite)
        suites[str(suite.name)] = cases
        assert (suite.tests, suite.failures, suite.errors, suite.skipped) == _numbers(cases)
    every = [case for cases in suites.values() for case in cases]
    assert (root.tests, root.failures, root.errors, root.skipped) == _numbers(every)
    return suites


def _numbers(cases: list[TestCase]) -> tuple[int, int, int, int]:
    results = [result for case in cases for result in case.result]
    counts = (sum(isinstance(one, kind) for one in results) for kind in (Failure, Error, Skipped))
    return len(cases), *counts  # type: ignore[return-value]  # three of them


def bad(suites: dict[str, list[TestCase]]) -> list[str]:
    return [str(case.name) for cases in suites.values() for case in cases if case.result]


def plan(document_: PlanDocument, code: ExitCode = ExitCode.DONE) -> list[str]:
    return plan_junit(document_, code, HERE)


def every_action() -> PlanDocument:
    twice = [declared("manifests/tasks.yaml", 9), declared("manifests/tasks.yaml", 8)]
    shared = [
        declared("manifests/tasks.yaml", 4),
        declared("manifests/more.yaml", 2, manifest="AbsentTasks/more"),
    ]
    return replace(
        compared(
            document(
                task(1, change="introduced"),
                task(2, "absent", change="pre-existing"),
                task(3, "unknown", reason="HTTP 500 five times", change="pre-existing"),
                task(
                    4,
                    "held",
                    reason="differs from the reviewed plan",
                    change="pre-existing",
                    declared=shared,
                ),
                task(5, change="introduced", declared=twice),
                withdrawn(task(6)),
                record(7, "held", reason="expected priority 1, is 5", change="pre-existing"),
                record(8, "protected", reason="by Protection/vip", change="pre-existing"),
                guards=(
                    guard("maxDeletes", "account/crm", "violated", limit=1, observed=2),
                    guard(
                        "maxDeletePercent",
                        "leadsquared/crm/task",
                        "not_evaluated",
                        note="for up to 10 deletions",
                    ),
                    guard("maxDeletes", "account/dialer", observed=0),
                ),
                warnings=("the ledger is new",),
            )
        ),
        warning="this plan expired at 2026-01-01T00:00:00Z",
    )


def test_a_plan_is_a_case_per_manifest_and_guard() -> None:
    found = plan(every_action(), ExitCode.INCOMPLETE)
    assert "".join(found) == (EXPECTED / "plan.junit.xml").read_text()
    suites = read(found)
    assert list(suites) == ["plan", "guards", "crm", f"dialer {record(1)['container']}"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [(ExitCode.DONE, None), (ExitCode.CHANGES, "changes_pending"), (ExitCode.REFUSED, "refused")],
)
def test_a_plan_that_ends_in_another_code_than_0_fails(code: ExitCode, reason: str | None) -> None:
    (case,) = read(plan(document(task(1)), code))["plan"]
    assert [one.type for one in case.result] == ([reason] if reason else [])


def test_a_case_stands_where_its_manifest_declares_something_first() -> None:
    places = [declared("manifests/tasks.yaml", 9), declared("manifests/tasks.csv", 2)]
    gone = withdrawn(
        task(2), declared=[declared("manifests/tasks.yaml", 3, manifest="AbsentTasks/x")]
    )
    found = "".join(plan(document(task(1, declared=places), gone)))
    (case,) = read([found])["crm"]
    assert case.name == "AbsentTasks/old"
    assert 'file="manifests/tasks.yaml" line="9"' in found


def test_a_report_does_not_grow_with_the_number_of_targets() -> None:
    few = plan(document(*(task(n, "held") for n in range(20))))
    many = plan(document(*(task(n, "held") for n in range(20_000))))
    assert len("".join(many)) < len("".join(few)) + 50
    (case,) = read(many)["crm"]
    (failure,) = case.result
    assert failure.message == "20000 held"
    assert str(failure.text).splitlines()[-1] == "… and 19990 more held"


def outcomes() -> list[Fields]:
    ends = ("deleted", "still_present", "failed", "unknown", "not_attempted", "already_absent")
    return [
        {
            **task(n),
            "outcome": end,
            "reason": "" if end == "deleted" else f"why {n}",
            "evidence": "",
        }
        for n, end in enumerate(ends)
    ]


def apply(items: Iterable[Fields], code: ExitCode = ExitCode.DONE) -> list[str]:
    done = apply_document(applied((Outcome.DELETED, ""), code=code), "audit/RUN.jsonl")

    def some() -> Iterator[Fields]:
        yield from items

    return apply_junit(replace(done, items=some), HERE)


def test_an_apply_is_a_case_per_manifest() -> None:
    other = {**record(9), "outcome": "deleted", "reason": "", "evidence": ""}
    gone = {**record(10), "outcome": "not_attempted", "reason": "held", "declared": []}
    found = apply([*outcomes(), other, gone], ExitCode.INCOMPLETE)
    assert "".join(found) == (EXPECTED / "apply.junit.xml").read_text()
    assert bad(read(found)) == ["apply", "AbsentTasks/old", "not declared any more"]


@pytest.mark.parametrize(
    ("outcome", "code", "result"),
    [
        ("deleted", ExitCode.DONE, None),
        ("already_absent", ExitCode.DONE, None),
        ("still_present", ExitCode.BAD_OUTCOME, Failure),
        ("failed", ExitCode.BAD_OUTCOME, Failure),
        ("unknown", ExitCode.INCOMPLETE, Error),
        ("not_attempted", ExitCode.INCOMPLETE, Failure),
        ("not_attempted", ExitCode.REFUSED, Skipped),
        ("not_attempted", ExitCode.BAD_OUTCOME, Skipped),
    ],
)
def test_each_outcome_has_its_result(outcome: str, code: ExitCode, result: type | None) -> None:
    item = {**task(1), "outcome": outcome, "reason": "", "evidence": ""}
    suites = read(apply([item], code))
    assert [type(one) for one in suites["crm"][0].result] == ([result] if result else [])
    assert bool(suites["apply"][0].result) is (code is not ExitCode.DONE)


def test_what_ended_a_run_is_told() -> None:
    done = applied((Outcome.DELETED, ""), code=ExitCode.LOCKED)
    done.trouble.append(LockedError("Another run holds the account", detail="crm", hint="Wait."))
    (case,) = read(apply_junit(apply_document(done, "audit/RUN.jsonl"), HERE))["apply"]
    (failure,) = case.result
    assert (failure.type, failure.text) == ("locked", "Another run holds the account\ncrm\nWait.")


def validated(**fields: object) -> Validated:
    declarations: Declarations = replace(
        empty_plan().declarations,
        files=("manifests/a.yaml", "manifests/b.yaml"),
        warnings=("manifests/b.yaml:3: AbsentTasks/old expired.", "two accounts are one"),
    )
    return Validated(declarations=declarations, **fields)  # type: ignore[arg-type]  # by name


def test_valid_manifests_are_a_case_per_file() -> None:
    change = Change(
        account="crm",
        manifest="Policy/p",
        place="manifests/a.yaml:1",
        subject="maxDeletes of crm",
        words="1 becomes 2",
    )
    found = validation_junit(validated(changes=Changes(loosened=[change])), HERE)
    assert "".join(found) == (EXPECTED / "valid.junit.xml").read_text()
    assert bad(read(found)) == []


def test_manifests_that_are_not_valid_are_a_case_per_file_as_well() -> None:
    error = InvalidError(
        [
            Problem("manifests/b.yaml", 3, 5, "Unknown key `x`.", "x: 1", "The nearest is `y`."),
            Problem("manifests/b.yaml", 4, 1, "Twice."),
            Problem("RECONCILER_LEDGERS", 0, 0, "is not a variable"),
        ],
        files=("manifests/a.yaml", "manifests/b.yaml"),
    )
    below = Repository(root="/repo", folder="/repo/crm")
    found = error_junit(error, below)
    assert "".join(found) == (EXPECTED / "invalid.junit.xml").read_text()
    assert bad(read(found)) == ["RECONCILER_LEDGERS", "manifests/b.yaml"]


def test_a_file_of_nothing_but_problems_tells_the_first_ones() -> None:
    error = InvalidError(Problem("a.yaml", n, 1, "Wrong.") for n in range(1, 1001))
    (case,) = read(error_junit(error, HERE))["manifests"]
    (failure,) = case.result
    assert failure.message == "1000 problems, the first: Wrong."
    assert len(str(failure.text).splitlines()) == 51


def test_what_ended_a_command_is_a_case() -> None:
    error = LockedError("Another run holds the account", detail="crm", hint="Wait.")
    (case,) = read(error_junit(error, HERE))["reconciler"]
    (result,) = case.result
    assert isinstance(result, Error)
    assert (result.type, result.message) == ("locked", "Another run holds the account")
    assert result.text == "crm\nhint: Wait."


@pytest.mark.parametrize(
    "text", ["\x00\x1b[2J", "]]>", "<failure/>", "\ufffe\udc80", "\"&'", "::error::x", "a\nb"]
)
def test_text_from_outside_stays_text(text: str) -> None:
    where = [declared(f"{text}.yaml", 1, manifest=text)]
    suites = read(plan(document(task(1, "held", reason=text, declared=where), warnings=(text,))))
    (case,) = suites["crm"]
    assert len(case.result) == 1
    lines = str(case.result[0].text).splitlines()
    assert len(lines) == 1
    assert "\\u{" in lines[0] or text in lines[0]
