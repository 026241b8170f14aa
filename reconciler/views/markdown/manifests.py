"""What is counted per manifest, as a table with the ticket and the purpose of each."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.domain.document import Fields
from reconciler.views.markdown.escaping import code
from reconciler.views.markdown.room import Part, row, table
from reconciler.views.wording import first_places

_USUAL_PURPOSE = "hygiene"


@dataclass(slots=True)
class ManifestTally:
    """What one manifest declares, counted."""

    file: str
    ticket: str
    purpose: str
    counts: Counter[str] = field(default_factory=Counter)
    introduced: int = 0
    """Deletions that the change of the manifests introduces."""


@dataclass(slots=True)
class Manifests:
    """Every manifest that declares something."""

    tallies: dict[str, ManifestTally] = field(default_factory=dict)

    def count(self, item: Fields, what: str, *, introduced: bool = False) -> None:
        """Count an item once for every manifest that declares it."""
        for one in first_places(item["declared"]):
            manifest = one["manifest"]
            tally = self.tallies.get(manifest)
            if tally is None:
                tally = ManifestTally(one["file"], one["ticket"], one["purpose"])
                self.tallies[manifest] = tally
            tally.counts[what] += 1
            tally.introduced += introduced

    def part(self, columns: Mapping[str, str], *, introduced: bool = False) -> Part | None:
        """Return a row per manifest, those with most of the first column first; None without any.

        ``columns`` are what is counted, each with its title; those that only count nothing are
        left out, but for the first. ``introduced`` adds what a change introduces.
        """
        if not self.tallies:
            return None
        some = Counter[str]()
        for one in self.tallies.values():
            some.update(one.counts)
        used = [name for number, name in enumerate(columns) if some[name] or not number]
        titles = [*(columns[one] for one in used), *(["Introduced"] if introduced else [])]
        ranked = sorted(
            self.tallies.items(), key=lambda one: (*(-one[1].counts[name] for name in used), one[0])
        )
        return Part(
            noun=("manifest", "manifests"),
            opening=table(
                ("Manifest", "Declared in", "Ticket", "Purpose", *titles), numbers=len(titles)
            ),
            rows=[
                row([*_about(name, one), *counted_cells(one.counts, used), *_new(one, introduced)])
                for name, one in ranked
            ],
            closing="\n",
        )


def counted_cells(counts: Mapping[str, int], columns: list[str]) -> list[str]:
    """Return counts as cells, the first one set off."""
    first, *others = (counts[column] for column in columns)
    return [f"**{first}**" if first else "0", *map(str, others)]


def _about(name: str, one: ManifestTally) -> list[str]:
    purpose = "" if one.purpose == _USUAL_PURPOSE else code(one.purpose)
    return [code(name), code(one.file), code(one.ticket), purpose]


def _new(one: ManifestTally, introduced: bool) -> list[str]:  # noqa: FBT001 - a column or none
    return [str(one.introduced)] if introduced else []
