"""The embedded sandbox: an extra, asked for here and explained where it is missing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciler.domain.accounts import System
from reconciler.errors import UsageError

try:
    from reconciler.sandbox import credentials
    from reconciler.sandbox.faults import describe, parse_faults
    from reconciler.sandbox.serve import background, serve
except ModuleNotFoundError as error:
    raise UsageError(
        "The sandbox is not installed",
        detail=f"{error.name} is missing",
        hint="Install the extra: pip install 'reconciler[serve]'",
    ) from error

__all__ = ["CREDENTIALS", "credentials", "describe", "parse_faults", "serve", "served"]

CREDENTIALS = {
    System.LEADSQUARED: (credentials.ACCESS_KEY, credentials.SECRET_KEY),
    System.TALKDESK: (credentials.CLIENT_ID, credentials.CLIENT_SECRET),
}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the sandbox for as long as a command runs; its state stays in ``folder``."""
    with background(folder) as url:
        yield url
