"""A manifest may name a file of ids beside it, and no other file."""

import hashlib
import os
from array import array
from pathlib import Path

import pytest

from reconciler.manifests.entries import Entries
from reconciler.manifests.side_files.read import SideFile
from tests.manifests.samples import ID, OTHER_ID
from tests.manifests.side_samples import read, rows

_LINES = f"{ID}\n{OTHER_ID}\n"
_LINK = (
    "There is a link at this path, or on the way to it. [{}] "
    "Put the file or folder itself there; links are not followed."
)
_NONE = (
    "There is no such file. [{}] "
    "The path begins at the folder of this manifest, as in `ids/old.csv`."
)
_RELATIVE = (
    "Not a path relative to the manifest's folder, with `/`. [{}] Write it as in `ids/old.csv`."
)


def _refusal(file: str, manifest: str = "a.yaml") -> str:
    found, problems = read(file, manifest=manifest)
    assert found is None
    (problem,) = problems
    return problem


def test_a_side_file_says_what_it_is_and_what_it_declares() -> None:
    found, problems = read("ids/old.txt", _LINES)
    assert problems == []
    assert found == SideFile(
        name="manifests/ids/old.txt",
        path="ids/old.txt",
        sha256=hashlib.sha256(_LINES.encode()).hexdigest(),
        entries=Entries(ids=[ID, OTHER_ID], lines=array("I", [1, 2]), notes={}, identifiers=[]),
    )


@pytest.mark.parametrize(
    ("file", "manifest", "path"),
    [
        ("old.txt", "crm/a.yaml", "crm/old.txt"),
        ("./ids//old.txt", "crm/a.yaml", "crm/ids/old.txt"),
        ("../old.txt", "crm/a.yaml", "old.txt"),
        ("../../x/y/../old.txt", "crm/deep/a.yaml", "x/old.txt"),
        ("Käthe's ids.txt", "a.yaml", "Käthe's ids.txt"),
    ],
)
def test_a_path_begins_at_the_folder_of_the_manifest(file: str, manifest: str, path: str) -> None:
    read(path, _LINES)
    found, problems = read(file, manifest=manifest)
    assert problems == []
    assert found is not None
    assert found.path == path
    assert rows(found) == [(ID, 1, ""), (OTHER_ID, 2, "")]


@pytest.mark.parametrize("file", ["../old.txt", "x/../../old.txt", "../manifests/old.txt"])
def test_a_path_may_not_leave_the_manifests(file: str) -> None:
    Path("old.txt").write_text(_LINES, encoding="utf-8")
    read("old.txt", _LINES)
    hint = "Put the file into the folder, so that it is reviewed with the manifests."
    assert _refusal(file) == f"a.yaml:7:9: This leads out of the manifests folder. [{file}] {hint}"


@pytest.mark.parametrize("file", ["/etc/hosts.txt", "ids\\old.txt", "C:\\ids.txt", "//host/a.txt"])
def test_a_path_is_relative_and_has_slashes(file: str) -> None:
    assert _refusal(file) == f"a.yaml:7:9: {_RELATIVE.format(file)}"


@pytest.mark.parametrize("file", [".old.txt", ".git/old.txt", "ids/.old/a.txt", "x/.../a.txt"])
def test_hidden_files_are_not_read(file: str) -> None:
    read(file, _LINES)
    hint = "Give it a name without a dot in front."
    assert _refusal(file) == f"a.yaml:7:9: Hidden files and folders are not read. [{file}] {hint}"


@pytest.mark.parametrize("file", ["a\0.txt", "a\x1b[31m.txt", "a\ud800.txt", "\u202etxt.a.txt"])
def test_a_name_that_cannot_be_shown_is_an_error(file: str) -> None:
    message = "The name holds characters that cannot be shown."
    assert _refusal(file) == f"a.yaml:7:9: {message} [{file}] Rename the file."


@pytest.mark.parametrize(
    "file", ["old.xlsx", "old", "a.yaml", "old.CSV", "old.csv.gz", "old.txt/..", "x/old.txt~"]
)
def test_only_three_kinds_of_file_are_read(file: str) -> None:
    read("old.txt/old", _LINES)
    hint = "Give a `.txt` file with an id on each line, a `.csv` or an `.ndjson` file."
    message = "Not a kind of file that ids are read from."
    assert _refusal(file) == f"a.yaml:7:9: {message} [{file}] {hint}"


def test_a_missing_file_is_an_error() -> None:
    read("there.txt", _LINES)
    for file in ("absent.txt", "absent/old.txt", "there.txt/old.txt"):
        assert _refusal(file) == f"a.yaml:7:9: {_NONE.format(file)}"


def test_links_are_not_followed_wherever_they_lead() -> None:
    read("real/old.txt", _LINES)
    folder = Path("manifests")
    (folder / "link.txt").symlink_to("real/old.txt")
    (folder / "gone.txt").symlink_to("nowhere")
    (folder / "linked").symlink_to("real")
    (folder / "out").symlink_to("/")
    for file in ("link.txt", "gone.txt", "linked/old.txt", "out/etc/hosts.txt"):
        assert _refusal(file) == f"a.yaml:7:9: {_LINK.format(file)}"


def test_a_linked_manifests_folder_is_not_followed() -> None:
    read("old.txt", _LINES)
    Path("linked").symlink_to("manifests")
    found, problems = read("old.txt", root="linked")
    assert found is None
    assert problems == [f"a.yaml:7:9: {_LINK.format('old.txt')}"]


def test_only_regular_files_are_read_and_nothing_is_waited_for() -> None:
    folder = Path("manifests")
    (folder / "folder.txt").mkdir(parents=True)
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "pipe")
    for file in ("folder.txt", "pipe.txt"):
        hint = "Put a regular file there."
        assert _refusal(file) == f"a.yaml:7:9: Not a regular file. [{file}] {hint}"
    assert _refusal("pipe/a.txt") == f"a.yaml:7:9: {_NONE.format('pipe/a.txt')}"


def test_what_the_system_cannot_open_is_an_error() -> None:
    file = f"{'x' * 300}.txt"
    Path("manifests").mkdir()
    hint = "Make it readable for this user."
    shown = f"{file[:200]}…"
    assert _refusal(file) == f"a.yaml:7:9: Cannot be read: File name too long. [{shown}] {hint}"


def test_every_opened_folder_is_closed_again() -> None:
    read("a/b/c/old.txt", _LINES)
    before = sorted(Path("/dev/fd").iterdir())
    read("a/b/c/old.txt")
    read("a/b/c/absent.txt")
    assert sorted(Path("/dev/fd").iterdir()) == before


def test_a_file_over_64_mib_is_an_error() -> None:
    path = Path("manifests/large.txt")
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    assert _refusal("large.txt") == (
        "a.yaml:7:9: The file is larger than 64 MiB. [large.txt] Split it into several files."
    )
    with path.open("r+b") as file:
        file.truncate(64 * 1024 * 1024)
        file.write(ID.encode() + b"\n#")
    _, (problem,) = read("large.txt")
    assert problem.startswith("large.txt:2:2: The character U+0000 is not allowed")


def test_a_file_may_be_pinned_by_its_digest() -> None:
    digest = hashlib.sha256(_LINES.encode()).hexdigest()
    found, problems = read("old.txt", _LINES, sha256=digest)
    assert problems == []
    assert found is not None
    assert found.sha256 == digest


def test_another_content_than_the_pinned_one_is_an_error() -> None:
    digest = hashlib.sha256(_LINES.encode()).hexdigest()
    _, problems = read("old.txt", _LINES, sha256="0" * 64)
    assert problems == [
        (
            "a.yaml:7:9: The file is not the one that `sha256` says. [old.txt] "
            f"If the file is right, write `sha256: {digest}`."
        )
    ]


def test_line_ends_that_git_has_changed_are_recognised() -> None:
    digest = hashlib.sha256(_LINES.encode()).hexdigest()
    _, problems = read("old.txt", _LINES.replace("\n", "\r\n"), sha256=digest)
    assert problems == [
        (
            "a.yaml:7:9: The file is not the one that `sha256` says. [old.txt] "
            "Only its line ends differ: keep git from changing them (`*.csv -text`)."
        )
    ]


def test_options_without_effect_are_errors() -> None:
    _, problems = read("a.txt", _LINES, columns={"id": "x"}, ignore_columns=True, delimiter=";")
    assert problems == [
        f"a.yaml:7:9: `{option}` would have no effect on a `.txt` file. [a.txt] Leave it out."
        for option in ("delimiter", "columns", "ignoreColumns")
    ]
    _, problems = read("a.ndjson", "", columns={"id": "x"}, ignore_columns=True, delimiter=";")
    assert problems == [
        "a.yaml:7:9: `delimiter` would have no effect on a `.ndjson` file. [a.ndjson] Leave it out."
    ]


def test_one_column_has_one_meaning() -> None:
    _, problems = read("a.csv", "x\n", columns={"id": "x", "note": "x"})
    assert problems == [
        "a.yaml:7:9: `columns` gives one column two meanings. [a.csv] Name each column once."
    ]


def test_everything_that_is_wrong_with_a_reference_is_said_at_once() -> None:
    _, problems = read("../a.txt", ignore_columns=True)
    assert [problem.partition(" [")[0] for problem in problems] == [
        "a.yaml:7:9: `ignoreColumns` would have no effect on a `.txt` file.",
        "a.yaml:7:9: This leads out of the manifests folder.",
    ]


def test_a_wrong_file_shows_twenty_problems_and_counts_the_others() -> None:
    _, problems = read("a.txt", "x\n" * 20)
    assert len(problems) == 20
    _, problems = read("a.txt", "x\n" * 21)
    assert problems[20:] == [
        (
            "a.txt:21: And 1 more problem in this file. "
            "Correct the ones above first; they are probably of the same kind."
        )
    ]
    _, problems = read("a.txt", f"{ID}\n" + "x\n" * 3000)
    assert [problem.split(" ")[0] for problem in problems[:20]] == [
        f"a.txt:{line}:1:" for line in range(2, 22)
    ]
    assert problems[20:] == [
        (
            "a.txt:22: And 2,980 more problems in this file. "
            "Correct the ones above first; they are probably of the same kind."
        )
    ]
