"""Gathering: of all rows that listings show, those that are declared or that rules select."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from reconciler.domain.absences import Absences
from reconciler.domain.conditions import none_fails, unreadable
from reconciler.domain.facts import NO_FACTS, Facts
from reconciler.domain.fingerprint import FingerprintKey
from reconciler.domain.live import Evidence, LiveTable, Present
from reconciler.domain.masking import Mask
from reconciler.domain.selection import Selectors
from reconciler.vendors.leadsquared import rows
from reconciler.vendors.leadsquared.listings.owners import Owners
from reconciler.vendors.leadsquared.listings.pages import Take
from reconciler.vendors.leadsquared.told import facts

LISTED = Evidence("listing", "seen in a listing of tasks")


@dataclass(frozen=True, slots=True)
class View:
    """How rows are reduced to what the plan needs of them."""

    key: FingerprintKey
    mask: Mask
    owners: Owners | None = None
    """Who owns tasks; None where no condition will be held against the rows."""

    def facts(self, row: dict[str, Any]) -> Facts:
        """Return what a row tells, if anybody will ask."""
        return NO_FACTS if self.owners is None else facts(row, self.owners, self.mask)

    def present(
        self, row: dict[str, Any], evidence: Evidence, told: Facts | None = None
    ) -> Present:
        """Reduce a row; ``told`` is what it tells, where that was asked before."""
        told = self.facts(row) if told is None else told
        return rows.present(row, self.key, self.mask, evidence, told)


class Gathering:
    """Takes rows one by one; what nobody declares and no rule selects is dropped at once."""

    def __init__(self, absences: Absences, view: View) -> None:
        """Know nothing yet."""
        container = absences.container
        self._table = LiveTable(container, absences.ids, keeps_facts=absences.needs_facts)
        self._rules = absences.rules
        self._selectors = Selectors(absences)
        self._view = view
        self._selected: dict[str, Present] = {}
        self._untold: dict[str, Collection[str]] = {}
        """The fields that decide and that a row lacks, by the id of its task."""

    def take(self, row: dict[str, Any]) -> None:
        """Take one row; of two rows of one task the later one counts."""
        target_id = rows.task_id(row)
        position = self._table.position(target_id)
        if position is None and not self._rules:
            return
        told = self._view.facts(row)
        selected = self._selectors.select(told)
        if position is not None:
            self._table.mark(position, self._view.present(row, LISTED, told))
        elif selected:
            self._selected[target_id] = self._view.present(row, LISTED, told)
        else:
            self._selected.pop(target_id, None)
        self._note_untold(target_id, () if selected else self._missing(told))

    def _missing(self, told: Facts) -> Collection[str]:
        return {
            name
            for rule in self._rules
            if none_fails(rule.conditions, told)
            for name in unreadable(rule.conditions, told)
        }

    def _note_untold(self, target_id: str, missing: Collection[str]) -> None:
        if missing:
            self._untold[target_id] = missing
        else:
            self._untold.pop(target_id, None)

    @property
    def unseen(self) -> int:
        """How many declared tasks have not been seen yet."""
        return len(self._table) - self._table.count(Present)

    def is_open(self, target_id: str) -> bool:
        """Say whether a declared task has not been seen yet."""
        position = self._table.position(target_id)
        return position is not None and not isinstance(self._table.state(position), Present)

    def table(self) -> LiveTable:
        """Return what is known of the declared tasks and of those that rules select, sorted.

        Its ids are those that were declared, the same object, if rules select no other.
        """
        if not self._selected:
            return self._table
        table = self._table.over(sorted({*self._table.ids, *self._selected}))
        for position, target_id in enumerate(table.ids):
            if (state := self._selected.get(target_id)) is not None:
                table.mark(position, state)
        return table

    @property
    def warning(self) -> str:
        """Say which rows no rule selects because they do not tell enough; empty if none."""
        if not self._untold:
            return ""
        names = sorted({name for missing in self._untold.values() for name in missing})
        count = len(self._untold)
        return (
            f"{count} {'task is' if count == 1 else 'tasks are'} matched by no rule because "
            f"{'its row lacks' if count == 1 else 'their rows lack'}: {', '.join(names)}"
        )


def marking(table: LiveTable, view: View) -> Take:
    """Return what marks in a table the tasks of it that rows show."""

    def take(row: dict[str, Any]) -> None:
        position = table.position(rows.task_id(row))
        if position is not None:
            table.mark(position, view.present(row, LISTED))

    return take
