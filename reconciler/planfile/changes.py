"""The marks of a plan that was compared with a base, held against what the file says of them."""

from collections import Counter
from dataclasses import dataclass, field

from reconciler.domain.changes.marking import NO_ACTION
from reconciler.domain.changes.review import Mark
from reconciler.domain.document import Fields


@dataclass(frozen=True, slots=True)
class ChangeTally:
    """Counts the items of a file by their mark."""

    _found: Counter[str] = field(default_factory=Counter)

    def takes(self, item: Fields) -> bool:
        """Count an item; say whether it is withdrawn, so that the plan itself does not have it.

        Raises ValueError where mark and action contradict each other.
        """
        mark = item.get("change", "")
        self._found[mark] += 1
        is_withdrawn = bool(mark == Mark.WITHDRAWN)
        if is_withdrawn != (item["action"] == NO_ACTION):
            raise ValueError(mark)
        return is_withdrawn

    def is_told_by(self, header: Fields, footer: Fields) -> bool:
        """Whether a file says of its marks what was found; without a base there are none."""
        changes = footer.get("changes")
        if changes is None:
            return not self._found.keys() - {""} and "loosened" not in header
        if "base" not in header or "loosened" not in header:
            return False
        counts = {mark.value: self._found[mark] for mark in Mark}
        told = {name: changes[name] for name in (*counts, "loosened")}
        is_told = told == {**counts, "loosened": len(header["loosened"])}
        return is_told and not self._found.keys() - set(Mark)
