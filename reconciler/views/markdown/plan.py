"""The plan in Markdown: what a reviewer must know first, then as much of the rest as fits."""

from collections.abc import Iterator

from reconciler.domain.changes.review import Mark
from reconciler.domain.document import PlanDocument, last_line
from reconciler.domain.plan import Action
from reconciler.views.markdown.accounts import (
    PLANNED,
    absent_part,
    accounts_part,
    items_text,
    withdrawn_part,
)
from reconciler.views.markdown.escaping import code, fence, fenced_line
from reconciler.views.markdown.gathering import Gathered, gather
from reconciler.views.markdown.guards import (
    allowance_part,
    loosened_part,
    other_guards_part,
    violated_part,
)
from reconciler.views.markdown.left_out import NOTE, left_out_text, run_link
from reconciler.views.markdown.room import Part, Room
from reconciler.views.markdown.status import Status, status_of
from reconciler.views.presentation import Presentation
from reconciler.views.text.changes import base_name
from reconciler.views.text.narrowing import narrowing_text

LIMIT = 60_000
"""Bytes of a page: GitHub takes comments of 65,536 characters."""
_PREVIEW = (
    "This is a preview, which is never applied: after the merge it is planned again on the main "
    "branch, and what is approved there is deleted.\n\n"
)


def plan_markdown(plan: PlanDocument, about: Presentation, *, limit: int = LIMIT) -> str:
    """Return a plan as a page of at most ``limit`` bytes, but never less than what matters most.

    Whole rows and sections are left out where there is no room; how many, and where they are,
    is said at the end.
    """
    room = Room(limit - NOTE)
    beginning = room.take("".join(_beginning(plan)))
    end = room.take("".join(_end(plan, about)))
    middle = _middle(plan, gather(plan, max(0, room.left)), room)
    return f"{beginning}{middle}{end}{_left_out(room, about)}"


def _beginning(plan: PlanDocument) -> Iterator[str]:
    yield f"### Reconciler: {_title(plan)}\n\n"
    yield f"**{last_line(plan.footer['counts'])}**\n\n"
    if plan.warning:
        yield f"**Warning:** {code(plan.warning)}\n\n"
    if words := narrowing_text(plan.header, full=False):
        yield f"{code(words, longest=1000)}\n\n"


def _title(plan: PlanDocument) -> str:
    counts, status = plan.footer["counts"], status_of(plan)
    deletions = f"{counts[Action.DELETE]} to delete"
    if status is Status.BLOCKED:
        return f"blocked, {deletions}"
    if status is Status.NO_CHANGES:
        return "no changes"
    if counts[Action.UNKNOWN]:
        return f"incomplete, {counts[Action.UNKNOWN]} unknown, {deletions}"
    if not counts[Action.DELETE]:
        return f"nothing to delete, {counts[Action.HELD]} held"
    return deletions if status is Status.DELETES else f"incomplete, {deletions}"


def _middle(plan: PlanDocument, gathered: Gathered, room: Room) -> str:
    """Return the sections in the order of the page; room is given in the order of weight."""
    compared = "changes" in plan.footer

    def some(part: Part | None, share: int = 1) -> str:
        return "" if part is None else room.fit(part, room.left // share)

    violated = some(violated_part(plan.footer), 2)
    allowance = some(allowance_part(plan.footer))
    accounts = some(accounts_part(plan), 3)
    loosened = some(loosened_part(plan), 3)
    manifests = some(gathered.manifests.part(PLANNED, introduced=compared), 3)
    warnings = some(_warnings(plan), 4)
    guards = some(other_guards_part(plan.footer), 6)
    items = items_text(plan, gathered, room)
    absent = some(absent_part(gathered))
    withdrawn = some(withdrawn_part(gathered))
    return "".join(
        (
            *(violated, allowance, loosened, accounts, manifests, _changes(plan), warnings),
            *(items, absent, withdrawn, guards),
        )
    )


def _changes(plan: PlanDocument) -> str:
    """Return how many items there are of each mark; empty without a base."""
    changes, base = plan.footer.get("changes"), plan.header.get("base")
    if not base:
        return ""
    name = code(base_name(base["ref"], base["commit"]))
    if not changes:
        return f"Not compared with {name}: {code(base.get('error', ''), longest=400)}\n\n"
    counts = ", ".join(f"{changes[one]} {one}" for one in (*Mark, "loosened"))
    return f"Compared with {name}: {counts}.\n\n"


def _warnings(plan: PlanDocument) -> Part | None:
    warnings = plan.header["warnings"]
    if not warnings:
        return None
    return Part(
        noun=("warning", "warnings"),
        opening="**Warnings:**\n\n```text\n",
        rows=[f"! {fenced_line(one)}\n" for one in warnings],
        closing="```\n\n",
    )


def _end(plan: PlanDocument, about: Presentation) -> Iterator[str]:
    """Yield how to go on, and what an approval goes by."""
    header, footer = plan.header, plan.footer
    if not footer["counts"][Action.DELETE]:
        return
    if about.preview:
        yield _PREVIEW
    elif about.approve and footer["applyable"]:
        yield f"To apply just this plan:\n\n{fence('sh', [about.approve])}\n"
    yield f"- Digest: {code(footer['digest'])}\n- Expires: {code(header['expires_at'])}\n"
    commit, ref = header["manifests"]["commit"], header["manifests"]["ref"]
    if commit:
        dirty = ", with uncommitted changes" if header["manifests"]["dirty"] else ""
        on = f" on {code(ref)}" if ref else ""
        yield f"- Commit: {code(str(commit)[:12])}{on}{dirty}\n"
    yield "\n"


def _left_out(room: Room, about: Presentation) -> str:
    """Return what is not on the page, and where the whole plan is."""
    run = run_link(about)
    if about.plan_file:
        kept = f", kept by {run}" if run else ""
        name = code(about.plan_file, longest=100)
        whole = f"The whole plan is {name}{kept}; `reconciler show --full` shows it."
        return left_out_text(room.left_out, whole, whole)
    whole = "`--full` shows all of it, and so does `--format json`."
    return left_out_text(room.left_out, whole, f"Shown by {run}." if run else "")
