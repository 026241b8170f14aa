"""Secrets, personal data and hostile text in every byte that is written."""

import json
from collections.abc import Callable

import pytest

from reconciler.sandbox import credentials
from reconciler.sandbox.seed import record_id, task_id
from tests.functional.terminal import at_a_terminal
from tests.functional.world import LIST, Ran, World

SECRETS = (
    credentials.ACCESS_KEY,
    credentials.SECRET_KEY,
    credentials.CLIENT_SECRET,
    "canary-of-a-pii-key",
)
PERSONAL = ("Wilhelmina", "Featherstonehaugh", "+19995550123", "9995550123", "003CANARY7")
HOSTILE = "\x1b[2J\u202eevil\r\n::error::owned\n##[error]owned\u2066"


@pytest.fixture
def peopled(world: World) -> World:
    """A world whose first task and record are about somebody, and hostile."""
    with world.store() as store:
        store.update_record(
            LIST,
            record_id(0),
            first_name="Wilhelmina",
            last_name="Featherstonehaugh",
            phone_number="+19995550123",
            phone_numbers=[{"phone_number": "+19995550123", "phone_type": "MOBILE"}],
            external_id="003CANARY7",
            external_provider="salesforce",
            timezone=HOSTILE,
        )
        store.update_task(task_id(0), Name=f"Call Wilhelmina Featherstonehaugh {HOSTILE}")
    world.env["RECONCILER_PII_KEY"] = "canary-of-a-pii-key"
    return world


def everything_written(world: World, *runs: Ran) -> list[bytes]:
    """Return every output and every byte of every file below the checkout."""
    files = [path.read_bytes() for path in world.folder.rglob("*") if path.is_file()]
    return [*files, *(text.encode() for ran in runs for text in (ran.out, ran.err))]


def test_no_secret_and_nothing_personal_is_written_anywhere(peopled: World) -> None:
    loud = ("-v", "-v", "--log-format", "json")
    runs = [
        peopled.run("validate", *loud),
        peopled.run("plan", "--out", "plan.jsonl", *loud),
        peopled.run("plan", "--format", "json", "--output", "plan.json", "--full", *loud),
        peopled.run("show", "plan.jsonl", *loud),
        peopled.run("apply", "--plan", "plan.jsonl", *loud),
        peopled.run("audit", "verify", *loud),
    ]
    assert [ran.code for ran in runs] == [0, 0, 0, 0, 0, 0]
    written = everything_written(peopled, *runs)
    assert len(written) > len(runs) * 2 + 5
    for content in written:
        for canary in (*SECRETS, *PERSONAL):
            assert canary.encode() not in content


def test_hostile_text_is_inert_in_every_output(peopled: World) -> None:
    peopled.run("plan", "--out", "plan.jsonl")
    for command in (["plan"], ["show", "plan.jsonl"], ["plan", "--format", "json"]):
        ran = peopled.run(*command)
        for text in (ran.out, ran.err):
            assert not set(text) & set("\x1b\r\u202e\u2066")
            assert not [one for one in text.splitlines() if one.lstrip().startswith("::")]
    assert "\\u{1b}[2J\\u{202e}evil\\u{d}\\u{a}::error::owned" in peopled.run("plan").out


def test_hostile_text_is_inert_in_a_terminal(peopled: World) -> None:
    text = at_a_terminal(peopled, "plan", "--show-sensitive", answers={}).text
    assert "Wilhelmina" in text
    assert "\x1b[2J" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    "env", [{"NO_COLOR": "1"}, {}, {"TERM": "dumb"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}]
)
def test_a_pipe_gets_no_escape_sequence(world: World, env: dict[str, str]) -> None:
    ran = world.run("apply", "--auto-approve", env=env)
    assert "\x1b" not in ran.out + ran.err


def test_whoever_asks_for_colour_gets_it_in_a_pipe(world: World) -> None:
    assert "\x1b[" in world.run("plan", env={"FORCE_COLOR": "1"}).out
    assert "\x1b[" in world.run("plan", "--color", "always").out
    assert "\x1b[" not in world.run("plan", "--color", "never", env={"FORCE_COLOR": "1"}).out


def test_a_hostile_answer_of_the_api_is_inert_too(opened: Callable[..., World]) -> None:
    world = opened(f"talkdesk_poison_id={record_id(0)}")
    world.declare(records=[0, 1])
    ran = world.run("apply", "--auto-approve")
    assert ran.code == 6
    assert not set(ran.out + ran.err) & set("\x1b\r")


def test_log_lines_can_be_json(opened: Callable[..., World]) -> None:
    world = opened()
    world.declare(tasks=[0])
    ran = world.run("plan", "-v", "-v", "--log-format", "json", "-q")
    for line in ran.err.splitlines():
        json.loads(line)
