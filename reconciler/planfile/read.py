"""Reads a plan file, and believes nothing in it that its checksum and digest do not cover."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from reconciler.domain.accounts import Container, System
from reconciler.domain.approval import Reviewed
from reconciler.domain.digest import Identity, approval_digest
from reconciler.domain.document import FORMAT_VERSION, Fields, PlanDocument
from reconciler.domain.narrowing.selectors import Targeting, targeting_of
from reconciler.domain.plan import Action
from reconciler.domain.ways import Way, leading
from reconciler.errors import StaleError, UsageError
from reconciler.planfile.changes import ChangeTally
from reconciler.planfile.write import CHECKSUM

_HINT = "Make a new plan: reconciler plan --out FILE"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPlan:
    """A plan file that was found whole."""

    path: Path
    header: Fields
    footer: Fields
    reviewed: Reviewed
    checksum: str

    @property
    def expires_at(self) -> datetime:
        """When it may no longer be applied."""
        return datetime.fromisoformat(self.header["expires_at"])

    @property
    def identities(self) -> list[Identity]:
        """The accounts that it was made for."""
        return _identities(self.header)

    @property
    def key_ids(self) -> dict[str, str]:
        """The key that the fingerprints of each account were made with."""
        return {one["name"]: str(one["key_id"]) for one in self.header["accounts"]}

    @property
    def relative_times(self) -> dict[str, datetime]:
        """What each relative time of the manifests stood for."""
        times = self.header["relative_times"]
        return {written: datetime.fromisoformat(at) for written, at in times.items()}

    @property
    def ways(self) -> dict[Container, Way]:
        """The way in which each container was read."""
        found = {}
        for account in self.header["accounts"]:
            system = System(account["system"])
            for one in account["containers"]:
                record_list = one["container"] if system is System.TALKDESK else ""
                if (way := leading(one["way"])) is not None:
                    found[Container(system, account["name"], record_list)] = way
        return found

    @property
    def targeting(self) -> Targeting:
        """What it was narrowed to; a plan of an older version never was."""
        return targeting_of(self.header.get("targets", []), self.header.get("excludes", []))

    def document(self, warning: str = "") -> PlanDocument:
        """Return the plan as a document to render."""

        def items(most: int | None) -> Iterator[Fields]:
            shown: dict[tuple[str, str, str], int] = {}
            for item in _items(self.path):
                key = (item["account"], item["action"], item.get("change", ""))
                shown[key] = shown.get(key, 0) + 1
                if most is None or shown[key] <= most:
                    yield item

        return PlanDocument(self.header, self.footer, items, warning)


def read_plan(path: Path) -> SavedPlan:
    """Read a plan file; raises StaleError for one that is damaged or of another format."""
    try:
        header, footer, checksum = _ends(path)
        if _major(header["format_version"]) != _major(FORMAT_VERSION):
            raise StaleError(
                "The plan file is of another format",
                detail=f"{path}: format {header['format_version']}",
                hint=_HINT,
            )
        plan = SavedPlan(
            path=path,
            header=header,
            footer=footer,
            reviewed=_reviewed(path, header, footer),
            checksum=checksum,
        )
        _check(plan)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(path, f"{type(error).__name__}") from error
    return plan


def _check(plan: SavedPlan) -> None:
    """Hold the footer against the items."""
    deletions = (
        (prefix + target_id, fingerprint)
        for prefix, ids in plan.reviewed.deletions.items()
        for target_id, fingerprint in ids.items()
    )
    if approval_digest(plan.identities, sorted(deletions)) != plan.footer["digest"]:
        raise _damaged(plan.path, "the digest is not that of its deletions")
    if any(one.tzinfo is None for one in (plan.expires_at, *plan.relative_times.values())):
        raise _damaged(plan.path, "a time names no time zone")
    try:
        written = plan.targeting.written
    except UsageError as error:
        raise _damaged(plan.path, "it was narrowed to what selects nothing") from error
    if any(plan.header.get(name, []) != written[name] for name in written):
        raise _damaged(plan.path, "what it was narrowed to is not written as it should be")
    if plan.key_ids.keys() != {one.name for one in plan.identities}:
        raise _damaged(plan.path, "it names no key for an account")


def _major(version: str) -> str:
    return version.split(".", maxsplit=1)[0]


def _ends(path: Path) -> tuple[Fields, Fields, str]:
    """Return header, footer and checksum; raises StaleError if the checksum is not right."""
    digest = hashlib.sha256()
    first, last = b"", b""
    with path.open("rb") as file:
        for line in file:
            first = first or line
            digest.update(last)
            last = line
    covered, found, _ = last.rpartition(CHECKSUM)
    if not found or not last.endswith(b"}\n"):
        raise _damaged(path, "it has no end")
    digest.update(covered)
    header, footer = _object(first), _object(last)
    if header["type"] != "plan" or footer["type"] != "end":
        raise _damaged(path, "it does not begin and end as a plan does")
    checksum = f"sha256:{digest.hexdigest()}"
    if footer["checksum"] != checksum:
        raise _damaged(path, "its checksum is not that of its content")
    return header, footer, checksum


def _items(path: Path) -> Iterator[Fields]:
    """Yield what stands between the first line and the last."""
    with path.open("rb") as file:
        next(file)
        for line, _ in pairwise(file):
            item = _object(line)
            if item["type"] != "item":
                raise ValueError(item["type"])
            yield item


def _reviewed(path: Path, header: Fields, footer: Fields) -> Reviewed:
    """Return the deletions; raises StaleError when the footer counts other items."""
    deletions: dict[str, dict[str, str]] = {}
    found = dict.fromkeys(footer["counts"], 0)
    tally = ChangeTally()
    for item in _items(path):
        # What is withdrawn is no item of the plan, and never a deletion, whatever it says.
        if tally.takes(item):
            continue
        found[item["action"]] += 1
        if item["action"] == Action.DELETE:
            target_id: str = item["id"]
            prefix = item["address"].removesuffix(target_id)
            deletions.setdefault(prefix, {})[target_id] = item["fingerprint"]
    if found != footer["counts"] or not tally.is_told_by(header, footer):
        raise _damaged(path, "its counts are not those of its items")
    return Reviewed(deletions)


def _identities(header: Fields) -> list[Identity]:
    return [
        Identity(one["name"], one["system"], one["tenant"], one["host"])
        for one in header["accounts"]
    ]


def _object(line: bytes) -> dict[str, Any]:
    value = json.loads(line)
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _damaged(path: Path, cause: str) -> StaleError:
    return StaleError("The plan file is damaged", detail=f"{path}: {cause}", hint=_HINT)
