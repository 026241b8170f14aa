"""What ``retire`` found, for people and for programs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.domain.document import FORMAT_VERSION
from reconciler.errors import ExitCode
from reconciler.views.text.lines import Line, Style, line
from reconciler.views.wording import clean, several


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireReport:
    """What can be retired, or was."""

    items: tuple[dict[str, Any], ...]
    """For each place ``file``, ``line``, ``address``, ``manifest``, ``reason`` (``proven_gone`` or
    ``expired``) and ``since``, a day."""
    manifests: tuple[str, ...]
    """The ``KIND/NAME`` of those that go as a whole."""
    files: tuple[str, ...]
    """Files that were changed or removed."""
    removed: tuple[str, ...]
    """Those of them that are gone."""
    ledger: str
    """Where proofs were looked for."""
    has_ledger: bool
    written: bool
    advised: bool
    """Whether to say what to run next."""


_REASONS = {"proven_gone": "proven gone", "expired": "expired    "}


def retire_text(report: RetireReport) -> Iterator[Line]:
    """Yield a line for each place, manifest that goes, and file, and one that counts."""
    if not report.has_ledger:
        yield line(
            f"There is no ledger at {clean(report.ledger)}, so nothing is known to be gone.",
            Style.WARN,
        )
    for item in report.items:
        place = clean(f"{item['file']}:{item['line']}")
        yield (
            (f"{_REASONS[item['reason']]} {item['since']}  ", Style.QUIET),
            (f"{place}  {clean(item['address'])}", Style.PLAIN),
        )
    verb = "was removed" if report.written else "would be removed"
    for manifest in report.manifests:
        yield line(f"{clean(manifest)}: nothing is left of it, its document {verb}")
    for name in report.files:
        yield line(f"{'removed' if name in report.removed else 'changed'} {clean(name)}")
    if not report.items:
        yield line("Nothing to retire.", Style.STRONG)
        return
    verb = "retired" if report.written else "can be retired"
    count = len(report.items)
    them = "it" if count == 1 else "them"
    hint = f" --write takes {them} out of the files." if report.advised else ""
    yield line(f"{several(count, 'absence')} {verb}.{hint}", Style.STRONG)


def retire_json(report: RetireReport, code: ExitCode) -> str:
    """Return the same as one JSON object."""
    return json.dumps(
        {
            "type": "retire",
            "format_version": FORMAT_VERSION,
            "ledger": report.has_ledger,
            "written": report.written,
            "items": report.items,
            "manifests": report.manifests,
            "files": report.files,
            "removed": report.removed,
            "exit_code": int(code),
            "failure_reason": code.failure_reason,
        },
        separators=(",", ":"),
    )
