"""Manifests as JUnit, valid or not, and errors that ended a command: a case per file."""

from collections.abc import Sequence

from reconciler.errors import InvalidError, Problem, ReconcilerError
from reconciler.views.findings.of_changes import warning_finding
from reconciler.views.findings.of_error import is_file
from reconciler.views.junit.document import Case, Suite, Verdict, junit
from reconciler.views.repository import Repository
from reconciler.views.text.validation import valid_line
from reconciler.views.validated import Validated
from reconciler.views.wording import several

_MOST = 50
"""Problems of a file that are told; a file of nothing but problems has one cause."""


def validation_junit(validated: Validated, repository: Repository) -> list[str]:
    """Return valid manifests as a document, warnings beside the files that they are about."""
    warnings: dict[str, list[str]] = {file: [] for file in validated.declarations.files}
    general: list[str] = []
    for one in validated.warnings:
        warnings.get(warning_finding(one).file, general).append(f"Warning: {one}")
    changes = (
        []
        if validated.changes is None
        else [
            f"Loosened: {one.manifest}: {one.subject} {one.words}"
            for one in validated.changes.loosened
        ]
    )
    whole = Case(
        name="validate",
        of="validate",
        out=[*general, *changes, valid_line(validated.declarations)],
    )
    return junit(
        [
            Suite("validate", [whole]),
            Suite("manifests", [_file(file, out=out) for file, out in warnings.items()]),
        ],
        repository,
    )


def error_junit(error: ReconcilerError, repository: Repository) -> list[str]:
    """Return what ended a command as a document, every problem of it."""
    if isinstance(error, InvalidError):
        return junit([Suite("manifests", _invalid(error))], repository)
    case = Case(
        name="reconciler",
        of="reconciler",
        verdict=Verdict.ERROR,
        why=error.exit_code.failure_reason,
        message=error.summary,
        text=[*error.detail.splitlines(), *([f"hint: {error.hint}"] if error.hint else ())],
    )
    return junit([Suite("reconciler", [case])], repository)


def _invalid(error: InvalidError) -> list[Case]:
    problems: dict[str, list[Problem]] = {file: [] for file in error.files}
    for one in error.problems:
        problems.setdefault(one.file, []).append(one)
    return [_file(file, some) for file, some in sorted(problems.items())]


def _file(file: str, problems: Sequence[Problem] = (), out: Sequence[str] = ()) -> Case:
    if not problems:
        return Case(name=file, of="manifests", file=file, out=out)
    texts = [
        f"{one.location}: {one.message}{one.hint and f' {one.hint}'}" for one in problems[:_MOST]
    ]
    if len(problems) > _MOST:
        texts.append(f"… and {len(problems) - _MOST} more")
    first = problems[0]
    count = several(len(problems), "problem")
    return Case(
        name=file,
        of="manifests",
        file=file if is_file(first) else "",
        line=first.line,
        verdict=Verdict.FAILURE,
        why="invalid",
        message=first.message if len(problems) == 1 else f"{count}, the first: {first.message}",
        text=texts,
    )
