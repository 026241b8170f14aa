"""What the ledger remembers of earlier runs, as far as a decision depends on it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.domain.accounts import Container
from reconciler.domain.identifiers import Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneBefore:
    """An identifier all of whose records were proven gone by an earlier run."""

    at: datetime
    ids: Collection[str]
    """The records that it selected then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """Facts of earlier runs; the default remembers nothing."""

    is_new: bool = False
    """The ledger began in this run, so that it could not remember anything."""
    counted_since: datetime | None = None
    """When the ledger began, where that is less than a day ago."""
    deleted_today: Mapping[str, int] = field(default_factory=dict)
    """By account, what was deleted or may have been in the last 24 hours."""
    used: Collection[str] = ()
    """Keys of the allowances that other runs consumed."""
    gone: Mapping[Container, Mapping[Identifier, GoneBefore]] = field(default_factory=dict)
