"""``validate``: strictness, who may write what where, and what differs from another commit."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.cli.planning import git_objects

ID = "0017abfa-c100-11e5-9340-06c7eb5c8385"
OTHER_ID = "003bf10c-317e-11e8-bf3d-069b743e848f"
GIT = shutil.which("git") or ""
NEEDS_GIT = pytest.mark.skipif(not GIT, reason="git is not installed")
FETCH = "  hint: Fetch it first; in GitHub Actions check out with fetch-depth: 0.\n"
INVALID = "the base's manifests are not valid, so nothing can be compared"

ACCOUNT = """\
apiVersion: reconciler/v1
kind: Account
metadata: {name: crm}
spec: {system: leadsquared, region: in21, tenant: acme1}
"""
POLICY = """\
apiVersion: reconciler/v1
kind: Policy
metadata: {name: default}
spec: {maxDeletes: 100}
"""
TASKS = f"""\
apiVersion: reconciler/v1
kind: AbsentTasks
metadata: {{name: old, owner: ops, reason: Twice}}
spec:
  account: crm
  tasks:
    - {ID}
"""
PROTECTION = f"""\
apiVersion: reconciler/v1
kind: Protection
metadata: {{name: keep, owner: ops, reason: Needed}}
spec: {{account: crm, tasks: [{OTHER_ID}], where: {{status: pending}}}}
"""
ALLOWANCE = """\
apiVersion: reconciler/v1
kind: Allowance
metadata: {name: once, owner: ops, reason: Clean-up, expires: 2020-01-01}
spec: {account: crm, lifts: {maxDeletes: 1000}}
"""
EXPIRED = TASKS.replace("reason: Twice", "reason: Twice, expires: 2020-01-01")


class Ran:
    """What one call within this process came to."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.code = main(["validate", *arguments])
        self.out, self.err = capsys.readouterr()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [one for one in os.environ if one.startswith(("GIT_", "RECONCILER_"))]:  # noqa: TID251 - what would make a difference
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


def write(files: dict[str, str], folder: str = "manifests") -> None:
    """Write these files, and nothing else, into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def git(*arguments: str) -> str:
    done = subprocess.run(
        [GIT, "-c", "user.name=ops", "-c", "user.email=ops@example.com", *arguments],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip()


def committed(files: dict[str, str], folder: str = "manifests") -> str:
    """Commit a folder with these files and return the commit."""
    if not Path(".git").exists():
        git("init", "-q", "-b", "main", ".")
    write(files, folder)
    git("add", "-A")
    git("commit", "-q", "--allow-empty", "-m", "Change")
    return git("rev-parse", "HEAD")


def test_rules_are_counted_beside_absences(capsys: pytest.CaptureFixture[str]) -> None:
    rule = TASKS.partition("  tasks:")[0].replace("name: old", "name: rule")
    write(
        {"a.yaml": ACCOUNT, "b.yaml": TASKS, "c.yaml": rule + "  where: {status: pending, max: 1}"}
    )
    ran = Ran(capsys)
    assert (ran.code, ran.out) == (0, "Valid: 1 absence and 1 rule in 2 manifests, 1 account.\n")


def test_a_warning_is_an_error_under_strict(capsys: pytest.CaptureFixture[str]) -> None:
    write({"a.yaml": ACCOUNT, "b.yaml": EXPIRED})
    warning = (
        "manifests/b.yaml:3: AbsentTasks/old expired on 2020-01-01; "
        "the absence in it is neither read nor deleted."
    )
    ran = Ran(capsys)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Warning: {warning}\n")
    ran = Ran(capsys, "--strict")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == f"{warning}\n\nError: 1 problem in the configuration\n"


def test_an_expired_allowance_is_a_warning_and_an_error_under_strict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write({"a.yaml": ACCOUNT, "b.yaml": ALLOWANCE})
    warning = "manifests/b.yaml:3: Allowance/once expired on 2020-01-01; it allows nothing."
    ran = Ran(capsys)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Warning: {warning}\n")
    ran = Ran(capsys, "--strict")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == f"{warning}\n\nError: 1 problem in the configuration\n"


def test_a_tree_without_warnings_passes_strict(capsys: pytest.CaptureFixture[str]) -> None:
    write({"a.yaml": ACCOUNT, "b.yaml": TASKS})
    assert Ran(capsys, "--strict").code == 0


@pytest.mark.parametrize("folder", ["manifests/governance", "governance"])
def test_governing_documents_stand_in_their_folder_only(
    capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    allowance = ALLOWANCE.replace("account: crm, ", "")
    write(
        {
            "governance/accounts/a.yaml": ACCOUNT,
            "governance/keep.yaml": PROTECTION,
            "teams/b.yaml": f"{TASKS}---\n{POLICY}",
            "governance-of-ours/c.yaml": PROTECTION.replace("keep", "mine"),
        }
    )
    ran = Ran(capsys, "--governance", folder)
    hint = "    hint: Move it into manifests/governance/.\n"
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == (
        "manifests/governance-of-ours/c.yaml:2:7: Documents of the kind Protection stand in the "
        f"folder for governance only.\n{hint}"
        "manifests/teams/b.yaml:10:7: Documents of the kind Policy stand in the folder for "
        f"governance only.\n{hint}"
        "\nError: 2 problems in the configuration\n"
    )
    write({"governance/a.yaml": ACCOUNT, "b.yaml": f"{TASKS}---\n- no\n---\n{allowance}"})
    told = Ran(capsys, "--governance", folder).err
    assert "manifests/b.yaml:12:7: Documents of the kind Allowance stand in" in told
    assert "manifests/b.yaml:14:1: `spec` lacks `account`." in told
    write({"governance/a.yaml": ACCOUNT, "teams/b.yaml": TASKS})
    assert Ran(capsys, "--governance", folder).code == 0


def test_everything_that_is_wrong_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    write({"governance/a.yaml": ACCOUNT, "b.yaml": f"{EXPIRED}---\n{POLICY}"})
    told = Ran(capsys, "--governance", "governance", "--strict").err
    assert "Error: 2 problems in the configuration\n" in told


@pytest.mark.parametrize("folder", ["nowhere", ".", "elsewhere", "manifests", "manifests/a.yaml"])
def test_a_folder_for_governance_is_inside_the_manifests(
    capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    write({"a.yaml": ACCOUNT})
    Path("elsewhere").mkdir()
    ran = Ran(capsys, "--governance", folder)
    assert (ran.code, ran.out) == (64, "")
    why = "" if Path(folder).is_dir() else ": there is no such folder"
    assert ran.err == (
        "Error: --governance names no folder inside the manifests folder\n"
        f"  {folder}{why}\n"
        "  hint: Give a folder in manifests, as in --governance manifests/governance.\n"
    )


@NEEDS_GIT
def test_what_differs_from_another_commit_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    before = {"a.yaml": ACCOUNT, "b.yaml": POLICY, "keep.yaml": PROTECTION, "c.yaml": TASKS}
    commit = committed(before)
    write(
        {
            "a.yaml": ACCOUNT.replace("acme1", "acme2"),
            "b.yaml": POLICY.replace("100", "200"),
            "d.yaml": TASKS.replace(ID, OTHER_ID),
            "e.yaml": ALLOWANCE.replace("2020", "2999"),
        }
    )
    ran = Ran(capsys, "--base", "main")
    assert (ran.code, ran.err) == (0, "")
    assert (
        ran.out
        == f"""\
Loosened:
  Account/crm, account crm: 1
    ! account crm: tenant acme1 becomes acme2  manifests/a.yaml:2
  Allowance/once, account crm: 1
    ! allowance for crm: is added: maxDeletes 1000, until 2999-01-01  manifests/e.yaml:1
  Policy/default, account crm: 1
    ! maxDeletes of crm: 100 becomes 200  manifests/b.yaml:1
  Protection/keep, account crm: 2
    ! task {OTHER_ID}: is no longer protected  manifests/keep.yaml:4 in the base
    ! every task with status pending: is no longer protected  manifests/keep.yaml:4 in the base

Newly declared:
  AbsentTasks/old, in leadsquared/crm: 1
    + {OTHER_ID}  manifests/d.yaml:7

Withdrawn:
  AbsentTasks/old, in leadsquared/crm: 1
    - {ID}  manifests/c.yaml:7 in the base

Compared with main ({commit[:12]}): 1 newly declared, 1 withdrawn, 5 loosened.
Valid: 1 absence in 1 manifest, 1 account.
"""
    )


@NEEDS_GIT
def test_the_changes_are_a_document_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    commit = committed({"a.yaml": ACCOUNT, "b.yaml": POLICY, "c.yaml": f"{TASKS}    - {OTHER_ID}"})
    more = TASKS.replace(ID, ID.replace("0017", "0018"))
    write({"a.yaml": ACCOUNT, "b.yaml": POLICY.replace("100", "200"), "c.yaml": more})
    ran = Ran(capsys, "--base", "HEAD", "--format", "json")
    found = json.loads(ran.out)
    usual = {"account": "crm", "manifest": "AbsentTasks/old"}
    home = "leadsquared/crm/task/"
    assert (ran.code, ran.err, found["type"], found["absences"]) == (0, "", "validation", 1)
    assert found["changes"] == {
        "base": commit,
        "introduced": [
            {**usual, "place": "manifests/c.yaml:7", "subject": home + ID.replace("0017", "0018")}
        ],
        "withdrawn": [
            {**usual, "place": "manifests/c.yaml:7", "subject": home + ID, "in_base": True},
            {**usual, "place": "manifests/c.yaml:8", "subject": home + OTHER_ID, "in_base": True},
        ],
        "loosened": [
            {
                "account": "crm",
                "manifest": "Policy/default",
                "place": "manifests/b.yaml:1",
                "subject": "maxDeletes of crm",
                "words": "100 becomes 200",
            }
        ],
    }


@NEEDS_GIT
def test_nothing_differs_from_the_commit_itself(capsys: pytest.CaptureFixture[str]) -> None:
    commit = committed({"a.yaml": ACCOUNT, "b.yaml": EXPIRED})
    out = Ran(capsys, "--base", commit).out
    assert out.startswith("Warning: manifests/b.yaml:3: ")
    assert out.endswith(
        f"\n\nCompared with {commit}: 0 newly declared, 0 withdrawn, 0 loosened.\n"
        "Valid: 0 absences in 1 manifest, 1 account.\n"
    )


@NEEDS_GIT
def test_side_files_and_hidden_folders_come_from_the_commit_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from_file = TASKS.partition("  tasks:")[0] + "  tasksFrom: {file: ids/old.txt}\n"
    files = {"a.yaml": ACCOUNT, "b.yaml": from_file, "ids/old.txt": f"{ID}\n", "README.md": "x"}
    committed(files, "here/manifests")
    write({**files, "ids/old.txt": f"{OTHER_ID}\n"}, "here/manifests")
    ran = Ran(capsys, "--base", "HEAD", "here/manifests")
    assert f"+ {OTHER_ID}  here/manifests/ids/old.txt:1\n" in ran.out
    assert f"- {ID}  here/manifests/ids/old.txt:1 in the base\n" in ran.out


@NEEDS_GIT
def test_a_base_without_the_folder_declares_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    committed({"README.md": "x"}, "docs")
    write({"a.yaml": ACCOUNT, "b.yaml": TASKS})
    assert "1 newly declared, 0 withdrawn, 0 loosened.\n" in Ran(capsys, "--base", "HEAD").out


@NEEDS_GIT
def test_a_broken_base_does_not_block_what_repairs_it(capsys: pytest.CaptureFixture[str]) -> None:
    committed({"a.yaml": ACCOUNT, "b.yaml": TASKS.replace("crm", "unknown")})
    write({"a.yaml": ACCOUNT, "b.yaml": TASKS})
    ran = Ran(capsys, "--base", "HEAD", "--strict")
    why = " (manifests/b.yaml:5:12: No Account has this name.)"
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"Warning: {INVALID}{why}\nValid: 1 absence in 1 manifest, 1 account.\n"
    document = json.loads(Ran(capsys, "--base", "HEAD", "--format", "json").out)
    assert document["warnings"] == [f"{INVALID}{why}"]
    assert "changes" not in document


@NEEDS_GIT
def test_a_link_in_the_base_is_refused_and_never_followed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    write({"a.yaml": ACCOUNT, "b.yaml": TASKS})
    Path("manifests/c.yaml").symlink_to(tmp_path / "manifests/b.yaml")
    git("init", "-q", ".")
    git("add", "-A")
    git("commit", "-q", "-m", "Link")
    Path("manifests/c.yaml").unlink()
    ran = Ran(capsys, "--base", "HEAD")
    assert ran.out.startswith(f"Warning: {INVALID} (manifests/c.yaml: A link.)\n")


@NEEDS_GIT
@pytest.mark.parametrize("reference", ["nowhere", "0" * 40, "", "--help", "HEAD:manifests"])
def test_a_base_that_the_clone_lacks_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], reference: str
) -> None:
    committed({"a.yaml": ACCOUNT})
    ran = Ran(capsys, f"--base={reference}")
    assert (ran.code, ran.out) == (64, "")
    detail = f"  No commit is known here by the name {reference}.\n"
    assert ran.err == f"Error: The clone lacks the base\n{detail}{FETCH}"


@NEEDS_GIT
def test_a_base_of_which_the_clone_lacks_objects_is_wrong_usage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    committed({"a.yaml": ACCOUNT})
    blob, tree = git("rev-parse", "HEAD:manifests/a.yaml"), git("rev-parse", "HEAD:manifests")
    Path(".git/objects", blob[:2], blob[2:]).unlink()
    ran = Ran(capsys, "--base", "HEAD")
    lacking = "  An object of that commit is not in this clone.\n"
    assert (ran.code, ran.out) == (64, "")
    assert ran.err == f"Error: The base cannot be read\n{lacking}{FETCH}"
    Path(".git/objects", tree[:2], tree[2:]).unlink()
    ran = Ran(capsys, "--base", "HEAD")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("Error: The base cannot be read\n  ")


def test_outside_of_a_repository_a_base_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    write({"a.yaml": ACCOUNT})
    ran = Ran(capsys, "--base", "main")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("Error: --base needs a git")


def test_without_git_a_base_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"a.yaml": ACCOUNT})
    monkeypatch.setattr("reconciler.cli.planning.git_objects.shutil.which", lambda _: None)
    ran = Ran(capsys, "--base", "main")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err == "Error: --base needs git\n  hint: Install git, or leave out --base.\n"


def test_a_git_that_does_not_run_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write({"a.yaml": ACCOUNT})
    monkeypatch.setattr(
        "reconciler.cli.planning.git_objects.shutil.which", lambda _: "/nowhere/git"
    )
    ran = Ran(capsys, "--base", "main")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("Error: git does not answer\n")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (b"100644 blob 0123\tids/old.csv", True),
        (b"100755 blob 0123\ta.YML", True),
        (b"120000 blob 0123\tREADME", True),
        (b"100644 blob 0123\tREADME.md", False),
        (b"160000 commit 0123\tother.yaml", False),
        (b"100644 blob 0123\t../a.yaml", False),
        (b"100644 blob 0123\t/a.yaml", False),
    ],
)
def test_only_what_a_manifests_folder_is_read_from_is_taken(line: bytes, *, wanted: bool) -> None:
    assert git_objects.Entry.of(line).is_wanted is wanted


def test_what_is_declared_and_protected_is_said_and_is_no_mistake(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The protection wins, in every plan; strictness is for what may be a mistake."""
    protecting = PROTECTION.replace(OTHER_ID, ID)
    write({"a.yaml": ACCOUNT, "t.yaml": TASKS, "p.yaml": protecting})
    conflict = (
        "manifests/t.yaml:7: AbsentTasks/old declares what Protection/keep "
        "(manifests/p.yaml:4) protects; it is never deleted."
    )
    ran = Ran(capsys, "--strict")
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"Warning: {conflict}")
    assert json.loads(Ran(capsys, "--format", "json").out)["warnings"] == [conflict]
