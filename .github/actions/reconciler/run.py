"""What the action runs: its inputs become the program's environment and arguments.

Then this process becomes the program, so that signals and the exit code are the program's own. With
a list of accounts the program is a child for each, and what they say is gathered (``each.py``).
"""

import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

PREFIX = "RECONCILER_"
USAGE = 64
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_SEVERAL = frozenset({"PII_KEY"})
"""May be given more than once: each is one more line of the value."""
_PLAIN = ("ACTOR", "AUDIT_DIR", "CI_URL", "IN_AUTOMATION", "PULL_REQUEST", "WEBHOOK_URL")
_PLAIN_ENDINGS = ("_ENDPOINT", "_FILE")
_READERS = frozenset({"comment", "fmt", "history", "show", "validate"})
"""Commands that reach no account; some of them have a token that may write."""
_FOR_READERS = frozenset({"LEDGER", "LEDGER_FILE", "PII_KEY", "PII_KEY_FILE"})
_PASSWORD = re.compile(r"://[^:@]*:(.+)@")
_PULL_REQUEST = re.compile(r"refs/pull/(\d+)/")


class WrongInputError(Exception):
    """An input that cannot be used."""


def keys(text: str) -> dict[str, str]:
    """Return the variables that a secret of lines NAME=VALUE gives; messages quote no line."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        left, _, right = line.partition("=")
        name, value = left.strip().removeprefix(PREFIX), right.strip()
        if not _NAME.fullmatch(name) or not value:
            raise WrongInputError(
                f"Line {number} of the keys is not NAME=VALUE, NAME of A-Z, 0-9, _"
            )
        if name in found and name not in _SEVERAL:
            raise WrongInputError(f"Line {number} of the keys names {name} once more")
        found[name] = f"{found[name]}\n{value}" if name in found else value
    return found


def secrets_in(variables: Mapping[str, str]) -> list[str]:
    """Return what must not be shown in a log, also the password within a URL."""
    found: list[str] = []
    for name, value in variables.items():
        if name in _PLAIN or name.endswith(_PLAIN_ENDINGS):
            continue
        found += value.split("\n")
        password = _password(value) if "://" in value else None
        found += [password, unquote(password)] if password else []
    return found


def _password(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:
        # It is going to be refused, and may stand in a log nevertheless.
        found = _PASSWORD.search(url)
        return found[1] if found else None


def check_urls(variables: Mapping[str, str]) -> None:
    """Refuse what no URL can be like; messages quote none."""
    for name, value in variables.items():
        try:
            urlsplit(value if "://" in value else "")
        except ValueError:
            raise WrongInputError(f"{name} of the keys is not a URL that can be read") from None


def needed(variables: Mapping[str, str], arguments: Sequence[str]) -> dict[str, str]:
    """Return the variables that a command has a use for: no key of an account where it has none."""
    command = next((one for one in arguments if not one.startswith("-")), "")
    if command not in _READERS:
        return dict(variables)
    return {name: value for name, value in variables.items() if name in _FOR_READERS}


def about_the_run(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what the audit log is to say of this job."""
    server, repository = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
    run, attempt = environ.get("GITHUB_RUN_ID"), environ.get("GITHUB_RUN_ATTEMPT", "1")
    found = {
        "IN_AUTOMATION": "1",
        "ACTOR": environ.get("GITHUB_TRIGGERING_ACTOR") or environ.get("GITHUB_ACTOR", ""),
        "CI_URL": f"{server}/{repository}/actions/runs/{run}/attempts/{attempt}" if run else "",
    }
    if pull_request := _PULL_REQUEST.match(environ.get("GITHUB_REF", "")):
        found["PULL_REQUEST"] = pull_request[1]
    return {name: value for name, value in found.items() if value}


def words(text: str, what: str) -> list[str]:
    """Return the words of a line as a shell would part them; nothing in them is expanded."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise WrongInputError(f"The {what} cannot be parted into words: {error}") from None


def take(environ: dict[str, str], name: str) -> str:
    """Take an input out of the environment: the program is not to have it."""
    return environ.pop(f"ACTION_{name}", "")


def main() -> NoReturn:
    """Become the program."""
    environ = dict(os.environ)  # noqa: TID251 - this is the step between GitHub and the program
    arguments = [*words(take(environ, "COMMAND"), "command")]
    arguments += words(take(environ, "ARGUMENTS"), "arguments")
    if folder := take(environ, "MANIFESTS"):
        arguments += ["--", folder]
    accounts, token, given = (take(environ, name) for name in ("ACCOUNTS", "TOKEN", "KEYS"))
    variables = keys(given)
    for secret in secrets_in(variables):
        say(f"::add-mask::{escaped(secret)}")
    check_urls(variables)
    variables = needed(variables, arguments)
    for name, value in {**about_the_run(environ), **variables}.items():
        if name in variables or not environ.get(PREFIX + name):
            environ[PREFIX + name] = value
    if token:
        environ["GITHUB_TOKEN"] = token
    program = str(Path(sys.executable).with_name("reconciler"))
    if accounts:
        sys.exit(for_each(accounts, [program, *arguments], environ))
    os.execve(program, [program, *arguments], environ)  # noqa: S606 - of this installation


def for_each(listed: str, command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the program for each account; returns an exit code."""
    sys.path.insert(0, str(Path(__file__).parent))
    from each import accounts_in, run_for_each  # noqa: PLC0415 - found beside this file, now

    try:
        accounts = accounts_in(listed)
    except ValueError:
        raise WrongInputError("The input accounts is not a JSON list of accounts") from None
    return run_for_each(accounts, command, environ)


def say(line: str) -> None:
    """Tell the runner, at once: the process may become another."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def escaped(text: str) -> str:
    """Return a text as the data of a command to the runner."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def refuse(error: WrongInputError) -> NoReturn:
    """End as the program does for wrong usage."""
    say(f"::error title=reconciler::{escaped(str(error))}")
    if path := os.environ.get("GITHUB_OUTPUT"):  # noqa: TID251 - as above
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"exit_code={USAGE}\nfailure_reason=usage\n")
    sys.exit(USAGE)


if __name__ == "__main__":
    try:
        main()
    except WrongInputError as wrong:
        refuse(wrong)
