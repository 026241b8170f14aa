"""Identifiers of Talkdesk records other than their ids: they select records, they are not them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, assert_never


class By(StrEnum):
    """The kind of identifier that one deleting call carries."""

    ID = "id"
    PHONE_NUMBER = "phone_number"
    EXTERNAL_ID = "external_id"


@dataclass(frozen=True, slots=True, order=True)
class Phone:
    """A phone number, as ``+`` and 5 to 15 digits."""

    number: str

    def __repr__(self) -> str:
        # It is somebody's: no log and no traceback may show it.
        return "Phone(***)"


@dataclass(frozen=True, slots=True, order=True)
class External:
    """The id that another system has for a record."""

    provider: str
    external_id: str

    def __repr__(self) -> str:
        return f"External({self.provider}, ***)"


Identifier: TypeAlias = Phone | External


@dataclass(frozen=True, slots=True)
class Sent:
    """An identifier that is sent to the API itself, and the targets that it deletes."""

    identifier: Identifier
    ids: tuple[str, ...]
    """The targets whose deletion it is; each is the deletion of one identifier only."""
    also: tuple[str, ...] = ()
    """Targets that it selects too, and that another identifier deletes."""


def kind_of(identifier: Identifier) -> By:
    """Return the kind of an identifier."""
    return By.PHONE_NUMBER if isinstance(identifier, Phone) else By.EXTERNAL_ID


def identifier_values(identifier: Identifier) -> tuple[str, ...]:
    """Return what an identifier consists of, its kind first, for keyed marks."""
    match identifier:
        case Phone(number=number):
            return (By.PHONE_NUMBER, number)
        case External(provider=provider, external_id=external_id):
            return (By.EXTERNAL_ID, provider, external_id)
        case _:
            assert_never(identifier)
