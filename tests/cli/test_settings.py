"""The environment: every mistake in it, all at once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.cli.settings import LEDGER_HINT, Settings, read_settings, settings_from, variable
from reconciler.domain.accounts import Account, Limits, System
from reconciler.errors import IdentityError, InvalidError

_NO_LEDGER = "is not the URL of a SQLite file or a PostgreSQL database"
LIMITS = Limits(
    calls=25, per=5.0, delete_calls=25, batch=5000, page=500, daily=None, settle_within=120.0
)
CRM = Account(
    name="acme-crm",
    system=System.LEADSQUARED,
    region="in21",
    tenant="22824",
    sees_all=False,
    limits=LIMITS,
)
DIALER = Account(
    name="acme-dialer",
    system=System.TALKDESK,
    region="eu",
    tenant="acme",
    sees_all=False,
    limits=LIMITS,
)
BOTH = (CRM, DIALER)


def problems(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong, by variable: message and hint."""
    with pytest.raises(InvalidError) as caught:
        settings_from({f"RECONCILER_{name}": value for name, value in environ.items()}, BOTH)
    return {
        one.file.removeprefix("RECONCILER_"): f"{one.message} {one.hint}".strip()
        for one in caught.value.problems
    }


def settings(**environ: str) -> Settings:
    return settings_from({f"RECONCILER_{name}": value for name, value in environ.items()}, BOTH)


def test_an_account_is_named_in_capitals() -> None:
    assert variable("acme-crm") == "ACME_CRM"


def test_a_variable_that_is_not_known_is_refused_with_the_nearest_name() -> None:
    assert problems({"ACME_CRM_ACESS_KEY": "x", "AUDITDIR": "x", "LEGDER": ""}) == {
        "ACME_CRM_ACESS_KEY": "is not a variable that this program knows "
        "The nearest name is RECONCILER_ACME_CRM_ACCESS_KEY.",
        "AUDITDIR": "is not a variable that this program knows "
        "The nearest name is RECONCILER_AUDIT_DIR.",
        "LEGDER": "is not a variable that this program knows "
        "The nearest name is RECONCILER_LEDGER.",
    }


def test_variables_of_other_programs_are_none_of_ours() -> None:
    assert settings_from({"PATH": "/bin", "RECONCILERX": "1"}, BOTH).get("LEDGER") == ""


def test_a_secret_may_stand_in_a_file_whose_last_line_feed_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(" secret \n")
    found = settings(ACME_CRM_SECRET_KEY_FILE=str(tmp_path / "key"), ACME_CRM_ACCESS_KEY="a")
    assert found.credentials(CRM) == ("a", " secret ")


def test_a_secret_both_as_value_and_as_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret")
    both = {
        "ACME_DIALER_CLIENT_SECRET": "secret",
        "ACME_DIALER_CLIENT_SECRET_FILE": str(tmp_path / "key"),
    }
    assert problems(both) == {
        "ACME_DIALER_CLIENT_SECRET": "is set twice, as value and as file Unset "
        "RECONCILER_ACME_DIALER_CLIENT_SECRET or RECONCILER_ACME_DIALER_CLIENT_SECRET_FILE."
    }


def test_a_file_that_cannot_be_read_is_named_without_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    found = problems(
        {
            "PII_KEY_FILE": str(tmp_path / "missing"),
            "ACME_CRM_ACCESS_KEY_FILE": str(tmp_path / "binary"),
        }
    )
    assert found == {
        "PII_KEY_FILE": "cannot be read: FileNotFoundError",
        "ACME_CRM_ACCESS_KEY_FILE": "cannot be read: UnicodeDecodeError",
    }


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example.com",
        "https://crm.example.com:8443/base/",
        "http://127.0.0.1:8080",
        "http://localhost",
        "http://[::1]:9",
    ],
)
def test_an_endpoint_is_encrypted_or_on_this_machine(url: str) -> None:
    assert settings(ACME_CRM_ENDPOINT=url).endpoint(CRM) == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://crm.example.com", "would send credentials without encryption"),
        ("http://127.0.0.1.example.com", "would send credentials without encryption"),
        ("ftp://127.0.0.1", "would send credentials without encryption"),
        ("crm.example.com", "is not a plain base URL"),
        ("https://", "is not a plain base URL"),
        ("https://user:pw@crm.example.com", "is not a plain base URL"),
        ("https://crm.example.com/?key=1", "is not a plain base URL"),
        ("https://crm.example.com/#top", "is not a plain base URL"),
        ("https://crm.example.com:port", "is not a URL"),
        ("https://[::1", "is not a URL"),
    ],
)
def test_any_other_endpoint_is_refused_without_being_quoted(url: str, message: str) -> None:
    hint = " Use https://HOST, or http:// on loopback."
    assert problems({"ACME_CRM_ENDPOINT": url}) == {"ACME_CRM_ENDPOINT": message + hint}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql+psycopg://host/db", _NO_LEDGER),
        ("mysql://host/db", _NO_LEDGER),
        ("ledger.sqlite", "is not a URL"),
    ],
)
def test_a_ledger_is_a_sqlite_file_or_a_postgresql_database(url: str, message: str) -> None:
    assert problems({"LEDGER": url}) == {"LEDGER": f"{message} {LEDGER_HINT}"}


def test_every_problem_is_told_at_once() -> None:
    found = problems(
        {
            "ACME_CRM_ENDPOINT": "http://crm.example.com",
            "LEDGER": "nonsense",
            "PII_KEY_FILE": "/missing",
            "SIGNING_KEY": "x",
            "WHAT": "x",
        }
    )
    assert set(found) == {"ACME_CRM_ENDPOINT", "LEDGER", "PII_KEY_FILE", "SIGNING_KEY", "WHAT"}


def test_credentials_that_are_missing_are_all_named() -> None:
    some = settings(ACME_CRM_ACCESS_KEY="a", ACME_CRM_SECRET_KEY="", ACME_DIALER_CLIENT_ID="c")
    with pytest.raises(IdentityError) as caught:
        some.require_credentials(BOTH)
    assert caught.value.detail == (
        "RECONCILER_ACME_CRM_SECRET_KEY is not set\nRECONCILER_ACME_DIALER_CLIENT_SECRET is not set"
    )


def test_the_first_of_several_keys_for_pseudonyms_writes() -> None:
    assert settings(PII_KEY="new\n\n old \n").pii_keys == (b"new", b"old")


def test_secrets_are_not_shown_by_accident() -> None:
    secrets = {"ACME_CRM_SECRET_KEY": "hunter2", "PII_KEY": "hunter2"}
    assert "hunter2" not in repr(settings(**secrets))


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("RECONCILER_ACTOR", "me")
    monkeypatch.setenv("RECONCILER_ACME_CRM_SECRET_KEY", "hunter2")
    monkeypatch.setenv("RECONCILER_ACME_CRM_ENDPOINT", "http://crm.example.com")
    return monkeypatch


def test_the_sandbox_reads_no_keys_and_still_knows_the_names(
    environment: pytest.MonkeyPatch,
) -> None:
    found = read_settings(BOTH, keyless=True)
    assert found.get("ACTOR") == "me"
    assert "hunter2" not in found.values.values()
    environment.setenv("RECONCILER_ACME_CRM_SECRET", "x")
    with pytest.raises(InvalidError):
        read_settings(BOTH, keyless=True)


def test_commands_without_manifests_leave_variables_of_accounts_alone(
    environment: pytest.MonkeyPatch,
) -> None:
    del environment
    assert read_settings((), partial=True).values == {"ACTOR": "me"}


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("FOO", ""),
        ("AUDITDIR", "AUDIT_DIR"),
        ("LEDGER_FILE", "LEDGER"),
        ("SIGNING_KEYS", "SIGNING_KEY"),
        ("ACCESS_KEY", ""),
        ("ACME_CRM_ACESS_KEY", "ACME_CRM_ACCESS_KEY"),
        ("ACME_CRM_ENDPOINT_FILE", "ACME_CRM_ENDPOINT"),
        ("acme_crm_ACCESS_KEY", ""),
    ],
)
def test_they_refuse_what_is_no_variable_of_any_account(
    environment: pytest.MonkeyPatch, name: str, nearest: str
) -> None:
    environment.setenv(f"RECONCILER_{name}", "")
    with pytest.raises(InvalidError) as caught:
        read_settings((), partial=True)
    (problem,) = caught.value.problems
    assert problem.file == f"RECONCILER_{name}"
    assert problem.message == "is not a variable that this program knows"
    assert problem.hint.startswith("The nearest name is RECONCILER_")
    assert not nearest or problem.hint == f"The nearest name is RECONCILER_{nearest}."


@pytest.mark.parametrize(
    "name",
    [
        "X_ACCESS_KEY",
        "ACME_CRM_SECRET_KEY_FILE",
        "A__B_CLIENT_ID",
        "A1_CLIENT_SECRET_FILE",
        "B_ENDPOINT",
    ],
)
def test_they_take_what_may_be_one_of_an_account(
    environment: pytest.MonkeyPatch, name: str
) -> None:
    environment.setenv(f"RECONCILER_{name}", "/nowhere")
    assert read_settings((), partial=True).values == {"ACTOR": "me"}


@pytest.mark.parametrize("arguments", [["show", "p.jsonl"], ["comment", "p.jsonl"], ["history"]])
def test_commands_that_read_no_manifests_refuse_it_before_anything_else(
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
) -> None:
    environment.chdir(tmp_path)
    environment.setenv("RECONCILER_LEGDER", "x")
    environment.setenv("GITHUB_ACTIONS", "true")
    environment.delenv("GITHUB_OUTPUT", raising=False)
    (tmp_path / "p.jsonl").write_text("no plan")
    assert main(arguments) == 3
    assert "The nearest name is RECONCILER_LEDGER." in capsys.readouterr().err
