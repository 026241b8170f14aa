"""Allowances: lift a guard up to a number, for one account, one plan, until a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from reconciler.domain.guarding.allowances import Allowance, Lifts, most_lifted, valid
from reconciler.domain.guarding.guards import Facets, GuardResult, Matches, Share, Verdict
from reconciler.domain.guarding.judging import judge
from reconciler.domain.guarding.occasions import Occasion, timely
from reconciler.domain.guarding.openings import lifts_needed
from reconciler.domain.guarding.policies import Caps
from reconciler.domain.guarding.windows import Window

PASSED, VIOLATED, NOT_EVALUATED = Verdict
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DIGEST = "sha256:" + "a" * 64
WEEKDAYS = Window(days=("mon", "tue"), begins=time(8), ends=time(18), timezone="Europe/Lisbon")
SUNDAYS = replace(WEEKDAYS, days=("sun",))


def an_allowance(name: str = "march", **fields: Any) -> Allowance:  # noqa: ANN401 - any field
    """Return an allowance; fields of ``Lifts`` and of its own by name."""
    own = {key: fields.pop(key) for key in ("account", "digest", "expires") if key in fields}
    return Allowance(
        name=name,
        place="a.yaml:1",
        owner="crm-ops",
        reason="Clean-up",
        lifts=Lifts(**fields),
        **{"account": "acme", **own},
    )


@pytest.mark.parametrize(
    ("fields", "opens"),
    [
        ({}, True),
        ({"digest": DIGEST}, True),
        ({"digest": DIGEST.replace("a", "b")}, False),
        ({"account": "other"}, False),
        ({"expires": TODAY}, True),
        ({"expires": TODAY - timedelta(days=1)}, False),
    ],
)
def test_it_opens_one_account_one_plan_and_until_its_last_day(
    fields: dict[str, Any], *, opens: bool
) -> None:
    one = an_allowance(max_deletes=9, **fields)
    assert bool(valid([one], "acme", DIGEST, TODAY)) is opens


def test_the_largest_counts_and_they_do_not_add_up() -> None:
    some = [an_allowance("a", max_deletes=700), an_allowance("b", max_deletes=800)]
    assert most_lifted(some, "max_deletes") == (800, some[1])
    (result, *_) = judge(Facets(account="acme", deletes=1200, shares=[]), Caps(), some)
    assert (result.verdict, result.limit, result.allowance) == (VIOLATED, 800, "Allowance/b")


@pytest.mark.parametrize(
    ("lifts", "guard", "limit"),
    [
        ({"max_deletes": 600}, "maxDeletes", 600),
        ({"max_deletes_per_day": 2100}, "maxDeletesPerDay", 2100),
        ({"max_delete_percent": 60}, "maxDeletePercent", 60),
        ({"allow_emptying": True}, "allowEmptying", 1),
        ({"where_max": 600}, "where.max", 600),
    ],
)
def test_each_lifts_its_own_guard_and_no_other(
    lifts: dict[str, Any], guard: str, limit: int
) -> None:
    facets = Facets(
        account="acme",
        deletes=600,
        shares=[
            Share(scope="one", deletes=590, population=1000),
            Share(scope="two", deletes=10, population=10),
        ],
        matches=[Matches(scope="AbsentTasks/old", found=600, most=500)],
        deleted_today=1500,
    )
    bare = {(one.guard, one.scope): one for one in judge(facets, Caps())}
    lifted = {(one.guard, one.scope): one for one in judge(facets, Caps(), [an_allowance(**lifts)])}
    changed = {name for name, one in lifted.items() if one != bare[name]}
    assert {name for name, _ in changed} == {guard}
    for name in changed:
        assert bare[name].verdict is VIOLATED
        assert lifted[name] == replace(
            bare[name], verdict=PASSED, limit=limit, allowance="Allowance/march"
        )


def test_what_passes_by_itself_needs_no_allowance() -> None:
    (result, *_) = judge(
        Facets(account="acme", deletes=3, shares=[]), Caps(), [an_allowance(max_deletes=600)]
    )
    assert (result.limit, result.allowance) == (500, "")


def test_an_allowance_does_not_lower_a_limit() -> None:
    (result, *_) = judge(
        Facets(account="acme", deletes=501, shares=[]), Caps(), [an_allowance(max_deletes=5)]
    )
    assert (result.limit, result.verdict, result.allowance) == (500, VIOLATED, "")


def test_the_command_line_holds_against_every_allowance() -> None:
    facets = Facets(account="acme", deletes=600, shares=[], cap=550)
    (result, *_) = judge(facets, Caps(), [an_allowance(max_deletes=9999)])
    assert (result.verdict, result.limit, result.note) == (
        VIOLATED,
        550,
        "lowered by --max-deletes",
    )
    assert (lifts_needed([result]), result.allowance) == ({}, "")
    (below, *_) = judge(replace(facets, deletes=540), Caps(), [an_allowance(max_deletes=9999)])
    assert (below.verdict, below.limit, below.allowance) == (PASSED, 550, "Allowance/march")


def test_a_percentage_of_none_takes_any() -> None:
    facets = Facets(
        account="acme", deletes=30, shares=[Share(scope="s", deletes=30, population=60)]
    )
    results = judge(facets, Caps(max_delete_percent=0))
    assert lifts_needed(results) == {"maxDeletePercent": 100}
    lifted = judge(facets, Caps(max_delete_percent=0), [an_allowance(max_delete_percent=100)])
    assert VIOLATED not in {one.verdict for one in lifted}


def test_a_day_counts_what_was_deleted_before_and_since_when() -> None:
    facets = Facets(account="acme", deletes=600, shares=[], deleted_today=1401, counted_since=NOW)
    _, result = judge(facets, Caps(max_deletes=999))
    assert result == GuardResult(
        guard="maxDeletesPerDay",
        scope="account/acme",
        verdict=VIOLATED,
        limit=2000,
        observed=2001,
        note="1401 of them before; counted since 2026-11-22T09:00:00Z only",
    )
    _, nothing = judge(replace(facets, deletes=0, deleted_today=9999), Caps())
    assert nothing.verdict is PASSED


@pytest.mark.parametrize(("lacking", "verdict"), [(0, PASSED), (2, VIOLATED)])
def test_tickets_are_asked_for_where_a_policy_says_so(lacking: int, verdict: Verdict) -> None:
    facets = Facets(account="acme", deletes=5, shares=[], unticketed=lacking)
    assert "requireTicket" not in {one.guard for one in judge(facets, Caps())}
    *_, result = judge(facets, Caps(require_ticket=True))
    assert (result.guard, result.verdict, result.observed) == ("requireTicket", verdict, lacking)
    assert lifts_needed([result]) == {}


def guards_at(
    caps: Caps, occasion: Occasion | None, *allowances: Allowance, now: datetime = NOW
) -> dict[str, tuple[Verdict, str, str]]:
    made = timely("acme", caps, allowances, occasion, now).guards
    return {one.guard: (one.verdict, one.note, one.allowance) for one in made}


UNREVIEWED = Occasion(reviewed_at=None)
CLOSED = "closed, opens at 2026-11-23T08:00:00Z"


def test_a_policy_that_says_nothing_of_occasions_is_not_judged_by_any() -> None:
    assert guards_at(Caps(), UNREVIEWED) == {}


def test_closed_windows_refuse_an_apply_and_a_plan_only_shows_when_they_open() -> None:
    caps = Caps(windows=(WEEKDAYS,))
    assert guards_at(caps, None) == {"windows": (NOT_EVALUATED, CLOSED, "")}
    assert guards_at(caps, UNREVIEWED) == {"windows": (VIOLATED, CLOSED, "")}
    monday = NOW + timedelta(days=1)
    assert guards_at(caps, UNREVIEWED, now=monday) == {"windows": (PASSED, "open now", "")}


def test_lifted_windows_hold_no_more_or_others_hold_beside_them() -> None:
    caps = Caps(windows=(WEEKDAYS,))
    at_any_time, on_sundays = an_allowance(windows=()), an_allowance(windows=(SUNDAYS,))
    lifted = timely("acme", caps, [at_any_time], UNREVIEWED, NOW)
    assert lifted.windows == ()
    assert [(one.verdict, one.allowance) for one in lifted.guards] == [(PASSED, "Allowance/march")]
    both = timely("acme", caps, [on_sundays, an_allowance("z", windows=())], UNREVIEWED, NOW)
    assert (both.windows, both.guards[0].allowance) == ((), "Allowance/z")
    beside = timely("acme", caps, [on_sundays], UNREVIEWED, NOW)
    assert beside.windows == (WEEKDAYS, SUNDAYS)
    assert [one.verdict for one in beside.guards] == [PASSED]
    # Whatever is not needed is not used: it stays good for another run.
    monday = timely("acme", caps, [at_any_time], UNREVIEWED, NOW + timedelta(days=1))
    assert monday.windows == (WEEKDAYS,)
    assert [one.allowance for one in monday.guards] == [""]


def test_a_plan_rests_for_a_while_before_it_is_applied() -> None:
    caps = Caps(cool_off=1800)
    young = Occasion(reviewed_at=NOW - timedelta(seconds=1799))
    old = Occasion(reviewed_at=NOW - timedelta(seconds=1800))
    rests = "the reviewed plan rests until 2026-11-22T09:00:01Z"
    assert guards_at(caps, None) == {
        "coolOff": (NOT_EVALUATED, "a reviewed plan rests for 30m", "")
    }
    assert guards_at(caps, young) == {"coolOff": (VIOLATED, rests, "")}
    assert guards_at(caps, old) == {"coolOff": (PASSED, "", "")}
    assert guards_at(caps, young, an_allowance(cool_off=0)) == {
        "coolOff": (PASSED, "", "Allowance/march")
    }
    shorter = [an_allowance("a", cool_off=1798), an_allowance("b", cool_off=1799)]
    assert guards_at(caps, young, *shorter)["coolOff"][2] == "Allowance/a"
    assert guards_at(caps, young, an_allowance(cool_off=9999))["coolOff"][0] is VIOLATED


@pytest.mark.parametrize(
    ("occasion", "verdict"),
    [(None, NOT_EVALUATED), (UNREVIEWED, VIOLATED), (Occasion(reviewed_at=NOW), PASSED)],
)
def test_a_policy_may_require_a_plan(occasion: Occasion | None, verdict: Verdict) -> None:
    assert guards_at(Caps(require_plan=True), occasion)["requirePlan"][0] is verdict


def a_result(guard: str, observed: int = 1, verdict: Verdict = VIOLATED) -> GuardResult:
    return GuardResult(guard=guard, scope="s", verdict=verdict, limit=1, observed=observed)


def test_what_has_to_be_lifted_is_what_was_found_and_no_more() -> None:
    found = [
        a_result("maxDeletes", 600),
        a_result("maxDeletePercent", 30),
        a_result("maxDeletePercent", 40),
        a_result("allowEmptying"),
        a_result("where.max", 7),
        a_result("windows"),
        a_result("coolOff", 9),
        a_result("maxDeletesPerDay", 3, PASSED),
    ]
    assert lifts_needed(found) == {
        "maxDeletes": 600,
        "maxDeletePercent": 40,
        "allowEmptying": True,
        "where.max": 7,
        "windows": True,
        "coolOff": "0m",
    }


@pytest.mark.parametrize("guard", ["requireTicket", "requirePlan", "allowDeclared"])
def test_no_document_is_offered_where_it_would_not_open_the_plan(guard: str) -> None:
    assert lifts_needed([a_result("maxDeletes", 600), a_result(guard)]) == {}
