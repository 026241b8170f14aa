"""What manifests declare: absences as columns, and the manifests they come from."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from reconciler.domain.accounts import Account, Container
from reconciler.domain.guards import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The head of one document of absences."""

    kind: str
    name: str
    file: str
    """Path under the manifests folder, with its own name in front, `/` between parts."""
    line: int
    owner: str
    reason: str
    ticket: str = ""
    purpose: str = "hygiene"
    expires: date | None = None

    @property
    def address(self) -> str:
        """``KIND/NAME``, as people write it."""
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class Declared:
    """One place that declares a target."""

    manifest: Manifest
    line: int
    note: str = ""

    @property
    def place(self) -> str:
        """``file:line``."""
        return f"{self.manifest.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Absences:
    """The absences of one container, as columns sorted by id.

    A million of them are a list of strings and two arrays, not a million objects; ``also`` has
    an entry only for a target that is declared more than once, ``notes`` only for one with a note.
    """

    container: Container
    manifests: Sequence[Manifest]
    ids: Sequence[str]
    """Unique and sorted."""
    manifest: Sequence[int]
    """For each id, the index into ``manifests`` of its first declaration."""
    line: Sequence[int]
    also: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    notes: Mapping[tuple[int, int, str], str] = field(default_factory=dict)
    """Notes by manifest index, line and id."""

    def __len__(self) -> int:
        return len(self.ids)

    def declared(self, position: int) -> Iterator[Declared]:
        """Yield every place that declares the target at ``position``, in file order."""
        first = (self.manifest[position], self.line[position])
        for manifest, line in (first, *self.also.get(position, ())):
            note = self.notes.get((manifest, line, self.ids[position]), "")
            yield Declared(self.manifests[manifest], line, note)


@dataclass(frozen=True, slots=True)
class Listed:
    """One list of a manifest: ids and lines side by side, as they stand in the file."""

    container: Container
    manifest: int
    """Index into the manifests of the whole tree."""
    ids: Sequence[str]
    lines: Sequence[int]
    notes: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """Notes by line and id."""


def columns(listed: Iterable[Listed], manifests: Sequence[Manifest]) -> tuple[Absences, ...]:
    """Merge the lists of a tree into one set of columns per container, sorted.

    The same id declared several times becomes one absence that knows all its places.
    """
    lists_of: dict[Container, list[Listed]] = {}
    for one in listed:
        lists_of.setdefault(one.container, []).append(one)
    return tuple(
        _merge(container, lists, manifests) for container, lists in sorted(lists_of.items())
    )


def _merge(
    container: Container, lists: Sequence[Listed], manifests: Sequence[Manifest]
) -> Absences:
    rows = sorted(
        (target_id, one.manifest, line)
        for one in lists
        for target_id, line in zip(one.ids, one.lines, strict=True)
    )
    ids: list[str] = []
    manifest, lines = array("L"), array("L")
    also: dict[int, tuple[tuple[int, int], ...]] = {}
    for target_id, index, line in rows:
        if ids and ids[-1] == target_id:
            also[len(ids) - 1] = (*also.get(len(ids) - 1, ()), (index, line))
            continue
        ids.append(target_id)
        manifest.append(index)
        lines.append(line)
    notes = {
        (one.manifest, line, target_id): note
        for one in lists
        for (line, target_id), note in one.notes.items()
    }
    return Absences(container, manifests, ids, manifest, lines, also, notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """Everything that one manifests folder says."""

    accounts: Mapping[str, Account]
    policies: Sequence[Policy]
    absences: Sequence[Absences]
    """One per container, sorted by container; expired manifests are not in here."""
    manifests: Sequence[Manifest]
    warnings: Sequence[str]
    tree_digest: str
    """``sha256:…`` over the path and content of every file read."""


def accounts_in_scope(declarations: Declarations) -> list[Account]:
    """Return the accounts that something is declared absent in, sorted by name."""
    names = {absences.container.account for absences in declarations.absences}
    return [declarations.accounts[name] for name in sorted(names)]
