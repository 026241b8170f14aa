"""Reads a plan file, and believes nothing in it that its checksum and digest do not cover."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconciler.domain.accounts import Container, System
from reconciler.domain.approval import Reviewed
from reconciler.domain.digest import Identity, approval_digest
from reconciler.domain.document import FORMAT_VERSION, Fields, PlanDocument
from reconciler.domain.narrowing.selectors import Targeting, targeting_of
from reconciler.domain.plan import Action
from reconciler.domain.ways import Way, leading
from reconciler.errors import StaleError, UsageError
from reconciler.planfile.approved import Approved
from reconciler.planfile.changes import ChangeTally
from reconciler.planfile.lines import HINT, damaged, ends_of, items_of
from reconciler.planfile.typed import trouble_of_ends, trouble_of_item


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
    def made_at(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.header["created_at"])

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
            left = self._yielded(most)
            for item in items_of(self.path):
                key = (item["account"], item["action"], item.get("change", ""))
                shown[key] = shown.get(key, 0) + 1
                if most is None or shown[key] <= most:
                    yield item
                    left -= 1
                    if not left:
                        return

        return PlanDocument(self.header, self.footer, items, warning)

    def _yielded(self, most: int | None) -> int:
        """Return after how many items there are no more to yield; less than none if not known."""
        if most is None or "changes" in self.footer:
            return -1
        return sum(min(count, most) for count in _counted(self.header).values())


def read_plan(path: Path) -> SavedPlan:
    """Read a plan file; raises StaleError for one that is damaged or of another format."""
    try:
        header, footer, checksum = ends_of(path)
        version = header.get("format_version")
        if isinstance(version, str) and _major(version) != _major(FORMAT_VERSION):
            raise StaleError(
                "The plan file is of another format",
                detail=f"{path}: format {version}",
                hint=HINT,
            )
        if trouble := trouble_of_ends(header, footer):
            raise damaged(path, trouble)
        plan = SavedPlan(
            path=path,
            header=header,
            footer=footer,
            reviewed=Reviewed(
                approved := _approved(path, header, footer),
                digest=footer["digest"],
                digests={one["name"]: footer["digest"] for one in header["accounts"]},
            ),
            checksum=checksum,
        )
        _check(plan, approved)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged(path, f"{type(error).__name__}") from error
    return plan


def _check(plan: SavedPlan, approved: Mapping[str, Approved]) -> None:
    """Hold the footer against the items."""
    deletions = (
        (prefix + target_id, fingerprint)
        for prefix in sorted(approved)
        for target_id, fingerprint in approved[prefix].pairs()
    )
    if approval_digest(plan.identities, deletions) != plan.footer["digest"]:
        raise damaged(plan.path, "the digest is not that of its deletions")
    times = (plan.made_at, plan.expires_at, *plan.relative_times.values())
    if any(one.tzinfo is None for one in times):
        raise damaged(plan.path, "a time names no time zone")
    try:
        written = plan.targeting.written
    except UsageError as error:
        raise damaged(plan.path, "it was narrowed to what selects nothing") from error
    if any(plan.header.get(name, []) != written[name] for name in written):
        raise damaged(plan.path, "what it was narrowed to is not written as it should be")
    if plan.key_ids.keys() != {one.name for one in plan.identities}:
        raise damaged(plan.path, "it names no key for an account")


def _major(version: str) -> str:
    return version.split(".", maxsplit=1)[0]


def _approved(path: Path, header: Fields, footer: Fields) -> Mapping[str, Approved]:
    """Return the deletions by prefix; raises StaleError when header or footer count other items."""
    deletions: dict[str, Approved] = {}
    found, tally = Counter[tuple[str, str]](), ChangeTally()
    for number, item in enumerate(items_of(path), start=1):
        if trouble := trouble_of_item(item):
            raise damaged(path, f"item {number}: {trouble}")
        # What is withdrawn is no item of the plan, and never a deletion, whatever it says.
        if tally.takes(item):
            continue
        found[item["account"], item["action"]] += 1
        if item["action"] == Action.DELETE:
            target_id: str = item["id"]
            prefix = item["address"].removesuffix(target_id)
            if prefix not in deletions:
                deletions[prefix] = Approved()
            deletions[prefix].add(target_id, item["fingerprint"])
    in_all = dict.fromkeys(footer["counts"], 0)
    for (_, action), count in found.items():
        in_all[action] += count
    told = found == _counted(header) and in_all == footer["counts"]
    if not told or not tally.is_told_by(header, footer):
        raise damaged(path, "its counts are not those of its items")
    for approved in deletions.values():
        approved.settle()
    return deletions


def _counted(header: Fields) -> Counter[tuple[str, str]]:
    """Return how many items each account has of each action, as the header says."""
    counted = Counter[tuple[str, str]]()
    for account in header["accounts"]:
        for container in account["containers"]:
            for action, count in container["counts"].items():
                counted[account["name"], action] += count
    return counted


def _identities(header: Fields) -> list[Identity]:
    return [
        Identity(one["name"], one["system"], one["tenant"], one["host"])
        for one in header["accounts"]
    ]
