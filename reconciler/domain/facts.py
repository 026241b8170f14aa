"""Facts: what a row says of one target, field by field, for conditions to be held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from reconciler.domain.identifiers import By, External, Identifier, Phone


@dataclass(frozen=True, slots=True)
class Text:
    """The spellings of one field, such as the id and the name of a type; none if it is empty."""

    values: tuple[str, ...]
    shown: str = ""
    """The value as people may see it: personal ones masked."""
    partial: bool = False
    """There may be more spellings than the row tells."""

    @property
    def words(self) -> str:
        """The value for people."""
        return self.shown or "none"


@lru_cache(maxsize=10_000)
def shared(*values: str, shown: str) -> Text:
    """Return a field that many rows have in common, such as a type: the same object for all."""
    return Text(values, shown)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time; None for one that has not come, such as the completion of a pending task."""

    at: datetime | None

    @property
    def words(self) -> str:
        """The value for people."""
        return "never" if self.at is None else f"{self.at:%Y-%m-%dT%H:%M:%SZ}"


Fact: TypeAlias = Text | Moment


@dataclass(frozen=True, slots=True, repr=False)
class Facts:
    """Everything that one row says, unmasked: never shown, never written down.

    A field that the row lacks is not in ``fields``: unknown, which is not the same as empty.
    """

    fields: Mapping[str, Fact]
    """By the names that conditions have: ``owner``, ``created``, ``phone`` and so on."""
    phones: tuple[str, ...] = ()
    """The numbers of a record, as `+` and digits."""
    tells_phones: bool = False
    """The row tells all of them."""
    external: External | None = None
    """The reference of a record in another system, if it has one; empty in what is not told."""

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """Every identifier other than its id that a record goes by."""
        external = () if self.external is None else (self.external,)
        return (*(Phone(number) for number in self.phones), *external)

    @property
    def untold(self) -> tuple[By, ...]:
        """The kinds of identifiers that the record may have more of than the row tells."""
        half = self.external is not None and not (
            self.external.provider and self.external.external_id
        )
        phones = () if self.tells_phones else (By.PHONE_NUMBER,)
        return (*phones, By.EXTERNAL_ID) if half else phones


NO_FACTS = Facts({})
"""What is known of a row that was not kept."""
