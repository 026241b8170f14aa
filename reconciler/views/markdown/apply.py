"""What an apply, or a resume, did, in Markdown: what did not end well stands first."""

from collections.abc import Iterator, Mapping

from reconciler.application.apply_document import ApplyDocument
from reconciler.domain.document import Fields
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode
from reconciler.views.markdown.escaping import code
from reconciler.views.markdown.gathering import Rows, line_of
from reconciler.views.markdown.guards import allowance_part, violated_part
from reconciler.views.markdown.left_out import NOTE, left_out_text, run_link
from reconciler.views.markdown.manifests import Manifests
from reconciler.views.markdown.plan import LIMIT
from reconciler.views.markdown.room import Noun, Part, Room, details
from reconciler.views.presentation import Presentation
from reconciler.views.wording import clean, place

_SIGNS = {
    Outcome.STILL_PRESENT: "!",
    Outcome.FAILED: "!",
    Outcome.UNKNOWN: "?",
    Outcome.NOT_ATTEMPTED: "!",
    Outcome.DELETED: "-",
    Outcome.ALREADY_ABSENT: "=",
}
"""The outcomes in the order in which they are told, each with its sign."""
_GOOD = (Outcome.DELETED, Outcome.ALREADY_ABSENT)
_TITLES = {outcome.value: outcome.words.capitalize() for outcome in Outcome}
_TROUBLE: Noun = ("error", "errors")
_WHOLE = "The audit log has all of it, and so has `--format json`."


def apply_markdown(done: ApplyDocument, about: Presentation, *, limit: int = LIMIT) -> str:
    """Return what was done as a page of at most ``limit`` bytes, as a plan's page is made."""
    room = Room(limit - NOTE)
    beginning = room.take(f"### Reconciler: {_title(done)}\n\n**{done.last_line}**\n\n")
    end = room.take("".join(_end(done, about)))
    middle = _middle(done, room)
    return f"{beginning}{middle}{end}{left_out_text(room.left_out, _WHOLE)}"


def _title(done: ApplyDocument) -> str:
    return ended(done.header["type"], ExitCode(done.footer["exit_code"]))


def ended(command: str, exit_code: ExitCode) -> str:
    """Return how a command that deletes ended, for a heading."""
    match exit_code:
        case ExitCode.DONE:
            return "resumed" if command == "resume" else "applied"
        case ExitCode.INCOMPLETE:
            return f"{'resume' if command == 'resume' else 'apply'} incomplete"
        case _:
            return f"{ended(command, ExitCode.INCOMPLETE)}, {exit_code.failure_reason}".replace(
                "_", " "
            )


def _middle(done: ApplyDocument, room: Room) -> str:
    manifests, rows = _gathered(done, max(0, room.left))

    def some(part: Part | None, share: int = 1) -> str:
        return "" if part is None else room.fit(part, room.left // share)

    trouble = some(_trouble(done), 2)
    violated = some(violated_part(done.header), 2)
    allowance = some(allowance_part(done.header))
    by_manifest = some(manifests.part(_TITLES), 3)
    folded = [_folded(outcome, rows[outcome]) for outcome in _SIGNS if rows[outcome].count]
    shown = room.fit_all([part for outcome, part in folded if outcome not in _GOOD])
    shown += room.fit_all([part for outcome, part in folded if outcome in _GOOD])
    return "".join((trouble, violated, allowance, by_manifest, *shown))


def _gathered(done: ApplyDocument, most: int) -> tuple[Manifests, Mapping[str, Rows]]:
    """Read every outcome once."""
    manifests, rows = Manifests(), {outcome.value: Rows(most) for outcome in Outcome}
    for item in done.items():
        manifests.count(item, item["outcome"])
        mine = rows[item["outcome"]]
        mine.count += 1
        if not mine.is_full:
            mine.add(_row(item))
    return manifests, rows


def _row(item: Fields) -> str:
    sign = _SIGNS[Outcome(item["outcome"])]
    where = "".join(f"  {place(one)}" for one in item["declared"][:1])
    why = f": {clean(item['reason'], longest=400)}" if item["reason"] else ""
    return line_of(f"{sign} {clean(item['address'])}{where}{why}")


def _folded(outcome: Outcome, rows: Rows) -> tuple[Outcome, Part]:
    noun = (f"{outcome.words} target", f"{outcome.words} targets")
    title = f"{outcome.words.capitalize()}: {rows.count}"
    opening, ending = details(title, is_open=outcome not in _GOOD)
    part = Part(
        noun=noun,
        opening=f"{opening}```diff\n",
        rows=rows.made,
        closing="```\n",
        ending=ending,
        total=rows.count,
    )
    return outcome, part


def _trouble(done: ApplyDocument) -> Part | None:
    errors = done.footer["errors"]
    if not errors:
        return None
    lines = [
        line_of(f"{'! ' if not number else '  '}{text}")
        for one in errors
        for number, text in enumerate(
            text for name in ("summary", "detail", "hint") for text in one[name].splitlines()
        )
    ]
    return Part(
        noun=_TROUBLE,
        opening="**What ended it before its time:**\n\n```diff\n",
        rows=lines,
        closing="```\n\n",
    )


def _end(done: ApplyDocument, about: Presentation) -> Iterator[str]:
    header, footer = done.header, done.footer
    run = run_link(about, "this job")
    reason = footer["failure_reason"]
    facts = {
        "Run": ", in ".join(filter(None, (code(header["run_id"]), run))),
        "Exit code": f"{footer['exit_code']}{reason and f' ({code(reason)})'}",
        "Digest": code(header["digest"]),
        "Audit log": code(header["audit_file"]),
    }
    for name, value in facts.items():
        if value:
            yield f"- {name}: {value}\n"
    yield "\n"
