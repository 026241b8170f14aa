"""``reconciler keys``."""

import json
import os
from pathlib import Path

import click

from reconciler.audit.notes import VerifierKey, is_name
from reconciler.cli.logs import configure_logs
from reconciler.cli.options import Command, Options, common_options
from reconciler.cli.signing import new_key
from reconciler.domain.document import FORMAT_VERSION
from reconciler.errors import ReconcilerError, UsageError
from reconciler.views.text.lines import line
from reconciler.views.wording import clean


class KeyName(click.ParamType[str]):
    """What a key is called: no spaces, no plus."""

    name = "name"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the name."""
        text = str(value)
        if not is_name(text) or not text.isascii():
            self.fail("a name has no spaces, no + and nothing but ASCII", param, ctx)
        return text


@click.group()
def keys() -> None:
    """Make keys that sign the audit log."""


@keys.command(name="new", cls=Command)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the signing key goes; it must not be there yet.",
)
@click.option(
    "--name",
    type=KeyName(),
    default="reconciler",
    show_default=True,
    help="What it is called in signatures: example.com/deletions, say.",
)
@common_options
def new_command(options: Options, out: Path, name: str) -> None:
    """Make a key that signs checkpoints and certificates; prints its verifier key.

    The signing key goes into a file for its owner only. RECONCILER_SIGNING_KEY_FILE names it.
    """
    configure_logs(options)
    private, verifier = new_key(name)
    _write(out, f"{private}\n".encode())
    front = options.front
    if front.format == "json":
        front.put([_json(verifier, out)])
        return
    if not front.quiet:
        words = f"The signing key is in {clean(out)}. Set RECONCILER_SIGNING_KEY_FILE to its path."
        front.say_lines([line(words), line("Give the verifier key to whoever checks the log:")])
    front.put([f"{verifier.text}\n"])


def _json(verifier: VerifierKey, out: Path) -> str:
    document = {
        "type": "signing_key",
        "format_version": FORMAT_VERSION,
        "file": str(out),
        "name": verifier.name,
        "key_id": verifier.key_id.hex(),
        "verifier": verifier.text,
        "exit_code": 0,
        "failure_reason": "",
    }
    return json.dumps(document) + "\n"


def _write(path: Path, content: bytes) -> None:
    """Write a file for its owner, durably; raises UsageError for one that is there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            # Half a key would only be in the way of a whole one.
            path.unlink(missing_ok=True)
            raise
    except FileExistsError as error:
        raise UsageError(
            "There is a file already, and a key overwrites nothing", detail=str(path)
        ) from error
    except OSError as error:
        raise ReconcilerError(
            "The key cannot be written", detail=f"{path}: {error.strerror}"
        ) from error
