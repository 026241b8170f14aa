"""Styled lines: what every text view yields, and how they become text with or without colour."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TypeAlias


class Style(StrEnum):
    """What a piece of text is; never the only carrier of a meaning."""

    PLAIN = ""
    STRONG = "bold"
    QUIET = "dim"
    DELETE = "red"
    WARN = "yellow"
    DOUBT = "magenta"
    GOOD = "green"


Span: TypeAlias = tuple[str, Style]
Line: TypeAlias = tuple[Span, ...]

EMPTY: Line = ()


def line(text: str, style: Style = Style.PLAIN) -> Line:
    """Return a line of one style."""
    return ((text, style),)


def render(lines: Iterable[Line], *, color: bool) -> Iterator[str]:
    """Yield each line as text, ended by a line feed."""
    for spans in lines:
        yield no_command("".join(_span(text, style, color=color) for text, style in spans)) + "\n"


def no_command(text: str) -> str:
    """Return a line that the log of a GitHub job does not take for a command."""
    begins = text.lstrip()
    if not begins.startswith("::"):
        return text
    return f"{text[: -len(begins)]}\\{begins}"


def _span(text: str, style: Style, *, color: bool) -> str:
    if not color or not style:
        return text
    from rich.color import ColorSystem  # noqa: PLC0415 - only colour needs rich, and it is large
    from rich.style import Style as Look  # noqa: PLC0415 - the same

    return Look.parse(style).render(text, color_system=ColorSystem.STANDARD)
