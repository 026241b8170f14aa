"""What was found, as comments of a manifest and as talk beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from reconciler.domain.conditions import Conditions
from reconciler.domain.document import Fields, item_fields, moment
from reconciler.domain.items import item_at
from reconciler.domain.narrowing.selectors import EVERYTHING, Targeting
from reconciler.domain.plan import Action, Section
from reconciler.views.text.lines import Line, Style, line
from reconciler.views.text.narrowing import narrowing_text
from reconciler.views.wording import clean, several

_MOST = 20
"""Line numbers, unless all are asked for."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one container holds of what was asked for."""

    section: Section
    conditions: Conditions
    at: datetime
    """When it was read."""
    from_file: bool
    """Whether a file says what to look for."""
    warnings: Sequence[str] = ()
    targeting: Targeting = EVERYTHING
    """What it was narrowed to."""

    @cached_property
    def ids(self) -> list[str]:
        """What matches and may be declared: nothing protects it."""
        return [self.section.absences.ids[position] for position in self.section.deletions()]

    @cached_property
    def unread(self) -> str:
        """Why more may match than was seen; empty if it cannot."""
        for remainder in self.section.remainders:
            if remainder.action is Action.UNKNOWN:
                return remainder.reason
        position = next(self.section.positions(Action.UNKNOWN), None)
        return "" if position is None else item_at(self.section, position).reason

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind."""
        count = self.section.count
        return {
            "found": len(self.ids),
            "protected": count(Action.PROTECTED),
            "differing": count(Action.HELD),
            "absent": count(Action.ABSENT),
            "unknown": count(Action.UNKNOWN),
        }

    def lines(self, action: Action) -> list[int]:
        """Return the lines of the file that name something with this action."""
        section = self.section
        if not self.from_file:
            return []
        found = {
            line
            for position in section.positions(action)
            for _, line in section.absences.places(position)
        }
        for remainder in section.remainders:
            if remainder.action is action:
                found.update(one.line for one in remainder.declared)
        return sorted(found)

    def items(self) -> Iterator[Fields]:
        """Yield what matches, as items of a plan without what a plan alone has."""
        for position in self.section.deletions():
            fields = item_fields(item_at(self.section, position))
            yield {name: fields[name] for name in ("address", "id", "live") if name in fields}


def remarks(found: Found) -> Iterator[str]:
    """Yield what stands above the manifest, without a comment's sign."""
    noun = found.section.absences.container.noun
    if found.unread:
        yield f"INCOMPLETE: not everything could be read: {_sentence(found.unread)}"
    asked = ", ".join(one.words for one in found.conditions)
    listed = " of those that a file names" if found.from_file else ""
    yield clean(
        f"Found at {moment(found.at)}: {several(len(found.ids), noun)}{listed}"
        f"{f' with {asked}' if asked else ''}.",
        longest=1000,
    )
    if narrowing := narrowing_text(found.targeting.written, full=True):
        yield clean(narrowing, longest=1000)
    protected = found.counts["protected"]
    if protected:
        verb = "matches and is" if protected == 1 else "match and are"
        yield f"{several(protected, noun)} more {verb} protected, so not listed."


def find_talk(found: Found, *, full: bool) -> Iterator[Line]:
    """Yield what people are told beside the manifest; lines of a file by their numbers only."""
    container, counts = found.section.absences.container, found.counts
    for warning in found.warnings:
        yield line(f"Warning: {clean(warning, longest=400)}", Style.WARN)
    words = {
        "protected": f"{counts['protected']} protected",
        "differing": f"{counts['differing']} differing from the conditions",
    }
    left_out = ", ".join(text for name, text in words.items() if counts[name])
    yield line(
        f"{several(counts['found'], container.noun)} found in {clean(container.account)}"
        f"{f'; not listed: {left_out}' if left_out else ''}."
    )
    for title, action in (
        ("Nothing matches", Action.ABSENT),
        ("It is not known whether anything matches", Action.UNKNOWN),
    ):
        if numbers := found.lines(action):
            told = f"{title} {_numbered(numbers, full=full)} of the file."
            yield line(told, Style.WARN)
    yield from find_trouble(found)


def find_trouble(found: Found) -> Iterator[Line]:
    """Yield only what went wrong."""
    if found.unread:
        yield line(f"Not everything could be read: {_sentence(found.unread)}", Style.DOUBT)


def _sentence(text: str) -> str:
    """Return a text that ends in a full stop; what an API said may end in one."""
    return f"{clean(text).rstrip('.')}."


def _numbered(numbers: Sequence[int], *, full: bool) -> str:
    shown = numbers if full else numbers[:_MOST]
    hidden = len(numbers) - len(shown)
    more = f" and {hidden} more (--full shows all)" if hidden else ""
    return f"{'line' if len(numbers) == 1 else 'lines'} {', '.join(map(str, shown))}{more}"
