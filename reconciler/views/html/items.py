"""The table of items: their data, and what the page knows once all of them are written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from reconciler.domain.document import Fields
from reconciler.views.html.blocks import SIZE, blocks, data_element, home_and_id
from reconciler.views.html.tally import Tally
from reconciler.views.html.vocabulary import Column, Filter, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The items of a report. Their data comes first; only then the rest is known."""

    source: Iterable[Fields]
    tally: Tally
    see: Callable[[Sequence[Fields]], None]
    """Counts the items of a block."""
    states: Sequence[State]
    columns: Sequence[Column]
    filters: Callable[[], Sequence[Filter]]
    """Returns the filters, once every item is counted."""

    def data(self) -> Iterator[Markup]:
        """Yield the items as data, block by block."""
        yield from blocks(self.source, self.tally.state, self.see)

    def about(self) -> Markup:
        """Return what the script has to know of the data."""
        return data_element(
            {
                "count": self.tally.items,
                "size": SIZE,
                "columns": [one.name for one in self.columns],
                "states": {
                    one.name: {"words": one.words, "sign": one.sign, "look": one.look}
                    for one in self.states
                },
            },
            "about",
        )

    @property
    def occurring(self) -> list[State]:
        """Return the states that items have."""
        return [one for one in self.states if self.tally.by_state[one.name]]

    def state(self, name: str) -> State:
        """Return a state by its name; what a later version may add is shown as it is."""
        return next(
            (one for one in self.states if one.name == name), State(name, name, "", "quiet")
        )

    def first(self) -> list[dict[str, str]]:
        """Return the texts of the first rows, for browsers that run no script."""
        return [self._row(item) for item in self.tally.first]

    def _row(self, item: Fields) -> dict[str, str]:
        named = {str(one["manifest"]): None for one in item["declared"] if one["manifest"]}
        tickets = {str(one["ticket"]): None for one in item["declared"] if one["ticket"]}
        special = {
            "state": item[self.tally.state],
            "id": home_and_id(item)[1],
            "manifest": ", ".join(named),
            "ticket": ", ".join(tickets),
            "created": item.get("live", {}).get("created", ""),
        }
        return {
            one.name: str(special.get(one.name, item.get(one.name, ""))) for one in self.columns
        }
