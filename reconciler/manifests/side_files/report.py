"""The problems of one side file: the first ones in full, and how many more there are."""

from collections.abc import Callable
from typing import TypeAlias

from reconciler.manifests.findings import Findings

_SHOWN = 20
"""What is wrong with a million lines is understood after a few of them."""

Explanation: TypeAlias = tuple[int, str, str, str]
"""Column (0 if not known), message, hint, and the offending text."""


class Report:
    """Passes the first problems on to ``findings`` and counts the others."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._count = 0
        self._first_hidden = 0

    @property
    def empty(self) -> bool:
        """Whether there is no problem."""
        return not self._count

    def add(self, line: int, column: int, message: str, hint: str, text: str = "") -> None:
        """Report a problem at a line and column; 0 for one of the whole file or line."""
        self.explain(line, lambda: (column, message, hint, text))

    def explain(self, line: int, explanation: Callable[[], Explanation]) -> None:
        """Report a problem that takes time to explain, which is done only if it is shown."""
        self._count += 1
        if self._count <= _SHOWN:
            column, message, hint, text = explanation()
            self._findings.add(line, column, message, text=text, hint=hint)
        elif not self._first_hidden:
            self._first_hidden = line

    def close(self) -> None:
        """Say how many problems were not shown; to be called once, at the end."""
        hidden = self._count - _SHOWN
        if hidden > 0:
            message = f"And {hidden:,} more problem{'' if hidden == 1 else 's'} in this file."
            hint = "Correct the ones above first; they are probably of the same kind."
            self._findings.add(self._first_hidden, 0, message, hint=hint)
