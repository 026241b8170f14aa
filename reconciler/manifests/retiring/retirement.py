"""Which absences need not be declared any longer: proven gone for a while, or expired."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from reconciler.domain.absences import Absences, Declarations, Named, Rule

BEFORE_ALL = datetime(1971, 1, 1, tzinfo=UTC)
"""As of then nothing has expired; what has expired by now is declared, too."""

Proofs = Mapping[str, Mapping[str, float]]
"""When targets were last proven gone, by container (``Container.prefix``) and id."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Retired:
    """One place that declares something that can go."""

    file: str
    line: int
    address: str
    """Of the target; of the manifest where no target is named, as in a rule."""
    manifest: str
    """``KIND/NAME``."""
    expired: bool
    """The whole manifest has expired; otherwise the target was proven gone."""
    since: date
    """The last day of the manifest, or the day of the proof."""
    target_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """Everything that can go."""

    retired: tuple[Retired, ...]
    """Sorted by place."""
    whole: frozenset[str]
    """The ``KIND/NAME`` of each manifest that declares nothing else; its document goes too."""


def retirement(
    declarations: Declarations, proofs: Proofs, *, today: date, proven_before: float
) -> Retirement:
    """Return what can go, of declarations as of ``BEFORE_ALL``.

    A manifest goes as a whole once it has expired. An id goes from every place that declares it
    if its target was last proven gone before a time; a row of a side file stays as long as
    something else needs it. Rules, and records by phone number or external id, are never done.
    """
    retiring = _Retiring(declarations, proofs, today, proven_before)
    retired = tuple(sorted({*retiring.expired(), *retiring.proven()}))
    whole = frozenset(one.manifest for one in retired) - retiring.staying
    return Retirement(retired=retired, whole=whole)


def selectors(absences: Absences) -> tuple[Named | Rule, ...]:
    """Return what declares targets of a container without their ids."""
    return (*absences.named, *absences.rules)


class _Retiring:
    def __init__(
        self, declarations: Declarations, proofs: Proofs, today: date, before: float
    ) -> None:
        self._absences = declarations.absences
        self._manifests = declarations.manifests
        self._expired = {
            index: one.expires
            for index, one in enumerate(self._manifests)
            if one.expires is not None and one.expires < today
        }
        self._proven = [
            {
                position: proven_at
                for position, target_id in enumerate(absences.ids)
                if (proven_at := of_container.get(target_id)) is not None and proven_at < before
            }
            for absences in declarations.absences
            for of_container in [proofs.get(absences.container.prefix, {})]
        ]
        self._keep_shared_rows(_shared(declarations), _protected(declarations))

    @property
    def staying(self) -> set[str]:
        """Manifests that declare something that stays."""
        indexes: set[int] = set()
        for absences, proven in zip(self._absences, self._proven, strict=True):
            for position in range(len(absences)):
                if position not in proven:
                    indexes.update(index for index, _ in absences.places(position))
            indexes.update(one.manifest for one in selectors(absences))
        return {self._manifests[index].address for index in indexes - self._expired.keys()}

    def expired(self) -> Iterator[Retired]:
        """Yield every place in a manifest that has expired; the manifest if it has none."""
        named: set[str] = set()
        for absences in self._absences:
            for position, target_id in enumerate(absences.ids):
                for index, line in absences.places(position):
                    if index in self._expired:
                        yield self._gone(index, line, absences.container.address(target_id))
            for one in selectors(absences):
                if one.manifest in self._expired:
                    yield self._gone(one.manifest, one.line)
            named.update(self._manifests[index].address for index in absences.in_use)
        for index in self._expired:
            manifest = self._manifests[index]
            if manifest.address not in named:
                yield self._gone(index, manifest.line)

    def _gone(self, index: int, line: int, address: str = "") -> Retired:
        manifest = self._manifests[index]
        return Retired(
            file=manifest.file,
            line=line,
            address=address or manifest.address,
            manifest=manifest.address,
            expired=True,
            since=self._expired[index],
        )

    def proven(self) -> Iterator[Retired]:
        """Yield every place in other manifests whose target was proven gone long enough ago."""
        for absences, proven in zip(self._absences, self._proven, strict=True):
            for position, proven_at in proven.items():
                target_id = absences.ids[position]
                for index, line in absences.places(position):
                    if index not in self._expired:
                        yield Retired(
                            file=self._manifests[index].file,
                            line=line,
                            address=absences.container.address(target_id),
                            manifest=self._manifests[index].address,
                            expired=False,
                            since=datetime.fromtimestamp(proven_at, UTC).date(),
                            target_id=target_id,
                        )

    def _keep_shared_rows(self, shared: Collection[str], needed: set[tuple[str, int]]) -> None:
        """Keep what has a row in a side file that something else needs, and so on from there."""
        before = -1
        while shared and before != len(needed):
            before = len(needed)
            for absences, proven in zip(self._absences, self._proven, strict=True):
                for position in range(len(absences)):
                    rows = self._rows(absences, position, shared)
                    if not rows.isdisjoint(needed):
                        proven.pop(position, None)
                    if position not in proven:
                        needed |= rows

    def _rows(
        self, absences: Absences, position: int, shared: Collection[str]
    ) -> set[tuple[str, int]]:
        return {
            (self._manifests[index].file, line)
            for index, line in absences.places(position)
            if index not in self._expired and self._manifests[index].file in shared
        }


def _shared(declarations: Declarations) -> set[str]:
    """Return the side files that more than one document takes ids from."""
    users = Counter(one.file for one in declarations.manifests if not one.file.endswith(".yaml"))
    protecting = {file for file, _ in _protected(declarations)}
    return {file for file, count in users.items() if count > 1 or file in protecting}


def _protected(declarations: Declarations) -> set[tuple[str, int]]:
    """Return the rows of side files that protect something."""
    places = (
        place.rpartition(":")
        for one in declarations.protections
        for place in one.ids.values()
        if ".yaml:" not in place
    )
    return {(file, int(line)) for file, _, line in places}
