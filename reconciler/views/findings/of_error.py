"""Findings of what ended a command: each problem of the manifests, or the error itself."""

from collections.abc import Mapping

from reconciler.errors import InvalidError, Problem, ReconcilerError
from reconciler.views.findings.finding import Finding, Findings, Kind
from reconciler.views.wording import clean

_NO_FILES = ("RECONCILER_", "--")
"""How the places of problems begin that are settings."""


def error_findings(error: ReconcilerError) -> Findings:
    """Return the findings of an error, every problem of it."""
    if isinstance(error, InvalidError):
        return Findings.of(map(problem_finding, error.problems))
    return Findings.of([trouble_finding(error.fields)])


def problem_finding(problem: Problem) -> Finding:
    """Return one problem of the configuration."""
    in_file = is_file(problem)
    told = (clean(problem.message, longest=600), clean(problem.hint, longest=400))
    return Finding(
        kind=Kind.INVALID,
        subject=f"{problem.file}: {problem.message}",
        message=" ".join(filter(None, ("" if in_file else f"{clean(problem.file)}:", *told))),
        file=problem.file if in_file else "",
        line=problem.line if in_file else 0,
        column=problem.column if in_file else 0,
    )


def trouble_finding(fields: Mapping[str, str]) -> Finding:
    """Return an error that is in no place, by its summary, detail and hint."""
    told = "; ".join(clean(one, longest=600) for one in fields["detail"].splitlines())
    detail = told.removesuffix(".")
    message = clean(fields["summary"]).rstrip(".")
    return Finding(
        kind=Kind.ERROR,
        subject=fields["summary"],
        message=" ".join(
            filter(None, (f"{message}{detail and f': {detail}'}.", clean(fields["hint"])))
        ),
    )


def is_file(problem: Problem) -> bool:
    """Say whether a problem is of a file, and not of a setting."""
    return not problem.file.startswith(_NO_FILES)
