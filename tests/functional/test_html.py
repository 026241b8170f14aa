"""``--format html``: from the command line to the file, for every command that has it."""

import json

import pytest

from tests.functional.world import Inside
from tests.views.html_reader import read_page


@pytest.fixture
def planned(inside: Inside) -> Inside:
    """A world whose plan is saved."""
    ran = inside.run("plan", "--out", "plan.jsonl", "--format", "html", "--output", "plan.html")
    assert (ran.code, ran.out) == (0, "")
    return inside


def text_of(world: Inside, name: str) -> str:
    return (world.folder / name).read_text(encoding="utf-8")


def test_a_plan_as_a_page_says_what_the_plan_file_says(planned: Inside) -> None:
    page = read_page([text_of(planned, "plan.html")])
    header, *items, footer = map(json.loads, text_of(planned, "plan.jsonl").splitlines())
    counts = footer["counts"]
    assert page.all("title")[0].text.startswith(f"Plan: {counts['delete']} to delete, ")
    assert footer["digest"] in page.text
    assert header["expires_at"] in page.text
    assert "Apply just this plan reconciler apply --plan plan.jsonl" in page.text
    shown = {one["home"] + one["id"]: one for one in page.items()}
    assert len(shown) == len(items)
    for item in items:
        one = shown[item["address"]]
        assert (one["state"], one["reason"], one["live"], one["fingerprint"]) == (
            *(item["action"], item["reason"], item.get("live")),
            item.get("fingerprint", ""),
        )
        assert [(head[0], head[4], head[1], head[2]) for head in one["heads"]] == [
            (place["file"], place["line"], place["manifest"], place["ticket"])
            for place in item["declared"]
        ]


def test_a_saved_plan_is_the_same_page_but_for_the_command(planned: Inside) -> None:
    shown = planned.run("show", "plan.jsonl", "--format", "html")
    assert shown.code == 0
    page = read_page([shown.out])
    assert page.items() == read_page([text_of(planned, "plan.html")]).items()
    assert "Apply just this plan" not in page.text


def test_an_apply_and_the_history_of_it_are_pages(planned: Inside) -> None:
    ran = planned.run("apply", "--plan", "plan.jsonl", "--format", "html")
    assert ran.code == 0, ran.err
    applied = read_page([ran.out])
    assert {one["state"] for one in applied.items()} == {"deleted"}
    (audit_file,) = planned.audit_files()
    assert audit_file.stem in applied.text
    told = planned.run("history", "--format", "html", "--output", "history.html")
    assert (told.code, told.out) == (0, "")
    past = read_page([text_of(planned, "history.html")])
    assert audit_file.stem in past.text
    assert len(past.items()) == len(applied.items())
    assert {(one["state"], one["run"]) for one in past.items()} == {("deleted", audit_file.stem)}


def test_a_refused_apply_is_a_page_that_says_so(inside: Inside) -> None:
    ran = inside.run("apply", "--auto-approve", "--max-deletes", "1", "--format", "html")
    assert ran.code == 4
    page = read_page([ran.out])
    assert "Refused by a guard" in page.text
    assert {one["reason"] for one in page.items()} == {"a guard refused"}


def test_a_resume_with_nothing_to_do_is_a_page_too(inside: Inside) -> None:
    ran = inside.run("resume", "--format", "html")
    assert ran.code == 0
    assert "Nothing to resume: no run was interrupted." in read_page([ran.out]).text
