"""``init``: the first manifests, which pass every check as they are."""

import json
import os
from dataclasses import fields
from datetime import UTC, datetime
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from reconciler.application.clock import SystemClock, utc
from reconciler.cli.main import main
from reconciler.cli.starting import source
from reconciler.domain.guarding.policies import Caps, caps_for
from reconciler.domain.guarding.spelling import KEYS
from reconciler.manifests.load import load

FILES = [
    "manifests/governance/accounts/crm.yaml",
    "manifests/governance/policy.yaml",
    "manifests/crm/example.yaml",
    ".gitignore",
]
ON_GITHUB = [
    ".github/workflows/reconciler-plan.yml",
    ".github/workflows/reconciler-apply.yml",
    ".github/workflows/reconciler-drift.yml",
    ".github/workflows/reconciler-retire.yml",
    ".github/CODEOWNERS",
]
ON_GITLAB = [".gitlab/reconciler.gitlab-ci.yml", ".gitlab-ci.yml", ".gitlab/CODEOWNERS"]
USES = "acme/reconciler@0123456789abcdef0123456789abcdef01234567"
FILL_IN = "  fill in the tenant in manifests/governance/accounts/crm.yaml; doctor tells it\n"
NEXT = """\
  reconciler validate
  set RECONCILER_CRM_ACCESS_KEY and RECONCILER_CRM_SECRET_KEY
  reconciler doctor
  reconciler plan
"""
PLACEHOLDERS = """\
  replace REPLACEME/reconciler@0000000… in .github/workflows/reconciler*.yml by the repository \
and commit of this program, or begin anew with --uses
  replace @REPLACEME/owners in .github/CODEOWNERS
"""
GITHUB = """
On GitHub (docs/reference/pull-requests.md of this program):
"""
SET_UP = """\
  environment reconciler-plan: required reviewers
  environment reconciler-main: branch main only
  environment reconciler-crm: branch main only, required reviewers, no self-review
  in each the secret RECONCILER_KEYS: lines CRM_ACCESS_KEY=…, CRM_SECRET_KEY=…, LEDGER=…
  branch main: pull requests only, approved by code owners
  then the variables RECONCILER_PLAN, _APPLY, _DRIFT, _RETIRE: true, one by one
"""
GITLAB = """
On GitLab (docs/reference/pull-requests.md of this program):
"""
SET_UP_GITLAB = """\
  protected environments reconciler-plan, reconciler-main, reconciler-crm
  in each the masked variables RECONCILER_CRM_ACCESS_KEY, RECONCILER_CRM_SECRET_KEY, \
RECONCILER_LEDGER
  the masked variable GITLAB_TOKEN: a project access token, scope api, for comments
  branch main: protected, merge requests approved by code owners
  a pipeline schedule: each of its pipelines looks for drift
"""


def _unknown_distribution(name: str) -> Distribution:
    raise PackageNotFoundError(name)


class Ran:
    """What one call within this process came to."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.code = main(arguments)
        self.out, self.err = capsys.readouterr()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, by a program of which nobody knows where it came from."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(source, "distribution", _unknown_distribution)
    for name in [one for one in os.environ if one.startswith("RECONCILER_")]:  # noqa: TID251 - what would make a difference
        monkeypatch.delenv(name)


def contents() -> dict[str, str]:
    return {str(one): one.read_text() for one in Path().rglob("*") if one.is_file()}


@pytest.mark.parametrize("system", ["leadsquared", "talkdesk"])
@pytest.mark.parametrize("tenant", [[], ["--tenant", "no"], ["--tenant", "12345"]])
def test_the_first_tree_passes_every_check(
    capsys: pytest.CaptureFixture[str], system: str, tenant: list[str]
) -> None:
    (Path("docs/schema")).mkdir(parents=True)
    Path("docs/schema/manifest.json").write_text("{}")
    ran = Ran(capsys, "init", "--system", system, *tenant)
    assert (ran.code, ran.err) == (0, "")
    governance = ("--governance", "manifests/governance")
    assert Ran(capsys, "validate", "--strict", *governance).out == (
        "Valid: 0 absences in 1 manifest, 1 account.\n"
    )
    assert Ran(capsys, "fmt", "--check").code == 0


def test_what_was_written_is_told_and_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, "init")
    files = [*FILES, *ON_GITHUB]
    told = "".join(f"wrote   {one}\n" for one in files)
    assert ran.out == f"{told}\nNext:\n{FILL_IN}{NEXT}{GITHUB}{PLACEHOLDERS}{SET_UP}"
    assert sorted(contents()) == sorted(files)


def test_a_record_list_has_to_be_filled_in_too(capsys: pytest.CaptureFixture[str]) -> None:
    ran = Ran(capsys, "init", "a b", "--system", "talkdesk", "--tenant", "acme")
    assert ran.out.endswith(
        "\nNext:\n"
        "  fill in the record list in a b/dialer/example.yaml\n"
        "  reconciler validate 'a b'\n"
        "  set RECONCILER_DIALER_CLIENT_ID and RECONCILER_DIALER_CLIENT_SECRET\n"
        "  reconciler doctor 'a b'\n"
        "  reconciler plan 'a b'\n"
    )


def test_in_automation_nobody_is_told_what_to_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILER_IN_AUTOMATION", "1")
    assert Ran(capsys, "init").out.endswith("wrote   .github/CODEOWNERS\n")


def test_running_it_twice_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Ran(capsys, "init")
    before = contents()
    ran = Ran(capsys, "init")
    kept = "".join(f"kept    {one} (it is there already)\n" for one in [*FILES, *ON_GITHUB])
    # What is still to be replaced is told as long as it is there.
    assert (ran.code, ran.out) == (
        0,
        f"{kept}\nNext:\n{FILL_IN}{NEXT}{GITHUB}{PLACEHOLDERS}{SET_UP}",
    )
    assert contents() == before
    for name in (FILES[0], *ON_GITHUB):
        text = before[name].replace('tenant: "REPLACEME"', "tenant: T1").replace("0" * 40, "c0ffee")
        Path(name).write_text(text.replace("REPLACEME/", "acme/").replace("@acme/", "@me/"))
    assert Ran(capsys, "init").out == f"{kept}\nNext:\n{NEXT}{GITHUB}{SET_UP}"


@pytest.mark.parametrize("arguments", [["--no-github"], ["a b"], ["../elsewhere/manifests"]])
def test_there_is_no_workflow_where_none_is_wanted_or_could_name_the_folder(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    assert Ran(capsys, "init", *arguments).code == 0
    assert not Path(".github").exists()


def test_an_account_may_have_any_name(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("policy", "governance", "accounts"):
        assert Ran(capsys, "init", name, "--account", name, "--no-github").code == 0
        assert Ran(capsys, "validate", "--strict", name).code == 0
        assert set(load(Path(name), now=utc(SystemClock().time())).accounts) == {name}


def test_a_file_that_is_there_is_kept_and_lines_are_added_to_what_git_ignores(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("manifests/governance").mkdir(parents=True)
    Path("manifests/governance/policy.yaml").write_text("# mine\n")
    Path(".gitignore").write_text("*.plan.jsonl\n.venv")
    ran = Ran(capsys, "init")
    assert "kept    manifests/governance/policy.yaml (it is there already)\nwrote  " in ran.out
    assert "added to .gitignore\n" in ran.out
    assert Path("manifests/governance/policy.yaml").read_text() == "# mine\n"
    assert Path(".gitignore").read_text() == "*.plan.jsonl\n.venv\n.reconciler/\nplan.jsonl\n"


def test_a_link_is_not_followed(capsys: pytest.CaptureFixture[str]) -> None:
    Path("manifests/governance").mkdir(parents=True)
    Path("manifests/governance/policy.yaml").symlink_to("../../elsewhere.yaml")
    assert "kept    manifests/governance/policy.yaml" in Ran(capsys, "init").out
    assert not Path("elsewhere.yaml").exists()


@pytest.mark.parametrize("arguments", [["init"], ["init", "--gitlab", "--github"]])
@pytest.mark.parametrize(
    "link",
    [
        *(".github", ".github/workflows", "manifests", "manifests/governance"),
        *("manifests/crm", ".gitignore", ".github/CODEOWNERS"),
    ],
)
def test_nothing_is_written_through_a_link(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    link: str,
    arguments: list[str],
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    (here / link).parent.mkdir(parents=True)
    there.touch() if link.endswith(("ignore", "OWNERS")) else there.mkdir()
    monkeypatch.chdir(here)
    Path(link).symlink_to(there)
    ran = Ran(capsys, *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith(f"Error: Links are not followed\n  {link}\n")
    files = [one for one in tmp_path.rglob("*") if one.is_file() and not one.is_symlink()]
    assert [one.read_text() for one in files] in ([], [""])


def test_a_folder_that_is_named_by_its_path_may_be_reached_through_links(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    Path("real").mkdir()
    Path("other").symlink_to("real")
    assert Ran(capsys, "init", str(tmp_path / "other/manifests")).code == 0
    Path("real/manifests/crm/example.yaml").unlink()
    Path("real/manifests/crm").rmdir()
    Path("real/manifests/crm").symlink_to(tmp_path)
    assert Ran(capsys, "init", str(tmp_path / "other/manifests")).code == 64


@pytest.mark.parametrize("name", ["plan", "main"])
def test_no_account_shares_an_environment_with_planning(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    for host in ("--github", "--gitlab"):
        ran = Ran(capsys, "init", host, "--account", name)
        assert (ran.code, ran.out, contents()) == (64, "", {})
        assert f"would share the environment reconciler-{name}" in ran.err
    assert Ran(capsys, "init", "--no-github", "--account", name).code == 0


def test_each_host_is_told_of_its_own_owners(capsys: pytest.CaptureFixture[str]) -> None:
    github, gitlab = Ran(capsys, "init", "--gitlab", "--github").out.split(GITLAB)
    assert "  replace @REPLACEME/owners in .github/CODEOWNERS\n" in github
    assert "  replace @REPLACEME/owners in .gitlab/CODEOWNERS\n" in gitlab
    assert ".github/CODEOWNERS" not in gitlab


def test_an_account_is_as_the_options_say(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--system", "talkdesk", "--account", "acme-dialer", "--region", "eu"]
    ran = Ran(capsys, "init", "deep/er", *options, "--tenant", "acme", "--format", "json")
    governance = "deep/er/governance"
    written = [f"{governance}/accounts/acme-dialer.yaml", f"{governance}/policy.yaml"]
    assert json.loads(ran.out) == {
        "type": "init",
        "format_version": "1.0",
        "written": [*written, "deep/er/acme-dialer/example.yaml", ".gitignore", *ON_GITHUB],
        "kept": [],
        "exit_code": 0,
        "failure_reason": "",
    }
    found = load(Path("deep/er"), now=utc(SystemClock().time()))
    account = found.accounts["acme-dialer"]
    assert (account.system, account.region, account.tenant) == ("talkdesk", "eu", "acme")
    text = Path(written[0]).read_text()
    assert "placeholder" not in text
    assert "RECONCILER_ACME_DIALER_CLIENT_ID and RECONCILER_ACME_DIALER_CLIENT_SECRET." in text


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        ("manifests", "# yaml-language-server: $schema=../../docs/schema/manifest.json\n"),
        ("./a/b", "# yaml-language-server: $schema=../../../docs/schema/manifest.json\n"),
        ("../outside", "# What no plan"),
    ],
)
def test_editors_are_told_the_schema_where_there_is_one(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    line: str,
) -> None:
    (tmp_path / "in/docs/schema").mkdir(parents=True)
    (tmp_path / "in/docs/schema/manifest.json").write_text("{}")
    monkeypatch.chdir(tmp_path / "in")
    Ran(capsys, "init", folder)
    assert Path(folder, "governance/policy.yaml").read_text().startswith(line)
    account = Path(folder, "governance/accounts/crm.yaml").read_text()
    assert account.startswith(line.replace("=", "=../") if "$schema" in line else "# An account")


def test_a_placeholder_for_the_tenant_says_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Ran(capsys, "init")
    text = Path("manifests/governance/accounts/crm.yaml").read_text()
    assert "# `plan` and `apply` refuse an account of another tenant.\n" in text
    assert "# Replace REPLACEME: it is a placeholder for the tenant.\n" in text
    assert 'tenant: "REPLACEME"\n' in text


def test_the_policy_has_every_limit_at_its_default(capsys: pytest.CaptureFixture[str]) -> None:
    Ran(capsys, "init")
    spec = YAML(typ="safe").load(Path("manifests/governance/policy.yaml").read_text())["spec"]
    durations = {"planTtl": "24h", "coolOff": "0m"}
    assert spec == {
        **{KEYS[one.name]: json.loads(json.dumps(one.default)) for one in fields(Caps)},
        **durations,
    }
    (policy,) = load(Path("manifests"), now=datetime(2026, 6, 1, tzinfo=UTC)).policies
    assert caps_for("crm", [policy]) == Caps()
    assert all(getattr(policy, one.name) is not None for one in fields(Caps))


def test_beside_gitlab_there_is_nothing_for_github_unless_it_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran = Ran(capsys, "init", "--gitlab", "--uses", USES, "--owners", "@acme/crm")
    files = [*FILES, *ON_GITLAB]
    told = "".join(f"wrote   {one}\n" for one in files)
    assert ran.out == f"{told}\nNext:\n{FILL_IN}{NEXT}{GITLAB}{SET_UP_GITLAB}"
    assert sorted(contents()) == sorted(files)
    Ran(capsys, "init", "--gitlab", "--github")
    assert sorted(contents()) == sorted([*files, *ON_GITHUB])


def test_a_pipeline_of_gitlab_that_is_there_is_kept_and_has_to_include_the_jobs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path(".gitlab-ci.yml").write_text("stages: [build]\n")
    ran = Ran(capsys, "init", "--gitlab", "--owners", "@acme/crm")
    assert "kept    .gitlab-ci.yml (it is there already)\n" in ran.out
    include = "  include .gitlab/reconciler.gitlab-ci.yml in .gitlab-ci.yml, if it is not yet\n"
    assert include in ran.out
    assert Path(".gitlab-ci.yml").read_text() == "stages: [build]\n"


@pytest.mark.parametrize("there", [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"])
def test_lines_are_added_to_the_owners_that_there_are(
    capsys: pytest.CaptureFixture[str], there: str
) -> None:
    Path(there).parent.mkdir(exist_ok=True)
    Path(there).write_text("* @acme/all\n/.github/ @acme/platform")
    assert f"added to {there}\n" in Ran(capsys, "init", "--owners", "@acme/crm @ann").out
    heading = "# What decides about deletions: a change needs the approval of its owners."
    assert Path(there).read_text() == (
        f"* @acme/all\n/.github/ @acme/platform\n{heading}\n/manifests/governance/ @acme/crm @ann\n"
    )
    Path(there).unlink()
    assert not list(Path().rglob("CODEOWNERS"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--uses", "acme/reconciler@main"],
            "Error: --uses names no commit of a repository\n  acme/reconciler@main\n",
        ),
        (["--owners", "acme"], "Error: --owners names no owners\n  acme\n"),
        (["--gitlab", "a b"], "Error: A workflow cannot name this folder\n  a b\n"),
        (
            ["--account", "No Name", "--region", "mars", "--tenant", "a b"],
            (
                "Error: No account can be like this\n"
                "  name: Not a name. Use 1 to 63 of a-z, 0-9 and `-`, no `-` at either end.\n"
                "  region: Not a known value. Known: `ca12`, `in21`, `in22`, `ir31`, `me61`, `sg`, "
                "`us11`.\n"
                "  tenant: Not a tenant of LeadSquared. Give the OrgShortCode, letters and "
                "digits, or the OrgId, a GUID.\n"
            ),
        ),
        (["--github", "a b"], "Error: A workflow cannot name this folder\n  a b\n"),
        (["--system", "other"], "Error: Invalid value for '--system'"),
    ],
)
def test_what_cannot_be_is_wrong_usage_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    ran = Ran(capsys, "init", *arguments)
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith(told)
    assert contents() == {}


def test_a_folder_that_cannot_be_written_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Path("manifests").mkdir()
    Path("manifests/crm").write_text("in the way")
    ran = Ran(capsys, "init")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "Error: A file cannot be written\n  manifests/crm: File exists\n"
