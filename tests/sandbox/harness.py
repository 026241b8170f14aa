"""A seeded sandbox in this process, with a clock that only moves when a test says so."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import httpx

from reconciler.sandbox.app import create_app
from reconciler.sandbox.credentials import ACCESS_KEY, CLIENT_ID, CLIENT_SECRET, SECRET_KEY
from reconciler.sandbox.faults import parse_faults
from reconciler.sandbox.seed import record_list_id, seed
from reconciler.sandbox.store import Store

NOW = 1_790_000_000.0
KEYS = {"x-LSQ-AccessKey": ACCESS_KEY, "x-LSQ-SecretKey": SECRET_KEY}
RECORD_LIST = record_list_id(0)
RECORDS = f"/record-lists/{RECORD_LIST}/records"
BULKS = f"{RECORDS}/bulks"
BASIC = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
UNLIMITED = ("leadsquared_limit=0", "talkdesk_limit=0")


class Harness:
    """The app, its store and its clock; close it after use."""

    def __init__(self, *settings: str, limited: bool = False) -> None:
        self.now = NOW
        self.store = Store(":memory:")
        self.store.clock = lambda: self.now
        seed(self.store, now=NOW)
        faults = parse_faults([*(() if limited else UNLIMITED), *settings])
        self.app = create_app(self.store, faults, lambda: self.now)
        self._token = ""

    def call(
        self,
        method: str,
        url: str,
        *,
        body: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
                return await client.request(
                    method, url, json=body, data=dict(form or {}) or None, headers=headers
                )

        return asyncio.run(send())

    def leadsquared(self, operation: str, body: object = None) -> httpx.Response:
        method = "GET" if body is None else "POST"
        return self.call(method, f"/v2/{operation}", body=body, headers=KEYS)

    def talkdesk(self, method: str, url: str, body: object = None) -> httpx.Response:
        if not self._token:
            self._token = self.token().json()["access_token"]
        return self.call(method, url, body=body, headers={"authorization": f"Bearer {self._token}"})

    def token(self, **form: str) -> httpx.Response:
        return self.call(
            "POST",
            "/oauth/token",
            form={"grant_type": "client_credentials", **form},
            headers={"authorization": f"Basic {BASIC}"},
        )

    def delete_tasks(self, *ids: str, **body: object) -> httpx.Response:
        return self.leadsquared("Task.svc/DeleteTasks", {"TaskIds": list(ids), **body})

    def delete_records(self, *ids: str) -> httpx.Response:
        return self.talkdesk("DELETE", BULKS, [{"id": record_id} for record_id in ids])

    def task(self, task_id: str) -> httpx.Response:
        return self.leadsquared(f"Task.svc/Retrieve.GetById?id={task_id}")

    def record(self, record_id: str) -> httpx.Response:
        return self.talkdesk("GET", f"{RECORDS}/{record_id}")

    def owned(self, owner_id: str, **parameters: object) -> dict[str, Any]:
        answer = self.leadsquared("Task.svc/Retrieve", owned_by(owner_id, **parameters))
        document: dict[str, Any] = answer.json()
        return document

    def records(self, query: str = "") -> dict[str, Any]:
        document: dict[str, Any] = self.talkdesk("GET", f"{RECORDS}?{query}").json()
        return document


def owned_by(owner_id: str, **parameters: object) -> dict[str, object]:
    paging = parameters.pop("paging", {"Offset": 0, "RowCount": 200})
    sorting = parameters.pop("sorting", {"ColumnName": "DueDate", "Direction": "0"})
    return {
        "Parameter": {"LookupName": "OwnerId", "LookupValue": owner_id, **parameters},
        "Columns": {"Exclude_CSV": ""},
        "Sorting": sorting,
        "Paging": paging,
    }


def ids_of(listing: Mapping[str, Any]) -> list[str]:
    if "List" in listing:
        return [row["UserTaskId"] for row in listing["List"]]
    return [record["id"] for record in listing["_embedded"]["records"]]
