"""What an apply did, in Markdown, and what becomes of a plan's page once a run has applied it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.application.apply_document import ApplyDocument, outcome_line
from reconciler.audit.past import PastRun
from reconciler.domain.document import Fields
from reconciler.domain.outcomes import Outcome, Tally
from reconciler.errors import ExitCode
from reconciler.views.markdown.apply import apply_markdown
from reconciler.views.markdown.run import run_markdown
from reconciler.views.presentation import Presentation
from tests.views.documents import document, guard, record, task
from tests.views.markdown import HOSTILE, shape

DIGEST = "sha256:" + "56f6" * 16
IN_CI = Presentation(plan_file="plan.jsonl", run_url="https://ci.test/run/1")


def size(page: str) -> int:
    return len(page.encode())


def expected(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def outcome(item: Fields, became: Outcome, reason: str = "") -> Fields:
    return {**item, "outcome": became.value, "reason": reason, "evidence": ""}


def done(
    *items: Fields,
    code: ExitCode = ExitCode.DONE,
    errors: tuple[Fields, ...] = (),
    guards: tuple[Fields, ...] = (),
) -> ApplyDocument:
    counts = Counter(item["outcome"] for item in items)
    tally = Tally({one: counts[one] for one in Outcome})
    header = {
        "type": "apply",
        "run_id": "20261122T051425000Z-0a0b0c0d",
        "audit_file": ".reconciler/audit/20261122T051425000Z-0a0b0c0d.jsonl",
        "digest": DIGEST,
        "counts": {"delete": len(items)},
        "guards": list(guards),
        "outcomes": {one.value: counts[one] for one in Outcome},
    }
    footer = {
        "errors": list(errors),
        "exit_code": int(code),
        "failure_reason": code.failure_reason,
    }

    def some() -> Iterator[Fields]:
        return iter(sorted(items, key=lambda one: str(one["address"])))

    return ApplyDocument(
        header=header, footer=footer, items=some, last_line=outcome_line(tally, code)
    )


EVERY_OUTCOME = done(
    outcome(task(1), Outcome.DELETED),
    outcome(task(2), Outcome.ALREADY_ABSENT),
    outcome(task(3), Outcome.STILL_PRESENT, "still seen although the API accepted the deletion"),
    outcome(task(4), Outcome.FAILED, "400 MXInvalidIdException"),
    outcome(record(5), Outcome.UNKNOWN, "no whole answer within 20 s"),
    outcome(record(6), Outcome.NOT_ATTEMPTED, "a canary is still there"),
    {**outcome(record(7), Outcome.DELETED), "declared": []},
    code=ExitCode.INCOMPLETE,
    errors=({"summary": "The ledger cannot be written", "detail": "a\nb", "hint": "Free space."},),
    guards=(guard("maxDeletes", "account/crm"),),
)


def test_every_outcome_is_told_the_bad_ones_first() -> None:
    assert apply_markdown(EVERY_OUTCOME, IN_CI) == expected("markdown_every_outcome.md")


@pytest.mark.parametrize(
    ("code", "title"),
    [
        (ExitCode.DONE, "applied"),
        (ExitCode.INCOMPLETE, "apply incomplete"),
        (ExitCode.BAD_OUTCOME, "apply incomplete, bad outcomes"),
        (ExitCode.REFUSED, "apply incomplete, refused"),
    ],
)
def test_the_heading_says_how_it_ended(code: ExitCode, title: str) -> None:
    page = apply_markdown(done(outcome(task(1), Outcome.DELETED), code=code), IN_CI)
    assert page.startswith(f"### Reconciler: {title}\n\n**Apply ")


def test_a_refused_apply_says_which_guard_and_what_would_open_it() -> None:
    refused = done(
        outcome(task(1), Outcome.NOT_ATTEMPTED, "refused by a guard"),
        code=ExitCode.REFUSED,
        guards=(guard("maxDeletes", "account/crm", "violated", limit=0),),
    )
    refused.header["allowances"] = [{"kind": "Allowance", "spec": {"account": "crm"}}]
    page = apply_markdown(refused, IN_CI)
    assert "| `maxDeletes` | `account/crm` | `1 of at most 0` |" in page
    assert '```yaml\nkind: Allowance\nspec: {account: "crm"}\n```' in page


def test_a_resume_that_had_nothing_to_do_is_short() -> None:
    nothing = done()
    header = {**nothing.header, "type": "resume", "run_id": "", "digest": "", "audit_file": ""}
    line = "Nothing to resume: no run was interrupted."
    page = apply_markdown(replace(nothing, header=header, last_line=line), Presentation())
    assert page == f"### Reconciler: resumed\n\n**{line}**\n\n- Exit code: 0\n\n"


def test_what_did_not_end_well_is_shown_before_what_did() -> None:
    items = [outcome(task(n), Outcome.DELETED) for n in range(500)]
    items += [outcome(record(n), Outcome.STILL_PRESENT, "still seen") for n in range(100)]
    page = apply_markdown(done(*items, code=ExitCode.BAD_OUTCOME), IN_CI, limit=30_000)
    assert size(page) <= 30_000
    assert page.count("! talkdesk/") == 100
    shown = page.count("- leadsquared/")
    assert 0 < shown < 500
    assert f"**Not shown here:** {500 - shown} deleted targets. The audit log" in page


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_is_inert_wherever_it_stands(text: str) -> None:
    def page(outside: str) -> list[str]:
        where = {"file": outside, "line": 1, "manifest": outside, "ticket": outside}
        item = {**task(1), "declared": [{**where, "purpose": outside}]}
        bad = [
            outcome({**item, "address": f"{outside}{one}"}, one, f"{outside}.") for one in Outcome
        ]
        told = done(
            *bad,
            code=ExitCode.INCOMPLETE,
            # An error's detail has lines of its own.
            errors=({"summary": "x", "detail": " ".join(outside.split()) or "x", "hint": "y"},),
            guards=(guard(outside, outside, "violated", note=outside),),
        )
        told.header.update(run_id=outside, audit_file=outside, digest=outside)
        told.footer["failure_reason"] = outside
        return shape(apply_markdown(told, IN_CI, limit=10**9))

    assert page(text) == page("plain")


def a_run(**fields: object) -> PastRun:
    usual = {
        "run_id": "20261122T051425000Z-0a0b0c0d",
        "command": "apply",
        "started": "2026-11-22T05:14:25.000Z",
        "finished": "2026-11-22T05:15:00.000Z",
        "actor": "vir",
        "commit": "0123456789abcdef",
        "plan_digest": DIGEST,
        "deletions": 2,
        "outcomes": {"deleted": 2},
        "exit_code": 0,
        "failure_reason": "",
        "rechecked": {},
        "places": {},
        "treated": (),
    }
    return PastRun(**{**usual, **fields})  # type: ignore[arg-type]  # fields by name


def test_a_run_is_told_with_the_plan_that_was_reviewed_folded_below() -> None:
    plan = document(task(1), task(2))
    assert run_markdown(a_run(), plan, IN_CI) == expected("markdown_run.md")


def test_a_run_of_another_plan_is_told_as_that() -> None:
    page = run_markdown(a_run(plan_digest="sha256:0"), document(task(1)), IN_CI)
    warning = f"its digest is `sha256:0`, and that of this plan `{DIGEST}`.\n"
    assert f"**Warning:** this run applied another plan than the one below: {warning}" in page
    unplanned = run_markdown(a_run(plan_digest=""), document(task(1)), IN_CI)
    assert "its digest is none, and" in unplanned


def test_a_run_that_ended_badly_or_not_at_all_says_so() -> None:
    plan = document(task(1))
    bad = a_run(exit_code=6, failure_reason="bad_outcomes", outcomes={"still_present": 1})
    page = run_markdown(bad, plan, IN_CI)
    assert page.startswith(
        "### Reconciler: apply incomplete, bad outcomes\n\n"
        "**Apply incomplete: 0 deleted, 0 already absent, 1 still present, "
    )
    assert "\n- Exit code: 6 (`bad_outcomes`)\n" in page
    open_one = a_run(exit_code=None, finished="", outcomes={"unknown": 1})
    page = run_markdown(open_one, plan, IN_CI)
    assert page.startswith("### Reconciler: apply not finished\n\n**The run has not said that")
    assert "Exit code" not in page


def test_the_plan_below_a_run_gets_the_room_that_is_left() -> None:
    plan = document(*(task(n) for n in range(1000)))
    page = run_markdown(a_run(), plan, IN_CI, limit=20_000)
    assert 16_000 < size(page) <= 20_000
    assert page.endswith("shows it.\n\n</details>\n\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_run_says_is_inert(text: str) -> None:
    def page(outside: str) -> list[str]:
        names = ("run_id", "started", "finished", "actor", "commit", "plan_digest")
        told = a_run(**dict.fromkeys(names, outside), failure_reason=outside, exit_code=6)
        return shape(run_markdown(told, document(task(1)), IN_CI))

    assert page(text) == page("plain")
