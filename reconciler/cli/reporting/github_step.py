"""What a step of a GitHub job is told: outputs for the steps after it, a summary for people."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from reconciler.cli.front import Front
from reconciler.errors import ExitCode

OUTPUT = "GITHUB_OUTPUT"
SUMMARY = "GITHUB_STEP_SUMMARY"


def tell_outputs(front: Front, code: int) -> None:
    """Append how the command ended, and what it told before, to the outputs of the step.

    That they cannot be written is said, and changes nothing about how the command ended.
    """
    path = front.environ.get(OUTPUT)
    if not path:
        return
    ending = {"exit_code": str(code), "failure_reason": ExitCode(code).failure_reason}
    append(front, OUTPUT, path, outputs_text({**front.outputs, **ending}))


def outputs_text(outputs: Mapping[str, str]) -> str:
    """Return outputs in the form of the file, whatever stands in them."""
    return "".join(_output(name, value) for name, value in outputs.items())


def _output(name: str, value: str) -> str:
    if len(value.splitlines()) <= 1 and value.isprintable():
        return f"{name}={value}\n"
    # Nobody can guess the delimiter, so no value can end early and set another output.
    delimiter = f"end_{secrets.token_hex(16)}"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def append(front: Front, variable: str, path: str, text: str) -> bool:
    """Append to a file of the step, if it can be written; that it cannot is a warning."""
    try:
        with Path(path).open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        front.warn(f"{variable} cannot be written: {error.strerror}")
        return False
    return True
