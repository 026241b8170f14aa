"""Allowances beside declarations, what became of them, and runs that need one."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from reconciler.application.applied import Applied
from reconciler.application.closing import Closed
from reconciler.domain.absences import Declarations
from reconciler.domain.guarding.allowances import Allowance, Lifts
from reconciler.domain.plan import Plan
from reconciler.errors import ExitCode
from reconciler.ledger.database import open_database
from reconciler.ledger.schema import allowances
from tests.fakes.runs import alive, declared, deletions, tasks
from tests.simulation import UNLIMITED, World, an_account, tasks_container


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


CRM = an_account(tasks_container().system, batch=2)
THREE = replace(UNLIMITED, max_deletes=3)
SIX = an_allowance(max_deletes=6)


def six(*allowances: Allowance, first: int = 0) -> Declarations:
    """Return six tasks, which are three more than the policy allows."""
    targets = tasks(*range(first, first + 6))
    return with_allowances(declared(targets, accounts=[CRM], policies=[THREE]), *allowances)


def refused(world: World, run: Callable[[], Applied | Closed | None]) -> Plan:
    """Return the plan that guards refuse; nothing is sent, and no allowance used."""
    there, sent, before = alive(world), len(deletions(world)), used(world)
    applied = run()
    assert isinstance(applied, Applied)
    assert applied.exit_code is ExitCode.REFUSED
    assert (alive(world), len(deletions(world)), used(world)) == (there, sent, before)
    return applied.plan


def resumed(world: World, declarations: Declarations) -> Applied:
    done = world.resume(declarations)
    assert isinstance(done, Applied)
    return done
