"""Guards as JUnit cases."""

from collections.abc import Iterable

from reconciler.domain.document import Fields
from reconciler.domain.guarding.guards import Verdict as GuardVerdict
from reconciler.views.junit.document import Case, Suite, Verdict
from reconciler.views.text.guard import found

_VERDICTS = {
    GuardVerdict.PASSED: None,
    GuardVerdict.VIOLATED: Verdict.FAILURE,
    GuardVerdict.NOT_EVALUATED: Verdict.SKIPPED,
}


def guards_suite(guards: Iterable[Fields]) -> Suite:
    """Return a suite with a case for every guard that was judged."""
    return Suite("guards", [_case(one) for one in guards])


def _case(one: Fields) -> Case:
    told, verdict = found(one), _VERDICTS[GuardVerdict(one["verdict"])]
    return Case(
        name=f"{one['guard']} {one['scope']}",
        of="guards",
        verdict=verdict,
        why="" if verdict is None else str(one["verdict"]),
        message=told or str(one["verdict"]),
        out=[told] if verdict is None and told else (),
    )
