"""``keys new``, and the variable that the key goes into."""

import json
import stat
import sys
from pathlib import Path

import pytest

from reconciler.audit.ed25519 import signer_of
from reconciler.audit.notes import parse_private, parse_verifier
from reconciler.cli.main import main
from reconciler.cli.settings import settings_from
from reconciler.errors import InvalidError
from tests.fakes.keys import SIGNING_KEY

NO_KEY = "is not a signing key: PRIVATE+KEY+NAME+ID+KEY"
HINT = "Make one with reconciler keys new --out FILE."


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_verifier_key_is_printed_and_the_signing_key_kept(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", "new", "--out", "sign.key", "--name", "example.com/deletions"]) == 0
    told = capsys.readouterr()
    path = here / "sign.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    signer = signer_of(parse_private(path.read_text().rstrip("\n")))
    assert told.out == f"{signer.key.text}\n"
    assert parse_verifier(told.out.strip()).name == "example.com/deletions"
    assert told.err == (
        "The signing key is in sign.key. Set RECONCILER_SIGNING_KEY_FILE to its path.\n"
        "Give the verifier key to whoever checks the log:\n"
    )
    assert path.read_text().strip() not in told.out + told.err
    found = settings_from({"RECONCILER_SIGNING_KEY_FILE": str(path)}, [])
    assert found.get("SIGNING_KEY") == path.read_text().rstrip("\n")


def test_for_programs_it_is_one_document(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "new", "--out", "sign.key", "--format", "json"]) == 0
    told = capsys.readouterr()
    key = signer_of(parse_private((here / "sign.key").read_text().strip())).key
    assert (json.loads(told.out), told.err) == (
        {
            "type": "signing_key",
            "format_version": "1.0",
            "file": "sign.key",
            "name": "reconciler",
            "key_id": key.key_id.hex(),
            "verifier": key.text,
            "exit_code": 0,
            "failure_reason": "",
        },
        "",
    )


@pytest.mark.parametrize("kind", ["file", "link"])
def test_no_key_is_ever_written_over(
    here: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    there = here / "there"
    there.write_text("precious")
    out = there if kind == "file" else here / "link"
    if kind == "link":
        out.symlink_to(there)
    assert main(["keys", "new", "--out", str(out)]) == 64
    told = capsys.readouterr()
    assert (told.out, there.read_text()) == ("", "precious")
    assert told.err == (f"Error: There is a file already, and a key overwrites nothing\n  {out}\n")


def test_where_no_key_can_be_written_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "new", "--out", "no/sign.key"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "Error: The key cannot be written\n  no/sign.key: No such file or directory\n"
    )


@pytest.mark.parametrize("name", ["", "two words", "a+b", "näme", "tab\t"])
def test_a_name_that_no_signature_could_have_is_refused(
    here: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["keys", "new", "--out", "sign.key", "--name", name]) == 64
    assert "a name has no spaces, no + and nothing but ASCII" in capsys.readouterr().err
    assert not (here / "sign.key").exists()


def problems(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidError) as caught:
        settings_from({"RECONCILER_SIGNING_KEY": text}, [])
    return [(one.file, one.message, one.hint) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hunter2", NO_KEY),
        (f"{SIGNING_KEY}x", NO_KEY),
        (f"{SIGNING_KEY}\n{SIGNING_KEY}", NO_KEY),
        (SIGNING_KEY.replace("c74f", "0000"), "is damaged: its id is not that of its key"),
    ],
)
def test_a_bad_key_names_its_variable_and_is_not_quoted(text: str, words: str) -> None:
    assert problems(text) == [("RECONCILER_SIGNING_KEY", words, HINT)]


def test_a_key_with_space_around_it_is_one() -> None:
    settings_from({"RECONCILER_SIGNING_KEY": f" {SIGNING_KEY}\n"}, [])


def test_without_the_extra_a_key_is_refused_and_told_what_it_needs(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "reconciler.audit.ed25519", None)
    extra = "pip install 'reconciler[sign]'"
    needed = ("RECONCILER_SIGNING_KEY", "needs the package cryptography", extra)
    assert problems(SIGNING_KEY) == [needed]
    assert main(["keys", "new", "--out", "sign.key"]) == 64
    assert capsys.readouterr().err == (
        f"Error: Keys need the package cryptography\n  hint: Install the extra: {extra}\n"
    )
    assert not (here / "sign.key").exists()
    settings_from({"RECONCILER_PII_KEY": "x"}, [])
