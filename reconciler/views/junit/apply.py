"""What an apply did as JUnit: a case per manifest, a case per guard, and one for the run."""

from functools import partial

from reconciler.application.apply_document import ApplyDocument
from reconciler.domain.outcomes import Outcome
from reconciler.errors import ExitCode
from reconciler.views.junit.counting import Counted, counted, suites
from reconciler.views.junit.document import Case, Suite, Verdict, junit
from reconciler.views.junit.guards import guards_suite
from reconciler.views.repository import Repository


def apply_junit(done: ApplyDocument, repository: Repository) -> list[str]:
    """Return what an apply, or a resume, did as a document."""
    code = ExitCode(done.footer["exit_code"])
    return junit(
        [
            Suite(done.header["type"], [_whole(done, code)]),
            guards_suite(done.header["guards"]),
            *suites(counted(done.items(), "outcome"), partial(_manifest, code=code)),
        ],
        repository,
    )


def _whole(done: ApplyDocument, code: ExitCode) -> Case:
    """Return the case that fails if the command does."""
    name, errors = done.header["type"], done.footer["errors"]
    facts = {"Run": done.header["run_id"], "Audit log": done.header["audit_file"]}
    return Case(
        name=name,
        of=name,
        verdict=None if code is ExitCode.DONE else Verdict.FAILURE,
        why=code.failure_reason,
        message=done.last_line,
        text=[
            text
            for error in errors
            for text in (error["summary"], *error["detail"].splitlines(), error["hint"])
            if text
        ],
        out=[
            done.last_line,
            *(f"{name}: {value}" for name, value in facts.items() if value),
            *(f"Warning: {one}" for one in done.header.get("warnings", ())),
        ],
    )


def _manifest(one: Counted, code: ExitCode) -> Case:
    verdicts = [(verdict, kind) for kind, verdict in _verdicts(code).items() if one.counts[kind]]
    verdict, why = verdicts[0] if verdicts else (None, "")
    return Case(
        name=one.manifest,
        of=one.account,
        file=one.file,
        line=one.line,
        verdict=verdict,
        why=why,
        message=_numbers(one, [kind for _, kind in verdicts]),
        text=list(one.lines(kind for _, kind in verdicts)),
        out=[_numbers(one, list(Outcome))],
    )


def _verdicts(code: ExitCode) -> dict[Outcome, Verdict]:
    """Return what does not pass, the gravest first."""
    # Where something else ended the run, what was not attempted is only what that led to.
    alone = code is ExitCode.INCOMPLETE
    return {
        Outcome.UNKNOWN: Verdict.ERROR,
        Outcome.STILL_PRESENT: Verdict.FAILURE,
        Outcome.FAILED: Verdict.FAILURE,
        Outcome.NOT_ATTEMPTED: Verdict.FAILURE if alone else Verdict.SKIPPED,
    }


def _numbers(one: Counted, kinds: list[Outcome]) -> str:
    return ", ".join(f"{one.counts[kind]} {kind.words}" for kind in kinds if one.counts[kind])
