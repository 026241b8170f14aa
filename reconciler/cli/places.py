"""Places: where the ledger and the audit log are."""

from pathlib import Path

from reconciler.cli.options import Options
from reconciler.cli.settings import Settings

STATE = Path(".reconciler")
"""The folder of everything that is kept, unless it is said otherwise."""


def ledger_url(options: Options, settings: Settings) -> str:
    """Return the ledger in force."""
    if options.sandbox:
        return f"sqlite:///{STATE / 'sandbox' / 'ledger.sqlite'}"
    default = f"sqlite:///{STATE / 'ledger.sqlite'}"
    return options.ledger or settings.get("LEDGER") or default


def audit_folder(options: Options, settings: Settings) -> Path:
    """Return the folder of the audit log in force."""
    if options.sandbox:
        return STATE / "sandbox" / "audit"
    named = settings.get("AUDIT_DIR")
    return options.audit_dir or (Path(named) if named else STATE / "audit")
