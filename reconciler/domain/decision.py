"""What becomes of a target that was seen: in the plan, and again right before its batch."""

from reconciler.domain.absences import Absences
from reconciler.domain.conditions import differences
from reconciler.domain.facts import Facts
from reconciler.domain.plan import Action
from reconciler.domain.protections import protects


def decide_seen(absences: Absences, position: int, facts: Facts) -> tuple[Action, str]:
    """Return the action for a target by what its row says, and the reason if it has one."""
    if note := protects(absences.protections, facts):
        return Action.PROTECTED, note
    manifests = absences.manifests
    expecting = {index for index, _ in absences.places(position) if manifests[index].expect}
    expected = [
        f"{words} ({manifests[index].address})"
        for index in sorted(expecting)
        for words in differences(manifests[index].expect, facts)
    ]
    return (Action.HELD, "; ".join(expected)) if expected else (Action.DELETE, "")
