"""Why a target gets its action, as people read it."""

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.domain.document import Fields
from reconciler.domain.plan import Action
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import clean, place

_STYLES = {
    Action.DELETE: Style.DELETE,
    Action.ABSENT: Style.GOOD,
    Action.PROTECTED: Style.WARN,
    Action.HELD: Style.WARN,
    Action.UNKNOWN: Style.DOUBT,
}
_SIGNS = {"holds": "=", "fails": "!", "not told": "?"}
_WAITS = "only a rule selects it: a reviewed plan deletes it, `apply --auto-approve` holds it"
_AS_IT_IS = (Action.ABSENT, Action.UNKNOWN)
"""What no manifest can make another."""


def explain_text(fields: Fields, warnings: Sequence[str]) -> Iterator[Line]:
    """Yield the lines of an explanation; its first line is the verdict."""
    action = fields["action"]
    style = _STYLES[Action(action)] if action else Style.QUIET
    yield ((clean(fields["address"]), Style.STRONG), (f": {action or 'left alone'}", style))
    yield line(f"  {clean(fields['reason'], longest=600)}")
    if action == Action.DELETE and _waits(fields):
        yield line(f"  {_WAITS}")
    yield from _live(fields)
    yield from _titled("Declared by its id:", fields["declared"], _declared)
    yield from _titled("Declared by an identifier:", fields["identifiers"], _identified)
    if action == Action.UNKNOWN or "live" in fields:
        # Of what is gone there is no row that any of these could be held against.
        yield from _titled("Rules of this container:", fields["rules"], _rule)
        yield from _titled("Expected of it:", fields["expects"], _expected)
        yield from _titled("Protections:", fields["protections"], _protection)
    if warnings:
        yield EMPTY
    for warning in warnings:
        yield line(f"Warning: {clean(warning, longest=400)}", Style.WARN)
    if fields["to_change"]:
        yield EMPTY
        if action not in _AS_IT_IS:
            yield line("To change it:", Style.STRONG)
    for words in fields["to_change"]:
        indent = "" if action in _AS_IT_IS else "  "
        yield line(f"{indent}{clean(words, longest=600)}")


def _waits(fields: Fields) -> bool:
    """Whether nothing selects it but rules that wait for a reviewed plan."""
    if fields["declared"] or fields["identifiers"]:
        return False
    return not any(one["unattended"] for one in fields["rules"] if one["matches"])


def _live(fields: Fields) -> Iterator[Line]:
    if evidence := fields.get("evidence"):
        yield line(
            f"  evidence: by {clean(evidence['by'])}, {clean(evidence['answer'])}", Style.QUIET
        )
    live = fields.get("live", {})
    if live:
        yield EMPTY
        yield line("Live now:", Style.STRONG)
        width = max(map(len, live))
        for name, value in live.items():
            yield line(f"  {clean(name):<{width}} = {clean(value)}")


def _titled(title: str, parts: Sequence[Fields], view: Any) -> Iterator[Line]:  # noqa: ANN401 - one of the functions below
    if parts:
        yield EMPTY
        yield line(title, Style.STRONG)
        for part in parts:
            yield from view(part)


def _declared(one: Fields) -> Iterator[Line]:
    purpose = "" if one["purpose"] == "hygiene" else one["purpose"]
    about = (one["manifest"], one["ticket"], purpose, one.get("note", ""))
    yield line(f"  {place(one)} ({', '.join(clean(text) for text in about if text)})")


def _identified(one: Fields) -> Iterator[Line]:
    sent = ", which is sent itself" if one["sent"] else ""
    yield line(f"  {clean(one['identifier'])}{sent}")
    yield from (((f"  {spans[0][0]}", Style.QUIET),) for spans in _declared(one))


def _rule(one: Fields) -> Iterator[Line]:
    words = {True: "matches", False: "does not match", None: "cannot be told"}[one["matches"]]
    yield line(f"  {clean(one['manifest'])} {words}  {place(one)}")
    yield from _conditions(one["conditions"])


def _expected(one: Fields) -> Iterator[Line]:
    words = {True: "is met", False: "is not met", None: "cannot be told"}[one["met"]]
    yield line(f"  {clean(one['manifest'])} {words}  {place(one)}")
    yield from _conditions(one["conditions"])


def _protection(one: Fields) -> Iterator[Line]:
    words = {True: "protects it", False: "does not protect it", None: "cannot be told"}
    told = words[one["protects"]]
    yield line(f"  {clean(one['protection'])} {told}  {clean(one['place'])}")
    if one["protects"]:
        yield line(f"    {clean(one['why'], longest=400)}")
        yield line(f"    reason: {clean(one['reason'])}", Style.QUIET)
        if any(condition["verdict"] == "fails" for condition in one["conditions"]):
            # It is listed; the rule beside the list does not matter.
            return
    yield from _conditions(one["conditions"])


def _conditions(conditions: Sequence[Fields]) -> Iterator[Line]:
    for one in conditions:
        verdict = one["verdict"]
        found = f", is {clean(one['is'])}" if one["is"] else ""
        yield line(f"    {_SIGNS[verdict]} {clean(one['asks'])}: {verdict}{found}")
