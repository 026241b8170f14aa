"""Accounts whose tenant is not declared yet, for a command that can do without."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.errors import InvalidError
from reconciler.manifests.load import load

NOW = datetime(2026, 11, 22, tzinfo=UTC)
STAND_INS = {"leadsquared": "REPLACEME", "talkdesk": "replace-me"}


def write(*specs: str) -> Path:
    folder = Path("manifests")
    folder.mkdir()
    documents = [
        f"apiVersion: reconciler/v1\nkind: Account\nmetadata: {{name: a{number}}}\nspec: {spec}\n"
        for number, spec in enumerate(specs)
    ]
    (folder / "a.yaml").write_text("---\n".join(documents))
    return folder


@pytest.mark.parametrize(
    "tenant", ["", ", tenant: ", ", tenant: ''", ', tenant: "  "', ", tenant: 22824x"]
)
def test_something_stands_for_a_tenant_that_is_missing_or_empty(tenant: str) -> None:
    folder = write(
        f"{{system: leadsquared, region: in21{tenant}}}",
        f"{{system: talkdesk, region: eu{tenant}}}",
    )
    found = load(folder, now=NOW, tenants=STAND_INS).accounts
    declared = "22824x" in tenant
    assert [one.tenant for one in found.values()] == (
        ["22824x", "22824x"] if declared else ["REPLACEME", "replace-me"]
    )


@pytest.mark.parametrize(
    "spec", ["{system: leadsquared, region: in21}", "{system: talkdesk, region: eu}"]
)
@pytest.mark.parametrize("tenants", [None, {}])
def test_for_everybody_else_a_missing_tenant_is_an_error(
    spec: str, tenants: dict[str, str] | None
) -> None:
    folder = write(spec)
    with pytest.raises(InvalidError) as caught:
        load(folder, now=NOW, tenants=tenants)
    assert [one.message for one in caught.value.problems] == ["`spec` lacks `tenant`."]


@pytest.mark.parametrize(
    ("spec", "messages"),
    [
        ("{system: leadsquared}", ["`spec` lacks `region`."]),
        ("{system: leadsquared, region: in21, tenant: [a]}", ["Must be a single value."]),
        ("{system: leadsquared, region: in21, tenant: 1e5}", None),
        ("{system: leadsquared, region: in21, tenant: a b}", ["Not a tenant of LeadSquared."]),
        ("{region: in21}", ["`spec` lacks `system`."]),
        ("nothing", ["Must be a mapping."]),
    ],
)
def test_whatever_else_is_wrong_stays_wrong(spec: str, messages: list[str] | None) -> None:
    folder = write(spec)
    with pytest.raises(InvalidError) as caught:
        load(folder, now=NOW, tenants=STAND_INS)
    assert messages is None or [one.message for one in caught.value.problems] == messages


def test_only_accounts_get_a_tenant() -> None:
    folder = write("{system: leadsquared, region: in21}")
    (folder / "p.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Policy\nmetadata: {name: p}\n"
        "spec: {system: leadsquared}\n"
    )
    with pytest.raises(InvalidError) as caught:
        load(folder, now=NOW, tenants=STAND_INS)
    assert [one.message for one in caught.value.problems] == ["Unknown key."]


def test_the_digest_is_that_of_the_files() -> None:
    folder = write("{system: leadsquared, region: in21}")
    digest = load(folder, now=NOW, tenants=STAND_INS).tree_digest
    again = load(folder, now=NOW, tenants={**STAND_INS, "leadsquared": "other"}).tree_digest
    assert digest == again
