"""The reference page names every host and every call that the clients know."""

from pathlib import Path

import pytest

from reconciler.transport.http import Route
from reconciler.vendors.leadsquared import api as leadsquared
from reconciler.vendors.talkdesk import api as talkdesk

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "vendors.md").read_text()
ROUTES = [
    *(leadsquared.READS | leadsquared.DELETES),
    *(talkdesk.READS | talkdesk.DELETES | talkdesk.TOKENS),
]


def as_documented(route: Route) -> str:
    guid = talkdesk._ID  # noqa: SLF001 - how the routes spell an id
    path = route.path.replace("\\", "").replace(guid, "{list}", 1).replace(guid, "{id}")
    path = path.removeprefix("/v2/")
    names = {"id": "?id=", "page": "?page=&per_page=&order_by="}
    return f"{route.method} {path}" + next((names[one] for one in names if one in route.query), "")


@pytest.mark.parametrize("route", sorted(ROUTES, key=str), ids=as_documented)
def test_every_call_is_on_the_page(route: Route) -> None:
    written = as_documented(route)
    short = written.replace("POST Task.svc/RetrieveAppointments", "…/RetrieveAppointments")
    assert f"`{written}" in PAGE or f"`{short}" in PAGE


@pytest.mark.parametrize(
    ("region", "host"), sorted([*leadsquared.HOSTS.items(), *talkdesk.HOSTS.items()])
)
def test_every_host_is_on_the_page(region: str, host: str) -> None:
    assert f"`{region}` {host.removesuffix('.leadsquared.com')}" in PAGE


def test_every_token_host_is_on_the_page() -> None:
    for host in talkdesk.TOKEN_HOSTS.values():
        assert host in PAGE or f"`.{host.removeprefix('talkdeskid.')}`" in PAGE
