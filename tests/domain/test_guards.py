"""Guards: judged before the first request; zero is a limit like any other."""

import pytest

from reconciler.domain.guarding.guards import Facets, GuardResult, Matches, Share, Verdict
from reconciler.domain.guarding.judging import judge
from reconciler.domain.guarding.policies import Caps, Policy, caps_for

PASSED, VIOLATED, NOT_EVALUATED = Verdict


def a_policy(name: str = "p", accounts: tuple[str, ...] = (), **said: int | bool) -> Policy:
    return Policy(name=name, place="p.yaml:1", accounts=accounts, **said)  # type: ignore[arg-type]  # fields by name


def verdict_of(guard: str, share: Share, caps: Caps) -> GuardResult:
    results = judge(Facets(account="acme", deletes=share.deletes, shares=[share]), caps)
    return next(result for result in results if result.guard == guard)


@pytest.mark.parametrize(
    ("deletes", "limit", "verdict"),
    [
        (500, 500, PASSED),
        (501, 500, VIOLATED),
        (0, 0, PASSED),
        (1, 0, VIOLATED),
    ],
)
def test_max_deletes_allows_its_own_number(deletes: int, limit: int, verdict: Verdict) -> None:
    caps = Caps(max_deletes=limit)
    (result, *_) = judge(Facets(account="acme", deletes=deletes, shares=[]), caps)
    assert result == GuardResult(
        guard="maxDeletes",
        scope="account/acme",
        verdict=verdict,
        limit=limit,
        observed=deletes,
    )


@pytest.mark.parametrize(
    ("deletes", "population", "limit", "judged"),
    [
        (25, 100, 25, (PASSED, 25, "25 of 100")),
        (26, 100, 25, (VIOLATED, 26, "26 of 100")),
        # 25.01 % is more than 25.
        (2501, 10_000, 25, (VIOLATED, 26, "2501 of 10000")),
        (11, 44, 25, (PASSED, 25, "11 of 44")),
        (11, 43, 25, (VIOLATED, 26, "11 of 43")),
        (10, 11, 25, (NOT_EVALUATED, 0, "for up to 10 deletions")),
        (11, 11, 25, (VIOLATED, 100, "11 of 11")),
        (11, 0, 25, (VIOLATED, 100, "11 of 0")),
        (11, 0, 100, (PASSED, 100, "11 of 0")),
        (11, 11, 100, (PASSED, 100, "11 of 11")),
        (0, 11, 25, (NOT_EVALUATED, 0, "for up to 10 deletions")),
        (
            *(11, None, 25),
            (NOT_EVALUATED, 0, "how much there is in all is not known"),
        ),
        (1, 1000, 0, (VIOLATED, 1, "0 allows no deletion")),
        (1, None, 0, (VIOLATED, 1, "0 allows no deletion")),
        (0, 1000, 0, (PASSED, 0, "0 allows no deletion")),
    ],
)
def test_a_percentage_is_of_what_the_container_holds(
    deletes: int, population: int | None, limit: int, judged: tuple[Verdict, int, str]
) -> None:
    share = Share(scope="list", deletes=deletes, population=population)
    verdict, observed, note = judged
    assert verdict_of("maxDeletePercent", share, Caps(max_delete_percent=limit)) == GuardResult(
        guard="maxDeletePercent",
        scope="list",
        verdict=verdict,
        limit=limit,
        observed=observed,
        note=note,
    )


@pytest.mark.parametrize(
    ("deletes", "population", "allowed", "judged"),
    [
        (9, 9, False, (VIOLATED, 1, "would delete all of 9")),
        (9, 9, True, (PASSED, 1, "would delete all of 9")),
        (8, 9, False, (PASSED, 0, "")),
        (10, 9, False, (VIOLATED, 1, "would delete all of 9")),
        (1, 1, False, (VIOLATED, 1, "would delete all of 1")),
        (0, 0, False, (PASSED, 0, "")),
        (1, 0, False, (VIOLATED, 1, "would delete all of 0")),
        (5, None, False, (NOT_EVALUATED, 0, "how much there is in all is not known")),
    ],
)
def test_emptying_a_container_is_refused_whatever_the_number(
    deletes: int, population: int | None, judged: tuple[Verdict, int, str], *, allowed: bool
) -> None:
    share = Share(scope="list", deletes=deletes, population=population)
    verdict, observed, note = judged
    assert verdict_of("allowEmptying", share, Caps(allow_emptying=allowed)) == GuardResult(
        guard="allowEmptying",
        scope="list",
        verdict=verdict,
        limit=int(allowed),
        observed=observed,
        note=note,
    )


def test_every_container_is_judged_on_its_own() -> None:
    shares = [
        Share(scope="one", deletes=20, population=20),
        Share(scope="two", deletes=20, population=1000),
    ]
    assert [
        (result.guard, result.scope, result.verdict)
        for result in judge(Facets(account="acme", deletes=40, shares=shares), Caps(max_deletes=39))
    ] == [
        ("maxDeletes", "account/acme", VIOLATED),
        ("maxDeletesPerDay", "account/acme", PASSED),
        ("maxDeletePercent", "one", VIOLATED),
        ("allowEmptying", "one", VIOLATED),
        ("maxDeletePercent", "two", PASSED),
        ("allowEmptying", "two", PASSED),
    ]


def test_without_a_policy_the_documented_defaults_hold() -> None:
    assert caps_for("acme", []) == Caps(
        max_deletes=500, max_delete_percent=25, allow_emptying=False
    )


def test_a_policy_that_names_the_account_beats_one_that_does_not_field_by_field() -> None:
    particular = a_policy("mine", ("acme",), max_deletes=7)
    general = a_policy("all", max_deletes=9, max_delete_percent=50, allow_emptying=True)
    expected = Caps(max_deletes=7, max_delete_percent=50, allow_emptying=True)
    assert caps_for("acme", [particular, general]) == expected
    assert caps_for("acme", [general, particular]) == expected


def test_a_policy_for_another_account_says_nothing() -> None:
    assert caps_for("acme", [a_policy("other", ("other",), max_deletes=9999)]) == Caps()


def test_zero_and_false_are_said_and_not_silence() -> None:
    policies = [
        a_policy("all", allow_emptying=True),
        a_policy("mine", ("acme",), max_deletes=0, max_delete_percent=0, allow_emptying=False),
    ]
    assert caps_for("acme", policies) == Caps(
        max_deletes=0, max_delete_percent=0, allow_emptying=False
    )


@pytest.mark.parametrize(("asked", "holds"), [(0, 0), (3, 3), (500, 500), (501, 500), (None, 500)])
def test_the_command_line_can_only_lower_the_cap(asked: int | None, holds: int) -> None:
    (result, *_) = judge(Facets(account="acme", deletes=501, shares=[], cap=asked), Caps())
    assert (result.limit, result.verdict) == (holds, VIOLATED)


@pytest.mark.parametrize(("found", "verdict"), [(3, PASSED), (4, VIOLATED)])
def test_a_rule_that_matches_more_than_it_allows_is_refused(found: int, verdict: Verdict) -> None:
    matches = [Matches(scope="AbsentTasks/old", found=found, most=3)]
    *_, result = judge(Facets(account="acme", deletes=0, shares=[], matches=matches), Caps())
    assert result == GuardResult(
        guard="where.max", scope="AbsentTasks/old", verdict=verdict, limit=3, observed=found
    )


@pytest.mark.parametrize(
    ("sent", "allowed", "verdict", "note"),
    [
        (2, False, VIOLATED, "2 by phone number or external id itself"),
        (2, True, PASSED, "2 by phone number or external id itself"),
        (0, False, PASSED, ""),
    ],
)
def test_declared_identifiers_are_sent_only_where_a_policy_allows_it(
    *, sent: int, allowed: bool, verdict: Verdict, note: str
) -> None:
    facets = Facets(account="acme", deletes=sent, shares=[], as_declared=sent)
    *_, result = judge(facets, Caps(allow_declared=allowed))
    assert result == GuardResult(
        guard="allowDeclared",
        scope="account/acme",
        verdict=verdict,
        limit=int(allowed),
        observed=sent,
        note=note,
    )


def test_a_guard_that_has_nothing_to_look_at_is_not_judged() -> None:
    guards = {one.guard for one in judge(Facets(account="acme", deletes=1, shares=[]), Caps())}
    assert guards == {"maxDeletes", "maxDeletesPerDay"}
