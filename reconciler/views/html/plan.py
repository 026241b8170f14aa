"""The plan as a page."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from reconciler.domain.changes.fields import change_of
from reconciler.domain.document import Fields, PlanDocument, last_line
from reconciler.domain.guarding.guards import Verdict
from reconciler.domain.plan import Action
from reconciler.errors import ExitCode
from reconciler.views.html import charts
from reconciler.views.html.guards import guard_part
from reconciler.views.html.items import Items
from reconciler.views.html.page import page
from reconciler.views.html.tally import Ages, Tally, totalled
from reconciler.views.html.vocabulary import (
    ACTIONS,
    WITHDRAWN,
    Filter,
    Status,
    plan_columns,
    state_filter,
    value_filter,
)
from reconciler.views.presentation import Presentation
from reconciler.views.text.changes import base_name
from reconciler.views.text.narrowing import narrowing_text
from reconciler.views.text.plan_items import totals
from reconciler.views.wording import noun_of, several


def plan_html(plan: PlanDocument, about: Presentation) -> Iterator[str]:
    """Yield the page, piece by piece: a million items are never held."""
    header, footer = plan.header, plan.footer
    ages = Ages(datetime.fromisoformat(header["created_at"]).date())
    items = _items(plan, ages)
    return page(
        "plan.html",
        kind="plan",
        title=last_line(footer["counts"]),
        plan=plan,
        about=about,
        status=plan_status(plan, about),
        states=ACTIONS,
        counts=footer["counts"],
        accounts=[_account(one) for one in header["accounts"]],
        narrowing=narrowing_text(header, full=True),
        guards=guard_part(footer),
        base=_base(header, footer),
        loosened=[change_of(one) for one in header.get("loosened", ())],
        spans=charts.time_line(header["accounts"]),
        items=items,
        ages=ages,
        charts=charts,
    )


def plan_status(plan: PlanDocument, about: Presentation) -> Status:
    """Return what a plan comes to."""
    counts = plan.footer["counts"]
    violated = any(one["verdict"] == Verdict.VIOLATED for one in plan.footer["guards"])
    if violated:
        return Status("Refused by a guard", "danger")
    if counts[Action.UNKNOWN]:
        return Status("Incomplete: not all could be read", "doubt")
    if about.code is ExitCode.INCOMPLETE:
        return Status("More than the daily limit leaves", "doubt")
    if not counts[Action.DELETE]:
        held = counts[Action.HELD]
        return Status("Nothing to delete", "warn") if held else Status("No changes", "good")
    return Status("Ready for review", "accent")


def _items(plan: PlanDocument, ages: Ages) -> Items:
    tally = Tally("action")
    compared = "changes" in plan.footer

    def see(items: Sequence[Fields]) -> None:
        tally.see(items)
        ages.see(items)

    def filters() -> Sequence[Filter]:
        return (
            state_filter("Action", (*ACTIONS, WITHDRAWN), tally.by_state),
            value_filter("account", "Account", totalled(tally.accounts())),
            value_filter("manifest", "Manifest", totalled(tally.manifests())),
            value_filter("ticket", "Ticket", tally.by_ticket),
            *([value_filter("change", "Change", tally.by_change)] if compared else []),
        )

    return Items(
        source=plan.items(None),
        tally=tally,
        see=see,
        states=(*ACTIONS, WITHDRAWN),
        columns=plan_columns(compared=compared),
        filters=filters,
    )


def _account(one: Fields) -> dict[str, Any]:
    """Return what is told of an account, and how it was read."""
    population = one["population"]
    noun = noun_of(one["system"])
    return {
        **{name: one[name] for name in ("name", "system", "tenant", "host", "way")},
        "calls": several(one["calls"], "call"),
        "population": "" if population is None else f"{population:,} {noun}s in all",
        "counts": totals(one),
        "containers": one["containers"] if len(one["containers"]) > 1 else [],
    }


def _base(header: Fields, footer: Fields) -> dict[str, Any] | None:
    """Return what a plan was compared with, and what came of it."""
    base = header.get("base")
    if not base:
        return None
    name = base_name(base["ref"], base["commit"])
    return {"name": name, "error": base.get("error", ""), "changes": footer.get("changes")}
