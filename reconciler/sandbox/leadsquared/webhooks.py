"""Calls the webhooks of finished jobs, on loopback only."""

from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from json import dumps
from threading import Lock, Thread
from urllib.parse import urlsplit

from reconciler.sandbox.database import Document
from reconciler.sandbox.faults import Faults

LATE = 30.0
"""Seconds by which a late webhook is late."""
_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True)
class _Notice:
    due: float
    url: str
    payload: Document


class Webhooks:
    """The notices that wait for their time."""

    def __init__(self, faults: Faults) -> None:
        self._mode = faults.leadsquared_webhook
        self._waiting: list[_Notice] = []
        self._lock = Lock()

    def schedule(self, url: str, payload: Document, due: float) -> None:
        """Remember to call a URL; one that is not on loopback is forgotten."""
        if self._mode == "off" or not is_loopback(url):
            return
        if self._mode == "late":
            due += LATE
        if self._mode == "wrong_counts":
            payload = {**payload, "DeletedTasksCount": payload["TasksCount"] + 7}
        with self._lock:
            self._waiting.append(_Notice(due, url, payload))

    def dispatch(self, now: float) -> None:
        """Call what is due, each in a thread of its own."""
        if not self._waiting:
            return
        with self._lock:
            due = [notice for notice in self._waiting if notice.due <= now]
            self._waiting = [notice for notice in self._waiting if notice.due > now]
        for notice in due:
            Thread(target=self._deliver, args=(notice,), daemon=True).start()

    def _deliver(self, notice: _Notice) -> None:
        if self._mode == "head_first":
            _request("HEAD", notice.url, None)
        for _ in range(2 if self._mode == "twice" else 1):
            _request("POST", notice.url, notice.payload)


def is_loopback(url: str) -> bool:
    """Tell whether a URL is plain HTTP to this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.scheme != "http" or parts.hostname == "localhost":
        return parts.scheme == "http"
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _request(method: str, url: str, payload: Document | None) -> None:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    body = None if payload is None else dumps(payload)
    try:
        with closing(HTTPConnection(parts.netloc, timeout=_TIMEOUT)) as connection:
            connection.request(method, target, body, {"Content-Type": "application/json"})
            connection.getresponse().read()
    except (OSError, HTTPException):
        return  # no retry policy is documented, so there is none
