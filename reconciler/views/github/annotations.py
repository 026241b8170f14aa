"""Annotations: workflow commands that put findings beside the lines of manifests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.views.findings.finding import Finding, Findings, Level
from reconciler.views.repository import Repository
from reconciler.views.wording import clean

GATHERED = 1000
"""Findings of a kind that are looked at for those to show, and to count those of one line."""
_MOST = 10
"""Annotations of one level that GitHub shows of a step; it drops others without a word."""
_PATH = 4096
"""Characters of a path; one that is cut names no file any more."""
_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


@dataclass(slots=True)
class _Group:
    """Findings of one kind in one line."""

    first: Finding
    count: int = 0


def annotations(found: Findings, repository: Repository, *, rest: str) -> Iterator[str]:
    """Yield a line for every annotation, the gravest first, no more than GitHub shows.

    ``rest`` says where those are that are left out.
    """
    groups = _grouped(found.some)
    for level, command in _COMMANDS.items():
        mine = [one for one in groups if one.first.kind.level is level]
        shown = mine if len(mine) <= _MOST else mine[: _MOST - 1]
        left = found.total(level) - sum(one.count for one in shown)
        if left and len(shown) == _MOST:
            shown = shown[:-1]
            left = found.total(level) - sum(one.count for one in shown)
        for one in shown:
            yield _annotation(command, one, repository)
        if left:
            yield f"::{command} title={_property(f'and {left} more')}::{_data(rest)}\n"


def _grouped(findings: Sequence[Finding]) -> list[_Group]:
    groups: dict[tuple[object, ...], _Group] = {}
    for one in findings:
        # One line may stand for thousands: a rule, say.
        where = (one.file, one.line) if one.file and one.line else (one.subject,)
        groups.setdefault((one.rank, *where), _Group(one)).count += 1
    return list(groups.values())


def _annotation(command: str, group: _Group, repository: Repository) -> str:
    first = group.first
    properties = {"file": clean(repository.path(first.file), longest=_PATH)} if first.file else {}
    properties |= {"line": str(first.line)} if first.line else {}
    properties |= {"col": str(first.column)} if first.column else {}
    properties["title"] = first.heading if group.count == 1 else f"{first.heading}: {group.count}"
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    more = "" if group.count == 1 else f" (and {group.count - 1} more of this line)"
    return f"::{command} {written}::{_data(first.message + more)}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
