"""Changing files: whole, with their mode, and none of them if one cannot be."""

import os
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.manifests.rewriting import Change, rewrite


def change(name: str, before: str | None, after: str | None) -> Change:
    old, new = (None if one is None else one.encode() for one in (before, after))
    return Change(Path("folder") / name, f"folder/{name}", old, new)


def held() -> dict[str, str]:
    return {path.name: path.read_text() for path in Path("folder").rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def files() -> None:
    Path("folder").mkdir()
    Path("folder/a").write_text("1")
    Path("folder/b").write_text("2")


def test_files_change_come_and_go() -> None:
    Path("folder/a").chmod(0o640)
    rewrite([change("a", "1", "one"), change("b", "2", None), change("new/c", None, "three")])
    assert held() == {"a": "one", "c": "three"}
    assert Path("folder/a").stat().st_mode & 0o777 == 0o640
    rewrite([])


@pytest.mark.parametrize(
    ("name", "before"), [("b", "another"), ("b", None), ("missing", "1"), ("a/b", None)]
)
def test_nothing_changes_if_one_file_is_not_as_it_was_read(name: str, before: str | None) -> None:
    with pytest.raises(ReconcilerError) as caught:
        rewrite([change("a", "1", "one"), change(name, before, "two")])
    assert caught.value.detail.startswith(f"folder/{name}")
    assert held() == {"a": "1", "b": "2"}


def test_a_changed_file_says_what_to_do() -> None:
    with pytest.raises(ReconcilerError) as caught:
        rewrite([change("a", "0", "one")])
    error = caught.value
    assert (error.summary, error.detail, error.hint) == (
        "A file has changed meanwhile",
        "folder/a",
        "Run the command again.",
    )


def test_what_was_begun_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReconcilerError) as caught:
        rewrite([change("a", "1", "one")])
    assert caught.value.detail == "folder/a: No space left on device"
    assert held() == {"a": "1", "b": "2"}
