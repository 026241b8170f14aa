"""What a change of the manifests means, as people read it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from reconciler.domain.changes.difference import Change, Changes, Difference
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import clean

_MOST = 20
"""Lines per manifest and account, unless all are asked for."""
_HOME = re.compile(r"(leadsquared/[^/]+|talkdesk/[^/]+/[^/]+)/(?:task/|record/)?")
"""What the subjects of one manifest's absences have in common."""


def base_name(reference: str, commit: str) -> str:
    """Return what a base is called: as people do, and by its commit."""
    return reference if commit.startswith(reference) else f"{reference} ({commit[:12]})"


def changes_text(changes: Changes, base: str, *, full: bool) -> Iterator[Line]:
    """Yield what is loosened, newly declared and withdrawn, each with its place.

    ``base`` is what people call the other side; the last line counts everything.
    """
    most = None if full else _MOST
    yield from loosened_text(changes.loosened, full=full)
    yield from _differences("Newly declared:", changes.introduced, "+", Style.DELETE, most)
    yield from _differences("Withdrawn:", changes.withdrawn, "-", Style.QUIET, most)
    yield line(
        f"Compared with {clean(base)}: {_total(changes.introduced)} newly declared, "
        f"{_total(changes.withdrawn)} withdrawn, {len(changes.loosened)} loosened.",
        Style.STRONG,
    )


def loosened_text(loosened: Sequence[Change], *, full: bool) -> Iterator[Line]:
    """Yield what stands less in the way of deletions than it did; nothing if nothing does."""
    if loosened:
        yield line("Loosened:", Style.WARN)
        counts = Counter(_group(one) for one in loosened)
        yield from _grouped(loosened, counts, "!", Style.WARN, None if full else _MOST)
        yield EMPTY


def _total(differences: Sequence[Difference]) -> int:
    return sum(len(one) for one in differences)


def _group(change: Change) -> tuple[str, str]:
    return change.manifest, change.account


def _differences(
    title: str, differences: Sequence[Difference], sign: str, style: Style, most: int | None
) -> Iterator[Line]:
    if not differences:
        return
    yield line(title, style)
    counts = Counter[tuple[str, str]]()
    for one in differences:
        counts.update(one.counts())
    changes = (change for one in differences for change in one.changes())
    yield from _grouped(changes, counts, sign, style, most)
    yield EMPTY


def _grouped(
    changes: Iterable[Change],
    counts: Counter[tuple[str, str]],
    sign: str,
    style: Style,
    most: int | None,
) -> Iterator[Line]:
    """Yield the changes below the manifest and account that they belong to."""
    groups: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        group = groups.setdefault(_group(change), [])
        if most is None or len(group) < most:
            group.append(change)
    for (manifest, account), group in sorted(groups.items()):
        count = counts[manifest, account]
        # An address on every line would push the places out of sight.
        home = _HOME.match(group[0].subject)
        where = f"in {home[1]}" if home else f"account {account}"
        yield line(f"  {clean(f'{manifest}, {where}', longest=400)}: {count}", Style.STRONG)
        for change in group:
            text = f" {_told(change)}"
            yield (f"    {sign}", style), (text, Style.PLAIN), (_place(change), Style.QUIET)
        if count > len(group):
            yield line(f"      … and {count - len(group)} more (--full shows all)", Style.QUIET)


def _told(change: Change) -> str:
    subject = clean(_HOME.sub("", change.subject, count=1), longest=400)
    return f"{subject}: {clean(change.words, longest=400)}" if change.words else subject


def _place(change: Change) -> str:
    if not change.place:
        return ""
    return f"  {clean(change.place)}{' in the base' if change.in_base else ''}"
