"""Verdicts of a check-up: what is found in what was told."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconciler.domain.accounts import System
from reconciler.domain.checkup.account import (
    Holder,
    LearnedLimit,
    Undeclared,
    Usage,
    clock_check,
    limits_check,
    role_checks,
    tenant_check,
    undeclared_tenant,
)
from reconciler.domain.checkup.checks import Check, CheckVerdict
from reconciler.domain.checkup.clock import TimeTold
from reconciler.domain.checkup.machine import (
    FolderState,
    LedgerState,
    audit_folder_check,
    ledger_check,
)
from reconciler.errors import ExitCode
from tests.simulation import EPOCH, an_account

CRM, DIALER = an_account(System.LEADSQUARED), an_account(System.TALKDESK)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORG_ID = "5a2db0c5-7d0e-4b52-9c4b-5a2db0c50000"
UNDECLARED = Undeclared(place="m/crm.yaml:2", advice="Ask somebody.")


def verdict(check: Check) -> tuple[str, int]:
    return check.verdict.value, int(check.code)


def test_an_administrator_sees_everything() -> None:
    (check,) = role_checks(CRM, Holder(role="Administrator"))
    assert (verdict(check), check.words) == (("pass", 0), "Administrator")


def test_another_role_may_not_see_everything() -> None:
    (check,) = role_checks(CRM, Holder(role="Sales_User", sees_all=False))
    assert verdict(check) == ("warn", 0)
    assert check.words.startswith("Sales_User, not Administrator: ")
    assert "`sees: all`" in check.hint


def test_another_role_sees_everything_if_the_manifest_says_so() -> None:
    says = replace(CRM, sees_all=True)
    (check,) = role_checks(says, Holder(role="Sales_User", sees_all=False))
    words = "Sales_User; the manifest says `sees: all`"
    assert (verdict(check), check.words) == (("pass", 0), words)
    (check,) = role_checks(says, Holder(role="Administrator"))
    assert check.words == "Administrator"


def test_credentials_without_a_role_have_no_line_for_it() -> None:
    assert list(role_checks(DIALER, Holder())) == []


@pytest.mark.parametrize("declared", ["22824", ORG_ID, ORG_ID.upper()])
def test_a_tenant_goes_by_either_of_its_names(declared: str) -> None:
    check = tenant_check(replace(CRM, tenant=declared), Holder(names=("22824", ORG_ID)))
    assert (verdict(check), check.words) == (("pass", 0), f"22824 ({ORG_ID})")


@pytest.mark.parametrize(
    ("names", "told"),
    [(("1",), "1"), (("1", ORG_ID), f"1 ({ORG_ID})"), ((), "not told"), (("",), "")],
)
def test_another_tenant_fails_with_what_the_account_is(names: tuple[str, ...], told: str) -> None:
    check = tenant_check(CRM, Holder(names=names))
    assert (verdict(check), check.words) == (
        ("fail", 8),
        f"22824 is declared, but the account is {told}",
    )
    assert check.hint


def test_a_tenant_that_nobody_can_ask_for_is_taken_as_declared() -> None:
    check = tenant_check(DIALER, Holder())
    words = "acme as declared; the endpoint in use cannot tell"
    assert (verdict(check), check.words) == (("pass", 0), words)


@pytest.mark.parametrize(
    ("names", "offered"),
    [
        (("22824", ORG_ID), "22824"),
        (('2"\n  sees: all', ORG_ID), ORG_ID),
        (("a-b", ORG_ID), ORG_ID),
        (("a-b",), None),
        ((), None),
    ],
)
def test_only_what_can_stand_in_a_manifest_is_offered_for_one(
    names: tuple[str, ...], offered: str | None
) -> None:
    check = undeclared_tenant(CRM, "host", Holder(names=names), UNDECLARED)
    assert verdict(check) == ("fail", 3)
    write = f'Write this into `spec` of the Account at m/crm.yaml:2:\ntenant: "{offered}"'
    assert check.hint == (write if offered else "Ask somebody.")


def test_an_undeclared_tenant_is_told_as_far_as_it_is_known() -> None:
    none = "the manifest declares none yet"
    check = undeclared_tenant(CRM, "host", Holder(names=("22824", ORG_ID)), UNDECLARED)
    assert check.words == f"{none}; host says that it is 22824 ({ORG_ID})"
    for holder in (None, Holder()):
        check = undeclared_tenant(CRM, "", holder, UNDECLARED)
        assert (verdict(check), check.words, check.hint) == (("fail", 3), none, "Ask somebody.")


@pytest.mark.parametrize(
    ("asked_at", "answered_at", "ahead"),
    [
        (0.0, 0.0, 0.0),
        (0.9, 0.9, 0.0),
        (1.5, 1.5, 0.5),
        (-0.5, -0.5, -0.5),
        (-20.0, 0.0, 0.0),
        (-20.0, 20.0, 0.0),
        (-20.0, -3.0, -3.0),
        (4.0, 24.0, 3.0),
    ],
)
def test_our_clock_is_wrong_only_by_what_no_delay_explains(
    asked_at: float, answered_at: float, ahead: float
) -> None:
    assert TimeTold(EPOCH, EPOCH + asked_at, EPOCH + answered_at).ahead == ahead


SET_IT = "Set the clock of this machine, by NTP say."


@pytest.mark.parametrize(
    ("ahead", "words", "warns"),
    [
        (0.9, "agrees with the account's", False),
        (1.0, "ours is 1 s ahead of the account's", False),
        (5.0, "ours is 5 s ahead of the account's", False),
        (-5.0, "ours is 5 s behind the account's", False),
        (5.1, "ours is 5 s ahead of the account's", True),
        (-60.0, "ours is 60 s behind the account's", True),
    ],
)
def test_a_clock_may_be_wrong_by_seconds(ahead: float, words: str, *, warns: bool) -> None:
    at = EPOCH + ahead + (1 if ahead > 0 else 0)
    check = clock_check(CRM, TimeTold(EPOCH, at, at))
    hint = SET_IT if warns else ""
    assert (verdict(check), check.words, check.hint) == (
        ("warn" if warns else "pass", 0),
        words,
        hint,
    )


@pytest.mark.parametrize(
    ("behind", "words"),
    [
        (61, "61 s"),
        (119, "119 s"),
        (120, "2 minutes"),
        (7200, "2 hours"),
        (172_800, "2 days"),
        (56 * 365 * 86_400, "20440 days"),
    ],
)
def test_a_clock_that_is_wrong_by_more_says_what_goes_wrong(behind: int, words: str) -> None:
    check = clock_check(CRM, TimeTold(EPOCH, EPOCH - behind, EPOCH - behind))
    assert (verdict(check), check.words) == (
        ("warn", 0),
        f"ours is {words} behind the account's",
    )
    assert check.hint.startswith(f"{SET_IT} When plans and manifests expire, ")


def test_a_time_that_is_not_told_is_no_trouble() -> None:
    check = clock_check(CRM, None)
    words = "the account's answers do not tell its time"
    assert (verdict(check), check.words) == (("pass", 0), words)


DECLARED = "calls 25 per 5s, deleteCalls 25, batch 5000, page 500"


SINCE = "counted since 2026-11-22T12:00:00Z only"


def daily(limit: int, spent: int) -> Check:
    account = replace(CRM, limits=replace(CRM.limits, daily=limit))
    return limits_check(account, Usage(spent=spent))


@pytest.mark.parametrize(
    ("limit", "spent", "expected", "left"),
    [
        (100, 0, ("pass", 0), 100),
        (100, 90, ("pass", 0), 10),
        (100, 91, ("warn", 0), 9),
        (100, 99, ("warn", 0), 1),
        (100, 100, ("fail", 7), 0),
        (100, 250, ("fail", 7), 0),
        (5, 4, ("pass", 0), 1),
        (5, 5, ("fail", 7), 0),
    ],
)
def test_the_daily_limit_warns_while_there_is_time(
    limit: int, spent: int, expected: tuple[str, int], left: int
) -> None:
    check = daily(limit, spent)
    assert verdict(check) == expected
    assert check.words == f"{DECLARED}; calls in 24 h: {spent}, {left} of {limit} left"
    assert bool(check.hint) == (expected[0] != "pass")


def test_without_a_daily_limit_nothing_runs_out() -> None:
    check = limits_check(CRM, Usage(spent=10**6, since=NOON))
    assert (verdict(check), check.words) == (
        ("pass", 0),
        f"{DECLARED}; calls in 24 h: 1000000, no daily limit, {SINCE}",
    )


def test_limits_that_answers_named_are_told_with_their_end() -> None:
    learned = (
        LearnedLimit(10, 5.0, NOON, deleting=False),
        LearnedLimit(1, 2.5, NOON, deleting=True),
    )
    assert limits_check(CRM, Usage(spent=0, learned=learned)).words == (
        f"{DECLARED}; learned: calls 10 per 5s until 2026-11-22T12:00:00Z; "
        "learned: deleteCalls 1 per 2.5s until 2026-11-22T12:00:00Z; "
        "calls in 24 h: 0, no daily limit"
    )


def a_ledger(*, is_new: bool = False, **left_open: int) -> LedgerState:
    return LedgerState(
        name="l.sqlite", log_id="0123", began_at=NOON, is_new=is_new, left_open=left_open
    )


def test_a_ledger_says_how_old_it_is() -> None:
    check = ledger_check(a_ledger())
    words = "l.sqlite, counted since 2026-11-22T12:00:00Z, log 0123"
    assert (verdict(check), check.words) == (("pass", 0), words)
    assert ledger_check(a_ledger(is_new=True)).words == "l.sqlite, new with this run, log 0123"


def test_runs_that_left_something_open_are_named() -> None:
    check = ledger_check(a_ledger(second=1, first=2))
    assert verdict(check) == ("warn", 0)
    assert check.words.endswith("; batches that runs left open: first (2), second (1)")
    assert "`apply` settles them" in check.hint


@pytest.mark.parametrize(
    ("folder", "expected", "words"),
    [
        (
            FolderState(name="a", exists=False),
            CheckVerdict.PASS,
            "a, made when `apply` first needs it",
        ),
        (FolderState(name="a", exists=True, mode=0o700), CheckVerdict.PASS, "a, mode 0700"),
        (FolderState(name="a", exists=True, mode=0o775), CheckVerdict.PASS, "a, mode 0775"),
        (
            FolderState(name="a", exists=True, mode=0o1777),
            CheckVerdict.WARN,
            "a, mode 1777: everybody on this machine may change what is in it",
        ),
        (
            FolderState(name="a", exists=True, mode=0o700, is_link=True),
            CheckVerdict.WARN,
            "a, mode 0700: a link, which may come to lead elsewhere",
        ),
    ],
)
def test_the_folder_of_the_audit_log_is_to_be_ours_alone(
    folder: FolderState, expected: CheckVerdict, words: str
) -> None:
    check = audit_folder_check(folder)
    assert (check.verdict, check.code, check.words) == (expected, ExitCode.DONE, words)
    assert bool(check.hint) == (expected is CheckVerdict.WARN)
