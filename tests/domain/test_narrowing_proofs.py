"""Narrowing what was proven gone: by address, account, and who declared it then."""

import pytest

from reconciler.domain.accounts import Container, System
from reconciler.domain.narrowing.proven import narrowed_proofs
from reconciler.domain.narrowing.selectors import targeting_of
from reconciler.domain.proofs import Gone
from reconciler.errors import UsageError
from tests.fakes.plans import TASKS, an_id
from tests.fakes.proofs import a_proof, gone

A, B, C = (an_id(number) for number in (1, 2, 3))
LIST = Container(System.TALKDESK, "acme-dialer", an_id(9))
ALL = [
    Gone(TASKS, {A: a_proof("AbsentTasks/x"), B: a_proof("AbsentTasks/x", "AbsentTasks/y")}),
    gone(C, container=LIST, proof=a_proof("AbsentRecords/x")),
]


def left(targets: list[str], excludes: list[str]) -> list[str]:
    found = narrowed_proofs(ALL, targeting_of(targets, excludes))
    assert all(len(one) for one in found)
    return [one.container.address(target_id) for one in found for target_id in one.ids]


@pytest.mark.parametrize(
    ("targets", "excludes", "ids"),
    [
        ([], [], [A, B, C]),
        (["account/acme-crm"], [], [A, B]),
        (["AbsentTasks/x"], [], [A, B]),
        (["AbsentTasks/y"], [], [B]),
        (["AbsentTasks/x"], ["AbsentTasks/y"], [A]),
        ([TASKS.address(A), LIST.address(C)], [], [A, C]),
        (["leadsquared/"], [], [A, B]),
        ([LIST.home], [], [C]),
        ([LIST.prefix], [], [C]),
        ([], ["talkdesk/"], [A, B]),
        (["account/acme-crm"], ["leadsquared/acme-crm/"], []),
    ],
)
def test_exclude_wins_over_target(targets: list[str], excludes: list[str], ids: list[str]) -> None:
    assert [one.rpartition("/")[2] for one in left(targets, excludes)] == ids


@pytest.mark.parametrize(
    "selector",
    [
        "account/acme",
        "AbsentRecords/y",
        TASKS.address(C),
        f"talkdesk/acme-crm/{an_id(9)}/",
        "leadsquared/acme-crm/where/a.yaml:1",
        "leadsquared/acme-crm/where/",
    ],
)
@pytest.mark.parametrize("option", ["--target", "--exclude"])
def test_a_selector_that_matches_nothing_is_named(option: str, selector: str) -> None:
    chosen = [TASKS.address(A)]
    targets = [*chosen, selector] if option == "--target" else chosen
    with pytest.raises(UsageError) as caught:
        left(targets, [selector] if option == "--exclude" else [])
    assert caught.value.summary == "A selector matches nothing"
    detail = f"{option} {selector}: nothing that was proven gone goes by it"
    assert caught.value.detail == detail
