"""Adapters and sandbox were written apart from the same papers: on the wire they must agree."""

import asyncio
from typing import Any

import httpx
import pytest

from reconciler.domain.live import Evidence, LiveTable, Present
from reconciler.domain.masking import Mask
from reconciler.sandbox.seed import lead_id, record_id, task_id, user_id
from reconciler.vendors.leadsquared import rows as tasks
from reconciler.vendors.talkdesk import rows as records
from tests.fakes.batches import a_batch
from tests.simulation import VirtualClock
from tests.vendors.rig import KEY, LIST, RECORDS, TASKS, Rig, Sandbox, absences, some_id, verdicts

EVIDENCE = Evidence("id", "")
PAGING = {"PageIndex": 1, "PageSize": 200}


async def ask(sandbox: Sandbox, method: str, url: str, body: object = None) -> Any:  # noqa: ANN401 - whatever the JSON says
    rig = Rig(transport=sandbox, clock=sandbox.clock)
    token = rig.token()
    await token.ready()
    headers = {
        "x-LSQ-AccessKey": "u$rsandbox",
        "x-LSQ-SecretKey": "sandbox-leadsquared-key",
        "Authorization": f"Bearer {token.value()}",
    }
    async with httpx.AsyncClient(transport=sandbox, base_url="http://vendor.test") as client:
        return (await client.request(method, url, json=body, headers=headers)).json()


def mark_of(row: dict[str, Any]) -> str:
    return tasks.present(row, KEY, Mask(), EVIDENCE).fingerprint


def window(begin: str, end: str) -> dict[str, Any]:
    users = [user_id(n) for n in range(7)]
    return {"FromDate": begin, "ToDate": end, "Users": users, "Paging": PAGING}


def test_every_way_of_reading_a_task_gives_the_same_fingerprint() -> None:
    clock = VirtualClock()
    sandbox = Sandbox(clock)

    async def work() -> dict[str, set[str]]:
        listings = [
            await ask(sandbox, "GET", f"/v2/Task.svc/Retrieve.GetById?id={task_id(n)}")
            for n in range(30)
        ]
        for n in range(7):
            parameter = {"LookupName": "OwnerId", "LookupValue": user_id(n)}
            body = {"Parameter": parameter, "Paging": {"Offset": 0, "RowCount": 200}}
            listings.append(await ask(sandbox, "POST", "/v2/Task.svc/Retrieve", body))
        for what in ("ToDos", "Appointments"):
            for begin, end in (("2026-09-01", "2026-11-29"), ("2026-11-30", "2027-02-28")):
                url = f"/v2/Task.svc/Retrieve{what}/ByUserId"
                listings.append(await ask(sandbox, "POST", url, window(begin, end)))
        for n in range(12):
            url = f"/v2/LeadManagement.svc/RetrieveTaskByLeadId?leadId={lead_id(n)}"
            listings.append(await ask(sandbox, "GET", url))
        marks: dict[str, set[str]] = {}
        ways: dict[str, int] = {}
        for listing in listings:
            for row in tasks.listed(listing):
                marks.setdefault(tasks.task_id(row), set()).add(mark_of(row))
                ways[tasks.task_id(row)] = ways.get(tasks.task_id(row), 0) + 1
        # By id, by owner, by user; a third of them by lead too.
        assert sorted(ways.values()) == [3] * 20 + [4] * 10
        return marks

    marks = clock.run(work())
    sandbox.store.close()
    assert set(marks) == {task_id(n) for n in range(30)}
    assert all(len(found) == 1 for found in marks.values())


def test_every_way_of_reading_a_record_gives_the_same_fingerprint() -> None:
    clock = VirtualClock()
    sandbox = Sandbox(clock)

    async def work() -> list[list[str]]:
        base = f"/record-lists/{LIST}/records"
        listing = await ask(sandbox, "GET", f"{base}?page=1&per_page=500")
        rows = sorted(listing["_embedded"]["records"], key=lambda row: str(row["id"]))
        single = [await ask(sandbox, "GET", f"{base}/{row['id']}") for row in rows]
        return [
            [records.present(row, LIST, KEY, Mask(), EVIDENCE).fingerprint for row in found]
            for found in (rows, single)
        ]

    listed, single = clock.run(work())
    sandbox.store.close()
    assert listed == single
    assert len(set(listed)) == 60


UNDERSTOOD = {200, 202, 404}


@pytest.mark.parametrize("page", [500, 5])
def test_the_sandbox_understands_every_call_of_the_adapters(page: int) -> None:
    clock = VirtualClock()
    sandbox = Sandbox(clock)
    rig = Rig(transport=sandbox, clock=clock, page=page)
    statuses: set[tuple[str, int]] = set()
    inner = sandbox.handle_async_request

    async def noted(request: httpx.Request) -> httpx.Response:
        found = await inner(request)
        statuses.add((request.url.path.replace(LIST, "LIST")[:32], found.status_code))
        return found

    sandbox.handle_async_request = noted  # type: ignore[method-assign]  # to watch it

    async def work() -> list[LiveTable]:
        # Unknown ids alone, so that witnesses are sought in every listing there is.
        task_reader, record_reader = rig.task_reader(), rig.record_reader()
        backs = []
        for reader, deleter, container, ids in (
            (task_reader, rig.task_deleter(), TASKS, [task_id(n) for n in range(20)]),
            (record_reader, rig.record_deleter(), RECORDS, [record_id(n) for n in range(20)]),
        ):
            await reader.identify()
            await reader.read(absences(container, [some_id(1)]))
            before = await reader.read(absences(container, ids))
            await deleter.ready()
            await deleter.delete(a_batch(container, ids))
            await asyncio.sleep(10)
            backs.append(await reader.read_back(before, sorted(ids)))
        return backs

    backs = clock.run(work())
    assert all(set(verdicts(table).values()) == {"absent"} for table in backs)
    assert {status for _, status in statuses} <= UNDERSTOOD
    sandbox.store.close()


def test_the_witness_calls_are_understood_even_if_only_the_last_one_finds_a_task() -> None:
    """An account whose tasks belong to nobody whom the listing of users names."""
    clock = VirtualClock()
    sandbox = Sandbox(clock, "leadsquared_hides_inactive_owners=true", tasks=0)
    sandbox.store.add_task(
        some_id(5), OwnerId=user_id(6), DueDate="2026-12-01 10:00:00.000", Name="Alone"
    )
    rig = Rig(transport=sandbox, clock=clock)

    async def work() -> dict[str, str]:
        reader = rig.task_reader()
        await reader.identify()
        return verdicts((await reader.read(absences(TASKS, [some_id(1)]))).table)

    assert clock.run(work()) == {some_id(1): "unknown"}
    sandbox.switch()
    assert clock.run(work()) == {some_id(1): "absent"}
    asked = {one.url.path.rpartition("/v2/")[2] for one in sandbox.arrived}
    assert asked == {
        "Authentication.svc/UserByAccessKey.Get",
        "Task.svc/Retrieve.GetById",
        "Task.svc/Retrieve",
        "UserManagement.svc/Users.Get",
        "Task.svc/RetrieveToDos/ByUserId",
        "Task.svc/RetrieveAppointments/ByUserId",
    }
    sandbox.store.close()


def test_half_a_character_in_a_name_ends_in_a_fingerprint_all_the_same() -> None:
    row = {"id": record_id(0), "record_list_id": LIST, "first_name": "a?"}
    assert isinstance(records.present(row, LIST, KEY, Mask(), EVIDENCE), Present)
