"""Which comment is written and which are edited, decided from what is there."""

from reconciler.forges.marker import State, marker_of
from reconciler.forges.thread import (
    FOLD_ROOM,
    Author,
    Edit,
    Keep,
    Mode,
    Note,
    Post,
    Step,
    steps,
    superseded,
)
from tests.forges.rig import a_body

ME, OTHER = Author(1, "us"), Author(2, "them")


def note(number: int, body: str, author: Author = ME) -> Note:
    return Note(number, body, author, f"https://forge.test/{number}")


def decided(*notes: Note, body: str = "", mode: Mode = Mode.UPDATE) -> list[Step]:
    return list(steps(notes, ME, body or a_body("new"), mode))


def test_an_empty_thread_gets_a_comment() -> None:
    assert decided() == [Post(a_body("new"))]


def test_our_comment_is_edited() -> None:
    old = note(1, a_body("old"))
    assert decided(note(0, "talk", OTHER), old, note(2, "more")) == [Edit(old, a_body("new"))]


def test_a_comment_that_says_it_already_is_left_alone() -> None:
    for same in (a_body("new"), a_body("new").replace("\n", "\r\n"), a_body("new  ").rstrip()):
        assert decided(note(1, same)) == [Keep(note(1, same))]


def test_a_marker_of_somebody_else_is_never_touched() -> None:
    assert decided(note(1, a_body("forged"), OTHER)) == [Post(a_body("new"))]
    for mode in Mode:
        touched = decided(note(1, a_body("new"), OTHER), mode=mode)
        assert touched == [Post(a_body("new"))]


def test_a_comment_of_ours_without_a_marker_in_its_first_line_is_not_touched() -> None:
    assert decided(note(1, f"quoted:\n{a_body()}")) == [Post(a_body("new"))]


def test_the_newest_is_edited_and_older_ones_are_folded() -> None:
    first, second, third = (note(n, a_body(f"old {n}")) for n in (1, 2, 3))
    assert decided(first, second, third) == [
        Edit(third, a_body("new")),
        Edit(first, superseded(first.body)),
        Edit(second, superseded(second.body)),
    ]


def test_the_newest_that_says_it_already_still_folds_older_ones() -> None:
    first, second = note(1, a_body("new")), note(2, a_body("new"))
    assert decided(first, second) == [
        Keep(second),
        Edit(first, superseded(first.body)),
    ]


def test_a_new_one_is_written_before_the_old_one_is_folded() -> None:
    old = note(1, a_body("old"))
    assert decided(old, mode=Mode.HIDE_AND_NEW) == [
        Post(a_body("new")),
        Edit(old, superseded(old.body)),
    ]


def test_a_plan_that_is_told_again_has_a_new_comment_where_that_was_asked_for() -> None:
    same = note(2, a_body("new"))
    assert decided(same, mode=Mode.HIDE_AND_NEW) == [
        Post(a_body("new")),
        Edit(same, superseded(same.body)),
    ]
    applied = a_body("applied", state=State.APPLIED)
    told = note(3, applied)
    assert decided(told, body=applied, mode=Mode.HIDE_AND_NEW) == [Keep(told)]


def test_plans_of_other_parts_keep_their_comments() -> None:
    assert decided(note(1, a_body("crm", key="0123456789ab"))) == [Post(a_body("new"))]


def test_what_is_closed_stays_closed() -> None:
    closed = [
        note(1, superseded(a_body("old"))),
        note(2, a_body("done", state=State.APPLIED)),
    ]
    assert decided(*closed) == [Post(a_body("new"))]


def test_a_run_closes_the_comment_of_its_plan_and_says_so_once() -> None:
    applied = a_body("applied", state=State.APPLIED)
    plan = note(1, a_body("plan"))
    assert decided(plan, body=applied) == [Edit(plan, applied)]
    assert decided(note(1, applied), body=applied) == [Keep(note(1, applied))]
    again = a_body("applied again", state=State.APPLIED)
    assert decided(note(1, applied), body=again) == [Edit(note(1, applied), again)]
    assert decided(note(1, superseded(a_body())), body=applied) == [Post(applied)]


def test_what_is_folded_says_so_and_keeps_its_text() -> None:
    folded = superseded(a_body("### Reconciler: 1 to delete\n\ntext"))
    marker = marker_of(folded)
    assert marker is not None
    assert marker.state is State.SUPERSEDED
    assert folded.split("\n", 1)[1] == (
        "<details>\n<summary>Superseded by a newer plan</summary>\n\n"
        "### Reconciler: 1 to delete\n\ntext\n\n</details>\n"
    )
    assert len(folded) <= len(a_body("### Reconciler: 1 to delete\n\ntext")) + FOLD_ROOM
    assert superseded(folded) == folded
    assert superseded("not ours") == "not ours"


def test_accounts_are_told_apart_by_id_and_where_none_is_told_by_name() -> None:
    assert Author(1, "us").is_same(Author(1, "renamed"))
    assert not Author(1, "us").is_same(Author(2, "us"))
    assert Author(name="github-actions[bot]").is_same(Author(41, "github-actions[bot]"))
    assert not Author(name="github-actions[bot]").is_same(Author(41, "github-actions"))
    assert not Author().is_same(Author())
