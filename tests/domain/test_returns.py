"""Returns: what a fresh reading says of targets that had been proven gone."""

import pytest

from reconciler.domain.accounts import Container, container_at
from reconciler.domain.live import LiveState
from reconciler.domain.proofs import Place
from reconciler.domain.returns import Fate, Returns
from reconciler.errors import ExitCode
from tests.fakes.plans import ABSENT, RECORDS, TASKS, UNKNOWN, present
from tests.fakes.proofs import a_reread

SEEN = present()


def test_every_target_has_one_fate() -> None:
    found = Returns(
        [a_reread({"c": ABSENT, "a": SEEN, "b": UNKNOWN}), a_reread({"d": SEEN}, RECORDS)]
    )
    assert {fate: found.count(fate) for fate in Fate} == {
        Fate.STILL_GONE: 1,
        Fate.RETURNED: 2,
        Fate.UNKNOWN: 1,
    }
    assert [one.address for one in found.of(Fate.RETURNED)] == [
        TASKS.address("a"),
        RECORDS.address("d"),
    ]
    everything = list(found.of(*Fate))
    assert [one.state for one in everything] == [SEEN, UNKNOWN, ABSENT, SEEN]


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([], ExitCode.DONE),
        ([ABSENT], ExitCode.DONE),
        ([ABSENT, SEEN], ExitCode.CHANGES),
        ([ABSENT, UNKNOWN], ExitCode.INCOMPLETE),
        ([SEEN, UNKNOWN], ExitCode.INCOMPLETE),
    ],
)
def test_what_is_unknown_weighs_more_than_what_has_returned(
    states: list[LiveState], code: ExitCode
) -> None:
    named = {f"t{number}": state for number, state in enumerate(states)}
    assert Returns([a_reread(named)]).exit_code is code


@pytest.mark.parametrize("container", [TASKS, RECORDS])
def test_a_container_is_found_by_its_prefix(container: Container) -> None:
    assert container_at(container.prefix) == container


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Place("Acme", "h:1"), True),
        (Place("ACME", "h:1"), True),
        (Place("Acme", "h:2"), False),
        (Place("Other", "h:1"), False),
    ],
)
def test_a_place_is_a_tenant_at_a_host(other: Place, same: bool) -> None:  # noqa: FBT001 - a case
    assert Place("acme", "h:1").is_that_of(other) is same
