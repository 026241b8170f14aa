"""What a resume settled without a plan, in the forms that are made from one document."""

from reconciler.application.apply_document import settled_document
from reconciler.application.closing import Closed
from reconciler.application.recovering import Found, Orphan
from reconciler.cli.reporting.step_outputs import apply_outputs
from reconciler.domain.accounts import Container, System
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode, StaleError
from reconciler.views.findings.of_apply import apply_findings
from reconciler.views.junit.apply import apply_junit
from reconciler.views.markdown.apply import apply_markdown
from reconciler.views.presentation import Presentation
from reconciler.views.repository import Repository
from tests.views.test_junit import bad, read

BOX = Container(System.LEADSQUARED, "crm")
ORPHAN = Orphan(run_id="OLD", number=1, attempt=1, container=BOX, ids=("b", "a", "c"), age=9.0)
OUTCOMES = {Outcome.DELETED: ["b"], Outcome.UNKNOWN: ["a"], Outcome.STILL_PRESENT: ["c"]}
CLOSED = Closed(run_id="RUN", found=[Found(ORPHAN, OUTCOMES)], damaged=["OLD.jsonl is torn"])
TROUBLE = [StaleError("Approvals have expired", detail="OLD")]
DONE = settled_document(CLOSED, "audit/RUN.jsonl", TROUBLE, ExitCode.INCOMPLETE)


def test_every_target_has_its_outcome_and_nothing_is_declared() -> None:
    assert [(one["address"], one["outcome"], one["declared"]) for one in DONE.items()] == [
        ("leadsquared/crm/task/a", "unknown", []),
        ("leadsquared/crm/task/b", "deleted", []),
        ("leadsquared/crm/task/c", "still_present", []),
    ]
    assert DONE.last_line == "Settled 1 open batch: 1 deleted, 1 still present, 1 unknown."


def test_the_steps_of_a_job_are_told_of_it() -> None:
    told = apply_outputs(DONE, None)
    assert (told["run_id"], told["deleted"], told["still_present"], told["unknown"]) == (
        *("RUN", "1", "1", "1"),
    )
    assert (told["to_delete"], told["changes"], told["accounts"]) == ("0", "false", "[]")


def test_what_did_not_end_well_is_found() -> None:
    assert [(one.heading, one.message) for one in apply_findings(DONE, 10).some] == [
        ("Error", "Approvals have expired: OLD."),
        ("Still present", "leadsquared/crm/task/c"),
        ("Unknown", "leadsquared/crm/task/a"),
        ("Warning", "OLD.jsonl is torn"),
    ]


def test_it_is_a_report_as_any_other() -> None:
    assert bad(read(apply_junit(DONE, Repository()))) == ["resume", "not declared any more"]
    assert "**Settled 1 open batch: " in apply_markdown(DONE, Presentation())


def test_nothing_to_resume_passes() -> None:
    done = settled_document(None, "", [], ExitCode.DONE)
    assert done.last_line == "Nothing to resume: no run was interrupted."
    assert bad(read(apply_junit(done, Repository()))) == []
    assert apply_outputs(done, None)["run_id"] == ""
