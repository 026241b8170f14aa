"""Comparing: a plan beside the one that another commit's manifests would give."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.cli.planning.base import account_places, incomparable, read_base
from reconciler.cli.planning.reading import read_both, read_live
from reconciler.cli.session import Session
from reconciler.domain.absences import Declarations
from reconciler.domain.changes.comparison import all_loosened
from reconciler.domain.changes.difference import Change
from reconciler.domain.changes.fields import Against
from reconciler.domain.changes.marking import marked, uncompared
from reconciler.domain.document import PlanDocument, document
from reconciler.domain.narrowing.scope import narrow
from reconciler.domain.plan import Plan
from reconciler.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a plan is compared with, known before any account is called."""

    against: Against
    base: Declarations | None = None
    """What it declares; None if its manifests are not valid."""
    loosened: Sequence[Change] = ()


def comparison(session: Session, whole: Declarations, reference: str, now: datetime) -> Comparison:
    """Return what a session's manifests, loaded at ``now``, are compared with.

    The base is narrowed as the session is; what is loosened is told of the ``whole`` of both.

    Raises UsageError without git, outside of a repository, and for a commit that the clone lacks.
    """
    environ, times = session.options.front.environ, whole.relative_times
    other = read_base(session.folder, reference, now=now, relative_times=times, environ=environ)
    if isinstance(other.found, Problem):
        error = incomparable(other.found)
        return Comparison(against=Against(reference=reference, commit=other.commit, error=error))
    return Comparison(
        against=Against(reference=reference, commit=other.commit),
        base=narrow(other.found, session.declarations.targeting),
        loosened=all_loosened(other.found, whole, account_places(session.folder)),
    )


def read_compared(session: Session, compared: Comparison) -> tuple[Plan, PlanDocument]:
    """Read live state once and return the plan, and its document with what the change brings.

    Raises IdentityError for an account that is another one than declared.
    """
    if compared.base is None:
        plan = read_live(session, compared.against.error)
        return plan, uncompared(document(plan), compared.against)
    plan, review = read_both(session, compared.base)
    return plan, marked(document(plan), compared.against, review, compared.loosened)
