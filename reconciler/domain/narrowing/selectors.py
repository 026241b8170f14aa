"""Selectors: what narrows a command, as it is written."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.domain.inert import inert
from reconciler.domain.masking import without_numbers
from reconciler.errors import UsageError


@dataclass(frozen=True, slots=True)
class OfAccount:
    """Everything in one account: ``account/NAME``."""

    name: str

    @property
    def text(self) -> str:
        """The selector as people write it."""
        return f"account/{self.name}"


@dataclass(frozen=True, slots=True)
class OfManifest:
    """Everything that one manifest declares: ``KIND/NAME``."""

    text: str


@dataclass(frozen=True, slots=True)
class At:
    """What goes by one address."""

    text: str


@dataclass(frozen=True, slots=True)
class Below:
    """Everything whose address begins like this, up to a `/`."""

    text: str


Selector: TypeAlias = OfAccount | OfManifest | At | Below


@dataclass(frozen=True, slots=True, kw_only=True)
class Targeting:
    """What a command is narrowed to: what any target selects, and no exclude does."""

    targets: tuple[Selector, ...] = ()
    """None for everything."""
    excludes: tuple[Selector, ...] = ()

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.targets or self.excludes)

    @property
    def written(self) -> dict[str, list[str]]:
        """The selectors as plans and logs record them."""
        return {
            "targets": [one.text for one in self.targets],
            "excludes": [one.text for one in self.excludes],
        }

    def options(self) -> Iterator[tuple[str, Selector]]:
        """Yield every selector with the option that it is given by."""
        yield from (("--target", one) for one in self.targets)
        yield from (("--exclude", one) for one in self.excludes)


EVERYTHING = Targeting()

_NAME = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_CRM, _DIALER = f"leadsquared/{_NAME}/", f"talkdesk/{_NAME}/"
_LIST = f"{_DIALER}{_GUID}/"
_ACCOUNT = re.compile(f"account/({_NAME})")
_MANIFEST = re.compile(f"(?:AbsentTasks|AbsentRecords)/{_NAME}")
_TARGET = re.compile(f"{_CRM}task/{_GUID}|{_LIST}record/{_GUID}")
_FOLDER = re.compile(f"leadsquared/|talkdesk/|{_CRM}(?:task/)?|{_DIALER}|{_LIST}(?:record/)?")
# The number tells apart what a plan shows of two entries on one line; both are meant.
_ENTRY = re.compile(f"((?:{_CRM}where|{_LIST}(?:declared|where))/)(.+:[0-9]+)(?:#[0-9]+)?")
_ENTRIES = re.compile(f"((?:{_CRM}where|{_LIST}(?:declared|where))/)((?:.+/)?)")

FORMS = (
    "Write account/NAME, AbsentTasks/NAME, AbsentRecords/NAME, an address "
    "(leadsquared/ACCOUNT/task/ID, talkdesk/ACCOUNT/LIST/record/ID), or the beginning of an "
    "address up to a /."
)


def targeting_of(targets: Sequence[str], excludes: Sequence[str]) -> Targeting:
    """Read selectors; raises UsageError naming all that are malformed."""
    wrong: list[str] = []
    targeting = Targeting(
        targets=_read("--target", targets, wrong), excludes=_read("--exclude", excludes, wrong)
    )
    if wrong:
        raise UsageError("This selects nothing", detail="\n".join(wrong), hint=FORMS)
    return targeting


def _read(option: str, words: Iterable[str], wrong: list[str]) -> tuple[Selector, ...]:
    found = []
    for word in words:
        selector = _selector(word)
        if selector is None:
            # A number that was typed is somebody's, and read by whoever reads the log.
            wrong.append(f"{option} {inert(without_numbers(word)) or repr(word)}")
        else:
            found.append(selector)
    return tuple(dict.fromkeys(found))


def _selector(word: str) -> Selector | None:
    """Return a selector, ids in it in lower case; None for words that are none."""
    found: Selector | None = None
    if not word.isprintable():
        pass  # what cannot be shown cannot be recorded
    elif account := _ACCOUNT.fullmatch(word):
        found = OfAccount(account[1])
    elif _MANIFEST.fullmatch(word):
        found = OfManifest(word)
    elif _TARGET.fullmatch(word):
        found = At(word.lower())
    elif _FOLDER.fullmatch(word):
        found = Below(word.lower())
    elif entry := _ENTRY.fullmatch(word):
        found = At(entry[1].lower() + entry[2])
    elif entries := _ENTRIES.fullmatch(word):
        found = Below(entries[1].lower() + entries[2])
    return found
