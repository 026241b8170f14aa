"""``doctor``: what its arguments mean, and what needs no account. The rest: tests/functional."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.application.stopping import Stop
from reconciler.cli.embedded import CREDENTIALS
from reconciler.cli.inspecting.examining import examine_accounts
from reconciler.cli.inspecting.subjects import Place, record_lists_of
from reconciler.cli.main import main
from reconciler.cli.sites import sandbox_sites
from reconciler.cli.starting.manifests import PLACEHOLDERS
from reconciler.domain.accounts import Account, System
from reconciler.domain.checkup.checks import Check, failed, warned
from reconciler.domain.protections import Protection
from reconciler.errors import ExitCode
from reconciler.ledger.database import open_database
from reconciler.manifests.values.scalars import is_name
from reconciler.views.text.doctor import doctor_json, doctor_text
from reconciler.views.text.lines import render
from tests.simulation import (
    World,
    a_world,
    an_account,
    declare,
    records_container,
    tasks_container,
)

ACCOUNT = """\
apiVersion: reconciler/v1
kind: Account
metadata: {{name: {name}}}
spec: {{system: leadsquared, region: in21, tenant: of{name}}}
"""


class Ran:
    """What one call within this process came to."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.code = main(["doctor", *arguments])
        self.out, self.err = capsys.readouterr()

    @property
    def accounts(self) -> list[str]:
        """The accounts that were examined."""
        found = (line for line in self.out.splitlines() if line.startswith("Account "))
        return [line.removeprefix("Account ").rstrip(":") for line in found]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [one for one in os.environ if one.startswith("RECONCILER_")]:  # noqa: TID251 - what would make a difference
        monkeypatch.delenv(name)
    write("manifests", "crm", "sales")
    write("other", "crm", "abroad")


def write(folder: str, *names: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name in names:
        Path(folder, f"{name}.yaml").write_text(ACCOUNT.format(name=name))


@pytest.mark.parametrize(
    ("arguments", "folder", "accounts"),
    [
        ([], "manifests", ["crm", "sales"]),
        (["crm"], "manifests", ["crm"]),
        (["manifests"], "manifests", ["crm", "sales"]),
        (["other"], "other", ["abroad", "crm"]),
        (["./other"], "other", ["abroad", "crm"]),
        (["crm", "other"], "other", ["crm"]),
        (["abroad", "other"], "other", ["abroad"]),
    ],
)
def test_the_first_word_is_an_account_or_else_a_folder(
    capsys: pytest.CaptureFixture[str], arguments: list[str], folder: str, accounts: list[str]
) -> None:
    ran = Ran(capsys, *arguments)
    assert ran.accounts == accounts
    assert ran.out.startswith(f"pass  manifests    {folder}: 2 accounts, 0 absences in 0 manifests")
    assert (ran.code, ran.err) == (8, "")


def test_an_account_comes_before_a_folder_of_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    write("crm", "abroad")
    assert Ran(capsys, "crm").accounts == ["crm"]
    assert Ran(capsys, "./crm").accounts == ["abroad"]


def test_a_folder_is_taken_whatever_is_wrong_with_the_usual_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("manifests/wrong.yaml").write_text("wrong")
    assert Ran(capsys, "other").accounts == ["abroad", "crm"]
    assert Ran(capsys, "sales").code == 3


@pytest.mark.parametrize(
    ("arguments", "name", "hint"),
    [
        (["slaes"], "slaes", "Did you mean `sales`?"),
        (["nobody"], "nobody", "Declared: `crm`, `sales`."),
        (["sales", "other"], "sales", "Declared: `abroad`, `crm`."),
        (["./manifests", "other"], "./manifests", "Declared: `abroad`, `crm`."),
    ],
)
def test_an_account_that_is_not_declared_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str], name: str, hint: str
) -> None:
    ran = Ran(capsys, *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err == (
        f"Error: The manifests declare no account of that name\n  {name}\n  hint: {hint}\n"
    )
    assert not Path(".reconciler").exists()


@pytest.mark.parametrize("arguments", [["no/such"], ["crm", "no-such"]])
def test_manifests_that_are_not_there_are_invalid(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    ran = Ran(capsys, *arguments)
    assert (ran.code, ran.out) == (3, "")
    assert "There is no such folder." in ran.err


def test_every_problem_of_the_manifests_is_told_but_for_the_tenant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    spec = "spec: {system: leadsquared}\n"
    Path("other/crm.yaml").write_text(ACCOUNT.format(name="crm").partition("spec")[0] + spec)
    Path("other/wrong.yaml").write_text("wrong")
    ran = Ran(capsys, "other")
    assert (ran.code, ran.out) == (3, "")
    assert "`spec` lacks `region`." in ran.err
    assert "A document must be a mapping." in ran.err
    assert "tenant" not in ran.err


def test_a_variable_that_nobody_knows_is_invalid(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_CRM_ACES_KEY", "x")
    assert Ran(capsys).code == 3


def test_an_expired_manifest_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    Path("other/old.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: AbsentTasks\n"
        "metadata: {name: old, owner: ops, reason: Old, expires: 2020-01-01}\n"
        "spec: {account: crm, tasks: [0017abfa-c100-11e5-9340-06c7eb5c8385]}\n"
    )
    ran = Ran(capsys, "other")
    assert ran.out.startswith(
        "warn  manifests    other: 2 accounts, 0 absences in 1 manifest, 1 warning\n"
        "      hint: `reconciler validate` shows what may be a mistake.\n"
    )


def test_what_stands_for_a_tenant_is_one_that_manifests_may_have() -> None:
    assert PLACEHOLDERS.keys() == set(System)
    assert is_name(PLACEHOLDERS[System.TALKDESK])
    assert PLACEHOLDERS[System.LEADSQUARED].isalnum()


def a_protection(name: str, account: str, record_list: str = "") -> Protection:
    return Protection(
        name=name, place="", owner="", reason="", account=account, record_list=record_list
    )


def test_record_lists_are_those_that_absences_and_protections_of_the_account_name() -> None:
    first, second = records_container(0), records_container(1)
    tree = declare({first: ["a"], records_container(1, "other"): ["a"], tasks_container(): ["a"]})
    protections = [
        a_protection("everywhere", "acme-dialer"),
        a_protection("first", "acme-dialer", first.record_list),
        a_protection("second", "acme-dialer", second.record_list),
        a_protection("other", "other", "list-9"),
    ]
    account = tree.accounts["acme-dialer"]
    found = record_lists_of(replace(tree, protections=protections), account)
    assert found == {
        first.record_list: "AbsentRecords/m0, Protection/first",
        second.record_list: "Protection/second",
    }
    assert list(found) == sorted(found)
    assert record_lists_of(tree, tree.accounts["acme-crm"]) == {}


def examined(world: World, account: Account, **site: str) -> dict[str, str]:
    """Examine one account in virtual time; ``site`` has what differs from the sandbox's."""
    session = world.session(declare({}, [account]))
    sites = sandbox_sites([account], "http://sandbox", CREDENTIALS)
    place = Place(account=account, site=replace(sites[account.name], **site))  # type: ignore[arg-type]  # texts by name
    database = open_database(session.ledger_url, world.clock)
    try:
        work = examine_accounts(session, [place], database, Stop())
        return {one.name: one.words for one in world.clock.run(work)}
    finally:
        database.close()


def test_a_token_host_that_bears_the_name_of_the_tenant_tells_it(tmp_path: Path) -> None:
    account = an_account(System.TALKDESK)
    with a_world(tmp_path) as world:
        host = {"token_url": "http://acme.token"}
        assert examined(world, account, **host)["tenant"] == "acme"
        assert examined(world, account)["tenant"] == (
            "acme as declared; the endpoint in use cannot tell"
        )


def test_slots_that_were_taken_ahead_and_not_used_do_not_count(tmp_path: Path) -> None:
    with a_world(tmp_path) as world:
        words = examined(world, an_account(System.LEADSQUARED))["limits"]
        assert f"calls in 24 h: {len(world.transport.requests)}, " in words
        assert len(world.transport.requests) == 4


CHECKS = [
    Check(name="ledger", words="fine"),
    Check(name="credentials", words="ok \x1b[2J", account="crm"),
    warned("role", "Sales_User", "Use another.\nOr not \u202e.", account="crm"),
    failed("tenant", "x" * 700, "Do.", ExitCode.IDENTITY, account="dialer"),
    failed("limits", "none", "Wait.", ExitCode.INCOMPLETE, account="dialer"),
]


def test_a_line_tells_each_check_and_what_to_do_below_it() -> None:
    assert "".join(render(doctor_text(CHECKS), color=False)) == (
        "pass  ledger       fine\n"
        "\n"
        "Account crm:\n"
        "pass  credentials  ok \\u{1b}[2J\n"
        "warn  role         Sales_User\n"
        "      hint: Use another.\n"
        "            Or not \\u{202e}.\n"
        "\n"
        "Account dialer:\n"
        f"fail  tenant       {'x' * 599}…\n"
        "      hint: Do.\n"
        "fail  limits       none\n"
        "      hint: Wait.\n"
        "\n"
        "Doctor: 2 pass, 1 warn, 2 fail.\n"
    )


def test_programs_read_the_same() -> None:
    document = doctor_json(CHECKS)
    assert document.isascii()
    found = json.loads(document)
    assert found == {
        "type": "doctor",
        "format_version": "1.0",
        "checks": found["checks"],
        "exit_code": 8,
        "failure_reason": "identity",
    }
    assert found["checks"][0] == {
        "account": "",
        "check": "ledger",
        "verdict": "pass",
        "words": "fine",
        "hint": "",
    }
    assert found["checks"][4] == {
        "account": "dialer",
        "check": "limits",
        "verdict": "fail",
        "words": "none",
        "hint": "Wait.",
        "exit_code": 7,
    }
    assert [one.get("exit_code") for one in found["checks"]] == [None, None, None, 8, 7]
