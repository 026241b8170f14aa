"""A manifests folder is read whole, and nothing beside it."""

import os
from pathlib import Path

import pytest

from reconciler.errors import InvalidError
from reconciler.manifests.load import load
from tests.manifests.samples import CRM, ID, NOW, complaints, loaded, said, tasks, write


def _complaints(folder: str) -> list[str]:
    with pytest.raises(InvalidError) as caught:
        load(Path(folder), now=NOW)
    return [said(problem) for problem in caught.value.problems]


def test_a_missing_folder_is_an_error() -> None:
    assert _complaints("absent") == [
        "absent: There is no such folder. Give the folder of the manifests."
    ]


def test_a_file_in_place_of_the_folder_is_an_error() -> None:
    write(Path(), {"one.yaml": CRM})
    assert _complaints("one.yaml") == [
        (
            "one.yaml: Manifests are read as a whole folder, and this is a file. "
            "Give its folder: read in parts, a protection could be overlooked."
        )
    ]


def test_a_folder_without_manifest_files_is_an_error() -> None:
    write(Path("manifests"), {"README.md": "", ".hidden.yaml": CRM, ".git/a.yaml": CRM})
    assert _complaints("manifests") == [
        "manifests: The folder has no `*.yaml` file. Give the folder of the manifests."
    ]


def test_a_tree_of_empty_files_is_an_error() -> None:
    assert complaints({"a.yaml": "", "b.yaml": "# later\n"}) == [
        "manifests: No file has a manifest. Declare at least one account: `kind: Account`."
    ]


def test_links_are_refused() -> None:
    folder = write(Path("manifests"), {"a.yaml": CRM, "sub/b.yaml": tasks(ID)})
    (folder / "c.yaml").symlink_to("a.yaml")
    (folder / "linked").symlink_to("sub")
    (folder / "README").symlink_to("nowhere")
    hint = "Put the file or folder itself here; links are not followed."
    assert _complaints("manifests") == [
        f"{name}: A link. {hint}" for name in ("README", "c.yaml", "linked")
    ]


def test_the_folder_itself_may_not_be_a_link() -> None:
    write(Path("real"), {"a.yaml": CRM})
    Path("manifests").symlink_to("real")
    assert _complaints("manifests") == [
        "manifests: The manifests folder is a link. Give the folder that it points to."
    ]


def test_what_is_named_like_a_manifest_and_is_none_is_an_error() -> None:
    folder = write(Path("manifests"), {"a.yaml": CRM, "b.yml": "", "C.YAML": "", "d.csv": ""})
    (folder / "dir.yaml").mkdir()
    os.mkfifo(folder / "pipe.yaml")
    assert _complaints("manifests") == [
        "C.YAML: A manifest's name ends in `.yaml`. Rename the file to `*.yaml`.",
        "b.yml: A manifest's name ends in `.yaml`. Rename the file to `*.yaml`.",
        "dir.yaml: A folder that is named like a manifest. Rename the folder.",
        "pipe.yaml: Not a regular file. Put a regular file here.",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_read_is_an_error() -> None:
    folder = write(Path("manifests"), {"a.yaml": CRM, "b.yaml": CRM, "c/d.yaml": CRM})
    (folder / "b.yaml").chmod(0)
    (folder / "c").chmod(0)
    hint = "Make it readable for this user."
    found = _complaints("manifests")
    (folder / "c").chmod(0o700)
    assert found == [
        f"{name}: Cannot be read: Permission denied. {hint}" for name in ("b.yaml", "c")
    ]


def test_a_name_that_cannot_be_shown_is_an_error() -> None:
    assert complaints({"a.yaml": CRM, "b\x1b[31m.yaml": CRM}) == [
        "b\\x1b[31m.yaml: The name holds characters that cannot be shown. Rename it."
    ]


def test_a_file_over_16_mib_is_an_error() -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": b"#" * (16 * 1024 * 1024 + 1)}) == [
        "b.yaml: Larger than 16 MiB. Split it into several files."
    ]


def test_files_are_read_in_the_order_of_their_paths() -> None:
    names = ["b/z.yaml", "a.yaml", "b.yaml", "b-c.yaml"]
    files = {
        name: tasks(ID, metadata=f"name: m{n}, owner: b, reason: c") for n, name in enumerate(names)
    }
    declared = loaded({**files, "crm.yaml": CRM})
    assert [one.file for one in declared.manifests] == [
        f"manifests/{name}" for name in sorted(names)
    ]


def test_the_folder_is_named_as_it_was_given(tmp_path: Path) -> None:
    write(Path("manifests"), {"a.yaml": CRM, "b.yaml": tasks(ID)})
    declared = load(tmp_path / "manifests", now=NOW)
    assert declared.manifests[0].file == f"{tmp_path.as_posix()}/manifests/b.yaml"


def test_the_digest_depends_on_paths_and_contents_of_manifests_only() -> None:
    first = loaded({"a.yaml": CRM}).tree_digest
    Path("manifests/notes.txt").write_text("x", encoding="utf-8")
    assert loaded({}).tree_digest == first
    Path("manifests/a.yaml").rename("manifests/b.yaml")
    moved = loaded({}).tree_digest
    changed = loaded({"b.yaml": f"{CRM}# x\n"}).tree_digest
    assert len({first, moved, changed}) == 3
    assert first.startswith("sha256:")
    assert len(first) == len("sha256:") + 64
