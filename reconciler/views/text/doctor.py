"""What ``doctor`` found, for people and for programs."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.domain.checkup.checks import Check, CheckVerdict, first_failure
from reconciler.domain.document import FORMAT_VERSION
from reconciler.views.text.lines import EMPTY, Line, Style, line
from reconciler.views.wording import clean

_STYLES = {
    CheckVerdict.PASS: Style.GOOD,
    CheckVerdict.WARN: Style.WARN,
    CheckVerdict.FAIL: Style.DELETE,
}
_NAME_WIDTH = len("credentials")
_LONGEST = 600


def doctor_text(checks: Sequence[Check]) -> Iterator[Line]:
    """Yield a line for each check, with what to do below it, and one that counts."""
    account = ""
    for one in checks:
        if one.account != account:
            account = one.account
            yield EMPTY
            yield line(f"Account {clean(account)}:", Style.STRONG)
        words = clean(one.words, longest=_LONGEST)
        yield (
            (one.verdict.value, _STYLES[one.verdict]),
            (f"  {clean(one.name):<{_NAME_WIDTH}}  {words}", Style.PLAIN),
        )
        for number, hint in enumerate(one.hint.splitlines()):
            told = clean(hint, longest=_LONGEST)
            yield line(f"      {'      ' if number else 'hint: '}{told}", Style.QUIET)
    counts = {verdict: sum(one.verdict is verdict for one in checks) for verdict in CheckVerdict}
    yield EMPTY
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    yield line(f"Doctor: {told}.", Style.STRONG)


def doctor_json(checks: Sequence[Check]) -> str:
    """Return the same as one JSON object."""
    code = first_failure(checks)
    fields = {
        "type": "doctor",
        "format_version": FORMAT_VERSION,
        "checks": [_fields(one) for one in checks],
        "exit_code": int(code),
        "failure_reason": code.failure_reason,
    }
    # ASCII: no text in it can mislead a terminal.
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=True)


def _fields(check: Check) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "account": check.account,
        "check": check.name,
        "verdict": check.verdict.value,
        "words": check.words,
        "hint": check.hint,
    }
    if check.verdict is CheckVerdict.FAIL:
        fields["exit_code"] = int(check.code)
    return fields
