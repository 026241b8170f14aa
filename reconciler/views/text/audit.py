"""What checking the audit log found, for people and for programs."""

import json
from collections.abc import Iterator

from reconciler.audit.findings import Kind
from reconciler.audit.verify import Verified
from reconciler.domain.document import FORMAT_VERSION
from reconciler.errors import ExitCode
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import clean, several


def audit_text(verified: Verified) -> Iterator[Line]:
    """Yield every finding, then one line that sums up."""
    for finding in verified.findings:
        where = ":".join(str(part) for part in (finding.file, finding.line) if part)
        yield (
            (f"{finding.kind}: ", Style.WARN),
            (f"{clean(where)}: {clean(finding.message)}", Style.PLAIN),
        )
    if verified.findings:
        yield EMPTY
    kinds = {finding.kind for finding in verified.findings}
    word = Kind.BROKEN if Kind.BROKEN in kinds else Kind.OPEN if kinds else "verified"
    checked = [several(verified.runs, "run"), several(verified.lines, "line")]
    if verified.checkpoints or verified.counted is not None:
        checked.append(checkpoint_words(verified))
    yield line(f"Audit log {word}: {', '.join(checked)}.", Style.STRONG)


def checkpoint_words(verified: Verified) -> str:
    """Return how many checkpoints there are, and what is known of who signed them."""
    number = several(verified.checkpoints, "checkpoint")
    if verified.counted is not None:
        return f"{number} ({verified.counted} signed by a given key)"
    if not verified.checkpoints:
        return number
    if not verified.signed:
        return f"{number} (unsigned)"
    return f"{number} ({verified.signed} signed, not checked: no --keys)"


def audit_json(verified: Verified, code: ExitCode) -> str:
    """Return the same as one JSON object."""
    return json.dumps(
        {
            "type": "audit_verification",
            "format_version": FORMAT_VERSION,
            "runs": verified.runs,
            "lines": verified.lines,
            "checkpoints": verified.checkpoints,
            "signed": verified.signed,
            **({} if verified.counted is None else {"signed_by_keys": verified.counted}),
            "findings": [
                {
                    "kind": finding.kind.value,
                    "file": finding.file,
                    "line": finding.line,
                    "message": finding.message,
                }
                for finding in verified.findings
            ],
            "exit_code": int(code),
            "failure_reason": code.failure_reason,
        }
    )
