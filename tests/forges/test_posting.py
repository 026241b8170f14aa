"""A thread tells a plan once, over real HTTP, whatever becomes of single calls."""

import pytest

from reconciler.forges.forge import Forge, Kind, Thread
from reconciler.forges.marker import State, marker_of
from reconciler.forges.posting import Result, Told, label, tell, tell_drift
from reconciler.forges.thread import Mode, superseded
from reconciler.forges.trouble import (
    ForgeError,
    InvalidRequestError,
    MissingError,
    RefusedError,
)
from tests.fakes.forge import Failure, Row
from tests.forges.rig import PULL, REVIEW, STRANGER, Rig, a_body

FAREWELL = a_body("Nothing is left.", key="drift-all", state=State.SUPERSEDED)
LABELS = frozenset({"reconciler: deletes", "reconciler: no changes"})


def told(rig: Rig, body: str = "", mode: Mode = Mode.UPDATE) -> Told:
    return rig.run(lambda forge: tell(forge, REVIEW, body or a_body("new"), mode))


def drift(rig: Rig, title: str = "Drift: 1", *, is_drift: bool = True) -> Told:
    body = a_body("drift", key="drift-all")
    return rig.run(
        lambda forge: tell_drift(forge, title, body, is_drift=is_drift, farewell=FAREWELL)
    )


def test_a_plan_is_posted_then_left_alone_then_updated(rig: Rig) -> None:
    first = told(rig)
    assert first.result is Result.POSTED
    assert first.url.endswith("1001")
    again = told(rig)
    assert (again.result, again.url) == (Result.UNCHANGED, first.url)
    assert len(rig.written) == 1
    other = told(rig, a_body("other"))
    assert (other.result, other.url) == (Result.UPDATED, first.url)
    assert rig.bodies() == [a_body("other")]


def test_ours_is_found_on_the_last_of_many_pages(rig: Rig) -> None:
    for n in range(250):
        rig.add(f"talk {n}", user=STRANGER)
    rig.add(a_body("old"))
    assert told(rig).result is Result.UPDATED
    assert len(rig.bodies()) == 251
    assert rig.bodies()[-1] == a_body("new")


@pytest.mark.parametrize("header", ["", "link", "x-next-page"])
@pytest.mark.parametrize("others", [199, 205])
def test_ours_is_found_whatever_header_tells_of_its_page(
    rig: Rig, header: str, others: int
) -> None:
    rig.server.paging = header
    for n in range(others):
        rig.add(f"talk {n}", user=STRANGER)
    rig.add(a_body("old"))
    assert told(rig).result is Result.UPDATED
    asked = [one for one in rig.server.requests if one.path.endswith(("/comments", "/notes"))]
    assert len(asked) == (others + 1) // 100 + (not header or others == 205)


def test_of_a_server_without_pages_everything_is_read_once(rig: Rig) -> None:
    rig.server.takes_pages = False
    for n in range(120):
        rig.add(f"talk {n}", user=STRANGER)
    rig.add(a_body("old"))
    assert told(rig).result is Result.UPDATED
    assert rig.bodies()[-1] == a_body("new")


def test_a_marker_of_somebody_else_is_never_touched(rig: Rig) -> None:
    rig.add(a_body("forged"), user=STRANGER)
    assert told(rig).result is Result.POSTED
    assert rig.bodies() == [a_body("forged"), a_body("new")]


def test_what_is_older_is_folded(rig: Rig) -> None:
    rig.add(a_body("first"))
    rig.add(a_body("second"))
    assert told(rig).result is Result.UPDATED
    assert rig.bodies() == [superseded(a_body("first")), a_body("new")]
    assert told(rig, a_body("newest"), Mode.HIDE_AND_NEW).result is Result.POSTED
    assert rig.bodies()[1:] == [superseded(a_body("new")), a_body("newest")]


def test_that_an_old_one_cannot_be_folded_does_not_undo_the_new_one(rig: Rig) -> None:
    rig.add(a_body("first"))
    method, path = rig.editing
    rig.fail(Failure(403, method, path, times=None))
    done = told(rig, mode=Mode.HIDE_AND_NEW)
    assert done.result is Result.POSTED
    assert [type(one) for one in done.trouble] == [RefusedError]
    assert rig.bodies() == [a_body("first"), a_body("new")]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_reads_and_edits_are_repeated(rig: Rig, status: int) -> None:
    rig.add(a_body("old"))
    for method, path in (("GET", "/user"), ("GET", "/7/(comments|notes)"), rig.editing):
        rig.fail(Failure(status, method, path, times=3))
    assert told(rig).result is Result.UPDATED
    assert rig.bodies() == [a_body("new")]


def test_a_server_that_stays_broken_is_given_up(rig: Rig) -> None:
    rig.fail(Failure(503, times=None, message="down"))
    with pytest.raises(ForgeError, match="503 down") as raised:
        told(rig)
    assert "when Git" in raised.value.hint
    assert len(rig.server.requests) == 5


@pytest.mark.parametrize("failure", [Failure(502, "POST"), Failure(200, "POST", lost=True)])
def test_an_answer_that_is_lost_doubles_nothing(rig: Rig, failure: Failure) -> None:
    rig.fail(failure)
    assert told(rig).result is Result.POSTED
    assert rig.bodies() == [a_body("new")]


def test_what_somebody_else_writes_meanwhile_is_not_taken_for_ours(rig: Rig) -> None:
    """A forger who writes our very text must not make us believe that we wrote it."""

    class Meanwhile(Failure):
        def strikes(self, request: object) -> bool:
            struck = super().strikes(request)  # type: ignore[arg-type]  # a request of starlette
            if struck:
                rig.add(a_body("new"), user=STRANGER)
            return struck

    rig.fail(Meanwhile(502, "POST"))
    assert told(rig).result is Result.POSTED
    assert rig.bodies() == [a_body("new"), a_body("new")]


def test_posting_is_given_up_after_some_attempts(rig: Rig) -> None:
    rig.fail(Failure(500, "POST", times=None))
    with pytest.raises(ForgeError, match="500"):
        told(rig)
    assert len(rig.written) == 3
    assert rig.bodies() == []


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        (Failure(429, headers={"retry-after": "7"}), 7),
        (Failure(403, headers={"retry-after": "30"}), 30),
        (Failure(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "RESET"}), 90),
        (Failure(429), 60),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_rate_limit_is_waited_for(
    rig: Rig, failure: Failure, seconds: float, method: str
) -> None:
    began = rig.clock.now
    headers = {
        name: str(int(began) + 90) if value == "RESET" else value
        for name, value in failure.headers.items()
    }
    rig.fail(Failure(failure.status, method, headers=headers))
    assert told(rig).result is Result.POSTED
    assert rig.bodies() == [a_body("new")]
    assert rig.clock.now - began == pytest.approx(seconds, abs=1)


@pytest.mark.parametrize("header", ["181", "999999999999999999"])
def test_a_rate_limit_that_asks_for_too_long_is_not_waited_for(rig: Rig, header: str) -> None:
    began = rig.clock.now
    rig.fail(Failure(429, headers={"retry-after": header}, times=None))
    with pytest.raises(ForgeError, match="rate limit asks for"):
        told(rig)
    assert rig.clock.now == began


def test_waiting_ends_however_often_it_is_asked_for(rig: Rig) -> None:
    began = rig.clock.now
    rig.fail(Failure(403, headers={"retry-after": "50"}, times=None))
    with pytest.raises(ForgeError, match="rate limit"):
        told(rig)
    assert rig.clock.now - began == 150


def test_a_limit_that_does_not_say_for_how_long_is_waited_for_once(rig: Rig) -> None:
    began = rig.clock.now
    rig.fail(Failure(429, times=None))
    with pytest.raises(ForgeError, match="does not say how long to wait"):
        told(rig)
    assert rig.clock.now - began == 60
    assert len(rig.server.requests) == 2


def test_a_plan_told_twice_is_posted_anew_where_that_was_asked_for(rig: Rig) -> None:
    for _ in range(2):
        assert told(rig, mode=Mode.HIDE_AND_NEW).result is Result.POSTED
    assert rig.bodies() == [superseded(a_body("new")), a_body("new")]


def test_a_token_that_is_not_taken_is_refused_without_being_told(rig: Rig) -> None:
    rig.token = "not-the-secret-one"  # noqa: S105 - wrong on purpose
    with pytest.raises(RefusedError) as raised:
        told(rig)
    assert "not-the-secret-one" not in f"{raised.value} {raised.value.hint} {raised.value!r}"
    assert not any("not-the-secret-one" in f"{one}" for one in rig.server.requests)
    assert rig.bodies() == []


@pytest.mark.parametrize("status", [403, 422, 500])
def test_an_answer_that_quotes_the_token_does_not_make_us_say_it(rig: Rig, status: int) -> None:
    token = rig.server.token
    message = f"refused: Authorization: Bearer {token} PRIVATE-TOKEN: {token}"
    rig.fail(Failure(status, "POST", message=message, times=None))
    with pytest.raises(ForgeError, match=r"\*\*\*") as raised:
        told(rig)
    assert token not in f"{raised.value!r} {raised.value.summary} {raised.value.hint}"


def test_a_token_that_may_only_read_is_refused(rig: Rig) -> None:
    rig.server.may_write = False
    with pytest.raises(RefusedError, match="403") as raised:
        told(rig)
    assert raised.value.hint
    assert len(rig.written) == 1


def test_a_pull_request_that_does_not_exist_is_missing(rig: Rig) -> None:
    thread = Thread(Kind.REVIEW, 404)
    with pytest.raises(MissingError, match="404"):
        rig.run(lambda forge: tell(forge, thread, a_body(), Mode.UPDATE))
    assert rig.written == []


def test_a_text_that_is_too_long_is_said_to_be(rig: Rig) -> None:
    with pytest.raises(InvalidRequestError, match="too long"):
        told(rig, a_body("x" * 1_000_001))


def test_an_answer_that_is_no_json_is_not_believed(rig: Rig) -> None:
    rig.fail(Failure(200, "GET", "/7/(comments|notes)", times=None))
    with pytest.raises(ForgeError, match="not what its documentation says"):
        told(rig)
    assert rig.written == []


def test_a_redirect_is_not_followed(rig: Rig) -> None:
    rig.fail(Failure(302, headers={"location": "https://evil.test/"}, times=None))
    with pytest.raises(ForgeError, match="302"):
        told(rig)
    assert len(rig.server.requests) == 1


def test_nobody_there_is_a_failure_and_not_a_crash(rig: Rig) -> None:
    rig.url = "http://127.0.0.1:1"
    with pytest.raises(ForgeError, match="ConnectError"):
        told(rig)


def test_the_client_reaches_no_other_path(rig: Rig) -> None:
    from reconciler.transport.wire import Call  # noqa: PLC0415 - what only an intruder needs

    async def intrude(forge: Forge) -> None:
        calls = forge._calls  # type: ignore[attr-defined]  # noqa: SLF001 - as an intruder would
        await calls.repeatable(Call(method="DELETE", path="/repos/acme/absences"))

    with pytest.raises(PermissionError):
        rig.run(intrude)
    assert rig.server.requests == []


def test_the_newest_open_pull_request_of_a_commit_is_found(rig: Rig) -> None:
    server = rig.server
    opener = getattr(server, "add_pull", None) or server.add_merge_request  # type: ignore[union-attr]  # one or the other
    opener(9, sha="c0ffee1", state="closed")
    opener(8, sha="c0ffee1")
    assert rig.run(lambda forge: forge.reviews_of("c0ffee1")) == [7, 8]
    opener(10, sha="deadbee", state="closed")
    assert rig.run(lambda forge: forge.reviews_of("deadbee")) == [10]
    assert list(rig.run(lambda forge: forge.reviews_of("abcdef0"))) == []


def test_exactly_one_of_our_labels_is_left(rig: Rig) -> None:
    rig.put_labels("bug", "reconciler: no changes")
    rig.run(lambda forge: label(forge, REVIEW, "reconciler: deletes", LABELS))
    assert rig.labels() == ["bug", "reconciler: deletes"]
    count = len(rig.written)
    rig.run(lambda forge: label(forge, REVIEW, "reconciler: deletes", LABELS))
    assert len(rig.written) == count


def test_drift_opens_an_issue_updates_it_and_closes_it(rig: Rig) -> None:
    rig.add_issue(20, "not ours")
    rig.add_issue(21, a_body("forged", key="drift-all"), STRANGER)
    rig.add_issue(22, a_body("another part", key="drift-0123456789ab"))
    assert drift(rig).result is Result.POSTED
    assert drift(rig).result is Result.UNCHANGED
    assert len(rig.written) == 1
    assert drift(rig, "Drift: 2").result is Result.UPDATED
    assert rig.issues()[23] == ("Drift: 2", a_body("drift", key="drift-all"), "open")
    assert drift(rig, is_drift=False).result is Result.CLOSED
    assert rig.issues()[23][2] == "closed"
    assert rig.issue_notes(23) == [FAREWELL]
    assert drift(rig, is_drift=False).result is Result.SKIPPED
    assert {rig.issues()[number][2] for number in (20, 21, 22)} == {"open"}
    assert drift(rig).result is Result.POSTED
    assert rig.issues()[24][2] == "open"


def test_of_two_issues_the_older_one_is_closed(rig: Rig) -> None:
    rig.add_issue(20, a_body("first", key="drift-all"))
    rig.add_issue(21, a_body("second", key="drift-all"))
    assert drift(rig).result is Result.UPDATED
    assert {number: one[2] for number, one in rig.issues().items()} == {20: "closed", 21: "open"}
    assert rig.issue_notes(20)[0].endswith(" -->\nIssue 21 tells of it now.\n")


def test_that_an_older_issue_cannot_be_closed_does_not_undo_the_newer_one(rig: Rig) -> None:
    rig.add_issue(20, a_body("first", key="drift-all"))
    rig.add_issue(21, a_body("second", key="drift-all"))
    rig.fail(Failure(403, rig.editing[0], "/issues/20$"))
    done = drift(rig)
    assert done.result is Result.UPDATED
    assert [type(one) for one in done.trouble] == [RefusedError]


def test_an_issue_whose_answer_is_lost_is_not_opened_twice(rig: Rig) -> None:
    rig.fail(Failure(200, "POST", "/issues$", lost=True))
    assert drift(rig).result is Result.POSTED
    assert len(rig.issues()) == 1


def test_a_farewell_that_was_said_already_is_not_said_again(rig: Rig) -> None:
    rig.add_issue(20, a_body("drift", key="drift-all"))
    rig.fail(Failure(403, rig.editing[0], "/issues/20$"))
    with pytest.raises(RefusedError):
        drift(rig, is_drift=False)
    assert drift(rig, is_drift=False).result is Result.CLOSED
    assert rig.issue_notes(20) == [FAREWELL]


def test_a_pull_request_is_no_issue_about_drift(github: Rig) -> None:
    github.server.issues[PULL]["body"] = a_body("drift", key="drift-all")
    assert drift(github).result is Result.POSTED
    assert github.server.issues[PULL]["title"] == f"Change {PULL}"


def test_the_token_of_an_app_of_its_own_is_known_by_its_first_comment(github: Rig) -> None:
    github.server.user = {"login": "acme-reconciler[bot]", "id": 99, "type": "Bot"}
    for n in range(3):
        assert told(github, a_body(f"plan {n}")).result is Result.POSTED
    states = [marker_of(body) for body in github.bodies()]
    assert [one.state for one in states if one] == [
        State.SUPERSEDED,
        State.SUPERSEDED,
        State.CURRENT,
    ]


def test_the_bot_of_workflows_is_known_on_a_server_of_its_own_too(github: Rig) -> None:
    github.server.user = {"login": "github-actions[bot]", "id": 3, "type": "Bot"}
    github.add(a_body("forged"), user={"login": "github-actions[bot]", "id": 5, "type": "User"})
    assert told(github).result is Result.POSTED
    assert told(github, a_body("newer")).result is Result.UPDATED
    assert github.bodies() == [a_body("forged"), a_body("newer")]


def test_the_token_of_a_person_is_known_by_its_user(github: Rig) -> None:
    github.add(a_body("of the workflow's bot"))
    github.server.user = {"login": "vir", "id": 77, "type": "User"}
    assert told(github).result is Result.POSTED
    assert told(github, a_body("newer")).result is Result.UPDATED
    assert github.bodies() == [a_body("of the workflow's bot"), a_body("newer")]


def test_a_note_is_written_where_its_merge_request_cannot_be_read(gitlab: Rig) -> None:
    gitlab.fail(Failure(403, "GET", "/merge_requests/7$", times=None))
    assert told(gitlab) == Told(Result.POSTED, "", REVIEW, [])
    assert told(gitlab, a_body("newer")).result is Result.UPDATED
    assert gitlab.bodies() == [a_body("newer")]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_note_is_written_with_a_token_that_may_not_ask_whose_it_is(
    gitlab: Rig, status: int
) -> None:
    gitlab.fail(Failure(status, "GET", "/user$", times=None))
    gitlab.add(a_body("forged"), user=STRANGER)
    for n in range(2):
        assert told(gitlab, a_body(f"plan {n}")).result is Result.POSTED
    assert gitlab.bodies() == [a_body("forged"), superseded(a_body("plan 0")), a_body("plan 1")]


def test_a_server_that_cannot_say_whose_a_token_is_means_the_bot_of_workflows(github: Rig) -> None:
    github.fail(Failure(422, "GET", "/user$", times=None))
    assert told(github).result is Result.POSTED
    assert told(github, a_body("newer")).result is Result.UPDATED


def test_what_is_posted_is_told_as_that_though_older_ones_cannot_be_read(github: Rig) -> None:
    github.server.user = {"login": "acme-reconciler[bot]", "id": 99, "type": "Bot"}

    class Afterwards(Failure):
        def strikes(self, request: object) -> bool:
            return bool(github.written) and super().strikes(request)  # type: ignore[arg-type]  # a request of starlette

    github.fail(Afterwards(403, "GET", "/comments$", times=None))
    done = told(github)
    assert done.result is Result.POSTED
    assert [type(one) for one in done.trouble] == [RefusedError]


@pytest.mark.parametrize("rows", [[], [{"id": "odd"}]])
def test_what_was_posted_with_a_strange_answer_is_found(rig: Rig, rows: list[Row]) -> None:
    class Odd(Failure):
        def strikes(self, request: object) -> bool:
            struck = super().strikes(request)  # type: ignore[arg-type]  # a request of starlette
            if struck:
                rig.add(a_body("new"))
            return struck

    rig.fail(Odd(201, "POST", rows=rows))
    assert told(rig).result is Result.POSTED
    assert rig.bodies() == [a_body("new")]


def test_a_note_obeys_no_quick_action(gitlab: Rig) -> None:
    told(gitlab, a_body("```diff\n- a\n```\n\n`/close`"))
    assert gitlab.server.commands == []  # type: ignore[union-attr]  # GitLab's
    assert PULL in gitlab.server.merge_requests  # type: ignore[union-attr]  # GitLab's


def test_a_listing_without_an_end_is_given_up(rig: Rig) -> None:
    """A forge that names a next page for ever must neither hold up a job nor seem read whole."""
    header = {"link": '<https://x.test/?page=2>; rel="next"', "x-next-page": "2"}
    rig.fail(Failure(200, "GET", "/(comments|notes)$", times=None, headers=header, rows=[]))
    with pytest.raises(ForgeError, match="more than 100 pages"):
        told(rig)
    assert rig.written == []
