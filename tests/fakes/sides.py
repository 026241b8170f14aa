"""Two states of manifests over one set of rows, read as an account would show them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reconciler.application.assembling import assemble
from reconciler.application.planning import survey
from reconciler.application.ports import Identity
from reconciler.application.reviewing import assemble_both, survey_both
from reconciler.domain.absences import Absences, Declarations
from reconciler.domain.changes.review import Review
from reconciler.domain.items import Item, items_of
from reconciler.domain.live import Absent, LiveTable, Present
from reconciler.domain.plan import Plan, Reading
from reconciler.domain.selection import Selectors
from reconciler.manifests.load import load
from tests.fakes.plans import circumstances
from tests.fakes.records import WHOLE

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LIST = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
OTHER_LIST = "c3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
SECOND = "dialer-2"
"""An account that comes after the first one, and whose addresses come before."""
ACME = "system: talkdesk, region: us, tenant: acme"
POLICY = "maxDeletes: 3, maxDeletePercent: 100, allowEmptying: true, allowDeclared: true"


def document(kind: str, name: str, spec: str) -> str:
    """Write a document of four lines."""
    owned = "" if kind in {"Account", "Policy"} else ", owner: ops, reason: old"
    return (
        f"apiVersion: reconciler/v1\nkind: {kind}\n"
        f"metadata: {{name: {name}{owned}}}\nspec: {{{spec}}}\n"
    )


def records(name: str, spec: str, record_list: str = LIST, account: str = "dialer") -> str:
    return document("AbsentRecords", name, f"account: {account}, recordList: {record_list}, {spec}")


def protection(spec: str, name: str = "keep") -> str:
    return document("Protection", name, f"account: dialer, {spec}")


def tree(folder: Path, documents: Iterable[str], account: str = ACME) -> Declarations:
    """Load two accounts, a policy and these documents, each in a file of its own."""
    folder.mkdir()
    usual = (
        document("Account", "dialer", account),
        document("Account", SECOND, ACME),
        document("Policy", "default", POLICY),
    )
    for number, text in enumerate((*usual, *documents)):
        (folder / f"{number}.yaml").write_text(text)
    return load(folder, now=NOW)


@dataclass(slots=True)
class RowReader:
    """Shows what is declared or selected of some rows, and keeps of them what is asked for."""

    account: str
    rows: Mapping[str, Present]
    unread: str = ""
    asked: list[Absences] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return len(self.asked)

    @property
    def remaining(self) -> int | None:
        return None

    async def identify(self) -> Identity:
        return Identity(tenant="acme", host="fake", sees_all=True)

    async def read(self, absences: Absences) -> Reading:
        self.asked.append(absences)
        selectors, declared = Selectors(absences), set(absences.ids)
        seen = {
            one: state
            for one, state in self.rows.items()
            if one in declared or (absences.selects and selectors.select(state.facts))
        }
        new = seen.keys() - declared
        ids = sorted(declared | new) if new else absences.ids
        table = LiveTable(absences.container, ids, keeps_facts=absences.needs_facts)
        for position, target_id in enumerate(ids):
            table.mark(position, seen.get(target_id, Absent(WHOLE)))
        return Reading(
            table=table,
            way="whole list",
            population=len(self.rows),
            unread=self.unread,
            nothing_else=None if self.unread else WHOLE,
            warnings=tuple(f"read for {one.name}" for one in absences.manifests),
        )

    async def read_back(self, before: Reading, ids: Sequence[str]) -> LiveTable:
        raise NotImplementedError

    async def count(self, before: Reading) -> int | None:
        raise NotImplementedError


Rows = Mapping[str, Present]


def readers(rows: Rows, unread: str = "") -> dict[str, RowReader]:
    """Return the readers of both accounts, which hold the same in every list."""
    return {name: RowReader(name, rows, unread) for name in ("dialer", SECOND)}


def planned(declarations: Declarations, rows: Rows, unread: str = "") -> Plan:
    """Plan as without a base."""
    surveys = asyncio.run(survey(declarations, readers(rows, unread)))
    return assemble(declarations, surveys, circumstances(declarations))


def compared(
    head: Declarations, base: Declarations, rows: Rows, unread: str = ""
) -> tuple[Plan, Review]:
    """Plan as with a base."""
    surveys = asyncio.run(survey_both(head, base, readers(rows, unread)))
    return assemble_both(head, base, surveys, circumstances(head))


def items(plan: Plan) -> list[Item]:
    return [
        item
        for account in plan.accounts
        for section in account.sections
        for item in items_of(section)
    ]
