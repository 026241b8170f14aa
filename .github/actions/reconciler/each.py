"""The program once for each account, and what all of them said as one."""

import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

_ACCOUNT = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_REASONS: Mapping[int, str] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
_SUMMARY = 900 * 1024
"""GitHub shows no summary of a step that is larger than 1 MiB."""
PRECEDENCE = (64, 3, 74, 130, 143, 9, 8, 5, 7, 4, 6, 2, 1, 0)
"""Of exit codes, as the program has it; one that it does not know comes first."""


def run_for_each(
    accounts: Sequence[str], command: Sequence[str], environ: Mapping[str, str]
) -> int:
    """Run the command for each account; returns the weightiest exit code."""
    told: dict[str, dict[str, str]] = {}
    signals, cut_short = Signals(), False
    with tempfile.TemporaryDirectory() as folder:
        for account in accounts:
            if signals.first:
                cut_short = True
                break
            # No group around it: the program makes its own, and groups do not nest.
            sys.stdout.write(f"Account {account}:\n")
            sys.stdout.flush()
            output, summary = Path(folder, f"{account}.out"), Path(folder, f"{account}.md")
            output.touch()
            summary.touch()
            files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
            code = signals.run(_narrowed(command, account), {**environ, **files})
            told[account] = {**_read(output), "exit_code": str(code)}
            _append(environ.get("GITHUB_STEP_SUMMARY", ""), summary, account)
            if code in {130, 143}:
                break
    stopped_by = signals.first if cut_short else 0
    return _tell(told, environ.get("GITHUB_OUTPUT", ""), stopped_by)


class Signals:
    """Hands signals on to the child that is running; the runner sends them to this process only.

    Installed once: at no moment is one lost, nor kills this process while a child lives on.
    """

    def __init__(self) -> None:
        self.first: int = 0
        """The first one that came; 0 for none."""
        self._pending: list[int] = []
        self._child: subprocess.Popen[bytes] | None = None
        for number in _REASONS:
            signal.signal(number, self._take)

    def run(self, command: Sequence[str], environ: Mapping[str, str]) -> int:
        """Run a child to its end, and return its exit code."""
        child = subprocess.Popen(command, env=environ)  # noqa: S603 - the program, with its inputs
        self._child = child
        self._hand_on()  # what came while it was being started
        code = child.wait()
        self._child = None
        return 128 - code if code < 0 else code

    def _take(self, number: int, _frame: FrameType | None) -> None:
        self.first = self.first or number
        self._pending.append(number)
        self._hand_on()

    def _hand_on(self) -> None:
        # Another signal may come between any two of these steps, and be handed on first.
        with suppress(IndexError):
            while child := self._child:
                child.send_signal(self._pending.pop(0))


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


def _tell(told: Mapping[str, Mapping[str, str]], path: str, stopped_by: int) -> int:
    """Write the outputs of all as one, and return the exit code; a signal counts as one more."""
    ended: list[tuple[int, Mapping[str, str]]]
    ended = [(int(one["exit_code"]), one) for one in told.values()]
    if stopped_by:
        ended.append((128 + stopped_by, {"failure_reason": _REASONS[stopped_by]}))
    code, reason = _weightiest(ended)
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
