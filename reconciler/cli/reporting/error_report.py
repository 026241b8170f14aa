"""Errors as data: what ended a command, in the form that its data would have had.

Each form's views are only imported when it is asked for.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from reconciler.errors import ReconcilerError

# ruff: noqa: PLC0415 - see above

DOCUMENTS = ("json", "junit", "sarif")
"""Formats in which whoever reads stdout gets a document whatever happens."""
_FORMATS = (*DOCUMENTS, "github")


def error_pieces(form: str, error: ReconcilerError, environ: Mapping[str, str]) -> Iterable[str]:
    """Return an error in a format, piece by piece; nothing in those for people."""
    match form:
        case "json":
            from reconciler.views.machine import error_json

            return [error_json(error) + "\n"]
        case "github":
            from reconciler.cli.reporting.repository import repository_here
            from reconciler.views.github.log import error_log

            return error_log(error, repository_here(environ))
        case "junit":
            from reconciler.cli.reporting.repository import repository_here
            from reconciler.views.junit.validation import error_junit

            return error_junit(error, repository_here(environ))
        case "sarif":
            from reconciler.cli.reporting.repository import repository_here
            from reconciler.views.sarif.documents import error_sarif

            return error_sarif(error, repository_here(environ))
        case _:
            return ()


def asked_format(arguments: Sequence[str]) -> str:
    """Return the format in which even wrong usage, found before options are known, is told."""
    for form in _FORMATS:
        if f"--format={form}" in arguments or ("--format", form) in pairwise(arguments):
            return form
    return "text"
