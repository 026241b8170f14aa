"""``--since``: a day, or how long ago."""

import re
from datetime import UTC, datetime

import click

from reconciler.application.clock import SystemClock
from reconciler.cli.options import Duration

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Since(click.ParamType[float]):
    """A day (2026-03-01, from 00:00 UTC) or how long ago (7d), as seconds since the epoch."""

    name = "day|duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the time."""
        text = str(value)
        if _DAY.fullmatch(text):
            try:
                return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
            except ValueError:
                self.fail(f"there is no day {text}", param, ctx)
        return SystemClock().time() - Duration().convert(value, param, ctx)
