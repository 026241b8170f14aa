"""Valid manifests: what views show of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.domain.absences import Declarations
from reconciler.domain.changes.difference import Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """What valid manifests declare, and how that differs from another commit's."""

    declarations: Declarations
    warning: str = ""
    """Why nothing could be compared."""
    changes: Changes | None = None
    """What differs; None where nothing was compared."""
    base: str = ""
    """What it was compared with, as people call it."""
    commit: str = ""

    @property
    def warnings(self) -> Sequence[str]:
        """Everything that may be a mistake."""
        more = [self.warning] if self.warning else []
        return [*self.declarations.warnings, *self.declarations.conflicts, *more]
