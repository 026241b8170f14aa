"""``audit export``: which runs go into the bundle, and what is said of them."""

from collections.abc import Collection
from pathlib import Path

from reconciler import __version__
from reconciler.application.clock import stamp
from reconciler.audit.bundle import Written, bundle, write_bundle
from reconciler.audit.completing import AuditLog, companions, started
from reconciler.audit.verify import Verified
from reconciler.cli.auditing.audit_log import Auditing, code_of
from reconciler.errors import ReconcilerError, UsageError


def chosen(auditing: Auditing, run_ids: Collection[str], since: float | None) -> AuditLog:
    """Return the runs that are asked for, and those without which killed ones stay open.

    Raises UsageError for a run that is not there, and where nothing is left.
    """
    log = auditing.log
    known = {one.run_id for one in log.runs}
    if missing := sorted(set(run_ids) - known):
        raise UsageError("There is no such run", detail="\n".join(missing))
    began = "" if since is None else stamp(since)
    asked = {one for one in run_ids or known if one in known}
    asked = {one.run_id for one in log.runs if one.run_id in asked and started(one) >= began}
    if not asked:
        raise UsageError("No run is to be exported", hint="None has begun since then.")
    return log.only(companions(log, asked))


def export(auditing: Auditing, log: AuditLog, verified: Verified, path: Path) -> Written:
    """Write the bundle; raises UsageError for a file that is there already."""
    code = code_of(verified)
    about = {
        "tool": f"reconciler {__version__}",
        "checked_with": [key.text for key in auditing.keys],
        "exit_code": int(code),
        "failure_reason": code.failure_reason,
    }
    contents = list(bundle(log, verified, about))
    try:
        return write_bundle(path, iter(contents))
    except FileExistsError as error:
        raise UsageError(
            "There is a file already, and an export overwrites nothing", detail=str(path)
        ) from error
    except OSError as error:
        raise ReconcilerError(
            "The export cannot be written", detail=f"{path}: {error.strerror}"
        ) from error
