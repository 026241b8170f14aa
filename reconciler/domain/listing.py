"""Listings: whether the pages of a listing add up to everything there is."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Listing:
    """The pages of one pass, as they arrive; complete only if nothing speaks against it."""

    seen: set[int] = field(default_factory=set)
    """A hash of each id: of a million the ids would be three times as large. Two that share one
    look like a row that came twice, so a listing is doubted for it and never believed."""
    count: int | None = None
    """How many the listing says there are, by its newest page."""
    flaws: list[str] = field(default_factory=list)
    pages: int = 0
    _stalled: bool = False
    _page_size: int = 1
    _pages_named: int | None = None

    def add(self, ids: Sequence[str], *, count: int | None, pages: int | None = None) -> None:
        """Take one page: the ids of its rows, and the totals of rows and pages that it names."""
        if self.pages and count != self.count:
            self._flaw("the count changed while paging")
        if count is None:
            self._flaw("a page names no count")
        self.pages += 1
        self.count, self._pages_named = count, pages
        self._page_size = max(1, len(ids))
        if any(not target_id for target_id in ids):
            self._flaw("a row has no id, or is of another list")
        known = len(self.seen)
        self.seen.update(map(hash, filter(None, ids)))
        self._stalled = len(self.seen) == known
        if ids and self._stalled:
            self._flaw("a page brought nothing new")
        elif len(self.seen) < known + len(ids):
            self._flaw("rows came twice")

    def fail(self, cause: str) -> None:
        """Note that a page could not be read, or was not worth reading."""
        self._flaw(cause)

    def _flaw(self, flaw: str) -> None:
        if flaw not in self.flaws:
            self.flaws.append(flaw)

    @property
    def stalled(self) -> bool:
        """Whether paging on would bring nothing: the last page was empty, or repeated others."""
        return self._stalled

    @property
    def pages_in_all(self) -> int:
        """How many pages there seem to be, going by the count and the size of the last page."""
        left = max(0, (self.count or 0) - len(self.seen))
        return self.pages + -(-left // self._page_size)

    def verdict(self) -> str:
        """Return why the listing is not complete; empty if it is."""
        flaws = list(self.flaws)
        if self.count is not None and len(self.seen) != self.count:
            flaws.append(f"{len(self.seen)} rows seen, {self.count} counted")
        if self._pages_named is not None and self._pages_named > self.pages:
            flaws.append(f"{self.pages} pages seen, {self._pages_named} named")
        if not self.pages and not flaws:
            flaws.append("no page was read")
        return "; ".join(flaws)
