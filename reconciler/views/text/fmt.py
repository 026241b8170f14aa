"""What ``fmt`` did, for people and for programs."""

import json
from collections.abc import Iterator

from reconciler.domain.document import FORMAT_VERSION
from reconciler.errors import ExitCode
from reconciler.views.text.lines import Line, Style, line
from reconciler.views.wording import clean, several


def fmt_text(
    changed: list[str], side_files: list[str], unchanged: int, *, check: bool
) -> Iterator[Line]:
    """Yield a line for each file, and one that counts them."""
    format_, write = ("would format", "would write") if check else ("formatted", "wrote")
    yield from (line(f"{write} {clean(name)}") for name in side_files)
    yield from (line(f"{format_} {clean(name)}") for name in changed)
    parts = []
    if side_files:
        verb = "would be written" if check else "written"
        parts.append(f"{several(len(side_files), 'side file')} {verb}")
    if changed:
        verb = "would be formatted" if check else "formatted"
        parts.append(f"{several(len(changed), 'file')} {verb}")
    if unchanged or not changed:
        verb = "would be left unchanged" if check else "left unchanged"
        parts.append(f"{several(unchanged, 'file')} {verb}")
    yield line(f"{', '.join(parts)}.", Style.STRONG)


def fmt_json(
    changed: list[str], side_files: list[str], unchanged: int, code: ExitCode, *, check: bool
) -> str:
    """Return the same as one JSON object; ``written`` says whether files were changed."""
    return json.dumps(
        {
            "type": "fmt",
            "format_version": FORMAT_VERSION,
            "written": bool(changed) and not check,
            "changed": changed,
            "side_files": side_files,
            "unchanged": unchanged,
            "exit_code": int(code),
            "failure_reason": code.failure_reason,
        },
        separators=(",", ":"),
    )
