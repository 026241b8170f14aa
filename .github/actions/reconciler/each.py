"""The program once for each account, and what all of them said as one."""

import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import FrameType

_ACCOUNT = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SUMMARY = 900 * 1024
"""GitHub shows no summary of a step that is larger than 1 MiB."""
PRECEDENCE = (64, 3, 74, 130, 143, 9, 8, 5, 7, 4, 6, 2, 1, 0)
"""Of exit codes, as the program has it; one that it does not know comes first."""


def run_for_each(
    accounts: Sequence[str], command: Sequence[str], environ: Mapping[str, str]
) -> int:
    """Run the command for each account; returns the weightiest exit code."""
    told: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for account in accounts:
            # No group around it: the program makes its own, and groups do not nest.
            sys.stdout.write(f"Account {account}:\n")
            sys.stdout.flush()
            output, summary = Path(folder, f"{account}.out"), Path(folder, f"{account}.md")
            output.touch()
            summary.touch()
            files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
            code = _child(_narrowed(command, account), {**environ, **files})
            told[account] = {**_read(output), "exit_code": str(code)}
            _append(environ.get("GITHUB_STEP_SUMMARY", ""), summary, account)
            if code in {130, 143}:
                break
    return _tell(told, environ.get("GITHUB_OUTPUT", ""))


def accounts_in(listed: str) -> list[str]:
    """Return the names in a JSON list; raises ValueError for anything else."""
    accounts = json.loads(listed)
    if not isinstance(accounts, list) or not all(
        isinstance(one, str) and _ACCOUNT.fullmatch(one) for one in accounts
    ):
        raise ValueError(listed)
    return accounts


def _narrowed(command: Sequence[str], account: str) -> list[str]:
    """Return the command for one account; its selector goes before the folder of manifests."""
    at = command.index("--") if "--" in command else len(command)
    words = [word.replace("{account}", account) for word in command[:at]]
    return [*words, "--target", f"account/{account}", *command[at:]]


def _child(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run it to its end, handing signals on; the runner sends them to this process only."""
    child = subprocess.Popen(command, env=environ)  # noqa: S603 - the program, with its inputs

    def hand_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, hand_on)
    code = child.wait()
    return 128 - code if code < 0 else code


def _read(path: Path) -> dict[str, str]:
    """Return what a step has written for its outputs, in both notations."""
    found: dict[str, str] = {}
    lines = iter(path.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        name, equals, value = line.partition("=")
        if not equals or "<<" in name:
            name, _, end = line.partition("<<")
            value = "\n".join(iter(lambda: next(lines, end), end))  # noqa: B023 - used at once
        found[name] = value
    return found


def _append(path: str, summary: Path, account: str) -> None:
    if not path:
        return
    with Path(path).open("a", encoding="utf-8") as file:
        text = summary.read_text(encoding="utf-8")
        if file.tell() + len(text.encode()) > _SUMMARY:
            text = f"\n### {account}\n\nNo room is left here: the plan is in the artifact.\n"
        file.write(text)


def _tell(told: Mapping[str, Mapping[str, str]], path: str) -> int:
    """Write the outputs of all as one, and return the exit code."""
    code, reason = _weightiest((int(one["exit_code"]), one) for one in told.values())
    numbers = {
        name: sum(int(one.get(name) or 0) for one in told.values())
        for name in ("to_delete", "already_absent", "protected", "held", "unknown")
    }
    flags = {
        name: str(any(one.get(name) == "true" for one in told.values())).lower()
        for name in ("changes", "blocked")
    }
    deleting = [account for account, one in told.items() if int(one.get("to_delete") or 0)]
    plans = [
        {"account": account, "digest": one["digest"], "to_delete": int(one["to_delete"])}
        for account, one in told.items()
        if one["exit_code"] == "0" and account in deleting
    ]
    outputs = {**numbers, **flags, "exit_code": code, "failure_reason": reason}
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}={value}\n" for name, value in outputs.items())
            file.write(f"accounts={json.dumps(deleting)}\n")
            file.write(f"plans={json.dumps(plans)}\n")
    return code


def _weightiest(ended: Iterable[tuple[int, Mapping[str, str]]]) -> tuple[int, str]:
    def weight(one: tuple[int, Mapping[str, str]]) -> int:
        return PRECEDENCE.index(one[0]) if one[0] in PRECEDENCE else -1

    code, outputs = min(ended, key=weight, default=(0, {}))
    return code, outputs.get("failure_reason", "")
