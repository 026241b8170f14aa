"""The sandbox on a real port."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from reconciler.errors import UsageError
from reconciler.sandbox.faults import Faults, parse_faults
from reconciler.sandbox.seed import record_id, task_id
from reconciler.sandbox.serve import background, serve
from reconciler.sandbox.store import Store
from tests.sandbox.harness import BASIC, BULKS, KEYS, RECORD_LIST

DELETE = "/v2/Task.svc/DeleteTasks"


def bearer(client: httpx.Client) -> dict[str, str]:
    form = {"grant_type": "client_credentials"}
    answer = client.post("/oauth/token", data=form, headers={"authorization": f"Basic {BASIC}"})
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


def test_both_vendors_answer_on_one_port_and_keep_their_state(tmp_path: Path) -> None:
    faults = parse_faults(["leadsquared_delete_delay=0"])
    with background(tmp_path, faults=faults) as url, httpx.Client(base_url=url) as client:
        assert client.post(DELETE, json={"TaskIds": [task_id(0)]}, headers=KEYS).is_success
        page = client.get(BULKS.removesuffix("/bulks"), headers=bearer(client)).json()
        assert page["_links"]["self"]["href"].startswith(f"{url}/record-lists/")
        with Store(tmp_path / "sandbox.sqlite") as store:
            assert [arrival.status for arrival in store.arrivals()] == [200, 200, 200]
    with background(tmp_path, seed=2) as url, Store(tmp_path / "sandbox.sqlite") as store:
        assert store.task_ids() == {task_id(n) for n in range(1, 60)}
        assert httpx.get(url).status_code == 401


@pytest.mark.parametrize(("failure", "left"), [("cut", 120), ("cut_after", 119), ("cut_body", 119)])
def test_a_cut_connection_is_really_cut(tmp_path: Path, failure: str, left: int) -> None:
    faults = parse_faults([f"common_failures=talkdesk_delete:1:{failure}"])
    body = [{"id": record_id(0)}]
    with background(tmp_path, faults=faults) as url, httpx.Client(base_url=url) as client:
        headers = bearer(client)
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            client.request("DELETE", BULKS, json=body, headers=headers)
        with Store(tmp_path / "sandbox.sqlite") as store:
            assert store.arrivals()[1].status == 0
            assert len(store.record_ids(RECORD_LIST)) == left
        assert client.request("DELETE", BULKS, json=body, headers=headers).is_success


def test_an_answer_that_hangs_does_not_hold_up_the_end(tmp_path: Path) -> None:
    faults = parse_faults(["common_failures=any:1:hang"])
    start = time.monotonic()
    with background(tmp_path, faults=faults) as url, pytest.raises(httpx.ReadTimeout):
        httpx.get(url, timeout=0.2)
    assert time.monotonic() - start < 10


def test_a_webhook_is_called_although_no_request_comes(tmp_path: Path) -> None:
    faults = parse_faults(["leadsquared_delete_delay=0.1"])
    with socket.create_server(("127.0.0.1", 0)) as receiver:
        receiver.settimeout(10)
        hook = f"http://127.0.0.1:{receiver.getsockname()[1]}/hook"
        body = {"TaskIds": [task_id(0)], "StatusWebhookURL": hook}
        with background(tmp_path, faults=faults) as url:
            assert httpx.post(url + DELETE, json=body, headers=KEYS).is_success
            connection, _ = receiver.accept()
            with connection:
                assert connection.recv(10) == b"POST /hook"
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_foreground(
    tmp_path: Path, number: signal.Signals, free_port: int
) -> None:
    seen: list[int] = []

    def ready(url: str) -> None:
        assert url == f"http://127.0.0.1:{free_port}"
        seen.append(1)
        os.kill(os.getpid(), number)

    in_main(lambda: run(free_port, tmp_path, ready))
    assert seen == [1]


def run(port: int, data: Path, ready: Callable[[str], None]) -> None:
    serve(port, data, seed=1, tasks=3, records=3, faults=Faults(), ready=ready)


def in_main(call: Callable[[], None]) -> None:
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("Signals only reach the main thread, and this runner uses another one")
    call()


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def test_a_port_that_is_taken_is_the_users_to_change(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError):
        run(taken.getsockname()[1], tmp_path, lambda _: None)
