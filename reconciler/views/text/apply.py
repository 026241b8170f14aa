"""What an apply did, as people read it at a terminal."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from reconciler.application.applied import Applied
from reconciler.application.apply_document import apply_line
from reconciler.domain.outcomes import Outcome
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import clean

_SHOWN = 50
"""Targets, or groups of them, unless all are asked for."""
_STYLES = {
    Outcome.STILL_PRESENT: ("!", Style.DELETE),
    Outcome.FAILED: ("!", Style.DELETE),
    Outcome.UNKNOWN: ("?", Style.DOUBT),
    Outcome.NOT_ATTEMPTED: ("·", Style.WARN),
}
"""What did not end well, in the order in which it is told."""


@dataclass(slots=True)
class _Group:
    """Targets that ended in the same way for the same reason."""

    count: int = 0
    first: list[str] = field(default_factory=list)


def apply_text(applied: Applied, *, audit_file: str, full: bool) -> Iterator[Line]:
    """Yield the lines of an apply; exactly one last line counts the outcomes."""
    groups = _groups(applied, full=full)
    for kind, group in groups[: None if full else _SHOWN]:
        yield from _group_lines(kind, group)
    if len(groups) > _SHOWN and not full:
        rest = sum(group.count for _, group in groups[_SHOWN:])
        yield line(f"  … and {rest} more for other reasons (--full shows all)", Style.QUIET)
        yield EMPTY
    yield line(f"Audit log: {clean(audit_file, longest=1000)}", Style.QUIET)
    if applied.interrupted:
        yield line("What is left may be taken up: reconciler resume", Style.WARN)
    yield EMPTY
    yield line(apply_line(applied), Style.STRONG)


def _group_lines(kind: tuple[Outcome, str], group: _Group) -> Iterator[Line]:
    outcome, reason = kind
    sign, style = _STYLES[outcome]
    yield (
        (f"  {sign} {group.count} {outcome.words}", style),
        (f": {clean(reason, longest=400)}" if reason else "", Style.PLAIN),
    )
    for address in group.first:
        yield line(f"      {clean(address)}")
    if group.count > len(group.first):
        rest = group.count - len(group.first)
        yield line(f"      … and {rest} more (--full shows all)", Style.QUIET)
    yield EMPTY


def _groups(applied: Applied, *, full: bool) -> list[tuple[tuple[Outcome, str], _Group]]:
    """Gather what did not end well by outcome and reason, the gravest outcome first."""
    groups: dict[tuple[Outcome, str], _Group] = {}
    for address, settled in applied.results.items():
        if settled.outcome in _STYLES:
            group = groups.setdefault((settled.outcome, settled.reason), _Group())
            group.count += 1
            if full or len(group.first) < _SHOWN:
                group.first.append(address)
    ranks = list(_STYLES)
    return sorted(groups.items(), key=lambda one: (ranks.index(one[0][0]), one[0][1]))
