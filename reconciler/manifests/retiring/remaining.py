"""Proof that a removal removes what it says and nothing else: the folder is loaded without it."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.domain.absences import Declarations
from reconciler.errors import InvalidError, ReconcilerError
from reconciler.manifests.load import load
from reconciler.manifests.retiring.retirement import BEFORE_ALL, Retirement, selectors
from reconciler.manifests.rewriting import Change

_SUMMARY = "Nothing was removed: the removal would change more than it should"
_HINT = "Remove the entries by hand, and report this manifest as a bug."


def check_remaining(
    folder: Path, changes: Sequence[Change], declarations: Declarations, retirement: Retirement
) -> None:
    """Raise ReconcilerError unless the folder, changed, declares all but what is retired.

    ``declarations`` are those of the folder as it is, as of ``BEFORE_ALL``.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".*"))
        for change in changes:
            path = copy / change.path.relative_to(folder)
            if change.after is None:
                path.unlink()
            else:
                path.write_bytes(change.after)
        try:
            left = load(copy, now=BEFORE_ALL)
        except InvalidError as error:
            first = error.problems[0]
            place = f"{first.file.removeprefix(f'{copy.as_posix()}/')}:{first.line}"
            raise ReconcilerError(
                _SUMMARY, detail=f"{place}: {first.message}", hint=_HINT
            ) from error
    wanted, found = said_by(declarations, without=retirement), said_by(left)
    if wanted != found:
        raise ReconcilerError(_SUMMARY, hint=_HINT)


@dataclass(frozen=True, slots=True)
class Said:
    """What a folder says, wherever in it; compared, never shown."""

    targets: Counter[Hashable]
    others: list[object]


def said_by(declarations: Declarations, *, without: Retirement | None = None) -> Said:
    """Return what declarations say, but for what is retired."""
    gone = (
        {(one.manifest, one.file, one.line, one.address) for one in without.retired}
        if without
        else set()
    )
    whole = without.whole if without else frozenset()
    targets: Counter[Hashable] = Counter()
    others: list[object] = [
        declarations.accounts,
        [replace(one, place="") for one in declarations.policies],
        [replace(one, place="") for one in declarations.allowances],
        [
            replace(
                one,
                place="",
                conditions_place="",
                ids=dict.fromkeys(one.ids, ""),
                identifiers=dict.fromkeys(one.identifiers, ""),
            )
            for one in declarations.protections
        ],
        {
            one.address: replace(one, file="", line=0)
            for one in declarations.manifests
            if one.address not in whole
        },
    ]
    for absences in declarations.absences:
        container = absences.container
        for position, target_id in enumerate(absences.ids):
            address = container.address(target_id)
            for one in absences.declared(position):
                manifest = one.manifest.address
                if (manifest, one.manifest.file, one.line, address) not in gone:
                    targets[address, manifest, one.note] += 1
        for selector in selectors(absences):
            manifest = absences.manifests[selector.manifest].address
            if manifest not in whole:
                others.append((container, manifest, replace(selector, manifest=0, line=0)))
    return Said(targets, others)
