"""What was exported of an audit log, for people and for programs."""

import json
from collections.abc import Iterator

from reconciler.audit.bundle import Written, finding_fields
from reconciler.audit.verify import Verified
from reconciler.domain.document import FORMAT_VERSION
from reconciler.errors import ExitCode
from reconciler.views.text.audit import audit_text
from reconciler.views.text.lines import Line, Style, line
from reconciler.views.wording import clean, several


def export_text(verified: Verified, path: str, written: Written) -> Iterator[Line]:
    """Yield where the export is, and what checking it found."""
    exported = f"Exported {several(verified.runs, 'run')} to {clean(path)}, {written.size} bytes."
    yield line(exported)
    yield line(f"sha256:{written.sha256}", Style.QUIET)
    yield from audit_text(verified)


def export_json(verified: Verified, path: str, written: Written, code: ExitCode) -> str:
    """Return the same as one JSON object."""
    document = {
        "type": "audit_export",
        "format_version": FORMAT_VERSION,
        "file": path,
        "size": written.size,
        "sha256": written.sha256,
        "runs": verified.runs,
        "lines": verified.lines,
        "checkpoints": verified.checkpoints,
        "signed": verified.signed,
        "findings": finding_fields(verified),
        "exit_code": int(code),
        "failure_reason": code.failure_reason,
    }
    return json.dumps(document) + "\n"
