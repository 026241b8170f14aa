"""Azure DevOps, May 2023: 17 production databases gone for ten hours.

A large mechanical change exchanged "delete the database" for "delete the server that holds it" in
a clean-up job. The line was seldom run, and never in the first ring, which had nothing to clean up.

Here two calls delete, each built in one place, and the tests hold method, path and body of what
arrives. That a first ring must hold something to delete does not apply: `make demo` and every test
of a run delete from a sandbox that is never empty.
"""

import json
from pathlib import Path

import httpx

from reconciler.forges.github import routes
from reconciler.vendors.leadsquared import api as leadsquared
from reconciler.vendors.talkdesk import api as talkdesk
from tests.accidents.scenes import LIST, absent_records, absent_tasks, declared
from tests.accidents.sources import places
from tests.fakes.runs import records, tasks
from tests.simulation import a_world

READ_BY_POST = {
    "/v2/Task.svc/Retrieve",
    *(
        f"/v2/Task.svc/Retrieve{kind}/ByUser{by}"
        for kind in ("ToDos", "Appointments")
        for by in ("Id", "EmailAddress")
    ),
}


def test_each_vendor_has_one_call_that_deletes_and_it_is_this_one() -> None:
    tasks_call = leadsquared.delete_tasks(["a", "b"])
    assert (tasks_call.method, tasks_call.path) == ("POST", "/v2/Task.svc/DeleteTasks")
    assert (tasks_call.query, tasks_call.json) == ({}, {"TaskIds": ["a", "b"]})
    records_call = talkdesk.delete_records("L", [{"id": "a"}, {"id": "b"}])
    assert (records_call.method, records_call.path) == ("DELETE", "/record-lists/L/records/bulks")
    assert (records_call.query, records_call.json) == ({}, [{"id": "a"}, {"id": "b"}])
    assert (len(leadsquared.DELETES), len(talkdesk.DELETES)) == (1, 1)


def test_what_deletes_is_built_in_one_place_and_used_in_one() -> None:
    # On a forge only a label can be taken off.
    assert places(r'"DELETE"') == ["forges/github.py"] * 2 + ["vendors/talkdesk/api.py"] * 2
    taken = [route.path for route in routes("/repos/o/n") if route.method == "DELETE"]
    assert [path.partition("/issues/")[2] for path in taken] == ["[0-9]+/labels/[A-Za-z0-9%_.-]+"]
    assert places(r"Task\.svc/DeleteTasks") == ["vendors/leadsquared/api.py"]
    assert places(r"\bdelete_tasks\(") == [
        "vendors/leadsquared/api.py",
        "vendors/leadsquared/deleter.py",
    ]
    assert places(r"\bdelete_records\(") == [
        "vendors/talkdesk/api.py",
        "vendors/talkdesk/deleter.py",
    ]


def test_of_all_that_a_run_sends_only_these_two_calls_delete(tmp_path: Path) -> None:
    seen: list[tuple[str, str, object]] = []

    def note(request: httpx.Request) -> None:
        path = request.url.path
        harmless = request.method == "GET" or path in READ_BY_POST or path == "/oauth/token"
        if not harmless:
            seen.append((request.method, str(request.url), json.loads(request.content)))

    with a_world(tmp_path) as world:
        world.transport.before = note
        declarations = declared(tmp_path, absent_tasks(*tasks(0)), absent_records(*records(0, 1)))
        world.plan(declarations)
        assert seen == []
        world.apply(declarations)
    first, second = sorted(records(0, 1))
    bulks = f"http://sandbox/record-lists/{LIST}/records/bulks"
    assert sorted(seen, key=str) == [
        ("DELETE", bulks, [{"id": first}]),
        ("DELETE", bulks, [{"id": second}]),
        ("POST", "http://sandbox/v2/Task.svc/DeleteTasks", {"TaskIds": tasks(0)}),
    ]
