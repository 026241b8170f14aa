"""``doctor`` over HTTP: what it says of accounts and of this machine; it deletes nothing."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.application.clock import SystemClock
from reconciler.sandbox import credentials
from tests.functional.world import LIST, WIDE, Inside, Ran, World, document

HOST = re.compile(r"127\.0\.0\.1:\d+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LIMITS = "calls 1000 per 5s, deleteCalls 1000, batch {batch}, page 500"
COUNTED = "no daily limit, counted since TIME only"
NOTHING_PROVEN = (
    "      hint: As long as that is so, what is gone is unknown and no deletion can be proven: "
    "plan and apply end with exit code 7.\n"
)
LEDGER = "pass  ledger       .reconciler/ledger.sqlite, new with this run, log LOG\n"
AUDIT = "pass  audit-dir    .reconciler/audit, made when `apply` first needs it\n"


def told(ran: Ran) -> str:
    """Return what a check-up says, with placeholders for what is another each time."""
    text = TIME.sub("TIME", HOST.sub("HOST", ran.out))
    return re.sub(r"log [0-9a-f]{16}", "log LOG", text)


def checks(ran: Ran, account: str) -> dict[str, dict[str, Any]]:
    """Return the checks of an account by name."""
    return {one["check"]: one for one in ran.json()["checks"] if one["account"] == account}


def codes(ran: Ran, account: str) -> dict[str, int]:
    """Return the codes of what failed."""
    found = checks(ran, account).items()
    return {name: one["exit_code"] for name, one in found if one["verdict"] == "fail"}


def forget(world: World, prefix: str) -> None:
    """Leave variables out."""
    for name in [one for one in world.env if one.startswith(prefix)]:
        del world.env[name]


def account(world: World, *lines: str) -> None:
    """Declare a LeadSquared account and nothing else."""
    forget(world, "RECONCILER_DIALER_")
    for path in (world.folder / "manifests").glob("*.yaml"):
        path.unlink()
    world.write("accounts.yaml", *document("Account", "crm"), "spec:", *lines)


def test_accounts_and_a_machine_in_order_pass_every_check(inside: Inside) -> None:
    ran = inside.run("doctor")
    assert (ran.code, ran.err) == (0, "")
    assert told(ran) == (
        "pass  manifests    manifests: 2 accounts, 5 absences in 2 manifests\n"
        f"{LEDGER}{AUDIT}"
        "\n"
        "Account crm:\n"
        "pass  credentials  accepted by HOST\n"
        "pass  role         Administrator\n"
        f"pass  tenant       22824 ({credentials.ORG_ID})\n"
        "pass  clock        agrees with the account's\n"
        f"pass  limits       {LIMITS.format(batch=5000)}; calls in 24 h: 4, {COUNTED}\n"
        "pass  evidence     what is not there is answered 200 [], unlike what is\n"
        "\n"
        "Account dialer:\n"
        "pass  credentials  accepted by HOST\n"
        "pass  tenant       acme as declared; the endpoint in use cannot tell\n"
        "pass  clock        agrees with the account's\n"
        f"pass  limits       {LIMITS.format(batch=100)}; calls in 24 h: 4, {COUNTED}\n"
        f"pass  evidence     record list {LIST}: what is not there is answered 404 0530920, "
        "unlike what is\n"
        "\n"
        "Doctor: 14 pass, 0 warn, 0 fail.\n"
    )
    assert inside.deletions() == []
    assert len(inside.arrivals()) == 8
    assert not (inside.folder / ".reconciler/audit").exists()


def test_one_account_alone_is_asked(inside: Inside) -> None:
    ran = inside.run("doctor", "dialer")
    assert ran.code == 0
    assert "Account crm" not in ran.out
    assert not [one for one in inside.arrivals() if one.path.startswith("/v2/")]


def test_programs_read_one_document(inside: Inside) -> None:
    ran = inside.run("doctor", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    found = ran.json()
    assert (found["type"], found["exit_code"], found["failure_reason"]) == ("doctor", 0, "")
    assert [one["check"] for one in found["checks"] if not one["account"]] == [
        "manifests",
        "ledger",
        "audit-dir",
    ]
    assert {one["verdict"] for one in found["checks"]} == {"pass"}


def test_the_sandbox_is_examined_without_any_key(inside: Inside) -> None:
    inside.declare()
    forget(inside, "RECONCILER_")
    ran = inside.run("doctor", "--sandbox", "crm")
    assert ran.code == 0, ran.out
    assert "pass  credentials  accepted by sandbox\n" in ran.out
    assert "pass  ledger       .reconciler/sandbox/ledger.sqlite, " in ran.out
    assert inside.arrivals() == []


# -- the tenant


@pytest.mark.parametrize("tenant", ["", "  tenant: REPLACEME", "  tenant:"])
def test_a_tenant_that_is_not_declared_is_asked_for_and_offered(
    inside: Inside, tenant: str
) -> None:
    account(inside, "  system: leadsquared", "  region: in21", f"  limits: {WIDE}", tenant)
    ran = inside.run("doctor")
    assert ran.code == 3
    assert (
        "fail  tenant       the manifest declares none yet; HOST says that it is "
        f"22824 ({credentials.ORG_ID})\n"
        "      hint: Write this into `spec` of the Account at manifests/accounts.yaml:2:\n"
        '            tenant: "22824"\n'
    ) in told(ran)
    assert "pass  evidence     what is not there is answered 200 []" in ran.out
    assert codes(inside.run("doctor", "--format", "json"), "crm") == {"tenant": 3}
    account(inside, "  system: leadsquared", "  region: in21", '  tenant: "22824"')
    assert inside.run("doctor").code == 0


def test_for_other_commands_a_missing_tenant_stays_an_error(inside: Inside) -> None:
    account(inside, "  system: leadsquared", "  region: in21")
    for command in (["plan"], ["apply", "--auto-approve"], ["validate"]):
        ran = inside.run(*command)
        assert (ran.code, "lacks `tenant`" in ran.err) == (3, True)
    assert inside.arrivals() == []


def test_another_tenant_than_declared_fails_and_is_asked_nothing_more(inside: Inside) -> None:
    inside.declare(tenant="99999")
    ran = inside.run("doctor", "crm")
    assert ran.code == 8
    assert (
        f"fail  tenant       99999 is declared, but the account is 22824 ({credentials.ORG_ID})\n"
        "      hint: Correct the tenant in the Account, or use the key of the right account.\n"
    ) in ran.out
    assert "evidence" not in ran.out
    assert len(inside.arrivals()) == 1


def test_secrets_are_not_sent_to_a_host_that_a_placeholder_names(inside: Inside) -> None:
    forget(inside, "RECONCILER_CRM_")
    for spec in (
        "{system: talkdesk, region: eu}",
        "{system: talkdesk, region: ca, tenant: replace-me}",
    ):
        inside.write("accounts.yaml", *document("Account", "dialer"), f"spec: {spec}")
        for name in ("tasks.yaml", "records.yaml"):
            inside.write(name)
        ran = inside.run("doctor")
        assert ran.code == 3
        host = "talkdeskid.eu" if "eu" in spec else "talkdeskidca.com"
        untried = "set, but not tried: the host that they are for bears the tenant's name"
        assert (
            told(ran)
            .partition("Account ")[2]
            .startswith(
                "dialer:\n"
                f"warn  credentials  {untried}\n"
                "      hint: Declare the tenant, then run doctor again.\n"
                "fail  tenant       the manifest declares none yet\n"
                f"      hint: It is what stands before .{host} where you sign in.\n"
                "pass  limits       "
            )
        )
    assert inside.arrivals() == []


def test_a_hostile_tenant_is_inert_and_not_offered(opened_inside: Callable[..., Inside]) -> None:
    world = opened_inside('leadsquared_tenant=2"\x1b[2J\n::error::owned')
    account(world, "  system: leadsquared", "  region: in21")
    ran = world.run("doctor")
    assert ran.code == 3
    assert 'says that it is 2"\\u{1b}[2J\\u{a}::error::owned (' in ran.out
    assert not re.search(r'tenant: "2', ran.out)
    assert re.search(r'\n            tenant: "[0-9a-f]{8}-[0-9a-f-]{27}"\n', ran.out)
    assert "\x1b" not in ran.out
    assert not [line for line in ran.out.splitlines() if line.startswith("::")]


# -- credentials and role


def test_missing_credentials_are_named_and_the_other_account_is_checked(inside: Inside) -> None:
    del inside.env["RECONCILER_CRM_ACCESS_KEY"], inside.env["RECONCILER_CRM_SECRET_KEY"]
    ran = inside.run("doctor")
    assert ran.code == 8
    assert (
        "Account crm:\n"
        "fail  credentials  Credentials are missing: RECONCILER_CRM_ACCESS_KEY is not set; "
        "RECONCILER_CRM_SECRET_KEY is not set\n"
        "      hint: Set them, or NAME_FILE with a path. To try things out, pass --sandbox.\n"
        f"pass  limits       {LIMITS.format(batch=5000)}; calls in 24 h: 0, {COUNTED}\n"
        "\n"
        "Account dialer:\n"
        "pass  credentials  accepted by HOST\n"
    ) in told(ran)
    assert not [one for one in inside.arrivals() if one.path.startswith("/v2/")]


def test_refused_credentials_are_told(inside: Inside) -> None:
    wrong = {"RECONCILER_CRM_SECRET_KEY": "wrong", "RECONCILER_DIALER_CLIENT_SECRET": "wrong"}
    ran = inside.run("doctor", "--format", "json", env=wrong)
    assert ran.code == 8
    for name in ("crm", "dialer"):
        assert codes(ran, name) == {"credentials": 8}
        words = checks(ran, name)["credentials"]["words"]
        assert words.startswith("The account refuses the credentials: ")
        assert checks(ran, name)["credentials"]["hint"]
        assert checks(ran, name).keys() <= {"credentials", "clock", "limits"}


def test_a_key_that_does_not_see_everything_is_a_warning(
    opened_inside: Callable[..., Inside],
) -> None:
    world = opened_inside("leadsquared_role=Sales_User")
    account(world, "  system: leadsquared", "  region: in21", "  tenant: '22824'")
    ran = world.run("doctor")
    assert ran.code == 0
    assert (
        "warn  role         Sales_User, not Administrator: what the key does not see is unknown, "
        "not absent\n"
    ) in ran.out
    assert (
        "warn  evidence     asking by id proves no absence: the key's role is not Administrator, "
        f"so it may not see everything\n{NOTHING_PROVEN}"
    ) in ran.out
    account(world, "  system: leadsquared", "  region: in21", "  tenant: '22824'", "  sees: all")
    ran = world.run("doctor")
    assert "pass  role         Sales_User; the manifest says `sees: all`\n" in ran.out
    assert "pass  evidence     " in ran.out


# -- what accounts answer


def test_an_account_that_does_not_answer_is_incomplete(
    opened_inside: Callable[..., Inside],
) -> None:
    # A status that is asked for once: eight tries would take twenty seconds.
    world = opened_inside("common_failures=leadsquared_whoami:1-:mx500,talkdesk_lists:1-:401")
    world.declare(records=[0])
    ran = world.run("doctor", "--format", "json")
    assert ran.code == 7
    assert codes(ran, "crm") == {"credentials": 7}
    assert checks(ran, "crm")["credentials"]["words"].startswith(
        "no usable answer: who the key belongs to: 500 "
    )
    assert codes(ran, "dialer") == {"credentials": 8}


def test_a_record_list_that_is_not_there_fails(opened_inside: Callable[..., Inside]) -> None:
    world = opened_inside(f"talkdesk_missing_list={LIST}")
    world.declare(records=[0])
    ran = world.run("doctor", "dialer")
    assert ran.code == 7
    assert (
        f"fail  evidence     record list {LIST}: answered 404 0530910 Record List not found.\n"
        "      hint: Correct the `recordList` of AbsentRecords/old-records, or use the key of the "
        "right account.\n"
    ) in ran.out


def test_answers_that_prove_nothing_are_warnings(opened_inside: Callable[..., Inside]) -> None:
    world = opened_inside("leadsquared_gone=null", "talkdesk_gone=null")
    world.declare(tasks=[0], records=[0])
    ran = world.run("doctor")
    assert ran.code == 0
    assert f"something else than the task that was asked for\n{NOTHING_PROVEN}" in ran.out
    assert (
        "something else than the record that was asked for\n      hint: As long as that is so, "
        "only a listing of the whole list proves that a record is gone; "
    ) in ran.out
    assert ran.out.endswith("Doctor: 12 pass, 2 warn, 0 fail.\n")


def test_an_account_without_a_task_to_test_with_is_a_warning(
    opened_inside: Callable[..., Inside],
) -> None:
    world = opened_inside(tasks=0)
    world.declare()
    ran = world.run("doctor", "crm")
    assert ran.code == 0
    assert (
        "warn  evidence     asking by id proves no absence: reading by id has shown no" in ran.out
    )


def test_without_a_record_list_there_is_nothing_to_test_with(inside: Inside) -> None:
    inside.declare()
    ran = inside.run("doctor", "dialer")
    assert ran.code == 0
    assert "warn  evidence     not tried: no manifest lists or selects a record\n" in ran.out


@pytest.mark.parametrize(
    ("ahead", "verdict", "words"),
    [
        (3, "pass", "s ahead of the account's"),
        (40, "warn", "s ahead of the account's"),
        (-4000, "warn", "ours is 67 minutes behind the account's"),
    ],
)
def test_a_clock_that_is_wrong_is_never_a_failure(
    inside: Inside, monkeypatch: pytest.MonkeyPatch, ahead: int, verdict: str, words: str
) -> None:
    right = SystemClock.time
    monkeypatch.setattr(SystemClock, "time", lambda clock: right(clock) + ahead)
    ran = inside.run("doctor", "crm", "--format", "json")
    assert ran.code == 0
    clock = checks(ran, "crm")["clock"]
    assert (clock["verdict"], words in clock["words"]) == (verdict, True)


# -- this machine


def test_a_ledger_that_cannot_be_written_fails_and_the_rest_is_checked(inside: Inside) -> None:
    (inside.folder / "file").write_text("")
    ran = inside.run("doctor", "--ledger", "sqlite:///file/ledger.sqlite")
    assert ran.code == 74
    assert ran.out.splitlines()[1].startswith("fail  ledger       The ledger cannot be written: ")
    assert "      hint: Nothing is sent without a ledger." in ran.out
    assert ran.out.endswith("Doctor: 13 pass, 0 warn, 1 fail.\n")
    assert not (inside.folder / ".reconciler").exists()


def test_a_ledger_of_another_kind_is_left_as_it_is(inside: Inside) -> None:
    (inside.folder / "no.sqlite").write_bytes(b"no ledger" * 200)
    ran = inside.run("doctor", "--ledger", "sqlite:///no.sqlite")
    assert ran.code == 74
    assert (inside.folder / "no.sqlite").read_bytes() == b"no ledger" * 200


def test_an_audit_folder_that_cannot_be_used_fails_and_the_rest_is_checked(
    inside: Inside,
) -> None:
    (inside.folder / "file").write_text("")
    ran = inside.run("doctor", "--audit-dir", "file/audit")
    assert ran.code == 74
    assert (
        "fail  audit-dir    The audit log cannot be written: file/audit: file is no folder\n"
        "      hint: `apply` sends nothing without it. Free the disk, or choose another "
        "--audit-dir.\n"
    ) in ran.out
    assert ran.out.endswith("Doctor: 13 pass, 0 warn, 1 fail.\n")


def test_an_audit_folder_that_everybody_may_write_is_a_warning(inside: Inside) -> None:
    folder = inside.folder / "audit"
    folder.mkdir()
    folder.chmod(0o777)
    ran = inside.run("doctor", "--audit-dir", "audit")
    assert ran.code == 0
    assert (
        "warn  audit-dir    audit, mode 0777: everybody on this machine may change what is in it\n"
        "      hint: chmod o-w audit\n"
    ) in ran.out
    assert list(folder.iterdir()) == []


def test_the_first_failure_decides_the_code(inside: Inside) -> None:
    inside.declare(tenant="99999")
    (inside.folder / "file").write_text("")
    ran = inside.run("doctor", "crm", "--ledger", "sqlite:///file/l", "--format", "json")
    assert (ran.code, ran.json()["exit_code"], ran.json()["failure_reason"]) == (
        74,
        74,
        "unrecorded",
    )
    assert codes(ran, "crm") == {"tenant": 8}


def test_a_daily_limit_that_is_used_up_fails(inside: Inside) -> None:
    inside.declare(crm="{calls: 1000, daily: 5}")
    ran = inside.run("doctor", "crm")
    assert (ran.code, "1 of 5 left" in ran.out) == (0, True)
    ran = inside.run("doctor", "crm", "--format", "json")
    assert ran.code == 7
    assert codes(ran, "crm") == {"limits": 7, "evidence": 7}
    ran = inside.run("doctor", "crm", "--format", "json")
    assert codes(ran, "crm") == {"credentials": 7, "limits": 7}
    words = checks(ran, "crm")["credentials"]["words"]
    assert words == "not asked: crm has spent 5 of 5 calls in 24 hours (limits.daily)"
    assert len(inside.arrivals()) == 5


def test_what_a_killed_run_left_open_is_a_warning(world: World) -> None:
    running = world.start("apply", "--auto-approve")
    while not world.deletions():
        assert running.poll() is None
    running.kill()
    running.communicate()
    ran = world.run("doctor")
    assert "warn  ledger       .reconciler/ledger.sqlite, counted since " in ran.out
    assert re.search(
        r"; batches that runs left open: \w+-\w+ \([12]\)\n      hint: `reconciler resume` settles",
        ran.out,
    )


def test_nothing_secret_is_told(inside: Inside) -> None:
    ran = inside.run("doctor", "-v", "-v", "--log-format", "json")
    for secret in (credentials.ACCESS_KEY, credentials.SECRET_KEY, credentials.CLIENT_SECRET):
        assert secret not in ran.out + ran.err


def test_the_first_run_of_a_team_ends_in_a_plan(opened_inside: Callable[..., Inside]) -> None:
    world = opened_inside()
    forget(world, "RECONCILER_DIALER_")
    assert world.run("init").code == 0
    ran = world.run("doctor")
    assert ran.code == 3
    (offered,) = re.findall(r'^ +(tenant: "\w+")$', ran.out, re.MULTILINE)
    (place,) = re.findall(r"Account at (\S+):\d+:$", ran.out, re.MULTILINE)
    manifest = Path(world.folder, place)
    text = manifest.read_text()
    manifest.write_text(text.replace('tenant: "REPLACEME"', offered))
    assert world.run("doctor").code == 0
    assert world.run("plan").code == 0
