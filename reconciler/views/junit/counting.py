"""Counting: one pass over items, however many, that keeps numbers and a few examples."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from reconciler.domain.document import Fields
from reconciler.views.junit.document import EXAMPLES, Case, Suite
from reconciler.views.wording import first_places

UNDECLARED = "not declared any more"
"""What stands for the manifest of a target that none declares."""
_NOWHERE: tuple[Fields, ...] = ({"manifest": UNDECLARED, "file": "", "line": 0},)


@dataclass(slots=True)
class Counted:
    """What a manifest declares in one container, by what becomes of it."""

    account: str
    container: str
    manifest: str
    file: str
    line: int
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def suite(self) -> str:
        """The name of the suite that it is in."""
        return self.account if self.container == "task" else f"{self.account} {self.container}"

    def lines(self, kinds: Iterable[str]) -> Iterator[str]:
        """Yield the examples of some kinds, and how many more there are."""
        for kind in kinds:
            examples, words = self.examples.get(kind, []), kind.replace("_", " ")
            yield from (f"{words}: {one}" for one in examples)
            if self.counts[kind] > len(examples):
                yield f"… and {self.counts[kind] - len(examples)} more {words}"


def counted(items: Iterable[Fields], kind: str) -> list[Counted]:
    """Return what items come to for each manifest; ``kind`` is the field that says what."""
    found: dict[tuple[str, str, str], Counted] = {}
    for item in items:
        for one in first_places(item["declared"]) or _NOWHERE:
            key = (item["account"], item["container"], one["manifest"])
            manifest = found.get(key)
            if manifest is None:
                manifest = found[key] = Counted(*key, file=one["file"], line=one["line"])
            if one["file"] == manifest.file:
                manifest.line = min(manifest.line, one["line"])
            _count(manifest, item, item[kind])
    return sorted(found.values(), key=attrgetter("account", "container", "manifest"))


def _count(manifest: Counted, item: Fields, kind: str) -> None:
    manifest.counts[kind] += 1
    examples = manifest.examples.setdefault(kind, [])
    if len(examples) < EXAMPLES:
        reason = f": {item['reason']}" if item["reason"] else ""
        examples.append(f"{item['address']}{reason}")


def suites(manifests: Iterable[Counted], case: Callable[[Counted], Case]) -> Iterator[Suite]:
    """Yield a suite for every container of an account, with a case for every manifest."""
    for name, group in groupby(manifests, key=attrgetter("suite")):
        yield Suite(name, [case(one) for one in group])
