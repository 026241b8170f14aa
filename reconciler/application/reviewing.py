"""Reviewing: one reading decides the manifests and what they are compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reconciler.application.assembling import Circumstances, assemble
from reconciler.application.planning import Survey, survey
from reconciler.application.ports import Reader
from reconciler.domain.absences import Declarations
from reconciler.domain.changes.difference import by_container
from reconciler.domain.changes.review import Review, review
from reconciler.domain.changes.union import alone, united
from reconciler.domain.plan import Plan


async def survey_both(
    head: Declarations, base: Declarations, readers: Mapping[str, Reader]
) -> tuple[Survey, ...]:
    """Read once what both sides need to know of the accounts that the head has in scope.

    Raises IdentityError naming every account that is another one than declared.
    """
    return await survey(united(head, base), readers)


def assemble_both(
    head: Declarations,
    base: Declarations,
    surveys: Sequence[Survey],
    circumstances: Circumstances,
) -> tuple[Plan, Review]:
    """Return the head's plan, as if the head alone had been read, and what the change brings."""
    mine = by_container(head)
    alike = [
        replace(one, readings=[alone(mine[asked.container], read) for asked, read in one.readings])
        for one in surveys
    ]
    plan = assemble(head, alike, circumstances)
    readings = [read for one in surveys for _, read in one.readings]
    return plan, review(plan, base, readings)
