"""Allowances beside declarations, and what became of them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from reconciler.domain.absences import Declarations
from reconciler.domain.allowances import Allowance, Lifts
from reconciler.domain.plan import Plan
from reconciler.ledger.database import open_database
from reconciler.ledger.schema import allowances
from tests.simulation import World


def an_allowance(
    name: str = "once",
    account: str = "acme-crm",
    **fields: Any,  # noqa: ANN401 - any field
) -> Allowance:
    """Return an allowance; fields of ``Lifts`` and of its own by name."""
    own = {key: fields.pop(key) for key in ("digest", "expires") if key in fields}
    return Allowance(
        name=name,
        place="a.yaml:1",
        owner="crm-ops",
        reason="Clean-up",
        account=account,
        lifts=Lifts(**fields),
        **own,
    )


def with_allowances(declarations: Declarations, *some: Allowance) -> Declarations:
    return replace(declarations, allowances=some)


def used(world: World) -> dict[str, str]:
    """Return which allowances are consumed, by the runs that did it."""
    database = open_database(f"sqlite:///{world.folder / 'ledger.sqlite'}", world.clock)
    with database.transaction() as connection:
        rows = connection.execute(select(allowances)).all()
    database.close()
    return {row.key: row.run_id for row in rows}


def lifted_by(plan: Plan) -> dict[str, str]:
    """Return the allowances that guards needed, by guard."""
    return {one.guard: one.allowance for one in plan.guards if one.allowance}


def keys_of(some: Iterable[Allowance]) -> set[str]:
    return {one.key for one in some}
