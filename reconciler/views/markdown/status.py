"""What a plan comes to, in one word: what people see first."""

from enum import StrEnum

from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.guarding.guards import Verdict
from reconciler.domain.plan import Action, Forecast


class Status(StrEnum):
    """The first of these that is true of a plan; each is also the name of a label."""

    BLOCKED = "blocked"
    """A guard is violated: as it stands nothing of it can be applied."""
    INCOMPLETE = "incomplete"
    """Something is unknown, or the day's calls do not suffice; or all that is left is held."""
    DELETES = "deletes"
    NO_CHANGES = "no changes"


def status_of(plan: PlanDocument) -> Status:
    """Return what a plan comes to."""
    counts = plan.footer["counts"]
    if any(guard["verdict"] == Verdict.VIOLATED for guard in plan.footer["guards"]):
        return Status.BLOCKED
    if counts[Action.UNKNOWN] or any(map(_is_beyond_today, plan.header["accounts"])):
        return Status.INCOMPLETE
    if counts[Action.DELETE]:
        return Status.DELETES
    return Status.INCOMPLETE if counts[Action.HELD] else Status.NO_CHANGES


def _is_beyond_today(account: Fields) -> bool:
    names = ("reads", "deletions", "verification", "minutes", "daily_left")
    return Forecast(**{name: account["forecast"].get(name) for name in names}).is_beyond_today
