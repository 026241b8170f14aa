"""Text from outside, made so that Markdown shows it and does nothing with it.

It stands in code only: in spans, in fences, and in ``<code>`` where a line is HTML. There neither
GitHub nor GitLab looks for mentions, issues, commits, addresses, emoji or quick actions.
"""

import html
import re
from collections.abc import Iterable

from reconciler.domain.inert import inert
from reconciler.views.text.lines import no_command

_RUN = re.compile("`{3,}")
_SAFE_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%\[\]-]+")
_LONGEST_URL = 500
_COMMENT = "<!--"


def _shown(text: object, longest: int) -> str:
    # What opens a hidden comment would let a record pass for a marker of ours where a program
    # looks for one in the whole text.
    return inert(str(text), longest=longest).replace(_COMMENT, f"{_written('<')}!--")


def _written(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def code(text: object, longest: int = 200) -> str:
    """Return text as a code span, for a sentence as well as for a cell of a table; none of none."""
    if text == "":
        return ""
    # Renderers disagree on what ends a cell or a long run of backticks, so neither is left in.
    shown = _shown(text, longest).replace("`", _written("`")).replace("|", _written("|"))
    # A span that begins and ends with a space loses both, and one of spaces alone is not shown.
    return f"` {shown} `" if not shown.strip() or shown != shown.strip() else f"`{shown}`"


def number(value: object) -> str:
    """Return a number as it is; what stands in its place in a document is text from outside."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else code(value)


def html_code(text: object, longest: int = 200) -> str:
    """Return text as code within a line that is HTML, such as a summary."""
    return f"<code>{html.escape(_shown(text, longest))}</code>"


def fenced_line(text: object, longest: int = 1000) -> str:
    """Return text as it may stand in a line of a fence."""
    fenced = _RUN.sub(lambda run: _written("`") * len(run[0]), _shown(text, longest))
    # A page may be printed into the log of a job before it is posted.
    return no_command(fenced)


def fence(language: str, lines: Iterable[str]) -> str:
    """Return lines, each made by ``fenced_line`` and words of ours, as a block of code.

    No line of it ends the block or begins with what a quick action does.
    """
    return "\n".join([f"```{language}", *map(_harmless, lines), "```", ""])


def _harmless(line: str) -> str:
    harmless = fenced_line(line, longest=max(len(line), 1))
    return _written(harmless[0]) + harmless[1:] if harmless[:1] in ("/", ":") else harmless


def link(words: str, url: str) -> str:
    """Return words of ours that lead to an address; the words alone where it is not a plain one."""
    if len(url) > _LONGEST_URL or not _SAFE_URL.fullmatch(url):
        return words
    return f"[{words}](<{url}>)"
