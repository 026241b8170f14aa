"""What manifests declare: absences as columns, and the manifests they come from."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from reconciler.domain.accounts import Account, Container
from reconciler.domain.conditions import Conditions
from reconciler.domain.guarding.allowances import Allowance
from reconciler.domain.guarding.policies import Policy
from reconciler.domain.identifiers import Identifier
from reconciler.domain.narrowing.selectors import EVERYTHING, Targeting
from reconciler.domain.protections import Protection


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """A hint where tasks may be found together; a wrong one costs calls, never a verdict."""

    owner: str = ""
    """The e-mail address or the id of their owner."""
    lead: str = ""
    """The id of the lead that they belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The head of one document of absences, and what holds for every absence in it."""

    kind: str
    name: str
    file: str
    """Where its absences are written, `/` between parts: the document's file or a side file."""
    line: int
    owner: str
    reason: str
    ticket: str = ""
    purpose: str = "hygiene"
    expires: date | None = None
    expect: Conditions = ()
    """What a target must be like; one that differs is held."""
    as_declared: bool = False
    """Phone numbers and external ids are sent to the API themselves (``deleteBy: declared``)."""
    lookup: Lookup = Lookup()

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Conditions that declare every target absent that meets all of them."""

    manifest: int
    """Index into the manifests of the whole tree."""
    line: int
    conditions: Conditions
    most: int
    """More matches than this violate a guard (``max``)."""
    unattended: bool = False
    """Its matches may be deleted although nobody reviewed them."""


@dataclass(frozen=True, slots=True)
class Named:
    """A record declared by a phone number or an external id, which may select several."""

    identifier: Identifier
    manifest: int
    line: int
    note: str = ""


_NO_NOTES: Mapping[tuple[int, str], str] = {}


@dataclass(frozen=True, slots=True)
class Absences:
    """The absences of one container: targets as columns sorted by id, and what selects more.

    A million targets are a list of strings and two arrays, not a million objects; ``also`` has
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
    notes: Mapping[int, Mapping[tuple[int, str], str]] = field(default_factory=dict)
    """Notes by line and id, by manifest index."""
    named: Sequence[Named] = ()
    """Records declared by other identifiers, in file order."""
    rules: Sequence[Rule] = ()
    protections: Sequence[Protection] = ()
    """What protects targets of this container."""
    keeps_facts: bool = False
    """More than what is in here will be held against what rows say."""

    def __len__(self) -> int:
        return len(self.ids)

    def position(self, target_id: str) -> int | None:
        """Return where a target stands among the ids; None where none of them is its own."""
        position = bisect_left(self.ids, target_id)
        is_there = position < len(self.ids) and self.ids[position] == target_id
        return position if is_there else None

    def places(self, position: int) -> tuple[tuple[int, int], ...]:
        """Return manifest index and line of every place that declares a target, in order."""
        return ((self.manifest[position], self.line[position]), *self.also.get(position, ()))

    def declared(self, position: int) -> Iterator[Declared]:
        """Yield every place that declares the target at ``position``, in file order."""
        for manifest, line in self.places(position):
            note = self.notes.get(manifest, _NO_NOTES).get((line, self.ids[position]), "")
            yield Declared(self.manifests[manifest], line, note)

    @property
    def selects(self) -> bool:
        """Whether targets may be found in it that no id names."""
        return bool(self.named or self.rules)

    @property
    def needs_facts(self) -> bool:
        """Whether more than a target's id decides what becomes of it."""
        return (
            self.selects
            or self.keeps_facts
            or any(one.conditions or one.identifiers for one in self.protections)
            or any(self.manifests[index].expect for index in self.in_use)
        )

    @property
    def in_use(self) -> tuple[int, ...]:
        """The indexes of the manifests that declare something in this container."""
        used = {*self.manifest, *(index for also in self.also.values() for index, _ in also)}
        used.update(one.manifest for one in self.named)
        used.update(one.manifest for one in self.rules)
        return tuple(sorted(used))


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """Everything that one manifests folder says."""

    accounts: Mapping[str, Account]
    policies: Sequence[Policy]
    allowances: Sequence[Allowance] = ()
    """Documents that lift guards; expired ones are in here and lift nothing."""
    absences: Sequence[Absences]
    """One per container, sorted by container; expired manifests are not in here."""
    manifests: Sequence[Manifest]
    """Every place that absences are written in: a side file has an entry of its own."""
    files: Sequence[str] = ()
    """Every manifest file that was read, sorted; side files are not in here."""
    protections: Sequence[Protection] = ()
    warnings: Sequence[str] = ()
    """What may be a mistake, such as a manifest that has expired."""
    conflicts: Sequence[str] = ()
    """What is declared and protected at once: said by `validate`, and shown by every plan."""
    relative_times: Mapping[str, datetime] = field(default_factory=dict)
    """What each relative time of the manifests was resolved to."""
    tree_digest: str
    """``sha256:…`` over the path and content of every file read."""
    targeting: Targeting = EVERYTHING
    """What a command was narrowed to; ``absences`` are no more than what it has to read."""
    whole: Mapping[Container, Absences] = field(default_factory=dict)
    """Of a narrowed command: all that is declared in the containers that it reads."""

    @property
    def declaring(self) -> int:
        """How many manifests declare absences."""
        return len({one.address for one in self.manifests})


def accounts_in_scope(declarations: Declarations) -> list[Account]:
    """Return the accounts that something is declared absent in, sorted by name."""
    names = {absences.container.account for absences in declarations.absences}
    return [declarations.accounts[name] for name in sorted(names)]
