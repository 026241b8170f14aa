"""Matching: selectors that match nothing, by what is declared, or only by what was read."""

from collections.abc import Iterable
from difflib import get_close_matches

from reconciler.domain.absences import Absences, Declarations
from reconciler.domain.narrowing.reach import entries_of, reach_of
from reconciler.domain.narrowing.selectors import (
    At,
    Below,
    OfAccount,
    OfManifest,
    Selector,
    Targeting,
)
from reconciler.domain.plan import Section
from reconciler.errors import UsageError

_HINT = "`reconciler plan` shows the address and the manifests of everything that is declared."


def check_declared(declarations: Declarations, targeting: Targeting) -> None:
    """Raise UsageError for selectors that nothing declared can match, whatever is read."""
    refuse(
        f"{option} {one.text}: {_why(one, declarations)}"
        for option, one in targeting.options()
        if not any(may_match(one, absences) for absences in declarations.absences)
    )


def refuse(unmatched: Iterable[str]) -> None:
    """Raise UsageError if there is any such selector."""
    if details := list(unmatched):
        raise UsageError("A selector matches nothing", detail="\n".join(details), hint=_HINT)


def may_match(selector: Selector, absences: Absences) -> bool:
    """Whether anything declared in a container matches, or may match once it is selected."""
    match selector:
        case OfAccount() | Below():
            reach = reach_of((selector,), absences)
            return reach.everything or bool(reach.entries)
        case OfManifest(text=text):
            return any(absences.manifests[index].address == text for index in absences.in_use)
        case At():
            reach = reach_of((selector,), absences)
            listed = (absences.position(one) is not None for one in reach.ids)
            return bool(reach.entries) or any(absences.selects or one for one in listed)


def _why(selector: Selector, declarations: Declarations) -> str:
    match selector:
        case OfAccount(name=name):
            known = declarations.accounts
            close = _close(name, known)
            return "nothing is declared in it" if name in known else f"no such account{close}"
        case OfManifest(text=text):
            called = [one for one in declarations.manifests if one.address == text]
            if not called:
                names = {one.address for one in declarations.manifests}
                return f"no such manifest{_close(text, names)}"
            # It has expired, or lists nothing.
            expires = called[0].expires
            return f"it declares nothing{f'; its `expires` is {expires}' if expires else ''}"
        case At() | Below():
            return "nothing declared goes by it"


def _close(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, sorted(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def check_read(declarations: Declarations, sections: Iterable[Section]) -> None:
    """Raise UsageError for addresses that no list has, and that no entry selects now.

    Where an entry could not be read, or did not have to be, nobody can tell.
    """
    of_prefix = {one.absences.container.prefix: one for one in sections}
    known: dict[str, set[str] | None] = {}
    unmatched = []
    for option, one in declarations.targeting.options():
        prefix, _, target_id = one.text.rpartition("/")
        section = of_prefix.get(f"{prefix}/") if isinstance(one, At) else None
        if section is None or _is_listed(target_id, section, declarations):
            continue
        if prefix not in known:
            known[prefix] = _selected(section, declarations)
        selected = known[prefix]
        if selected is not None and target_id not in selected:
            unmatched.append(f"{option} {one.text}: nothing declares it")
    refuse(unmatched)


def _is_listed(target_id: str, section: Section, declarations: Declarations) -> bool:
    whole = declarations.whole[section.absences.container]
    return whole.position(target_id) is not None


def _selected(section: Section, declarations: Declarations) -> set[str] | None:
    """Return all that entries select in a container; None where more may be selected."""
    absences, reading = section.absences, section.reading
    whole = declarations.whole[absences.container]
    if reading.unread or reading.untold or len(entries_of(absences)) < len(entries_of(whole)):
        return None
    by_entry = (*section.selection.by_rule.values(), *section.selection.by_named.values())
    return {target_id for ids in by_entry for target_id in ids}
