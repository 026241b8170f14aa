"""The clock of a database server, told between its answers by our own that never jumps."""

from sqlalchemy import Connection, text

from reconciler.application.ports import Clock

_NOW = text("SELECT extract(epoch FROM clock_timestamp())::double precision")


class ServerClock:
    """The server's time, within the time that asking for it took.

    ``time`` is never ahead of the server and ``latest`` never behind it, so that what is free by
    the one and taken by the other errs on the side of waiting.
    """

    def __init__(self, own: Clock) -> None:
        """Know nothing before the first ``set_by``."""
        self._own = own
        self._ahead = 0.0
        self._doubt = 0.0

    def set_by(self, connection: Connection) -> None:
        """Ask the server."""
        asked = self._own.monotonic()
        told = float(connection.scalar(_NOW) or 0.0)
        answered = self._own.monotonic()
        self._ahead, self._doubt = told - answered, answered - asked

    def time(self) -> float:
        """Return seconds since the epoch, at the most what the server has by now."""
        return self._own.monotonic() + self._ahead

    def latest(self) -> float:
        """Return seconds since the epoch, at least what the server has by now."""
        return self.time() + self._doubt

    def monotonic(self) -> float:
        """Return seconds on our own clock."""
        return self._own.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._own.sleep(seconds)
