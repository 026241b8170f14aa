"""Status calls over real HTTP: they hasten a look, and whatever they say changes no outcome."""

import http.client
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from tests.fakes.postgres import fresh_url
from tests.functional.world import WIDE, Inside, World

SETTLING = "{calls: 1000, per: 5s, settleWithin: 20s}"


@contextmanager
def receiving(world: World) -> Iterator[str]:
    """Run the receiver as a process of its own; give its address."""
    server = world.start("webhook", "serve", "--port", "0")
    assert server.stdout
    try:
        address = server.stdout.readline().split()[-1].removesuffix("/hooks/")
        assert address.startswith("http://127.0.0.1:")
        yield address
    finally:
        server.terminate()
        _, err = server.communicate(timeout=30)
        assert (server.returncode, err) == (0, "")


def received(world: Inside) -> list[dict[str, object]]:
    return [one for one in world.events() if one["type"] == "webhook.received"]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_call_is_heard_of_in_another_process(
    opened_inside: Callable[..., Inside], engine: str
) -> None:
    world = opened_inside("leadsquared_delete_delay=2.6")
    world.declare(tasks=[0, 1], crm=SETTLING, dialer=WIDE)
    if engine == "postgresql":
        world.env["RECONCILER_LEDGER"] = fresh_url()
    with receiving(world) as url:
        world.env["RECONCILER_WEBHOOK_URL"] = url
        applied = world.run("apply", "--auto-approve")
    assert applied.code == 0, applied.err
    (hint,) = received(world)
    assert hint["batch"] == {"account": "crm", "number": 1, "attempt": 1}
    assert hint["claimed"] == {"status": "Success", "TasksCount": 2, "DeletedTasksCount": 2}
    assert world.run("audit", "verify").code == 0
    for path in (world.folder / ".reconciler").rglob("*"):
        if path.is_file():
            assert b"/hooks/" not in path.read_bytes()


@pytest.mark.parametrize(
    ("fault", "code", "outcome"),
    [
        ("leadsquared_webhook=wrong_counts", 0, "deleted"),
        ("leadsquared_webhook=twice", 0, "deleted"),
        ("leadsquared_webhook=head_first", 0, "deleted"),
        ("leadsquared_webhook=off", 0, "deleted"),
        ("leadsquared_webhook=late", 0, "deleted"),
        ("leadsquared_deleted=none", 6, "still present"),
    ],
)
def test_whatever_it_says_reading_decides(
    opened_inside: Callable[..., Inside], fault: str, code: int, outcome: str
) -> None:
    world = opened_inside("leadsquared_delete_delay=1", fault)
    world.declare(tasks=[0, 1], crm="{calls: 1000, per: 5s, settleWithin: 4s}", dialer=WIDE)
    with receiving(world) as url:
        world.env["RECONCILER_WEBHOOK_URL"] = url
        applied = world.run("apply", "--auto-approve")
    assert applied.code == code, applied.err
    assert f"2 {outcome}" in applied.last


def test_nobody_there_to_be_called_is_no_matter(opened_inside: Callable[..., Inside]) -> None:
    world = opened_inside("leadsquared_delete_delay=1")
    world.declare(tasks=[0], crm=SETTLING, dialer=WIDE)
    world.env["RECONCILER_WEBHOOK_URL"] = "http://127.0.0.1:1"
    assert world.run("apply", "--auto-approve").code == 0
    assert received(world) == []


def test_a_forged_call_finds_nothing(inside: Inside) -> None:
    with receiving(inside) as url:
        place = urlsplit(url)
        for method, path in (("POST", "/hooks/forged"), ("HEAD", "/hooks/x"), ("GET", "/")):
            connection = http.client.HTTPConnection(place.hostname or "", place.port)
            connection.request(method, path, b"{}" if method == "POST" else None)
            assert connection.getresponse().status == 404
            connection.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hooks.example.com", "would be called without encryption"),
        ("ftp://x", "would be called without encryption"),
        ("https://u:p@hooks.example.com", "is not a plain base URL"),
        ("nonsense", "is not a plain base URL"),
    ],
)
def test_a_receiver_that_anybody_could_listen_to_is_refused(
    inside: Inside, url: str, words: str
) -> None:
    inside.env["RECONCILER_WEBHOOK_URL"] = url
    refused = inside.run("apply", "--auto-approve")
    assert refused.code == 3
    assert words in refused.err
    assert inside.arrivals() == []


def test_a_port_that_is_taken_is_wrong_usage(inside: Inside) -> None:
    with receiving(inside) as url:
        again: subprocess.Popen[str] = inside.start(
            "webhook", "serve", "--port", str(urlsplit(url).port)
        )
        _, err = again.communicate(timeout=30)
    assert again.returncode == 64
    assert "The receiver cannot listen there" in err


def test_doctor_says_whether_the_receiver_is_reached(inside: Inside) -> None:
    with receiving(inside) as url:
        inside.env["RECONCILER_WEBHOOK_URL"] = url
        reached = inside.run("doctor")
        assert f"pass  webhook      {url} is reached, and shares the ledger" in reached.out
        other = inside.run("doctor", "--ledger", "sqlite:///other.sqlite")
        assert "answers, but does not know what this ledger expects" in other.out
    gone = inside.run("doctor")
    assert f"warn  webhook      {url} is not reached: " in gone.out
    assert (reached.code, other.code, gone.code) == (0, 0, 0)
