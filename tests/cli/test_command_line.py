"""Options, help and refusals: what the command line accepts, and what it says otherwise."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from reconciler import __version__
from reconciler.cli.front import Front
from reconciler.cli.main import cli, main
from reconciler.cli.options import Duration
from reconciler.errors import ExitCode, UsageError

REPOSITORY = Path(__file__).parents[2]
REFERENCE = (REPOSITORY / "docs/reference/commands.md").read_text(encoding="utf-8")
HEAVY = ("httpx", "sqlalchemy", "pydantic", "rich", "ruamel", "starlette", "structlog")


class Ran:
    """What one call within this process came to."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.code = main(arguments)
        self.out, self.err = capsys.readouterr()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture
def manifests(tmp_path: Path) -> None:
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests/empty.yaml").write_text("# nothing yet\n")


def commands() -> dict[str, click.Command]:
    """Return every command by its name."""
    context = click.Context(cli)
    found: dict[str, click.Command] = {}
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found.update({f"{name} {one}": inner for one, inner in command.commands.items()})
        else:
            found[name] = command
    return found


def test_help_imports_nothing_that_takes_time() -> None:
    code = (
        "import sys; from reconciler.cli.main import main; main(['--help']);"
        f"print([one for one in {HEAVY!r} if one in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stderr == "[]\n"
    assert "Commands:\n  init  " in done.stdout


def test_validating_imports_nothing_for_the_network_or_the_ledger() -> None:
    code = "import sys, reconciler.cli.commands.validate; print([*sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    for module in ("'httpx'", "'sqlalchemy'", "'starlette'", "'jinja2'"):
        assert module not in done.stdout


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert Ran(capsys, "version").out.startswith(f"reconciler {__version__} (Python 3.")
    assert Ran(capsys, "--version").out == f"reconciler {__version__}\n"
    assert json.loads(Ran(capsys, "version", "--format", "json").out)["version"] == __version__


@pytest.mark.parametrize("arguments", [[], ["audit"], ["sandbox"]])
def test_no_command_is_wrong_usage_and_shows_the_help(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    ran = Ran(capsys, *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("Usage: reconciler ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["destroy"], "Error: No such command 'destroy'.\n  hint: See reconciler --help.\n"),
        (["audit", "shred"], "Error: No such command 'shred'.\n"),
        (["plan", "--frob"], "Error: No such option '--frob'."),
        (["fmt", "--format", "yaml"], "'yaml' is not text or json"),
        (["plan", "--lock-timeout", "5"], "'5' is not a duration such as 5s, 10m, 24h, 30d"),
        (["apply", "--max-deletes", "-1"], "Invalid value for '--max-deletes'"),
        (["apply", "a", "b"], "Got unexpected extra argument (b)"),
        (["show"], "Missing argument 'PLANFILE'."),
        (["show", "missing.jsonl"], "'missing.jsonl' does not exist."),
        (["plan", "--out", "missing/plan.jsonl"], "There is no such folder to save the plan in"),
        (["plan", "--ledger", "mysql://h/d"], "--ledger: is not the URL of a SQLite file"),
        (["plan", "--sandbox", "--ledger", "sqlite:///x"], "--sandbox has its own ledger"),
        (["sandbox", "serve", "--fault", "x=1"], "There is no such fault"),
        (["sandbox", "serve", "--port", "70000"], "Invalid value for '--port'"),
        (["audit", "verify"], "There is no audit log here"),
        (["demo", "nowhere"], "There is no such folder of manifests"),
    ],
)
def test_wrong_usage_is_exit_64(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    ran = Ran(capsys, *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert told in ran.err


def test_a_format_that_a_command_does_not_write_is_refused_with_those_it_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran = Ran(capsys, "validate", "--format", "html")
    assert ran.code == 64
    assert "'html' is not text, json, github, junit or sarif" in ran.err


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://user:secret@host/db", "A password on the command line is visible"),
        ("postgresql://host/db?password=secret", "A password on the command line is visible"),
        ("mysql://host/db", "--ledger: is not the URL of a SQLite file or a PostgreSQL database"),
    ],
)
def test_a_ledger_on_the_command_line_shows_no_password(
    capsys: pytest.CaptureFixture[str], url: str, told: str
) -> None:
    ran = Ran(capsys, "plan", "--ledger", url)
    assert ran.code == 64
    assert told in ran.err
    assert "secret" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "--show-sensitive"],
        ["plan", "--show-sensitive", "--format", "json"],
        ["apply", "--show-sensitive", "--auto-approve"],
    ],
)
def test_personal_values_are_for_terminals_only(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    ran = Ran(capsys, *arguments)
    assert ran.code == 64
    assert "--show-sensitive works in a terminal only" in ran.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["destroy", "--format", "json"], ExitCode.USAGE),
        (["plan", "--format=json", "--frob"], ExitCode.USAGE),
        (["keys", "--format", "json"], ExitCode.USAGE),
        (["plan", "missing", "--format", "json"], ExitCode.INVALID),
        (["apply", "--format", "json"], ExitCode.USAGE),
        (["audit", "verify", "--format", "json"], ExitCode.USAGE),
    ],
)
def test_every_failure_is_a_document_for_those_who_ask_for_json(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: ExitCode
) -> None:
    ran = Ran(capsys, *arguments)
    document = json.loads(ran.out)
    assert ran.code == document["exit_code"] == code
    assert document["failure_reason"] == code.failure_reason
    assert document["type"] == "error"
    assert ran.err.endswith("\n")


def test_a_failure_is_written_where_the_output_was_to_go(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ran = Ran(capsys, "plan", "missing", "--format", "json", "--output", "out.json", "-q")
    assert (ran.code, ran.out, ran.err) == (3, "", "")
    assert json.loads((tmp_path / "out.json").read_text())["failure_reason"] == "invalid"
    ran = Ran(capsys, "plan", "missing", "--format", "json", "--output", "no/out.json", "-q")
    assert json.loads(ran.out)["failure_reason"] == "invalid"


def test_a_bug_keeps_its_traceback_and_is_a_document_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("reconciler.cli.commands.version.platform.python_version", fail)
    with pytest.raises(RuntimeError, match="a bug"):
        main(["version", "--format", "json"])
    assert json.loads(capsys.readouterr().out)["failure_reason"] == "runtime_error"


def test_an_interrupt_before_the_work_began_is_exit_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("reconciler.cli.commands.version.platform.python_version", interrupt)
    ran = Ran(capsys, "version")
    assert (ran.code, ran.err.strip()) == (130, "Error: Stopped by a signal")


def test_a_reader_who_has_gone_is_no_traceback(manifests: None) -> None:
    del manifests
    command = f"{sys.executable} -m reconciler version --full | true; exit $PIPESTATUS"
    done = subprocess.run(
        ["/bin/bash", "-c", command], capture_output=True, encoding="utf-8", check=False
    )
    assert done.stderr == ""


@pytest.mark.parametrize("manifest", ["", "# nothing\n"])
def test_an_empty_tree_is_invalid(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, manifest: str
) -> None:
    (tmp_path / "manifests").mkdir()
    if manifest:
        (tmp_path / "manifests/a.yaml").write_text(manifest)
    assert Ran(capsys, "validate").code == 3
    assert Ran(capsys, "validate", "manifests/a.yaml").code == 3


@pytest.mark.parametrize(
    ("text", "seconds"), [("0s", 0.0), ("5s", 5.0), ("10m", 600.0), ("24h", 86400.0), (3, 3.0)]
)
def test_a_duration_carries_its_unit(text: object, seconds: float) -> None:
    assert Duration().convert(text, None, None) == seconds


@pytest.mark.parametrize(
    ("environ", "color", "colored"),
    [
        ({}, "auto", True),
        ({"NO_COLOR": "1"}, "auto", False),
        ({"NO_COLOR": ""}, "auto", True),
        ({"CLICOLOR": "0"}, "auto", False),
        ({"TERM": "dumb"}, "auto", False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, "auto", True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "auto", False),
        ({"FORCE_COLOR": "0"}, "auto", True),
        ({"NO_COLOR": "1"}, "always", True),
        ({"FORCE_COLOR": "1"}, "never", False),
    ],
)
def test_colour_follows_the_option_then_the_usual_variables(
    environ: dict[str, str], color: str, *, colored: bool
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    front = Front(color=color, environ=environ)
    assert front.colored(Terminal()) is colored
    piped = color == "always" or environ.get("FORCE_COLOR", "0") != "0"
    assert front.colored(io.StringIO()) is (colored and piped)


def test_the_front_raises_what_the_command_may_not_do(tmp_path: Path) -> None:
    front = Front(output=tmp_path)
    with pytest.raises(Exception, match="The output cannot be written"):
        front.put(["text"])
    assert UsageError.code == ExitCode.USAGE


def test_every_command_and_option_has_help() -> None:
    for name, command in commands().items():
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (name, parameter.name)


@pytest.mark.parametrize("name", sorted(commands()))
def test_the_reference_describes_every_command_and_option(name: str) -> None:
    assert f"`{name}" in REFERENCE
    for parameter in commands()[name].params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                assert re.search(rf"`(-\w`, `)?{re.escape(option)}\b", REFERENCE), option


@pytest.mark.parametrize("code", list(ExitCode))
def test_the_reference_describes_every_exit_code(code: ExitCode) -> None:
    reason = f"`{code.failure_reason}`" if code.failure_reason else ""
    assert re.search(rf"^\| {int(code)} \| {re.escape(reason)} *\| \w", REFERENCE, re.MULTILINE)
