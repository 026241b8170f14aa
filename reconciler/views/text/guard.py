"""Guards as people read them: each said once, the violated ones with what to do."""

from collections.abc import Iterator

from reconciler.domain.document import Fields
from reconciler.domain.guarding.guards import Verdict
from reconciler.domain.plan import Action
from reconciler.views.text.allowance import allowance_lines
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import clean

_STYLES = {
    Verdict.PASSED: Style.GOOD,
    Verdict.VIOLATED: Style.DELETE,
    Verdict.NOT_EVALUATED: Style.QUIET,
}
_FLAGS = ("allowEmptying", "allowDeclared", "requireTicket", "requirePlan", "windows", "coolOff")
"""Guards that are either met or not; what they found is in their note."""
REFUSED = "Refused: apply would send nothing, to no account."
DECLARE_LESS = "Declare fewer absences, or have a higher limit reviewed in a Policy."
ALLOW = "This document, once it is reviewed and among the manifests, opens just this plan, once:"
ALLOW_EACH = "These documents, once reviewed and among the manifests, open just this plan, once:"


def guard_text(footer: Fields) -> Iterator[Line]:
    """Yield a line for every guard, and what to do when one refuses."""
    guards: list[Fields] = footer["guards"]
    deletions = footer["counts"][Action.DELETE]
    if not guards:
        return
    violated = any(guard["verdict"] == Verdict.VIOLATED for guard in guards)
    if not deletions and not violated:
        yield line("Guards: none has anything to refuse.")
        yield EMPTY
        return
    yield line("Guards:", Style.STRONG)
    verdict = max(len(one["verdict"]) for one in guards)
    name = max(len(one["guard"]) for one in guards)
    for one in guards:
        yield _guard(one, verdict, name)
    yield EMPTY
    if violated:
        yield from _advice(footer.get("allowances", []))


def _advice(allowances: list[Fields]) -> Iterator[Line]:
    yield line(REFUSED, Style.WARN)
    if not allowances:
        yield line(DECLARE_LESS, Style.WARN)
    else:
        yield line(ALLOW if len(allowances) == 1 else ALLOW_EACH, Style.WARN)
        for number, allowance in enumerate(allowances):
            yield EMPTY if not number else line("---")
            yield from map(line, allowance_lines(allowance))
    yield EMPTY


def _guard(one: Fields, verdict_width: int, name_width: int) -> Line:
    verdict = Verdict(one["verdict"])
    words, name = verdict.replace("_", " "), clean(one["guard"])
    scope, told = clean(one["scope"]), found(one)
    return (
        (f"  {words:<{verdict_width}}", _STYLES[verdict]),
        (f"  {name:<{name_width}}  {scope}{told and f': {told}'}", Style.PLAIN),
    )


def found(one: Fields) -> str:
    """Return what a guard found; empty where its verdict says it all."""
    verdict = Verdict(one["verdict"])
    lifted = f"by {clean(one['allowance'])}" if one.get("allowance") else ""
    note = "; ".join(filter(None, (clean(one["note"]), lifted)))
    if verdict is Verdict.NOT_EVALUATED or one["guard"] in _FLAGS:
        return note
    unit = " %" if one["guard"] == "maxDeletePercent" and one["limit"] else ""
    observed, limit = clean(one["observed"]), clean(one["limit"])
    return f"{observed}{unit} of at most {limit}{unit}{note and f' ({note})'}"
