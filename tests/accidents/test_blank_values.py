"""Google Cloud and UniSuper, May 2024: a customer's private cloud deleted.

A parameter that was left blank got a default, a term of a year, at whose end everything was deleted
without a word to the customer.

Here nothing that decides what is deleted has a default, an empty value is an error, and no date on
which something ends deletes anything.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.errors import ExitCode, InvalidError
from reconciler.sandbox.seed import record_id, task_id
from tests.accidents.scenes import LIST, declared, document, nothing_sent
from tests.fakes.runs import outcomes
from tests.functional.world import Inside
from tests.simulation import a_world

TASK, RECORD = task_id(0), record_id(0)
TASKS, RECORDS = f"tasks: [{TASK}]", f"records: [{{id: {RECORD}}}]"
CRM = "account: acme-crm, "
DIALER = f"account: acme-dialer, recordList: {LIST}, "
EMPTY = ("", '""')
BLANKS = [
    ("AbsentTasks", f"account: @, {TASKS}", "acme-crm", EMPTY),
    ("AbsentTasks", CRM + "tasks: @", f"[{TASK}]", ("", '[""]', "[null]")),
    ("AbsentTasks", CRM + "tasksFrom: @", "{file: ids.txt}", ("", "{}", '{file: ""}')),
    ("AbsentTasks", CRM + "where: @", "{status: pending, max: 5}", ("", "{}", "{max: 5}")),
    ("AbsentTasks", CRM + "where: {status: pending@}", ", max: 5", ("", ", max: ")),
    ("AbsentTasks", CRM + "where: {status: @, max: 5}", "pending", EMPTY),
    ("AbsentTasks", CRM + "where: {owner: @, max: 5}", "[a@example.com]", ("", "[]", '[""]')),
    ("AbsentTasks", CRM + "where: {completedBefore: @, max: 5}", "2026-01-01", EMPTY),
    ("AbsentTasks", CRM + TASKS + ", expect: @", "{type: [Call]}", ("", "{}", "{type: []}")),
    ("AbsentRecords", f"account: acme-dialer, {RECORDS}@", f", recordList: {LIST}", ("",)),
    ("AbsentRecords", f"account: acme-dialer, recordList: @, {RECORDS}", LIST, EMPTY),
    ("AbsentRecords", DIALER + "records: [@]", f"{{id: {RECORD}}}", ("{}", "{id: }", "null")),
    (
        "AbsentRecords",
        DIALER + "records: [{externalProvider: a@}]",
        ", externalId: b",
        ("", ", externalId: ", ', externalId: ""'),
    ),
    ("AbsentRecords", DIALER + "where: {phonePrefix: @, max: 5}", '"+351"', EMPTY),
    ("AbsentRecords", DIALER + RECORDS + ", deleteBy: @", "id", EMPTY),
    ("Protection", CRM + "@", TASKS, ("", "tasks: ", "where: ", "where: {}")),
    ("Policy", "maxDeletes: @", "0", EMPTY),
    ("Policy", "maxDeletePercent: @", "0", EMPTY),
    ("Policy", "accounts: @, maxDeletes: 1", "[acme-crm]", ("", "[]", '[""]')),
    ("Policy", "canary: @", "[]", EMPTY),
    ("Policy", "windows: @", "[]", EMPTY),
    ("Allowance", CRM + "lifts: @", "{maxDeletes: 900}", ("", "{}", "{maxDeletes: }")),
    (
        "Allowance",
        CRM + "lifts: {maxDeletes: 900}, digest: @",
        f'"sha256:{"0" * 64}"',
        EMPTY,
    ),
]


@pytest.mark.parametrize(("kind", "spec", "value", "blanks"), BLANKS)
def test_what_is_left_blank_is_an_error_in_every_kind(
    tmp_path: Path, kind: str, spec: str, value: str, blanks: Sequence[str]
) -> None:
    tree = tmp_path / "manifests"
    tree.mkdir()
    (tree / "ids.txt").write_text(f"{TASK}\n")
    # Nothing else is wrong with it.
    declared(tmp_path, document(kind, spec.replace("@", value)))
    for blank in blanks:
        with pytest.raises(InvalidError):
            declared(tmp_path, document(kind, spec.replace("@", blank)))


@pytest.mark.parametrize(
    ("field", "value"), [("expires", "2099-01-01"), ("purpose", "hygiene"), ("ticket", "T-1")]
)
def test_what_is_left_blank_in_the_head_is_an_error_too(
    tmp_path: Path, field: str, value: str
) -> None:
    def written(said: str) -> str:
        return document("AbsentTasks", CRM + TASKS, more=f", {field}: {said}")

    declared(tmp_path, written(value))
    for blank in EMPTY:
        with pytest.raises(InvalidError):
            declared(tmp_path, written(blank))


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
