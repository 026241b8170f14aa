"""What the rows of a side file declare, whatever its format."""

from array import array
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from reconciler.domain.identifiers import External, Identifier, Phone
from reconciler.manifests.entries import IDS_ONLY, Entries, Identified
from reconciler.manifests.side_files.id_runs import is_id
from reconciler.manifests.side_files.report import Explanation, Report
from reconciler.manifests.side_files.wrong_cells import (
    wrong_id,
    wrong_note,
    wrong_phone,
    wrong_reference,
)
from reconciler.manifests.values.identities import is_phone

Locate: TypeAlias = Callable[[str], int]
"""Returns the column at which the value of a role stands; asked only where one is wrong."""

LONGEST = 1024 * 1024
"""Characters of a row; what is longer is something else, and would fill the memory."""
TOO_LONG = "The row is longer than 1,048,576 characters."

_PROVIDER, _EXTERNAL_ID = "external_provider", "external_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the rows are to declare."""

    noun: str
    """``task`` or ``record``."""
    ids_only: bool
    """Phone numbers and ids of other systems are refused."""


class _Row(NamedTuple):
    """One row; see ``Rows.add``."""

    line: int
    given: Mapping[str, str]
    locate: Locate


class Rows:
    """Collects what rows declare, and reports the wrong ones."""

    def __init__(self, asked: Asked, report: Report) -> None:
        self._asked = asked
        self._report = report
        self._ids: list[str] = []
        self._lines = array("I")
        self._notes: dict[tuple[int, str], str] = {}
        self._identifiers: list[Identified] = []
        self._seen = False

    def add(self, line: int, given: Mapping[str, str], locate: Locate) -> None:
        """Add the row that begins on a line.

        ``given`` is its text for ``id``, ``phone_number``, ``external_provider``, ``external_id``
        and ``note``; what is empty or blank is left out of it.
        """
        self._seen = True
        target, note = given.get("id", ""), given.get("note", "")
        # A million rows are mostly an id, or an id and a note.
        if is_id(target) and len(given) == (2 if note else 1) and not wrong_note(note):
            target = target.lower()
            self._ids.append(target)
            self._lines.append(line)
            if note:
                self._notes[line, target] = note
        else:
            self._add_other(_Row(line, given, locate))

    def add_ids(self, line: int, ids: Collection[str]) -> None:
        """Add rows of nothing but valid ids in lower case, on consecutive lines."""
        self._seen = self._seen or bool(ids)
        self._ids += ids
        self._lines.extend(range(line, line + len(ids)))

    def refuse(self, line: int, explanation: Callable[[], Explanation]) -> None:
        """Report a row that cannot be understood."""
        self._seen = True
        self._report.explain(line, explanation)

    def entries(self) -> Entries:
        """Return everything; to be called once, at the end. A file without rows is reported."""
        if not self._seen and self._report.empty:
            hint = "Fill the file, or take it out of the manifest."
            self._report.add(0, 0, "The file lists nothing.", hint)
        return Entries(
            ids=self._ids, lines=self._lines, notes=self._notes, identifiers=self._identifiers
        )

    def _add_other(self, row: _Row) -> None:
        """Add a row that is wrong, or has another identifier than an id."""
        note = row.given.get("note", "")
        wrong = wrong_note(note)
        if wrong:
            self._wrong(row, "note", lambda: wrong)
        if row.given.keys() - {"note"} != {"id"}:
            identifier = self._identifier(row)
            if identifier:
                self._identifiers.append(Identified(identifier, row.line, note))
        elif not is_id(row.given["id"]):
            self._wrong(row, "id", lambda: wrong_id(row.given["id"], self._asked.noun))

    def _identifier(self, row: _Row) -> Identifier | None:
        """Return the identifier of a row that is not just an id; None if it has none."""
        roles = row.given.keys() - {"note"}
        if not roles:
            self._report.add(row.line, 0, *self._lacking())
        elif self._asked.ids_only:
            self._wrong(row, min(roles - {"id"}), lambda: IDS_ONLY)
        elif roles == {"phone_number"}:
            return self._phone(row)
        elif roles == {_PROVIDER, _EXTERNAL_ID}:
            return self._external(row)
        elif len(roles) == 1:
            (missing,) = {_PROVIDER, _EXTERNAL_ID} - roles
            self._report.add(row.line, 0, f"The entry lacks `{missing}`.", "The two go together.")
        else:
            message = "An entry has one kind of identifier; this one has more."
            self._report.add(row.line, 0, message, "Write an entry for each.")
        return None

    def _lacking(self) -> tuple[str, str]:
        if self._asked.noun == "task" or self._asked.ids_only:
            return "The entry lacks `id`.", "Add the id, or delete the entry."
        return "The entry lacks an identifier.", "Add one, or delete the entry."

    def _phone(self, row: _Row) -> Phone | None:
        number = row.given["phone_number"]
        if is_phone(number):
            return Phone(number)
        self._wrong(row, "phone_number", lambda: wrong_phone(number))
        return None

    def _external(self, row: _Row) -> External | None:
        sound = [self._is_reference(row, role) for role in (_PROVIDER, _EXTERNAL_ID)]
        return External(row.given[_PROVIDER], row.given[_EXTERNAL_ID]) if all(sound) else None

    def _is_reference(self, row: _Row, role: str) -> bool:
        wrong = wrong_reference(row.given[role])
        if wrong:
            self._wrong(row, role, lambda: wrong)
        return not wrong

    def _wrong(self, row: _Row, role: str, explain: Callable[[], tuple[str, str]]) -> None:
        self._report.explain(
            row.line, lambda: (row.locate(role), *explain(), row.given.get(role, ""))
        )
