"""Where a run's audit files go, and what signs them."""

from dataclasses import dataclass
from pathlib import Path

from reconciler.audit.checkpoints import SUFFIX, CheckpointFile, origin_of
from reconciler.audit.loading import RUN_SUFFIX
from reconciler.audit.notes import Signer


@dataclass(frozen=True, slots=True)
class AuditPlace:
    """The folder of the audit log, and the key of its checkpoints."""

    folder: Path
    signer: Signer | None = None
    """None leaves checkpoints unsigned."""

    def lines_of(self, run_id: str) -> Path:
        """Return where the lines of a run are."""
        return self.folder / f"{run_id}{RUN_SUFFIX}"

    def checkpoints_of(self, log_id: str, run_id: str) -> CheckpointFile:
        """Return what writes the checkpoints of a run."""
        path = self.folder / f"{run_id}{SUFFIX}"
        return CheckpointFile(path, origin_of(log_id, run_id), self.signer)
