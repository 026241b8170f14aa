"""Google, Diskerase: almost every machine of a content network wiped within minutes.

A process was run again and had nothing left to do. Its empty set of machines was handed to a step
to which an empty set meant "all of them".

Here nothing to delete is nothing to send, a batch without identifiers cannot be made, and no call
that means everything is among those a client lets through.
"""

import asyncio
from pathlib import Path

import httpx
import pytest

from reconciler.errors import ExitCode, InvalidError, StaleError
from reconciler.transport.http import Only
from reconciler.vendors.leadsquared import api as leadsquared
from reconciler.vendors.talkdesk import api as talkdesk
from tests.accidents.scenes import (
    LIST,
    absent_records,
    absent_tasks,
    declared,
    document,
    nothing_sent,
    records_where,
    tasks_where,
)
from tests.fakes.batches import a_batch
from tests.fakes.runs import MISSING, deletions, outcomes, records, saved, tasks
from tests.simulation import a_world, records_container, tasks_container


@pytest.mark.parametrize(
    "documents",
    [
        [],
        [absent_tasks(), absent_records()],
        [absent_tasks(*tasks(MISSING)), absent_records(*records(MISSING))],
        [tasks_where("owner: [nobody@example.com]"), records_where('phonePrefix: "+99"')],
    ],
    ids=["no manifest", "no ids", "ids of nothing", "rules that match nothing"],
)
def test_nothing_to_delete_sends_nothing(tmp_path: Path, documents: list[str]) -> None:
    with a_world(tmp_path) as world, nothing_sent(world):
        applied = world.apply(declared(tmp_path, *documents))
        assert (applied.exit_code, outcomes(applied)) == (ExitCode.DONE, {})


def test_a_side_file_that_came_out_empty_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests/none.txt").write_text("")
    with pytest.raises(InvalidError):
        declared(
            tmp_path, document("AbsentTasks", "account: acme-crm, tasksFrom: {file: none.txt}")
        )


def test_a_run_again_after_everything_is_gone_sends_nothing(tmp_path: Path) -> None:
    rule = tasks_where("owner: [former.two@example.com]")
    documents = [absent_tasks(*tasks(0, 1)), absent_records(*records(0, 1)), rule]
    with a_world(tmp_path) as world:
        declarations = declared(tmp_path, *documents)
        reviewed = saved(world, declarations)
        assert outcomes(world.apply(declarations, saved=reviewed))["deleted"] > 4
        assert len(deletions(world)) > 1
        with nothing_sent(world):
            for _ in range(2):
                applied = world.apply(declarations)
                assert applied.exit_code is ExitCode.DONE
                assert "deleted" not in outcomes(applied)
            with pytest.raises(StaleError, match="applied before"):
                world.apply(declarations, saved=reviewed)


def test_a_deletion_without_identifiers_cannot_be_made() -> None:
    for container in (tasks_container(), records_container()):
        with pytest.raises(ValueError, match="without identifiers must not exist"):
            a_batch(container, [])
    with pytest.raises(ValueError, match="nothing is never sent"):
        leadsquared.delete_tasks([])
    with pytest.raises(ValueError, match="nothing is never sent"):
        talkdesk.delete_records(LIST, [])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        # Without dates it deletes the whole history of a lead: the very shape of that accident.
        ("POST", "/v2/LeadManagement.svc/Lead.Reset"),
        ("GET", "/v2/LeadManagement.svc/Lead.Delete"),
        ("POST", "/v2/LeadManagement.svc/Leads/Delete"),
        ("POST", "/v2/ProspectActivity.svc/DeleteActivities"),
        ("DELETE", "/record-lists"),
        ("DELETE", f"/record-lists/{LIST}"),
        ("DELETE", f"/record-lists/{LIST}/records"),
        ("DELETE", f"/record-lists/{LIST}/records/"),
        ("DELETE", f"/do-not-call-lists/{LIST}/entries"),
    ],
)
def test_no_client_lets_a_call_through_that_means_everything(method: str, path: str) -> None:
    arrived: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        arrived.append(request)
        return httpx.Response(200)

    url = "https://vendor.test"
    for routes in (leadsquared.READS, leadsquared.DELETES, talkdesk.READS, talkdesk.DELETES):
        client = Only(httpx.MockTransport(answer), url, routes)
        with pytest.raises(PermissionError):
            asyncio.run(client.handle_async_request(httpx.Request(method, url + path)))
    assert arrived == []
