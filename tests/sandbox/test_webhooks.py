"""The webhook of DeleteTasks, received by a real server on loopback."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from reconciler.sandbox.leadsquared.webhooks import LATE, is_loopback
from reconciler.sandbox.seed import task_id
from tests.sandbox.harness import Harness

Opened = Callable[..., Harness]
Received = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture
def receiver() -> Iterator[tuple[str, Received]]:
    received: Received = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._note({})

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self._note(json.loads(self.rfile.read(length)))

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def _note(self, payload: dict[str, Any]) -> None:
            received.append((self.command, self.path, payload))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hooks/7?token=a", received
        server.shutdown()
        thread.join()


def finish(sandbox: Harness, received: Received, count: int, seconds: float = 3.0) -> None:
    """Let the job run, and wait for so many calls of the webhook and no more."""
    sandbox.now += seconds
    sandbox.task(task_id(1))
    deadline = time.monotonic() + 5
    while len(received) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    assert len(received) == count


def test_the_webhook_is_called_with_the_counts_when_the_job_has_run(
    opened: Opened, receiver: tuple[str, Received]
) -> None:
    url, received = receiver
    sandbox = opened()
    answer = sandbox.delete_tasks(task_id(0), StatusWebhookURL=url)
    finish(sandbox, received, 0, seconds=1.0)
    finish(sandbox, received, 1, seconds=1.5)
    assert received == [("POST", "/hooks/7?token=a", answer.json())]


@pytest.mark.parametrize(
    ("mode", "calls"), [("off", []), ("twice", ["POST"] * 2), ("head_first", ["HEAD", "POST"])]
)
def test_the_webhook_may_come_otherwise(
    opened: Opened, receiver: tuple[str, Received], mode: str, calls: list[str]
) -> None:
    url, received = receiver
    sandbox = opened(f"leadsquared_webhook={mode}")
    sandbox.delete_tasks(task_id(0), StatusWebhookURL=url)
    finish(sandbox, received, len(calls))
    assert [method for method, _, _ in received] == calls


def test_the_webhook_may_be_late(opened: Opened, receiver: tuple[str, Received]) -> None:
    url, received = receiver
    sandbox = opened("leadsquared_webhook=late")
    sandbox.delete_tasks(task_id(0), StatusWebhookURL=url)
    finish(sandbox, received, 0)
    finish(sandbox, received, 1, seconds=LATE)


def test_the_webhook_may_count_wrong(opened: Opened, receiver: tuple[str, Received]) -> None:
    url, received = receiver
    sandbox = opened("leadsquared_webhook=wrong_counts")
    sandbox.delete_tasks(task_id(0), StatusWebhookURL=url)
    finish(sandbox, received, 1)
    assert received[0][2]["DeletedTasksCount"] > received[0][2]["TasksCount"]


def test_a_refused_deletion_calls_no_webhook(
    opened: Opened, receiver: tuple[str, Received]
) -> None:
    url, received = receiver
    sandbox = opened("leadsquared_delete_answer=mx500")
    sandbox.delete_tasks(task_id(0), StatusWebhookURL=url)
    finish(sandbox, received, 0)


def test_a_webhook_that_nobody_answers_is_forgotten(opened: Opened) -> None:
    sandbox = opened()
    sandbox.delete_tasks(task_id(0), StatusWebhookURL="http://127.0.0.1:1/")
    finish(sandbox, [], 0)


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8000/x", True),
        ("http://[::1]:8000/x", True),
        ("http://localhost/x", True),
        ("https://127.0.0.1/x", False),
        ("http://example.com/x", False),
        ("http://127.0.0.1.example.com/x", False),
        ("http://10.0.0.1/x", False),
        ("file:///etc/hosts", False),
        ("", False),
        ("http://[broken", False),
    ],
)
def test_only_loopback_urls_are_ever_called(url: str, *, loopback: bool) -> None:
    assert is_loopback(url) is loopback
