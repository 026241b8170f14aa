"""The gate: whether anything more may be sent to one account, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reconciler.application.clock import utc
from reconciler.application.ports import Clock
from reconciler.application.stopping import Stop
from reconciler.domain.guarding.windows import Window, are_open, next_opening
from reconciler.errors import ExitCode

_TIME_IS_UP = "the time was used up (--stop-after)"


@dataclass(slots=True, kw_only=True)
class Gate:
    """What ends the sending of one account; once shut it stays shut."""

    stop: Stop
    clock: Clock
    ends_at: float | None = None
    """When no further batch may be sent, on the monotonic clock; None for no such time."""
    windows: Sequence[Window] = ()
    """When batches may be sent; empty for always."""
    halted: str = ""
    """Who has halted the account, and why."""
    brake: str = ""
    """What was found that must not go on."""
    denied: str = ""
    """Why the credentials are refused."""
    given_up: str = ""
    """What could not be sent, so that what depends on it is not."""
    _closed: str = field(default="", init=False)
    """The windows were found closed; they do not open again within a run."""

    def is_shut(self) -> bool:
        """Say whether nothing more may be sent; ask only while something is left to send."""
        if self.stop.requested or self._why():
            return True
        self._closed = self._closing()
        return bool(self._closed)

    def pull(self, brake: str) -> None:
        """Let a brake end the sending; the first one stays."""
        self.brake = self.brake or f"brake: {brake}"

    def deny(self, cause: str) -> None:
        """Note that the credentials are refused; the first cause stays."""
        self.denied = self.denied or cause

    @property
    def reason(self) -> str:
        """Why what is left is not attempted."""
        return self._why() or "the run was stopped"

    @property
    def is_explained(self) -> bool:
        """Whether that has an exit code of its own."""
        return bool(self.halted or self.brake or self._closed)

    @property
    def codes(self) -> Sequence[ExitCode]:
        """The exit codes that speak of it."""
        found = {
            ExitCode.REFUSED: self.halted or self._closed,
            ExitCode.BAD_OUTCOME: self.brake,
            ExitCode.IDENTITY: self.denied,
        }
        return [code for code, why in found.items() if why]

    def _why(self) -> str:
        late = self.ends_at is not None and self.clock.monotonic() >= self.ends_at
        known = (self.halted, self.brake, self.denied, self._closed, self.given_up)
        return next(filter(None, known), _TIME_IS_UP if late else "")

    def _closing(self) -> str:
        now = utc(self.clock.time())
        if are_open(self.windows, now):
            return ""
        opens = next_opening(self.windows, now)
        return (
            f"outside of the windows of the policy, which open next at {opens:%Y-%m-%d %H:%M} UTC"
        )
