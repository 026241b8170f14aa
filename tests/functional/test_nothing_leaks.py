"""Secrets, personal data and hostile text in every byte that is written."""

import json
from collections.abc import Callable

import pytest

from reconciler.sandbox import credentials
from reconciler.sandbox.seed import record_id, task_id
from tests.functional.terminal import at_a_terminal
from tests.functional.world import LIST, Ran, World, document

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
        peopled.run("doctor", *loud),
        peopled.run("doctor", "--format", "json", *loud),
        peopled.run("plan", "--out", "plan.jsonl", *loud),
        peopled.run("plan", "--format", "json", "--output", "plan.json", "--full", *loud),
        peopled.run("show", "plan.jsonl", *loud),
        peopled.run("apply", "--plan", "plan.jsonl", *loud),
        peopled.run("audit", "verify", *loud),
    ]
    assert [ran.code for ran in runs] == [0] * len(runs)
    written = everything_written(peopled, *runs)
    assert len(written) > len(runs) * 2 + 5
    for content in written:
        for canary in (*SECRETS, *PERSONAL):
            assert canary.encode() not in content


NUMBER, REFERENCE = "+19995550123", "003CANARY7"


@pytest.mark.parametrize(
    ("delete_by", "key"),
    [("id", "canary-of-a-pii-key"), ("declared", "canary-of-a-pii-key"), ("declared", "")],
)
def test_numbers_and_references_stay_in_the_manifests_that_declare_them(
    peopled: World, delete_by: str, key: str
) -> None:
    """In ledger, audit log, plans and outputs they are pseudonyms, or masked."""
    peopled.env["RECONCILER_PII_KEY"] = key
    peopled.declare(policy="{maxDeletePercent: 100, allowEmptying: true, allowDeclared: true}")
    head = document("AbsentRecords", "numbers", "owner: ops, reason: Opted out, ticket: DNC-1")
    expected = "expect: {phonePrefix: '+1999555012'}"
    peopled.write(
        "numbers.yaml",
        *(*head, "spec:", "  account: dialer", f"  recordList: {LIST}", "  records:"),
        f"    - phoneNumber: '{NUMBER}'",
        f"    - {{externalProvider: salesforce, externalId: {REFERENCE}}}",
        "    - phoneNumber: '+19995550129'",
        *(f"  deleteBy: {delete_by}", f"  {expected}"),
    )
    (peopled.folder / "manifests" / "request.txt").write_text(f"{NUMBER}\n")
    loud = ("-v", "-v", "--log-format", "json")
    finding = ("find", "records", "--account", "dialer", "--record-list", LIST, "--ticket", "G-1")
    runs = [
        peopled.run("validate", *loud),
        peopled.run(*finding, "--ids-from", "manifests/request.txt", *loud),
        peopled.run("plan", "--out", "plan.jsonl", *loud),
        peopled.run("plan", "--format", "json", "--full", *loud),
        peopled.run("explain", f"talkdesk/dialer/{LIST}/record/{record_id(0)}", *loud),
        peopled.run("apply", "--plan", "plan.jsonl", "--format", "json", *loud),
        peopled.run("retire", *loud),
        peopled.run("audit", "verify", *loud),
    ]
    assert [ran.code for ran in runs] == [0] * len(runs)
    assert record_id(0) not in peopled.live_records()
    declared = {*(peopled.folder / "manifests").rglob("*")}
    files = [path for path in peopled.folder.rglob("*") if path.is_file()]
    written = [path.read_bytes() for path in files if path not in declared]
    written += [text.encode() for ran in runs for text in (ran.out, ran.err)]
    for content in written:
        for canary in (NUMBER, NUMBER[1:], REFERENCE, "+19995550129", "canary-of-a-pii-key"):
            assert canary.encode() not in content
    sent_as = [
        item.get("sent_as", "")
        for event in peopled.events()
        if event["type"] == "batch.intent"
        for item in event["items"]
    ]
    assert len(sent_as) == 1
    marked = "" if delete_by == "id" else "h1:" if key else "***"
    assert sent_as[0].removeprefix("salesforce ").startswith(marked)


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
