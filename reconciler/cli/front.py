"""The front: where data and talk go, and whether in colour."""

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reconciler.cli.reporting.error_report import DOCUMENTS, error_pieces
from reconciler.errors import ExitCode, ReconcilerError

if TYPE_CHECKING:
    # Only for types: views bring rich along, which --help does not need.
    from reconciler.views.text.lines import Line


def _environment() -> Mapping[str, str]:
    return os.environ  # noqa: TID251 - the terminal's conventions are environment variables


class UnwrittenError(ReconcilerError):
    """Data or talk cannot be written where it was to go."""


class UnreadError(Exception):
    """Whoever read our output has gone, which is nothing to complain of.

    Not BrokenPipeError, at which click would exit by itself.
    """


@dataclass(slots=True)
class Front:
    """The process's two outputs: data on stdout or in a file, talk on stderr."""

    format: str = "text"
    color: str = "auto"
    quiet: bool = False
    output: Path | None = None
    outputs: dict[str, str] = field(default_factory=dict)
    """What a command tells the steps of a CI job after it, by name."""
    earned: ExitCode = ExitCode.DONE
    """What a run came to, which counts also where its report cannot be written."""
    environ: Mapping[str, str] = field(default_factory=_environment)

    def put(self, pieces: Iterable[str]) -> None:
        """Write data; raises UnwrittenError, or UnreadError where nobody reads stdout."""
        if self.output is None:
            _write(sys.stdout, pieces, "stdout")
            return
        try:
            with self.output.open("w", encoding="utf-8") as file:
                _write(file, pieces, str(self.output))
        except (OSError, UnreadError) as error:
            raise _unwritten(str(self.output), error) from error

    def put_lines(self, lines: "Iterable[Line]") -> None:
        """Write styled lines as data."""
        from reconciler.views.text.lines import render  # noqa: PLC0415 - see TYPE_CHECKING above

        colored = self.output is None and self.colored(sys.stdout)
        self.put(render(lines, color=colored))

    def say_lines(self, lines: "Iterable[Line]") -> None:
        """Write styled lines as talk."""
        from reconciler.views.text.lines import render  # noqa: PLC0415 - see TYPE_CHECKING above

        # Talk that cannot be told must not end a run, nor hide what it came to.
        with suppress(UnwrittenError, UnreadError):
            _write(sys.stderr, render(lines, color=self.colored(sys.stderr)), "stderr")

    def warn(self, text: str) -> None:
        """Say what is not as it should be and changes nothing about how the command ends."""
        from reconciler.views.text.lines import Style, line  # noqa: PLC0415 - see TYPE_CHECKING
        from reconciler.views.wording import clean  # noqa: PLC0415 - see TYPE_CHECKING

        self.say_lines([line(f"Warning: {clean(text, longest=400)}", Style.WARN)])

    def report(self, error: ReconcilerError) -> None:
        """Say what went wrong; in the formats that programs read as data too."""
        from reconciler.views.text.error import error_text  # noqa: PLC0415 - see TYPE_CHECKING

        pieces = list(error_pieces(self.format, error, self.environ))
        if pieces:
            self._put_if_possible(pieces)
        if not (self.quiet and self.format in DOCUMENTS):
            self.say_lines(error_text(error))
        if self.format == "github":
            from reconciler.cli.reporting.step_summary import add_error  # noqa: PLC0415 - rarely needed

            add_error(self, error)

    def _put_if_possible(self, pieces: Iterable[str]) -> None:
        """Write data where it was to go, else to stdout, else nowhere."""
        try:
            self.put(pieces)
        except (UnwrittenError, UnreadError):
            if self.output is not None:
                with suppress(UnwrittenError, UnreadError):
                    _write(sys.stdout, pieces, "stdout")

    def colored(self, stream: TextIO) -> bool:
        """Say whether to colour a stream, by option, then by the usual variables."""
        if self.color != "auto":
            return self.color == "always"
        if self.environ.get("NO_COLOR"):
            return False
        if self.environ.get("FORCE_COLOR", "0") != "0":
            return True
        if self.environ.get("CLICOLOR") == "0" or self.environ.get("TERM") == "dumb":
            return False
        return stream.isatty()

    @property
    def is_attended(self) -> bool:
        """Say whether somebody at a terminal can be asked."""
        return sys.stdin.isatty() and sys.stderr.isatty() and not self.environ.get("CI")

    @property
    def shows_progress(self) -> bool:
        """Say whether a moving bar makes sense."""
        if self.quiet or self.environ.get("CI") or self.environ.get("TERM") == "dumb":
            return False
        # Where colour is unwanted, so are the escape sequences that move a bar.
        return sys.stderr.isatty() and self.colored(sys.stderr)


def let_go() -> None:
    """Give up what could not be written, which the interpreter would try again and complain of."""
    # What was closed before the program began is None.
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _write(stream: TextIO, pieces: Iterable[str], name: str) -> None:
    """Write to a stream; what making the pieces raises is none of its errors."""
    if hasattr(stream, "reconfigure"):
        # A terminal that lacks a character must not end a run.
        stream.reconfigure(errors="backslashreplace")
    for piece in chain(pieces, [None]):
        try:
            if piece is None:
                stream.flush()
            else:
                stream.write(piece)
        except BrokenPipeError as error:
            raise UnreadError(error.strerror) from error
        except OSError as error:
            raise _unwritten(name, error) from error


def _unwritten(name: str, error: OSError | UnreadError) -> UnwrittenError:
    cause = error.strerror if isinstance(error, OSError) else error
    return UnwrittenError("The output cannot be written", detail=f"{name}: {cause}")
