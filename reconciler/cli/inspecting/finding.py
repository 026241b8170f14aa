"""Finding: from words on a command line to declarations that a reader can look for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from reconciler.domain.absences import Declarations, Named, Rule
from reconciler.domain.accounts import Account, System
from reconciler.domain.columns import Listed, columns
from reconciler.errors import UsageError
from reconciler.manifests.conditions import RelativeTimes
from reconciler.manifests.entries import Entries
from reconciler.manifests.finding.asking import Answer, conditions_on, read_words
from reconciler.manifests.nearest import nearest

_CONDITION = re.compile(r"([A-Za-z]+)=(.*)", re.DOTALL)
_ERASURES = ("gdpr_erasure", "ccpa_delete")
_UNOWNED, _UNREASONED = "nobody-yet", "Found by reconciler find"
_EVERYTHING = 10**9
METADATA = ("name", "owner", "reason", "ticket", "purpose")
"""What options say of the manifest that is printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the command line asks for."""

    noun: str
    account: str
    record_list: str
    conditions: Mapping[str, Sequence[str]]
    ids_from: Path | None
    metadata: Mapping[str, str]
    """Only what was given, by the names of ``METADATA``."""

    @property
    def system(self) -> System:
        """The system that has what is looked for."""
        return System.LEADSQUARED if self.noun == "task" else System.TALKDESK


def wish_of(noun: str, words: Sequence[str], given: Mapping[str, Any]) -> tuple[Wish, Path]:
    """Return what is asked for, and the manifests folder.

    ``words`` are conditions and at most one folder, ``given`` the options by name. Raises
    UsageError for what cannot be asked for whatever the manifests say.
    """
    known = {one.key: one for one in conditions_on(noun)}
    folders = [word for word in words if not _CONDITION.fullmatch(word)]
    pairs = [found.groups() for word in words if (found := _CONDITION.fullmatch(word))]
    pairs += [(key, value) for key in known for value in given[f"condition_{key}"]]
    if len(folders) > 1:
        hint = "A condition is NAME=VALUE; the only other word is the manifests folder."
        raise UsageError("More than one folder", detail=", ".join(folders), hint=hint)
    conditions: dict[str, list[str]] = {}
    for key, value in pairs:
        if key not in known:
            raise UsageError("There is no such condition", detail=key, hint=nearest(key, known))
        several = known[key].several
        if key in conditions and not several:
            raise UsageError("A condition is given twice", detail=key)
        values = [one.strip() for one in value.split(",")] if several else [value]
        conditions.setdefault(key, []).extend(values)
    if not conditions and not given["ids_from"]:
        mistaken = [word for word in folders if not Path(word).is_dir()]
        raise UsageError(
            "Without a condition everything would match",
            detail="".join(f"{word} is neither NAME=VALUE nor a folder" for word in mistaken),
            hint=f"Name one, such as {next(iter(known))}=VALUE, or give --ids-from FILE.",
        )
    wish = Wish(
        noun=noun,
        account=given["account"],
        record_list=given.get("record_list", ""),
        conditions=conditions,
        ids_from=given["ids_from"],
        metadata={name: given[name] for name in METADATA if given[name] is not None},
    )
    return wish, Path(folders[0]) if folders else Path("manifests")


def account_of(declarations: Declarations, system: System, name: str) -> Account:
    """Return the account that is named; raises UsageError where the manifests declare none."""
    account = declarations.accounts.get(name)
    if account is None or account.system is not system:
        known = [one.name for one in declarations.accounts.values() if one.system is system]
        raise UsageError(
            f"The manifests declare no {system} account of that name",
            detail=name,
            hint=nearest(name, known, "Declared"),
        )
    return account


def answer_of(wish: Wish, tree: Declarations, now: datetime) -> tuple[Answer, dict[str, str]]:
    """Read the words that were given; return them with comments for those that were not.

    Raises UsageError for words that a manifest of ``tree`` would be refused for.
    """
    # An erasure names its ticket; without one the request is an ordinary clean-up.
    erases = wish.ids_from and "ticket" in wish.metadata
    purpose = "gdpr_erasure" if erases else "hygiene"
    kind = "AbsentTasks" if wish.noun == "task" else "AbsentRecords"
    taken = {one.name for one in tree.manifests if one.kind == kind}
    defaults = {
        "name": _free(f"found-{wish.noun}s", taken),
        "owner": _UNOWNED,
        "reason": _UNREASONED,
        "purpose": purpose,
    }
    metadata = {**defaults, **wish.metadata}
    if metadata["purpose"] in _ERASURES and not metadata.get("ticket"):
        raise UsageError(
            f"The purpose {metadata['purpose']} needs a ticket",
            hint="Give --ticket, or another --purpose.",
        )
    place = {"account": wish.account}
    if wish.noun == "record":
        place["recordList"] = wish.record_list
    times = RelativeTimes(now)
    answer = read_words(wish.noun, place, metadata, wish.conditions, times)
    if answer.manifest.name in taken:
        raise UsageError(
            f"There is {kind}/{answer.manifest.name} already",
            hint=f"Give another --name, such as {_free(answer.manifest.name, taken)}.",
        )
    asides = {
        "name": "what it is about",
        "owner": "who answers for it",
        "reason": "why these must not exist",
    }
    return answer, {key: text for key, text in asides.items() if key not in wish.metadata}


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def declarations_for(
    tree: Declarations, account: Account, answer: Answer, entries: Entries | None
) -> Declarations:
    """Return the tree's accounts and protections, with nothing declared but what is looked for."""
    manifest, container = answer.manifest, answer.container
    if entries is None:
        rule = Rule(manifest=0, line=0, conditions=answer.conditions, most=_EVERYTHING)
        listed = Listed(container, 0, rule=rule)
    else:
        # What a file names must meet the conditions too: what differs is held, so not printed.
        manifest = replace(manifest, expect=answer.conditions)
        named = [Named(one.identifier, 0, one.line) for one in entries.identifiers]
        listed = Listed(container, 0, entries.ids, entries.lines, named=named)
    return replace(
        tree,
        accounts={account.name: account},
        absences=columns([listed], [manifest], tree.protections),
        manifests=[manifest],
        warnings=(),
    )
