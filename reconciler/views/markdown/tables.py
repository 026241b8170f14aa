"""What a plan counts, as tables: per account, and per manifest with its ticket and purpose."""

from collections.abc import Mapping, Sequence

from reconciler.domain.document import Fields, PlanDocument
from reconciler.domain.plan import ACTIONS
from reconciler.views.markdown.escaping import code, number
from reconciler.views.markdown.gathering import ManifestTally
from reconciler.views.markdown.room import Part, row, table
from reconciler.views.text.plan_items import COUNTED, totals

_USUAL_PURPOSE = "hygiene"
PLANNED = {action.value: COUNTED[action].capitalize() for action in ACTIONS}
"""What a plan counts, with the titles of its columns."""


def accounts_part(plan: PlanDocument) -> Part:
    """Return a row per account: what it is, and how many items of each action it has."""
    accounts = plan.header["accounts"]
    head = ("Account", "System", "Tenant", "Host", *PLANNED.values(), "Of")
    return Part(
        noun=("account", "accounts"),
        opening=table(head, numbers=len(ACTIONS) + 1),
        rows=[row(_account(one)) for one in accounts],
        closing="\n",
    )


def _account(one: Fields) -> list[str]:
    counts = totals(one)
    about = [code(one[name]) for name in ("name", "system", "tenant", "host")]
    population = "" if one["population"] is None else number(one["population"])
    first, *others = (counts[action] for action in ACTIONS)
    return [*about, _strong(first), *map(str, others), population]


def manifests_part(
    manifests: Mapping[str, ManifestTally], columns: Mapping[str, str], *, introduced: bool = False
) -> Part | None:
    """Return a row per manifest, those with most of the first column first; None without any.

    ``columns`` are what is counted, each with its title; those that only count nothing are left
    out, but for the first. ``introduced`` adds how many deletions a change introduces.
    """
    if not manifests:
        return None
    first, *others = columns
    used = [first, *(one for one in others if any(t.counts[one] for t in manifests.values()))]
    titles = [*(columns[one] for one in used), *(["Introduced"] if introduced else [])]
    ranked = sorted(
        manifests.items(), key=lambda one: (*(-one[1].counts[name] for name in used), one[0])
    )
    return Part(
        noun=("manifest", "manifests"),
        opening=table(("Manifest", "File", "Ticket", "Purpose", *titles), numbers=len(titles)),
        rows=[row(_manifest(name, one, used, introduced=introduced)) for name, one in ranked],
        closing="\n",
    )


def _manifest(name: str, one: ManifestTally, used: Sequence[str], *, introduced: bool) -> list[str]:
    purpose = "" if one.purpose == _USUAL_PURPOSE else code(one.purpose)
    first, *others = (one.counts[column] for column in used)
    counts = [_strong(first), *map(str, others), *([str(one.introduced)] if introduced else [])]
    return [code(name), code(one.file), code(one.ticket), purpose, *counts]


def _strong(count: int) -> str:
    return f"**{count}**" if count else "0"
