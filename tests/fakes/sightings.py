"""Sightings that last as long as the test."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class FakeSightings:
    seen: set[tuple[str, str, str]] = field(default_factory=set)

    def saw_alive(self, account: str, tenant: str, gone: str) -> None:
        self.seen.add((account, tenant, gone))

    def has_seen_alive(self, account: str, tenant: str, gone: str) -> bool:
        return (account, tenant, gone) in self.seen
