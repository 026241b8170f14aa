"""What a plan leaves alone, counted by manifest."""

from dataclasses import replace

from reconciler.domain.absences import Absences
from reconciler.domain.left_alone import left_alone
from reconciler.domain.live import Unknown
from reconciler.domain.plan import ACTIONS, Action, Plan, Remainder, Section
from tests.fakes.plans import ABSENT, TASKS, a_manifest, a_plan, a_reading, an_id, present

FIRST, SECOND, THIRD = (a_manifest(name) for name in ("m0", "m1", "m2"))


def a_section(*actions: Action, remainders: tuple[Remainder, ...] = ()) -> Section:
    """Return a section whose targets have these actions; the first two are of one manifest."""
    absences = Absences(
        container=TASKS,
        manifests=(FIRST, SECOND, THIRD),
        ids=[an_id(n) for n in range(len(actions))],
        manifest=[0, 0, *(1 for _ in actions[2:])],
        line=[10 + n for n in range(len(actions))],
        also={0: ((1, 5), (1, 6), (0, 7))},
    )
    return Section(
        absences=absences,
        reading=a_reading(absences, {}),
        codes=bytes(ACTIONS.index(one) for one in actions),
        remainders=remainders,
    )


def a_plan_of(section: Section) -> Plan:
    plan = a_plan({TASKS: {an_id(0): present()}})
    (account,) = plan.accounts
    return replace(plan, accounts=[replace(account, sections=[section])])


def test_what_is_not_sent_is_counted_by_manifest_and_by_why() -> None:
    protected, held, unknown = Action.PROTECTED, Action.HELD, Action.UNKNOWN
    section = a_section(protected, Action.DELETE, held, unknown, unknown, Action.ABSENT)
    # The first target is declared by both, and twice by one of them; of the third nothing is here.
    assert left_alone(a_plan_of(section)) == {
        0: {protected: 1},
        1: {protected: 1, held: 1, unknown: 2},
    }


def test_a_manifest_that_nothing_is_left_of_says_so() -> None:
    plan = a_plan({TASKS: {an_id(0): present(), an_id(1): ABSENT}})
    assert left_alone(plan) == {0: {}}
    unread = a_plan({TASKS: {an_id(0): Unknown("503"), an_id(1): ABSENT}})
    assert left_alone(unread) == {0: {Action.UNKNOWN: 1}}


def test_identifiers_and_rules_that_could_not_be_read_count_once_in_each_manifest() -> None:
    section = a_section(Action.DELETE, Action.DELETE)
    places = [section.absences.declared(0), section.absences.declared(1)]
    declared = tuple(one for some in places for one in some)
    open_one = Remainder(
        action=Action.UNKNOWN, kind="declared", index=0, declared=declared, reason="unread"
    )
    gone = replace(open_one, action=Action.ABSENT)
    section = replace(section, remainders=(open_one, gone))
    assert left_alone(a_plan_of(section)) == {0: {Action.UNKNOWN: 1}, 1: {Action.UNKNOWN: 1}}
