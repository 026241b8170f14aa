"""What accounts are asked about themselves, and what their answers are taken for."""

from collections.abc import Callable
from dataclasses import replace
from email.utils import format_datetime

import httpx
import pytest

from reconciler.application.checkup import Examiner
from reconciler.application.clock import utc
from reconciler.application.ports import OutOfCallsError, UnreadableError
from reconciler.domain.accounts import System
from reconciler.domain.checkup.account import Holder
from reconciler.domain.checkup.clock import TimeTold
from reconciler.domain.checkup.evidence import Missing, Proves, ProvesNothing, Trial
from reconciler.domain.masking import Mask
from reconciler.errors import IdentityError
from reconciler.sandbox.credentials import ORG_ID, ORG_SHORT_CODE
from reconciler.sandbox.seed import record_list_id
from reconciler.vendors.leadsquared.examiner import TaskExaminer
from reconciler.vendors.talkdesk.examiner import RecordExaminer
from tests.fakes.progress import NoProgress
from tests.simulation import EPOCH, VirtualClock
from tests.vendors.rig import KEY, LIST, Answers, Rig, Sandbox, Server, an_account, answer, in_turn

WHO = "GET /v2/Authentication.svc/UserByAccessKey.Get"
SECOND_LIST = record_list_id(1)
NO_TASK = "reading by id has shown no live task, so its answers may mean nothing"


def task_examiner(rig: Rig, *, tenant: str = ORG_SHORT_CODE) -> TaskExaminer:
    account = an_account(System.LEADSQUARED, sees_all=rig.sees_all)
    return TaskExaminer(
        account=replace(account, tenant=tenant),
        caller=rig.task_caller(),
        key=KEY,
        mask=Mask(),
        sightings=rig.sightings,
        progress=NoProgress(),
        new_id=rig.new_id,
        today=lambda: "2026-11-22",
    )


def record_examiner(rig: Rig, *lists: str, is_named_by_host: bool = True) -> RecordExaminer:
    token = rig.token()
    return RecordExaminer(
        account=an_account(System.TALKDESK),
        caller=rig.record_caller(token),
        key=KEY,
        mask=Mask(),
        new_id=rig.new_id,
        ready=token.ready,
        is_named_by_host=is_named_by_host,
        named=dict.fromkeys(lists, "AbsentRecords/a"),
    )


def sandbox_rig(*faults: str, tasks: int = 30, sees_all: bool = False) -> tuple[Rig, Sandbox]:
    clock = VirtualClock()
    sandbox = Sandbox(clock, *faults, tasks=tasks)
    return Rig(transport=sandbox, clock=clock, sees_all=sees_all), sandbox


def lines(sandbox: Sandbox) -> list[str]:
    return [f"{one.method} {one.url.path}" for one in sandbox.arrived]


def tried(rig: Rig, *, tenant: str = ORG_SHORT_CODE) -> Trial:
    examiner = task_examiner(rig, tenant=tenant)

    async def work() -> Trial:
        await examiner.holder()
        (nowhere,) = examiner.record_lists
        return await examiner.try_by_id(nowhere)

    return rig.clock.run(work())


# -- LeadSquared


def test_a_key_tells_whose_it_is() -> None:
    rig, sandbox = sandbox_rig()
    holder = rig.clock.run(task_examiner(rig).holder())
    assert holder == Holder(names=(ORG_SHORT_CODE, ORG_ID), role="Administrator", sees_all=True)
    assert lines(sandbox) == [WHO]


def test_a_key_of_another_role_does_not_see_everything() -> None:
    rig, _ = sandbox_rig("leadsquared_role=Sales_User")
    holder = rig.clock.run(task_examiner(rig).holder())
    assert (holder.role, holder.sees_all) == ("Sales_User", False)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, Holder(names=(), role="none", sees_all=False)),
        ({"OrgId": ORG_ID}, Holder(names=(ORG_ID,), role="none", sees_all=False)),
        (
            {"OrgShortCode": 22824, "Role": None},
            Holder(names=("22824",), role="none", sees_all=False),
        ),
    ],
)
def test_what_an_account_does_not_say_is_left_out(body: object, expected: Holder) -> None:
    rig = Rig(transport=Server(lambda _: answer(200, body)))
    assert rig.clock.run(task_examiner(rig).holder()) == expected


@pytest.mark.parametrize(
    ("found", "error"),
    [
        (answer(401, {"ExceptionType": "MXUnAuthorizedAccessException"}), IdentityError),
        (answer(403, {}), IdentityError),
        (answer(404, {}), UnreadableError),
        (answer(200, []), UnreadableError),
        (answer(200, {"Status": "Error"}), UnreadableError),
        (answer(503, raw="down"), UnreadableError),
    ],
)
def test_a_key_that_is_refused_is_told_from_an_account_that_does_not_answer(
    found: httpx.Response, error: type[Exception]
) -> None:
    rig = Rig(transport=Server(in_turn(found)))
    with pytest.raises(error):
        rig.clock.run(task_examiner(rig).holder())


@pytest.mark.parametrize(
    ("fault", "gone"),
    [
        ("leadsquared_gone=empty_list", "200 []"),
        ("leadsquared_gone=404", "404"),
        ("leadsquared_gone=mx500", "500 MXUnknownTaskException"),
    ],
)
def test_an_account_that_shows_a_live_task_proves_absence_in_its_own_spelling(
    fault: str, gone: str
) -> None:
    rig, sandbox = sandbox_rig(fault)
    assert tried(rig) == Proves(gone)
    assert len(sandbox.arrived) == 4
    assert rig.sightings.seen == {("acme-crm", ORG_SHORT_CODE, gone)}


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("leadsquared_gone=null", "a random id was answered with 200 with something else than"),
        ("leadsquared_gone=error200", "a random id was answered with 200 MXUnknownTaskException"),
        ("leadsquared_role=Sales_User", "the key's role is not Administrator"),
    ],
)
def test_an_answer_that_proves_nothing_says_why(fault: str, cause: str) -> None:
    rig, _ = sandbox_rig(fault)
    trial = tried(rig)
    assert isinstance(trial, ProvesNothing)
    assert trial.cause.startswith(cause)
    assert rig.sightings.seen == set()


def test_a_key_that_the_manifest_says_sees_everything_proves_absence() -> None:
    rig, _ = sandbox_rig("leadsquared_role=Sales_User", sees_all=True)
    assert tried(rig) == Proves("200 []")


def test_an_account_without_a_task_has_nothing_to_test_with() -> None:
    rig, _ = sandbox_rig(tasks=0)
    assert tried(rig) == ProvesNothing(NO_TASK)


def test_listings_without_an_answer_are_told_from_an_account_without_a_task() -> None:
    rig, _ = sandbox_rig(
        "common_failures=leadsquared_list:1-:503,leadsquared_users:1-:503,leadsquared_by_user:1-:503"
    )
    with pytest.raises(UnreadableError, match=r"^503 not JSON \(to a listing of tasks\)$"):
        tried(rig)


def test_a_listing_that_fails_does_not_matter_where_another_shows_a_task() -> None:
    rig, _ = sandbox_rig("common_failures=leadsquared_list:1-:503")
    assert tried(rig) == Proves("200 []")


def test_a_random_id_without_an_answer_is_no_verdict() -> None:
    rig, _ = sandbox_rig("common_failures=leadsquared_get:1-:503")
    with pytest.raises(UnreadableError, match=r"^503 not JSON \(to a random id\)$"):
        tried(rig)


def test_a_key_that_is_taken_here_and_refused_there_is_refused() -> None:
    rig, _ = sandbox_rig("common_failures=leadsquared_get:1-:401")
    with pytest.raises(IdentityError):
        tried(rig)


@pytest.mark.parametrize("declared", ["REPLACEME", "99999", ORG_ID.upper()])
def test_what_is_seen_is_never_remembered_for_an_account_that_did_not_show_it(
    declared: str,
) -> None:
    rig, _ = sandbox_rig()
    assert tried(rig, tenant=declared) == Proves("200 []")
    remembered = declared if declared == ORG_ID.upper() else ORG_SHORT_CODE
    assert rig.sightings.seen == {("acme-crm", remembered, "200 []")}


def test_nobody_is_tried_before_it_is_known_whose_key_it_is() -> None:
    rig, sandbox = sandbox_rig()
    with pytest.raises(RuntimeError):
        rig.clock.run(task_examiner(rig).try_by_id(""))
    assert sandbox.arrived == []


# -- Talkdesk


def record_trial(*faults: str, list_id: str = LIST) -> Trial:
    rig, _ = sandbox_rig(*faults)
    return rig.clock.run(record_examiner(rig, list_id).try_by_id(list_id))


def test_a_token_is_tried_on_something_that_is_not_there() -> None:
    rig, sandbox = sandbox_rig()
    examiner = record_examiner(rig, LIST, SECOND_LIST)
    assert rig.clock.run(examiner.holder()) == Holder(names=("acme",))
    assert [one.method for one in sandbox.arrived] == ["POST", "GET"]
    assert sandbox.arrived[1].url.path not in {f"/record-lists/{LIST}", "/record-lists"}
    assert list(examiner.record_lists) == [LIST, SECOND_LIST]


def test_an_endpoint_that_bears_no_name_cannot_tell_the_tenant() -> None:
    rig, _ = sandbox_rig()
    examiner = record_examiner(rig, is_named_by_host=False)
    assert rig.clock.run(examiner.holder()) == Holder(names=None)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("talkdesk_granted_scopes=none", IdentityError),
        ("common_failures=talkdesk_token:1-:401", IdentityError),
        ("common_failures=talkdesk_token:1-:503", UnreadableError),
        ("common_failures=talkdesk_lists:1-:502", UnreadableError),
    ],
)
def test_a_token_that_is_good_for_nothing_is_told(fault: str, error: type[Exception]) -> None:
    rig, _ = sandbox_rig(fault)
    with pytest.raises(error):
        rig.clock.run(record_examiner(rig).holder())


def test_a_list_that_answers_as_documented_proves_absence() -> None:
    assert record_trial() == Proves("404 0530920")
    assert record_trial(list_id=SECOND_LIST) == Proves("404 0530920")


def test_a_list_that_is_not_there_is_told_with_who_names_it() -> None:
    trial = record_trial(f"talkdesk_missing_list={LIST}")
    assert trial == Missing("404 0530910 Record List not found.", "AbsentRecords/a")


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("talkdesk_gone=404_list", "a random id was answered with 404 0530910"),
        ("talkdesk_gone=null", "a random id was answered with 200 with something else"),
        ("talkdesk_gone=empty_object", "a random id was answered with 200 with something else"),
    ],
)
def test_a_record_that_is_answered_otherwise_proves_nothing(fault: str, cause: str) -> None:
    trial = record_trial(fault)
    assert isinstance(trial, ProvesNothing)
    assert trial.cause.startswith(cause)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("common_failures=talkdesk_lists:1-:503", "503"),
        ("common_failures=talkdesk_lists:1-:422", "the record list was answered 422"),
        ("common_failures=talkdesk_get:1-:html502", "502 not JSON (to a random id)"),
    ],
)
def test_a_list_without_an_answer_is_no_verdict(fault: str, told: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        record_trial(fault)
    assert str(caught.value).startswith(told)


# -- both


@pytest.mark.parametrize("examine", [task_examiner, lambda rig: record_examiner(rig, LIST)])
def test_nothing_is_deleted_and_every_call_takes_a_slot(examine: Callable[[Rig], Examiner]) -> None:
    rig, sandbox = sandbox_rig()
    examiner = examine(rig)

    async def work() -> None:
        await examiner.holder()
        await examiner.try_by_id(*examiner.record_lists)

    rig.clock.run(work())
    assert sandbox.deletions == 0
    assert rig.slots.taken == len(sandbox.arrived) > 0


def test_without_a_call_left_nothing_is_asked() -> None:
    rig, sandbox = sandbox_rig()
    rig.slots.left = 0
    with pytest.raises(OutOfCallsError):
        rig.clock.run(task_examiner(rig).holder())
    assert sandbox.arrived == []


def dated(*dates: str) -> Answers:
    return in_turn(
        *(answer(200, {"OrgId": "1"}, **({"Date": one} if one else {})) for one in dates)
    )


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        ([format_datetime(utc(EPOCH - 30), usegmt=True)], EPOCH - 30),
        ([format_datetime(utc(EPOCH - 30), usegmt=True), ""], EPOCH - 30),
        ([format_datetime(utc(EPOCH), usegmt=True), "Sun, 22 Nov 2026 09:00:07 -0000"], EPOCH + 7),
        ([""], None),
        (["yesterday"], None),
        (["Sun, 99 Nov 2026 09:00:07 GMT"], None),
        (["Mon, 01 Jan 99999 00:00:00 GMT"], None),
    ],
)
def test_the_newest_date_of_an_answer_tells_the_time(dates: list[str], told: float | None) -> None:
    rig = Rig(transport=Server(dated(*dates), latency=2.0))
    examiner = task_examiner(rig)
    assert examiner.time_told is None

    async def work() -> None:
        for _ in dates:
            await examiner.holder()

    rig.clock.run(work())
    at = EPOCH + (2.0 if dates[-1:] == [""] else 2.0 * len(dates))
    assert examiner.time_told == (None if told is None else TimeTold(told, at - 2.0, at))


def test_a_refused_key_tells_the_time_too() -> None:
    date = format_datetime(utc(EPOCH), usegmt=True)
    rig = Rig(transport=Server(in_turn(answer(401, {}, Date=date))))
    examiner = task_examiner(rig)
    with pytest.raises(IdentityError):
        rig.clock.run(examiner.holder())
    assert examiner.time_told == TimeTold(EPOCH, EPOCH, EPOCH)
