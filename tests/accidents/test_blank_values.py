"""Google Cloud and UniSuper, May 2024: a customer's private cloud deleted.

A parameter that was left blank got a default, a term of a year, at whose end everything was deleted
without a word to the customer.

Here nothing that decides what is deleted has a default, an empty value is an error, and no date on
which something ends deletes anything.
"""

from pathlib import Path

import pytest

from reconciler.errors import ExitCode, InvalidError
from reconciler.sandbox.seed import record_id, task_id
from tests.accidents.scenes import LIST, declared, document, nothing_sent
from tests.fakes.runs import outcomes
from tests.functional.world import Inside
from tests.simulation import a_world

TASKS = f"tasks: [{task_id(0)}]"
RECORDS = f"records: [{{id: {record_id(0)}}}]"


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("AbsentTasks", TASKS),
        ("AbsentTasks", f"account: , {TASKS}"),
        ("AbsentTasks", f'account: "", {TASKS}'),
        ("AbsentTasks", "account: acme-crm"),
        ("AbsentTasks", "account: acme-crm, tasks: "),
        ("AbsentTasks", 'account: acme-crm, tasks: [""]'),
        ("AbsentTasks", "account: acme-crm, tasks: [null]"),
        ("AbsentTasks", "account: acme-crm, tasksFrom: {}"),
        ("AbsentTasks", 'account: acme-crm, tasksFrom: {file: ""}'),
        ("AbsentTasks", "account: acme-crm, where: "),
        ("AbsentTasks", "account: acme-crm, where: {}"),
        ("AbsentTasks", "account: acme-crm, where: {max: 5}"),
        ("AbsentTasks", "account: acme-crm, where: {status: completed}"),
        ("AbsentTasks", "account: acme-crm, where: {status: completed, max: }"),
        ("AbsentTasks", "account: acme-crm, where: {owner: [], max: 5}"),
        ("AbsentTasks", 'account: acme-crm, where: {owner: [""], max: 5}'),
        ("AbsentTasks", "account: acme-crm, where: {status: , max: 5}"),
        ("AbsentTasks", "account: acme-crm, where: {completedBefore: , max: 5}"),
        ("AbsentTasks", 'account: acme-crm, where: {completedBefore: "", max: 5}'),
        ("AbsentTasks", f"account: acme-crm, {TASKS}, expect: "),
        ("AbsentTasks", f"account: acme-crm, {TASKS}, expect: {{}}"),
        ("AbsentTasks", f"account: acme-crm, {TASKS}, expect: {{type: []}}"),
        ("AbsentRecords", f"account: acme-dialer, {RECORDS}"),
        ("AbsentRecords", f"account: acme-dialer, recordList: , {RECORDS}"),
        ("AbsentRecords", f'account: acme-dialer, recordList: "", {RECORDS}'),
        ("AbsentRecords", f"account: acme-dialer, recordList: {LIST}, records: [{{}}]"),
        ("AbsentRecords", f"account: acme-dialer, recordList: {LIST}, records: [{{id: }}]"),
        (
            "AbsentRecords",
            f"account: acme-dialer, recordList: {LIST}, records: [{{externalProvider: a}}]",
        ),
        (
            "AbsentRecords",
            f'account: acme-dialer, recordList: {LIST}, where: {{phonePrefix: "", max: 5}}',
        ),
        (
            "AbsentRecords",
            f"account: acme-dialer, recordList: {LIST}, {RECORDS}, deleteBy: ",
        ),
        ("Protection", "account: acme-crm"),
        ("Protection", "account: acme-crm, where: {}"),
        ("Protection", "account: acme-crm, tasks: "),
        ("Policy", "maxDeletes: "),
        ("Policy", "maxDeletePercent: "),
        ("Policy", "windows: "),
        ("Policy", "canary: "),
        ("Policy", "accounts: []"),
        ("Allowance", "account: acme-crm"),
        ("Allowance", "account: acme-crm, lifts: {}"),
        ("Allowance", "account: acme-crm, lifts: {maxDeletes: }"),
        ("Allowance", 'account: acme-crm, lifts: {maxDeletes: 900}, digest: ""'),
    ],
)
def test_what_is_left_blank_is_an_error_in_every_kind(tmp_path: Path, kind: str, spec: str) -> None:
    with pytest.raises(InvalidError):
        declared(tmp_path, document(kind, spec))


@pytest.mark.parametrize("blank", ["expires: ", 'expires: ""', "purpose: ", "ticket: "])
def test_what_is_left_blank_in_the_head_is_an_error_too(tmp_path: Path, blank: str) -> None:
    with pytest.raises(InvalidError):
        declared(
            tmp_path, document("AbsentTasks", f"account: acme-crm, {TASKS}", more=f", {blank}")
        )


@pytest.mark.parametrize(
    "arguments",
    [("--expect-digest", ""), ("--plan", ""), ("--plan", "", "--expect-digest", "")],
    ids=" ".join,
)
def test_an_approval_that_is_blank_approves_nothing(
    inside: Inside, arguments: tuple[str, ...]
) -> None:
    # As of a variable of a pipeline that is not set.
    assert inside.run("apply", *arguments).code == 64
    assert inside.run("apply", "--auto-approve", *arguments).code == 64
    assert inside.arrivals() == []


def test_an_end_that_has_come_deletes_nothing(tmp_path: Path) -> None:
    ended = document("AbsentTasks", f"account: acme-crm, {TASKS}", more=", expires: 2026-11-21")
    with a_world(tmp_path) as world, nothing_sent(world):
        applied = world.apply(declared(tmp_path, ended))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {})
        assert world.store.arrivals() == []
