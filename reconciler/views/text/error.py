"""Errors as people read them: what happened, where, what to do."""

from collections.abc import Iterator

from reconciler.domain.inert import inert
from reconciler.errors import InvalidError, Problem, ReconcilerError
from reconciler.views.text.lines import EMPTY, Line, Style, line


def error_text(error: ReconcilerError) -> Iterator[Line]:
    """Yield the lines of an error, every problem of it."""
    if isinstance(error, InvalidError):
        for problem in error.problems:
            yield from _problem(problem)
        yield EMPTY
    yield (("Error: ", Style.DELETE), (error.summary, Style.STRONG))
    for detail in error.detail.splitlines():
        yield line(f"  {inert(detail, longest=600)}")
    if error.hint:
        yield line(f"  hint: {error.hint}", Style.QUIET)


def _problem(problem: Problem) -> Iterator[Line]:
    yield (
        (f"{inert(problem.location)}: ", Style.STRONG),
        (inert(problem.message, longest=600), Style.PLAIN),
    )
    if problem.text:
        yield line(f"    | {inert(problem.text)}")
    if problem.hint:
        yield line(f"    hint: {inert(problem.hint, longest=400)}", Style.QUIET)
