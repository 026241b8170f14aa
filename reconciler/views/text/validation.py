"""Valid manifests as people read them: warnings, changes, and what is declared."""

from collections.abc import Iterator

from reconciler.domain.absences import Declarations
from reconciler.views.text.changes import base_name, changes_text
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.validated import Validated
from reconciler.views.wording import clean, several


def validation_text(validated: Validated, *, full: bool) -> Iterator[Line]:
    """Yield the lines of a validation; the last one counts what is declared."""
    for warning in validated.warnings:
        yield line(f"Warning: {clean(warning, longest=400)}", Style.WARN)
    if validated.changes:
        if validated.warnings:
            yield EMPTY
        name = base_name(validated.base, validated.commit)
        yield from changes_text(validated.changes, name, full=full)
    yield line(valid_line(validated.declarations), Style.STRONG)


def valid_line(declarations: Declarations) -> str:
    """Return how much valid manifests declare."""
    absences = sum(len(one) + len(one.named) for one in declarations.absences)
    rules = sum(len(one.rules) for one in declarations.absences)
    and_rules = f" and {several(rules, 'rule')}" if rules else ""
    return (
        f"Valid: {several(absences, 'absence')}{and_rules} "
        f"in {several(declarations.declaring, 'manifest')}, "
        f"{several(len(declarations.accounts), 'account')}."
    )
