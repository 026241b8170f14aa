"""What a person at a terminal sees and is asked."""

import pytest

from tests.functional.terminal import at_a_terminal
from tests.functional.world import World

QUESTION = "Type the number of deletions to approve them: "


def test_the_right_number_approves(world: World) -> None:
    done = at_a_terminal(world, "apply", answers={QUESTION: "4\n"})
    assert done.code == 0
    assert "4 targets will be deleted. This cannot be undone.\n" in done.text
    assert "Plan: 4 to delete, 1 already absent" in done.text
    assert done.text.index("Plan: 4 to delete") < done.text.index(QUESTION)
    assert "Apply complete: 4 deleted, " in done.text.splitlines()[-1]
    assert len(world.deletions()) == 2


@pytest.mark.parametrize("answer", ["3\n", "yes\n", "\n", "\x04"])
def test_anything_else_refuses(world: World, answer: str) -> None:
    done = at_a_terminal(world, "apply", answers={QUESTION: answer})
    assert done.code == 4
    assert "The plan was not approved" in done.text
    assert world.deletions() == []
    (log,) = world.audit_files()
    assert log.read_bytes().count(b"batch.") == 0


def test_an_interrupt_at_the_question_ends_it(world: World) -> None:
    done = at_a_terminal(world, "apply", answers={QUESTION: "\x03"})
    assert done.code == 130
    assert world.deletions() == []


def test_nobody_is_asked_when_there_is_nothing_to_delete_or_a_guard_refuses(world: World) -> None:
    world.declare(tasks=[999_999])
    assert at_a_terminal(world, "apply", answers={}).code == 0
    world.declare(tasks=[0, 1], policy="{maxDeletes: 1}")
    refused = at_a_terminal(world, "apply", answers={})
    assert refused.code == 4
    assert QUESTION not in refused.text
    assert world.deletions() == []


def test_continuous_integration_is_never_asked(world: World) -> None:
    world.env["CI"] = "true"
    done = at_a_terminal(world, "apply", answers={})
    assert done.code == 64


def test_a_terminal_is_coloured_unless_that_is_unwanted(world: World) -> None:
    assert "\x1b[31m  - \x1b[0m" in at_a_terminal(world, "plan", answers={}).text
    for unwanted in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        world.env.update(unwanted)
        assert "\x1b" not in at_a_terminal(world, "plan", answers={}).text
        for name in unwanted:
            world.env[name] = "" if name == "NO_COLOR" else "xterm"


def test_personal_values_are_shown_in_a_terminal_when_asked_for(world: World) -> None:
    masked = at_a_terminal(world, "plan", answers={}).text
    assert "+14155550100" not in masked
    shown = at_a_terminal(world, "plan", "--show-sensitive", answers={}).text
    assert "+14155550100" in shown
    saved = at_a_terminal(world, "plan", "--show-sensitive", "--out", "plan.jsonl", answers={})
    assert saved.code == 64
    piped = world.run("plan", "--show-sensitive")
    assert (piped.code, piped.out) == (64, "")
