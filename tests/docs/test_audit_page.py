"""The page about the audit log does what it says."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.audit.notes import signature_line
from reconciler.domain import events
from reconciler.sandbox.seed import task_id
from tests.fakes.keys import SIGNING_KEY, VERIFIER, a_signer, another_signer
from tests.fakes.logs import chained, write
from tests.simulation import a_world, declare, tasks_container

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "audit.md").read_text(encoding="utf-8")
SCRIPT, CERTIFICATE_SCRIPT = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)

needs_tools = pytest.mark.skipif(
    None in {shutil.which(tool) for tool in ("sh", "sha256sum", "jq", "openssl")},
    reason="this machine lacks sha256sum, jq or openssl",
)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a log that a run wrote."""
    folder = tmp_path_factory.mktemp("real")
    with a_world(folder) as world:
        world.signing_key = SIGNING_KEY
        world.apply(declare({tasks_container(): [task_id(0), task_id(1)]}))
    return folder / "audit"


@pytest.fixture
def log(real: Path, tmp_path: Path) -> Path:
    """A copy of it, to be harmed."""
    shutil.copytree(real, tmp_path / "audit")
    (path,) = (tmp_path / "audit").glob("*.jsonl")
    return path


def shell(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(shutil.which("sh")), "-c", script, "check", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def keys(folder: Path, *texts: str) -> Path:
    path = folder / "keys"
    path.write_text("# whom we trust\n" + "".join(f"{text}\n" for text in texts))
    return path


def notes_of(log: Path) -> Path:
    return log.with_suffix(".checkpoints")


def test_the_script_of_the_page_is_the_one_that_exports_have() -> None:
    assert (ROOT / "reconciler/audit/verify.sh").read_text(encoding="utf-8") == SCRIPT


@needs_tools
def test_the_script_finds_a_real_log_whole_and_signed(log: Path, tmp_path: Path) -> None:
    known = keys(tmp_path, another_signer().key.text, VERIFIER)
    lines = log.read_bytes().count(b"\n")
    for arguments, signed in (([log], 0), (["-k", known, log], 3)):
        told = shell(SCRIPT, *arguments)
        assert (told.returncode, told.stderr) == (0, "")
        assert re.fullmatch(
            rf"{log}: {lines} lines up to [0-9a-f]{{64}}, 3 checkpoints, {signed} signed by a "
            r"given key\n",
            told.stdout,
        )


def _nothing(_: Path) -> None:
    pass


def _change_a_line(log: Path) -> None:
    log.write_bytes(log.read_bytes().replace(b'"attempt":1', b'"attempt":2', 1))


def _cut_the_end(log: Path) -> None:
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))


def _tear_the_end(log: Path) -> None:
    _cut_the_end(log)
    notes_of(log).unlink()
    log.write_bytes(log.read_bytes() + b'{"act')


def _unsign(log: Path) -> None:
    text = notes_of(log).read_text(encoding="utf-8")
    notes_of(log).write_text(re.sub("— .*\n", "", text), encoding="utf-8")


def _forge(log: Path) -> None:
    text = notes_of(log).read_text(encoding="utf-8")
    one, *others = re.findall("— .*\n", text)
    notes_of(log).write_text(text.replace(others[-1], one), encoding="utf-8")


def _move_to_another_run(log: Path) -> None:
    text = notes_of(log).read_text(encoding="utf-8")
    notes_of(log).write_text(text.replace(log.stem, "20261122T000000000Z-00000000"))


def _run_a_command(log: Path) -> None:
    """GNU sed would, if the size were handed to it as it stands."""
    text = notes_of(log).read_text(encoding="utf-8")
    size = text.splitlines()[1]
    notes_of(log).write_text(text.replace(f"\n{size}\n", f"\n1e touch {log}.owned;\n"))


def _repeat_a_line(log: Path) -> None:
    *lines, last = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines, lines[-1], last]))


def _make_it_anew(log: Path) -> None:
    """A chain that is whole, in which a response comes before its intent."""
    lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    at = next(index for index, one in enumerate(lines) if one["type"] == "batch.intent")
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    own = [{name: line[name] for name in line if name not in ("seq", "prev")} for line in lines]
    write(log.parent, chained(own, log.stem), log.stem)
    notes_of(log).unlink()


@needs_tools
@pytest.mark.parametrize(
    ("harm", "code", "words"),
    [
        (_nothing, 0, ""),
        (_change_a_line, 5, "the chain is broken"),
        (_repeat_a_line, 5, "the chain is broken"),
        (_make_it_anew, 5, "it tells what cannot be"),
        (_cut_the_end, 5, "checkpoint 3 contradicts the lines"),
        (_tear_the_end, 7, "the last line is torn"),
        (_unsign, 7, "no signature of a given key vouches for the lines behind 0"),
        (_forge, 5, "checkpoint 3 has a signature that is not of its key"),
        (_move_to_another_run, 5, "checkpoint 1 contradicts the lines"),
        (_run_a_command, 5, "checkpoint 1 contradicts the lines"),
    ],
)
def test_the_script_sees_what_was_done_to_a_log(
    log: Path, tmp_path: Path, harm: Callable[[Path], None], code: int, words: str
) -> None:
    harm(log)
    told = shell(SCRIPT, "-k", keys(tmp_path, VERIFIER), log)
    assert (told.returncode, told.stderr) == (code, "")
    assert words in told.stdout
    assert not Path(f"{log}.owned").exists()


@needs_tools
def test_keys_of_others_count_for_nothing(log: Path, tmp_path: Path) -> None:
    other = another_signer(a_signer().key.name).key.text
    assert shell(SCRIPT, "-k", keys(tmp_path, other), log).returncode == 7


@needs_tools
@pytest.mark.parametrize(("changed", "code"), [(False, 0), (True, 1)])
def test_the_script_for_certificates_checks_their_signature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, changed: bool, code: int
) -> None:
    signed = json.dumps({"a": "é", "b": 1}, ensure_ascii=False, separators=(",", ":"))
    line = signature_line(a_signer(), f"{signed}\n".encode()).rstrip()
    document = {"b": 2 if changed else 1, "a": "é", "signatures": [line]}
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert shell(CERTIFICATE_SCRIPT, VERIFIER, path).returncode == code


@pytest.mark.parametrize(
    "event",
    [
        events.RunStarted,
        events.TenantChecked,
        events.GuardEvaluated,
        events.BatchIntent,
        events.BatchResponse,
        events.BatchSettled,
        events.RecoveryStarted,
        events.RecoverySettled,
        events.RunFinished,
    ],
)
def test_every_event_is_on_the_page(event: type[events.Event]) -> None:
    assert f"| `{event.type}` |" in PAGE
