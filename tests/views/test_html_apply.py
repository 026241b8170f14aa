"""What an apply did as a page: outcomes, reasons, and what ended it before its time."""

from dataclasses import replace

import pytest

from reconciler.application.apply_document import ApplyDocument, settled_document
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode
from reconciler.views.html.apply import apply_html, apply_status
from reconciler.views.html.tally import OTHER, Tally
from reconciler.views.presentation import Presentation
from tests.views.documents import guard, task
from tests.views.html_reader import Page, read_page
from tests.views.test_markdown_apply import DIGEST, EVERY_OUTCOME, done, outcome

COUNTS = {"delete": 7, "absent": 0, "protected": 0, "held": 0, "unknown": 0}


def whole(applied: ApplyDocument) -> ApplyDocument:
    """Return what was done with all counts of its plan."""
    return replace(applied, header={**applied.header, "counts": COUNTS})


def page_of(applied: ApplyDocument) -> Page:
    return read_page(apply_html(whole(applied), Presentation()))


def test_the_page_begins_with_outcomes_run_and_trouble() -> None:
    page = page_of(EVERY_OUTCOME)
    line = (
        "Apply incomplete: 2 deleted, 1 already absent, 1 still present, 1 failed, 1 unknown, "
        "1 not attempted."
    )
    assert page.all("title")[0].text == line
    assert (
        "Incomplete 2 deleted and proven gone 1 already absent 1 still present 1 failed 1 unknown "
        f"1 not attempted {line} Run 20261122T051425000Z-0a0b0c0d Copy "
        "Audit log .reconciler/audit/20261122T051425000Z-0a0b0c0d.jsonl "
        f"Digest {DIGEST} Copy "
        "Its plan Plan: 7 to delete, 0 already absent, 0 protected, 0 held, 0 unknown. "
        "Exit code 7 (incomplete) "
        "What ended it before its time The ledger cannot be written a b Free space. "
        "What did not end in a deletion Outcome Reason Targets "
        "\u00d7 still present still seen although the API accepted the deletion 1 "
        "\u00d7 failed 400 MXInvalidIdException 1 "
        "? unknown no whole answer within 20 s 1 "
        "\u00b7 not attempted a canary is still there 1 "
        "By account "
    ) in page.text
    assert "Passed maxDeletes account/crm 1 of at most 500" in page.text


def test_outcomes_are_counted_by_account_and_manifest_as_far_as_they_occur() -> None:
    both = done(outcome(task(1), Outcome.DELETED), outcome(task(2), Outcome.FAILED, "400"))
    assert "Account Chart Deleted Failed crm 1 1 By manifest" in page_of(both).text
    assert "Manifest Chart Deleted Failed AbsentTasks/old 1 1 " in page_of(both).text


def test_every_item_has_its_outcome_reason_and_evidence() -> None:
    gone = {**outcome(task(1), Outcome.DELETED), "evidence": "by id: 200 []"}
    (item,) = page_of(done(gone)).items()
    assert item["home"] + item["id"] == task(1)["address"]
    assert (item["state"], item["reason"], item["evidence"]) == ("deleted", "", "by id: 200 []")
    assert item["heads"] == [("manifests/tasks.yaml", "AbsentTasks/old", "OPS-1", "hygiene", 1, "")]


@pytest.mark.parametrize(
    ("applied", "words"),
    [
        (done(outcome(task(1), Outcome.DELETED)), "Complete"),
        (done(), "Nothing to do"),
        (
            done(outcome(task(1), Outcome.FAILED), code=ExitCode.BAD_OUTCOME),
            "Bad outcomes",
        ),
        (
            done(
                outcome(task(1), Outcome.NOT_ATTEMPTED),
                code=ExitCode.REFUSED,
                guards=(guard("maxDeletes", "account/crm", "violated"),),
            ),
            "Refused by a guard",
        ),
        (done(outcome(task(1), Outcome.NOT_ATTEMPTED), code=ExitCode.LOCKED), "Locked"),
    ],
)
def test_a_run_is_summed_up_in_a_few_words(applied: ApplyDocument, words: str) -> None:
    assert apply_status(applied).words == words
    assert words in page_of(applied).text


def test_what_was_only_settled_is_told_without_a_plan() -> None:
    page = read_page(apply_html(settled_document(None, "", [], ExitCode.DONE), Presentation()))
    assert "Nothing to resume: no run was interrupted." in page.text
    assert "Digest" not in page.text
    assert "Audit log" not in page.text
    assert "There are none." in page.text


def test_warnings_of_settling_are_told() -> None:
    settled = settled_document(None, "", [], ExitCode.DONE)
    settled.header["warnings"] = ["a file does not match"]
    assert "Warnings a file does not match" in page_of(settled).text


def test_reasons_beyond_many_are_counted_together() -> None:
    tally = Tally("outcome")
    tally.see([outcome(task(n), Outcome.FAILED, f"reason {n}") for n in range(600)])
    assert tally.by_reason["failed", "reason 499"] == 1
    assert tally.by_reason["failed", OTHER] == 100
    tally.see([outcome(task(1), Outcome.FAILED, "reason 0")])
    assert tally.by_reason["failed", "reason 0"] == 2
