"""What a client may call: the listed calls of one origin, and nothing else."""

import asyncio

import httpx
import pytest

from reconciler.transport.auth import HeaderAuth
from reconciler.transport.http import Http, Only, Route
from reconciler.transport.wire import Call
from reconciler.vendors.leadsquared import api as leadsquared
from reconciler.vendors.talkdesk import api as talkdesk
from tests.vendors.rig import LIST, URL, Server, answer, some_id

RECORD = some_id(1)
BULKS = f"/record-lists/{LIST}/records/bulks"
EVERYTHING = {
    "leadsquared reads": leadsquared.READS,
    "leadsquared deletes": leadsquared.DELETES,
    "talkdesk reads": talkdesk.READS,
    "talkdesk deletes": talkdesk.DELETES,
    "talkdesk tokens": talkdesk.TOKENS,
}


def refused(routes: frozenset[Route], request: httpx.Request, base_url: str = URL) -> bool:
    """Say whether a request is refused; a refused one must not have arrived."""
    server = Server(lambda _: answer(200, {}))

    async def send() -> bool:
        try:
            await Only(server, base_url, routes).handle_async_request(request)
        except PermissionError:
            return True
        return False

    was_refused = asyncio.run(send())
    assert was_refused == (not server.arrived)
    return was_refused


DELETIONS = [
    ("POST", "/v2/Task.svc/DeleteTasks"),
    ("DELETE", BULKS),
    ("DELETE", f"/record-lists/{LIST}/records/{RECORD}"),
    ("DELETE", f"/record-lists/{LIST}/records?phone_number=%2B14155550100"),
    ("DELETE", f"/record-lists/{LIST}/external-records?external_provider=a&external_id=b"),
    ("DELETE", f"/record-lists/{LIST}"),
    ("DELETE", f"/do-not-call-lists/{LIST}/entries"),
    ("DELETE", f"/do-not-call-lists/{LIST}/entries/{RECORD}"),
    ("PATCH", f"/record-lists/{LIST}/records/{RECORD}"),
    ("POST", "/v2/LeadManagement.svc/Lead.Reset"),
    ("GET", "/v2/LeadManagement.svc/Lead.Delete?leadId=1"),
    ("POST", "/v2/ProspectActivity.svc/DeleteActivities"),
    ("GET", "/v2/OpportunityManagement.svc/Delete?Id=1"),
    ("GET", f"/v2/Task.svc/MarkComplete?id={RECORD}"),
    ("POST", "/v2/Task.svc/Update"),
]


@pytest.mark.parametrize("name", ["leadsquared reads", "talkdesk reads", "talkdesk tokens"])
@pytest.mark.parametrize(("method", "path"), DELETIONS)
def test_a_client_for_reading_deletes_nothing(name: str, method: str, path: str) -> None:
    assert refused(EVERYTHING[name], httpx.Request(method, URL + path))


@pytest.mark.parametrize(("method", "path"), DELETIONS[2:])
@pytest.mark.parametrize("name", ["leadsquared deletes", "talkdesk deletes"])
def test_a_client_for_deleting_knows_one_deletion(name: str, method: str, path: str) -> None:
    assert refused(EVERYTHING[name], httpx.Request(method, URL + path))


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("leadsquared reads", "GET", "/v2/Authentication.svc/UserByAccessKey.Get"),
        ("leadsquared reads", "GET", f"/v2/Task.svc/Retrieve.GetById?id={RECORD}"),
        ("leadsquared reads", "GET", "/v2/UserManagement.svc/Users.Get"),
        ("leadsquared reads", "POST", "/v2/Task.svc/Retrieve"),
        ("leadsquared reads", "POST", "/v2/Task.svc/RetrieveToDos/ByUserId"),
        ("leadsquared reads", "POST", "/v2/Task.svc/RetrieveAppointments/ByUserId"),
        ("leadsquared deletes", "POST", "/v2/Task.svc/DeleteTasks"),
        ("talkdesk reads", "GET", f"/record-lists/{LIST}"),
        ("talkdesk reads", "GET", f"/record-lists/{LIST}/records?page=1&per_page=5"),
        ("talkdesk reads", "GET", f"/record-lists/{LIST}/records/{RECORD}"),
        ("talkdesk deletes", "DELETE", BULKS),
        ("talkdesk tokens", "POST", "/oauth/token"),
    ],
)
def test_each_listed_call_is_let_through_by_one_client_only(
    name: str, method: str, path: str
) -> None:
    request = httpx.Request(method, URL + path)
    assert [one for one, routes in EVERYTHING.items() if not refused(routes, request)] == [name]


@pytest.mark.parametrize(
    "path",
    [
        f"/record-lists/{LIST}/records/../records/bulks",
        f"/record-lists/{LIST}/./records/bulks/",
        f"/record-lists/{LIST}%2Frecords%2Fbulks",
        f"/record-lists/{LIST}/records%2fbulks",
        f"/record-lists/{LIST}/records/%62ulks",
        f"/record-lists/%2e%2e/{LIST}/records/bulks",
        f"//record-lists/{LIST}/records/bulks",
        f"/record-lists/{LIST}/records/bulks/",
        f"/record-lists/{LIST}/records/bulks;x=1",
        f"/record-lists/{LIST}/records/bulks?phone_number=1",
        f"/record-lists/{LIST}/records/bulks%0A",
        f"/record-lists/{LIST.upper()}/records/bulks",
        f"/v2/../record-lists/{LIST}/records/bulk",
        "/record-lists/../records/bulks",
        f"/record-lists/{LIST}\\records\\bulks",
    ],
)
def test_no_other_spelling_of_the_path_is_let_through(path: str) -> None:
    request = httpx.Request("DELETE", URL + path)
    if request.url.raw_path == BULKS.encode():
        # Dots are resolved before anything is sent: then it is the listed call itself.
        assert not refused(talkdesk.DELETES, request)
    else:
        assert refused(talkdesk.DELETES, request)


@pytest.mark.parametrize(
    "url",
    [
        f"http://evil.test{BULKS}",
        f"https://vendor.test{BULKS}",
        f"http://vendor.test:8080{BULKS}",
        f"http://vendor.test.evil.test{BULKS}",
        f"http://vendor.test@evil.test{BULKS}",
    ],
)
def test_another_origin_is_refused(url: str) -> None:
    assert refused(talkdesk.DELETES, httpx.Request("DELETE", url))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "delete"])
def test_another_method_is_refused(method: str) -> None:
    assert refused(talkdesk.DELETES, httpx.Request(method, URL + BULKS)) == (method != "delete")


@pytest.mark.parametrize(
    "query", ["accessKey=a&secretKey=b", "id=1&secretKey=b", "token=x", "ID=1", "id[]=1"]
)
def test_a_query_has_only_the_names_that_its_call_lists(query: str) -> None:
    path = "/v2/Task.svc/Retrieve.GetById"
    assert refused(leadsquared.READS, httpx.Request("GET", f"{URL}{path}?{query}"))


def test_a_base_url_with_a_path_stands_in_front_of_every_call() -> None:
    inside = httpx.Request("DELETE", f"{URL}/proxy{BULKS}")
    assert not refused(talkdesk.DELETES, inside, f"{URL}/proxy/")
    for outside in (URL + BULKS, f"{URL}/proxy2{BULKS}", f"{URL}/proxy/proxy{BULKS}"):
        assert refused(talkdesk.DELETES, httpx.Request("DELETE", outside), f"{URL}/proxy")


def test_a_path_in_a_call_cannot_name_another_host() -> None:
    server = Server(lambda _: answer(200, {}))
    http = Http(URL, talkdesk.READS, auth=HeaderAuth({}), transport=server)
    with pytest.raises(PermissionError, match="this client may not call GET"):
        asyncio.run(http.send(Call(method="GET", path="http://evil.test/x"), deadline=5))
    assert server.arrived == []


def test_an_id_that_climbs_out_of_its_path_arrives_nowhere() -> None:
    server = Server(lambda _: answer(200, {}))
    http = Http(URL, talkdesk.READS, auth=HeaderAuth({}), transport=server)
    for bad in ("../bulks", "..", "a/b", "", "%2e%2e", f"{RECORD}?x=1", f"{RECORD}#x/../"):
        with pytest.raises(PermissionError):
            asyncio.run(http.send(talkdesk.record(LIST, bad), deadline=5))
    assert server.arrived == []
