"""``--read-by``: what a way may be called, and when there is none that leads anywhere."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.cli.planning.read_by import METAVAR, as_planned, preference
from reconciler.domain.absences import Declarations
from reconciler.domain.accounts import Container, System
from reconciler.domain.ways import WAYS, Way
from reconciler.errors import UsageError
from reconciler.manifests.load import load

LIST = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
TASK = "0017abfa-c100-11e5-9340-06c7eb5c8385"
ACCOUNTS = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: crm}
spec: {system: leadsquared, region: in21, tenant: acme1}
---
apiVersion: reconciler/v1
kind: Account
metadata: {name: dialer}
spec: {system: talkdesk, region: us, tenant: acme}
"""
CRM, DIALER = Container(System.LEADSQUARED, "crm"), Container(System.TALKDESK, "dialer", LIST)
SOME_TASKS = f"tasks: [{TASK}]"
BY_OWNER = f"{SOME_TASKS}, lookup: {{owner: vir@example.com}}"
BY_LEAD = f"{SOME_TASKS}, lookup: {{lead: {TASK}}}"
SOME_RECORDS = f"records: [{{id: {TASK}}}]"
NUMBER = 'records: [{phoneNumber: "+14155550100"}]'
REFERENCE = "records: [{externalProvider: salesforce, externalId: 003DL}]"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [one for one in os.environ if one.startswith("RECONCILER_")]:  # noqa: TID251 - what would make a difference
        monkeypatch.delenv(name)
    Path("manifests").mkdir()
    Path("manifests/accounts.yaml").write_text(ACCOUNTS)


def declare(*specs: str) -> Declarations:
    """Write a manifest for each of these, and load them all."""
    for number, spec in enumerate(specs):
        kind = "AbsentRecords" if "records" in spec or "phonePrefix" in spec else "AbsentTasks"
        place = "account: crm" if kind == "AbsentTasks" else f"account: dialer, recordList: {LIST}"
        Path(f"manifests/m{number}.yaml").write_text(
            f"apiVersion: reconciler/v1\nkind: {kind}\n"
            f"metadata: {{name: m{number}, owner: ops, reason: test, ticket: T-1}}\n"
            f"spec: {{{place}, {spec}}}\n"
        )
    return load(Path("manifests"), now=datetime(2026, 11, 22, tzinfo=UTC))


NAMES = {
    Way.BY_ID: ["id", "ID", "by-id", "by id", " By_Id "],
    Way.BY_LEAD: ["lead", "by lead", "BY_LEAD"],
    Way.BY_OWNER: ["owner", "by owner", "by-owner"],
    Way.WHOLE_ACCOUNT: ["account", "whole account", "whole-account", "Whole_Account"],
    Way.BY_PHONE: ["phone", "by phone", "phone number", "by phone number", "phone_number"],
    Way.WHOLE_LIST: ["list", "whole list", "whole-list", "WHOLE_LIST"],
}
SPELT = [(name, way) for way, names in NAMES.items() for name in names]


@pytest.mark.parametrize(("name", "way"), SPELT)
def test_a_way_goes_by_several_names(name: str, way: Way) -> None:
    wanted = preference(name, declare(BY_OWNER, BY_LEAD, SOME_RECORDS, NUMBER))
    for container in (CRM, DIALER):
        mine = way in WAYS[container.system]
        assert wanted(container) == (way if mine else None)


def test_every_way_may_be_called_as_plans_call_it() -> None:
    declarations = declare(BY_OWNER, BY_LEAD, NUMBER)
    for way in Way:
        container = CRM if way in WAYS[System.LEADSQUARED] else DIALER
        assert preference(way.value, declarations)(container) is way


def test_the_help_names_every_way() -> None:
    assert METAVAR == "id|lead|owner|account|phone|list"


def test_without_a_wish_the_counts_of_calls_decide() -> None:
    wanted = preference(None, declare(SOME_TASKS, SOME_RECORDS))
    assert (wanted(CRM), wanted(DIALER)) == (None, None)


def test_a_plan_wishes_for_the_way_of_each_container_and_of_no_other() -> None:
    wanted = as_planned({CRM: Way.WHOLE_ACCOUNT})
    assert (wanted(CRM), wanted(DIALER)) == (Way.WHOLE_ACCOUNT, None)


@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("owner", BY_OWNER),
        ("owner", "where: {owner: [vir@example.com], max: 5}"),
        ("lead", BY_LEAD),
        ("account", "where: {status: completed, max: 5}"),
        ("id", "where: {status: completed, max: 5}"),
        ("phone", NUMBER),
        ("list", SOME_RECORDS),
        ("list", REFERENCE),
        ("id", NUMBER),
        ("list", 'where: {phonePrefix: "+351", max: 5}'),
    ],
)
def test_a_way_leads_somewhere_where_a_manifest_has_what_it_starts_from(
    name: str, spec: str
) -> None:
    preference(name, declare(spec))


TASKS_GO = "leadsquared: by id, by lead, by owner, whole account"
RECORDS_GO = "talkdesk: by id, by phone number, whole list"
NO_LEAD = "no manifest names a lead (`lookup: {lead: …}`)"
NO_OWNER = "no manifest names an owner (`lookup: {owner: …}`, or a rule with `owner`)"
NO_API = "no API lists records by external id"
LISTS = "The whole list tells which records go by one: --read-by list."
WAYS_THERE_ARE = "Ways: id|lead|owner|account|phone|list."
REFUSED = [
    ("quickly", (SOME_TASKS,), "there is no such way", "", WAYS_THERE_ARE),
    ("", (SOME_TASKS,), "there is no such way", "", WAYS_THERE_ARE),
    ("by-", (SOME_TASKS,), "there is no such way", "", WAYS_THERE_ARE),
    ("by by id", (SOME_TASKS,), "there is no such way", "", WAYS_THERE_ARE),
    ("ids", (SOME_TASKS,), "there is no such way", "", WAYS_THERE_ARE),
    ("external", (REFERENCE,), NO_API, "", LISTS),
    ("by external id", (REFERENCE,), NO_API, "", LISTS),
    ("External_Id", (SOME_TASKS,), NO_API, "", LISTS),
    ("list", (SOME_TASKS,), "nothing that is declared can be read so", TASKS_GO, ""),
    ("phone", (SOME_TASKS,), "nothing that is declared can be read so", TASKS_GO, ""),
    ("lead", (SOME_RECORDS,), "nothing that is declared can be read so", RECORDS_GO, ""),
    ("owner", (NUMBER,), "nothing that is declared can be read so", RECORDS_GO, ""),
    ("account", (NUMBER,), "nothing that is declared can be read so", RECORDS_GO, ""),
    ("id", (), "nothing that is declared can be read so", "", ""),
    ("lead", (SOME_TASKS,), NO_LEAD, "", ""),
    ("lead", (BY_OWNER, NUMBER), NO_LEAD, "", ""),
    ("owner", (BY_LEAD,), NO_OWNER, "", ""),
    ("owner", ("where: {status: completed, max: 5}",), NO_OWNER, "", ""),
    ("phone", (SOME_RECORDS, SOME_TASKS), "no manifest declares a phone number", "", ""),
    ("phone", (REFERENCE,), "no manifest declares a phone number", "", ""),
    (
        "phone",
        ('where: {phonePrefix: "+351", max: 5}',),
        "no manifest declares a phone number",
        "",
        "",
    ),
]


@pytest.mark.parametrize(("name", "specs", "summary", "detail", "hint"), REFUSED)
def test_a_way_that_cannot_be_gone_is_wrong_usage(
    name: str, specs: tuple[str, ...], summary: str, detail: str, hint: str
) -> None:
    with pytest.raises(UsageError) as raised:
        preference(name, declare(*specs))
    error = raised.value
    told = (error.summary, error.detail, error.hint)
    assert told == (f"--read-by {name}: {summary}", detail, hint)


def test_a_manifest_that_has_expired_leads_nowhere() -> None:
    declare(SOME_TASKS, BY_LEAD)
    path = Path("manifests/m1.yaml")
    path.write_text(path.read_text().replace("ticket: T-1", "ticket: T-1, expires: 2026-11-01"))
    declarations = load(Path("manifests"), now=datetime(2026, 11, 22, tzinfo=UTC))
    with pytest.raises(UsageError):
        preference("lead", declarations)


def test_it_ends_in_exit_64_before_credentials_are_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    declare(SOME_TASKS)
    assert main(["plan", "--read-by", "lead"]) == 64
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"Error: --read-by lead: {NO_LEAD}\n")
    # What can be read so is only refused for want of a key.
    assert main(["plan", "--read-by", "account"]) == 8


@pytest.mark.parametrize("command", ["apply", "validate", "show", "find", "explain"])
def test_it_is_an_option_of_plan_alone(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    declare(SOME_TASKS)
    assert main([command, "--read-by", "id"]) == 64
    assert "--read-by" in capsys.readouterr().err


def test_it_takes_one_way(capsys: pytest.CaptureFixture[str]) -> None:
    declare(SOME_TASKS)
    assert main(["plan", "--read-by"]) == 64
    assert "requires an argument" in capsys.readouterr().err
