"""An account under another name: the ledger knows nothing by it, and a reviewer is told."""

from dataclasses import replace

import pytest

from reconciler.domain.changes.raising import redirected
from tests.simulation import an_account, declare, tasks_container

CRM = an_account(tasks_container().system)


def test_another_name_of_an_account_is_told() -> None:
    base, head = declare({}, [CRM]), declare({}, [replace(CRM, name="crm-two")])
    (change,) = redirected(base, head, {"crm-two": "a.yaml:1"})
    assert (change.subject, change.place) == ("account crm-two", "a.yaml:1")
    assert change.words == (
        "acme-crm gets another name, by which the ledger knows nothing: neither what was deleted "
        "today, nor used allowances, nor what was proven gone"
    )


def test_a_second_name_beside_the_first_is_told_too() -> None:
    base, head = declare({}, [CRM]), declare({}, [CRM, replace(CRM, name="crm-two")])
    assert [one.subject for one in redirected(base, head, {})] == ["account crm-two"]


@pytest.mark.parametrize("fields", [{"tenant": "33935"}, {"region": "sg"}])
def test_an_account_that_nobody_declared_so_far_is_no_other_name(fields: dict[str, str]) -> None:
    base = declare({}, [CRM])
    head = declare({}, [CRM, replace(CRM, name="crm-two", **fields)])  # type: ignore[arg-type]  # fields by name
    assert list(redirected(base, head, {})) == []
