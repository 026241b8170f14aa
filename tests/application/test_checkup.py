"""What becomes of an account that is examined, whatever it answers."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.application.checkup import Examiner, Subject, examine
from reconciler.application.ports import OutOfCallsError, UnreadableError
from reconciler.domain.accounts import Account, System
from reconciler.domain.checkup.account import CREDENTIALS, Holder, Undeclared, Usage
from reconciler.domain.checkup.checks import Check, CheckVerdict, failed, first_failure
from reconciler.domain.checkup.clock import TimeTold
from reconciler.domain.checkup.evidence import Missing, ProvesNothing, Trial
from reconciler.errors import ExitCode, IdentityError, UnrecordedError
from tests.fakes.examiners import ADMINISTRATOR, WORKS, FakeExaminer
from tests.fakes.progress import NoProgress
from tests.simulation import EPOCH, VirtualClock, an_account

CRM, DIALER = an_account(System.LEADSQUARED), an_account(System.TALKDESK)
REFUSED = IdentityError("The account refuses the credentials", detail="401 x", hint="Check them.")
UNWRITTEN = UnrecordedError("The ledger cannot be written", detail="disk full", hint="Free it.")
DECLARE_IT = Undeclared(place="manifests/crm.yaml:2", advice="Ask somebody.")
ONE, TWO = "list-1", "list-2"


def nothing_spent() -> Usage:
    return Usage(spent=0)


def a_subject(
    examiner: Examiner | Check,
    account: Account = CRM,
    *,
    undeclared: Undeclared | None = None,
    usage: Callable[[], Usage] = nothing_spent,
) -> Subject:
    return Subject(
        account=account, host="host", examiner=examiner, usage=usage, undeclared=undeclared
    )


def examined(*subjects: Subject) -> list[Check]:
    return VirtualClock().run(examine(subjects, NoProgress()))


def told(checks: list[Check]) -> list[tuple[str, str]]:
    return [(one.name, one.verdict.value) for one in checks]


def only(checks: list[Check], name: str) -> Check:
    (found,) = [one for one in checks if one.name == name]
    return found


def test_a_healthy_account_passes_every_check() -> None:
    checks = examined(a_subject(FakeExaminer()))
    names = ("credentials", "role", "tenant", "clock", "limits", "evidence")
    assert told(checks) == [(name, "pass") for name in names]
    assert first_failure(checks) is ExitCode.DONE
    assert {one.account for one in checks} == {"acme-crm"}


@pytest.mark.parametrize(
    ("error", "code", "words", "hint"),
    [
        (REFUSED, ExitCode.IDENTITY, "The account refuses the credentials: 401 x", "Check them."),
        (
            UnreadableError("503"),
            ExitCode.INCOMPLETE,
            "no usable answer: 503",
            "Look at the network, at the region and at the service's own status; then try again.",
        ),
        (
            OutOfCallsError("5 of 5"),
            ExitCode.INCOMPLETE,
            "not asked: 5 of 5",
            "Try again when calls are left.",
        ),
        (
            UNWRITTEN,
            ExitCode.UNRECORDED,
            "The ledger cannot be written: disk full",
            "Free it.",
        ),
    ],
)
def test_an_account_that_does_not_say_whose_it_is_is_asked_nothing_else(
    error: Exception, code: ExitCode, words: str, hint: str
) -> None:
    examiner = FakeExaminer(holds=error)
    checks = examined(a_subject(examiner))
    assert told(checks) == [("credentials", "fail"), ("limits", "pass")]
    assert checks[0] == failed(CREDENTIALS, words, hint, code, account="acme-crm")
    assert first_failure(checks) is code
    assert examiner.asked == ["holder"]


def test_an_answer_that_refuses_everything_tells_the_time_too() -> None:
    examiner = FakeExaminer(holds=REFUSED, time_told=TimeTold(EPOCH, EPOCH, EPOCH))
    assert told(examined(a_subject(examiner)))[1] == ("clock", "pass")


@pytest.mark.parametrize("names", [("99999",), ()])
def test_another_account_than_declared_is_asked_nothing_more(names: tuple[str, ...]) -> None:
    examiner = FakeExaminer(holds=Holder(names=names, role="Administrator"))
    checks = examined(a_subject(examiner))
    assert told(checks)[-3:] == [("tenant", "fail"), ("clock", "pass"), ("limits", "pass")]
    assert first_failure(checks) is ExitCode.IDENTITY
    assert examiner.asked == ["holder"]


def test_an_account_whose_tenant_is_not_declared_is_asked_everything_and_unusable() -> None:
    examiner = FakeExaminer()
    checks = examined(a_subject(examiner, undeclared=DECLARE_IT))
    assert first_failure(checks) is ExitCode.INVALID
    assert only(checks, "tenant").hint == (
        'Write this into `spec` of the Account at manifests/crm.yaml:2:\ntenant: "22824"'
    )
    assert examiner.asked == ["holder", "by id in "]


def test_what_nobody_can_ask_is_told_with_what_is_known_without() -> None:
    missing = failed(CREDENTIALS, "not set", "Set them.", ExitCode.IDENTITY, account="acme-crm")
    assert told(examined(a_subject(missing))) == [("credentials", "fail"), ("limits", "pass")]
    checks = examined(a_subject(missing, undeclared=DECLARE_IT))
    assert told(checks)[1] == ("tenant", "fail")
    assert only(checks, "tenant").hint == "Ask somebody."
    assert first_failure(checks) is ExitCode.IDENTITY


def test_each_record_list_is_tried_whatever_comes_of_the_others() -> None:
    trials: dict[str, Trial | Exception] = {
        ONE: UnreadableError("502"),
        TWO: Missing("404 0530910", "AbsentRecords/a"),
        "list-3": ProvesNothing("null"),
        "list-4": WORKS,
        "list-5": IdentityError("x", detail="403 no"),
    }
    examiner = FakeExaminer(holds=Holder(names=("acme",)), trials=trials)
    checks = [one for one in examined(a_subject(examiner, DIALER)) if one.name == "evidence"]
    assert [(one.verdict.value, int(one.code), one.words) for one in checks] == [
        ("fail", 7, "record list list-1: no usable answer: 502"),
        ("fail", 7, "record list list-2: answered 404 0530910"),
        ("warn", 0, "record list list-3: asking by id proves no absence: null"),
        ("pass", 0, "record list list-4: what is not there is answered 200 [], unlike what is"),
        ("fail", 8, "record list list-5: refused: 403 no"),
    ]
    assert checks[1].hint.startswith("Correct the `recordList` of AbsentRecords/a, or")
    assert checks[4].hint.startswith("The account accepted the credentials before.")


def test_without_a_record_list_to_ask_there_is_a_warning() -> None:
    examiner = FakeExaminer(holds=Holder(names=("acme",)), trials={})
    (check,) = [one for one in examined(a_subject(examiner, DIALER)) if one.name == "evidence"]
    assert (check.verdict, check.words) == (
        CheckVerdict.WARN,
        "not tried: no manifest lists or selects a record",
    )


def test_what_was_spent_and_told_meanwhile_counts() -> None:
    examiner = FakeExaminer()

    def usage() -> Usage:
        return Usage(spent=len(examiner.asked))

    checks = examined(a_subject(examiner, usage=usage))
    assert "calls in 24 h: 2, " in only(checks, "limits").words


def test_a_ledger_that_fails_meanwhile_fails_the_check_that_needs_it() -> None:
    def usage() -> Usage:
        raise UNWRITTEN

    checks = examined(a_subject(FakeExaminer(), usage=usage))
    assert (only(checks, "limits").code, only(checks, "limits").hint) == (74, "Free it.")


def test_accounts_come_in_their_order_and_one_does_not_hold_up_another() -> None:
    other = replace(CRM, name="other-crm")
    checks = examined(
        a_subject(FakeExaminer(holds=UnreadableError("503"))),
        a_subject(FakeExaminer(holds=REFUSED), DIALER),
        a_subject(FakeExaminer(holds=ADMINISTRATOR), other),
    )
    assert list(dict.fromkeys(one.account for one in checks)) == [
        "acme-crm",
        "acme-dialer",
        "other-crm",
    ]
    assert {one.verdict for one in checks if one.account == "other-crm"} == {CheckVerdict.PASS}
    # Not the weightiest code but that of the first failure.
    assert first_failure(checks) is ExitCode.INCOMPLETE


def test_nothing_to_examine_is_nothing_found() -> None:
    assert examined() == []
