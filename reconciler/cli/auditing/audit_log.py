"""The audit log as its commands take it: where it is, what of it, by whose keys."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from reconciler.audit.checkpoints import SUFFIX
from reconciler.audit.completing import AuditLog, check_log, complete_log
from reconciler.audit.findings import Copies, Kind
from reconciler.audit.loading import RUN_SUFFIX, RunFiles, load
from reconciler.audit.notes import Signer, VerifierKey
from reconciler.audit.trust import TrustedKeys
from reconciler.audit.verify import Verified
from reconciler.cli.options import Options
from reconciler.cli.places import audit_folder, ledger_url
from reconciler.cli.settings import Settings, read_settings
from reconciler.cli.signing import signer_from, trusted_keys
from reconciler.errors import ExitCode, ReconcilerError, UsageError, weightiest
from reconciler.ledger.copies import read_copies

_CODES = {Kind.OPEN: ExitCode.INCOMPLETE, Kind.BROKEN: ExitCode.STALE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Auditing:
    """The whole audit log in force, read once, and the keys that count."""

    settings: Settings
    ledger_url: str
    loaded: list[RunFiles]
    copies: Copies | None
    log: AuditLog
    signer: Signer | None
    keys: list[VerifierKey]
    """Whose signatures count: those of ``--keys``, and of the signing key that is set."""
    trusted: TrustedKeys | None

    def check(self, log: AuditLog) -> Verified:
        """Check some of the runs."""
        return check_log(log, self.loaded, self.copies, self.trusted)


def open_log(options: Options, keys: Path | None) -> Auditing:
    """Read the whole audit log, folder and ledger; raises UsageError where there is none."""
    settings = read_settings((), partial=True)
    folder, url = audit_folder(options, settings), ledger_url(options, settings)
    signer = signer_from(settings.get("SIGNING_KEY"))
    trusted = trusted_keys(keys, *((signer.key,) if signer else ()))
    copies = read_copies(url)
    loaded = load_files(files_of([folder]))
    if not loaded and not (copies and copies.lines):
        raise nothing_there([folder])
    return Auditing(
        settings=settings,
        ledger_url=url,
        loaded=loaded,
        copies=copies,
        log=complete_log(loaded, copies, folder),
        signer=signer,
        keys=list(trusted.keys) if trusted else [],
        trusted=trusted,
    )


def files_of(places: Iterable[Path]) -> list[Path]:
    """Return the files of runs that are in folders, or are named themselves."""
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            found += [*place.glob(f"*{RUN_SUFFIX}"), *place.glob(f"*{SUFFIX}")]
        elif place.exists():
            found.append(place)
    return found


def load_files(files: Iterable[Path]) -> list[RunFiles]:
    """Read them; raises ReconcilerError for one that cannot be read."""
    try:
        return load(files)
    except OSError as error:
        raise ReconcilerError(
            "The audit log cannot be read", detail=f"{error.filename}: {error.strerror}"
        ) from error


def narrowed(copies: Copies | None, run_ids: Collection[str]) -> Copies | None:
    """Return the ledger's copy of some runs only."""
    if copies is None:
        return None
    return Copies(copies.log_id, {one: copies.lines[one] for one in copies.lines if one in run_ids})


def code_of(verified: Verified) -> ExitCode:
    """Return the code that checking ends in."""
    return weightiest(_CODES[finding.kind] for finding in verified.findings)


def nothing_there(folders: Iterable[Path]) -> UsageError:
    """Return what to say where there is no log at all."""
    return UsageError(
        "There is no audit log here",
        detail="\n".join(str(folder) for folder in folders),
        hint="Pass --audit-dir or the run files themselves.",
    )
