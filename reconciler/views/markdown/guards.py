"""Guards and what a change loosens, in Markdown: what refuses stands first, with what opens it."""

from collections.abc import Iterable, Iterator, Mapping

from reconciler.domain.changes.fields import change_of
from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.guarding.guards import Verdict
from reconciler.domain.plan import Action
from reconciler.views.markdown.escaping import code, fence
from reconciler.views.markdown.gathering import diff_lines
from reconciler.views.markdown.room import Part, details, row, table
from reconciler.views.text.allowance import allowance_lines
from reconciler.views.text.changes import loosened_text
from reconciler.views.text.guard import ALLOW, ALLOW_EACH, DECLARE_LESS, REFUSED, found
from reconciler.views.text.lines import Line

_GUARD = ("guard", "guards")
_HEAD = table(("Guard", "Where", "Found"))


def violated_part(footer: Fields) -> Part | None:
    """Return the guards that refuse the plan; None where none does."""
    violated = [one for one in footer["guards"] if one["verdict"] == Verdict.VIOLATED]
    if not violated:
        return None
    return Part(
        noun=("violated guard", "violated guards"),
        opening=f"**{REFUSED}**\n\n{_HEAD}",
        rows=[row(_cells(one)) for one in violated],
        closing="\n",
    )


def allowance_part(footer: Fields) -> Part | None:
    """Return what to do about a violated guard; None where none is violated."""
    if not any(one["verdict"] == Verdict.VIOLATED for one in footer["guards"]):
        return None
    allowances = footer.get("allowances", [])
    noun = ("Allowance", "Allowances")
    if not allowances:
        return Part(noun=noun, opening=f"{DECLARE_LESS}\n\n")
    words = ALLOW if len(allowances) == 1 else ALLOW_EACH
    document = fence("yaml", _documents(allowances))
    return Part(noun=noun, opening=f"{words}\n\n{document}\n")


def other_guards_part(footer: Fields) -> Part | None:
    """Return the guards that refuse nothing, folded; None where there is none."""
    others = [one for one in footer["guards"] if one["verdict"] != Verdict.VIOLATED]
    if not others or not footer["counts"][Action.DELETE]:
        return None
    passed = sum(one["verdict"] == Verdict.PASSED for one in others)
    rest = len(others) - passed
    unclear = f", {rest} not evaluated" if rest else ""
    opening, ending = details(f"Guards: {passed} passed{unclear}")
    return Part(
        noun=_GUARD,
        opening=f"{opening}{table(('Guard', 'Verdict', 'Where', 'Found'))}",
        rows=[row(_cells(one, verdict=True)) for one in others],
        ending=ending,
    )


def loosened_part(plan: PlanDocument) -> Part | None:
    """Return what stands less in the way of deletions than before; None if nothing does."""
    loosened = [change_of(fields) for fields in plan.header.get("loosened", ())]
    lines = list(loosened_text(loosened, full=True))[1:-1]
    if not loosened:
        return None
    return Part(
        noun=("line of what is loosened", "lines of what is loosened"),
        opening="**This change loosens what stands in the way of deletions:**\n\n```diff\n",
        rows=[diff_lines([_dedented(line)]) for line in lines],
        closing="```\n\n",
    )


def _dedented(line: Line) -> Line:
    (text, style), *rest = line
    return ((text.removeprefix("  "), style), *rest) if text.strip() == "!" else line


def _documents(allowances: Iterable[Mapping[str, object]]) -> Iterator[str]:
    for number, allowance in enumerate(allowances):
        if number:
            yield "---"
        yield from allowance_lines(dict(allowance))


def _cells(one: Fields, *, verdict: bool = False) -> list[str]:
    words = [Verdict(one["verdict"]).replace("_", " ")] if verdict else []
    return [code(one["guard"]), *words, code(one["scope"]), code(found(one), longest=400)]
