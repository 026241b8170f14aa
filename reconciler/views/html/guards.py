"""Guards, and the documents that would open a plan they refuse."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from reconciler.domain.document import Fields
from reconciler.domain.guarding.guards import Verdict
from reconciler.domain.plan import Action
from reconciler.views.html.charts import WHOLE
from reconciler.views.text.allowance import allowance_lines
from reconciler.views.text.guard import ALLOW, ALLOW_EACH, DECLARE_LESS, REFUSED, found

_LOOKS = {
    Verdict.VIOLATED: ("Violated", "danger", "\u00d7"),
    Verdict.PASSED: ("Passed", "good", "\u2713"),
    Verdict.NOT_EVALUATED: ("Not evaluated", "quiet", "\u00b7"),
}
"""In the order in which they are told."""
_COUNTING = ("maxDeletes", "maxDeletesPerDay", "maxDeletePercent", "where.max")
_FIRST = 3
"""Violated guards that are told at the top of the page."""
_SHOWN = 20
"""Guards beside the violated ones that are shown at once."""


@dataclass(frozen=True, slots=True)
class Guard:
    """One guard, as it is told."""

    name: str
    scope: str
    verdict: str
    look: str
    sign: str
    found: str
    share: int | None
    """How much of the limit is used, in thousandths; None where that says nothing."""


@dataclass(frozen=True, slots=True)
class Guards:
    """All guards of a plan, the violated ones first."""

    shown: Sequence[Guard]
    folded: Sequence[Guard]
    violated: int
    lines: Sequence[str]
    """Of the documents that would open the plan, in YAML."""
    advice: str
    """What to do about the violated ones; empty where none is."""
    is_idle: bool
    """Whether there is nothing that they could refuse."""

    refused: str = REFUSED

    @property
    def refusing(self) -> Sequence[Guard]:
        """The first of the violated ones, for the top of the page."""
        return self.shown[: min(self.violated, _FIRST)]


def guard_part(document: Fields) -> Guards:
    """Return what guards say; ``document`` has them, the counts, and allowances if any."""
    ranks = list(_LOOKS)
    ranked = sorted(document["guards"], key=lambda one: ranks.index(Verdict(one["verdict"])))
    guards = [_guard(one) for one in ranked]
    violated = sum(one["verdict"] == Verdict.VIOLATED for one in ranked)
    many = violated + _SHOWN
    allowances = [list(allowance_lines(one)) for one in document.get("allowances", ())]
    parted = chain.from_iterable(
        (["---"] if number else []) + lines for number, lines in enumerate(allowances)
    )
    return Guards(
        shown=guards[:many],
        folded=guards[many:],
        violated=violated,
        lines=list(parted),
        advice=_advice(len(allowances)) if violated else "",
        is_idle=not violated and not document["counts"][Action.DELETE],
    )


def _advice(documents: int) -> str:
    if not documents:
        return DECLARE_LESS
    return ALLOW if documents == 1 else ALLOW_EACH


def _guard(one: Fields) -> Guard:
    verdict = Verdict(one["verdict"])
    words, look, sign = _LOOKS[verdict]
    share = None
    if verdict is not Verdict.NOT_EVALUATED and one["guard"] in _COUNTING and one["limit"]:
        share = min(WHOLE, round(WHOLE * one["observed"] / one["limit"]))
    return Guard(one["guard"], one["scope"], words, look, sign, found(one), share)
