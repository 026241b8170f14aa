"""A log that is signed, checked with keys, handed over and certified from, as a user does it."""

import hashlib
import json
import re
import shutil
import stat
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from reconciler.audit.ed25519 import is_signed_by
from reconciler.audit.notes import parse_signature, parse_verifier
from reconciler.sandbox.seed import record_id, task_id
from tests.fakes.keys import SIGNING_KEY, VERIFIER, another_signer
from tests.functional.world import LIST, Inside, Ran

TASKS = [f"leadsquared/crm/task/{task_id(n)}" for n in (0, 1)]
RECORDS = [f"talkdesk/dialer/{LIST}/record/{record_id(n)}" for n in (0, 1)]


@pytest.fixture
def signed(inside: Inside) -> Inside:
    """A world in which a signing run deleted two tasks and two records."""
    inside.env["RECONCILER_SIGNING_KEY"] = SIGNING_KEY
    (inside.folder / "trusted.keys").write_text(f"{VERIFIER}\n")
    assert inside.run("apply", "--auto-approve").code == 0
    return inside


def notes(world: Inside) -> list[Path]:
    return sorted((world.folder / ".reconciler/audit").glob("*.checkpoints"))


def test_with_keys_a_signed_log_is_verified_and_an_unsigned_one_is_open(signed: Inside) -> None:
    lines = len(signed.events())
    told = signed.run("audit", "verify", "--keys", "trusted.keys")
    assert (told.code, told.out) == (
        0,
        f"Audit log verified: 1 run, {lines} lines, 2 checkpoints (2 signed by a given key).\n",
    )
    unchecked = signed.run("audit", "verify")
    assert unchecked.code == 0
    assert unchecked.last.endswith("2 checkpoints (2 signed, not checked: no --keys).")
    document = signed.run("audit", "verify", "--keys", "trusted.keys", "--format", "json").json()
    assert (document["checkpoints"], document["signed"], document["signed_by_keys"]) == (2, 2, 2)
    (path,) = notes(signed)
    path.unlink()
    told = signed.run("audit", "verify", "--keys", "trusted.keys")
    assert told.code == 7
    assert "no checkpoint that a given key signed vouches for it" in told.out


def test_the_key_of_somebody_else_vouches_for_nothing(signed: Inside) -> None:
    (signed.folder / "trusted.keys").write_text(another_signer().key.text)
    assert signed.run("audit", "verify", "--keys", "trusted.keys").code == 7


def test_a_log_that_was_cut_with_its_ledger_is_broken(signed: Inside) -> None:
    """The folder goes elsewhere, and its ledger does not: only checkpoints know its length."""
    (log,) = signed.audit_files()
    whole = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(whole[:-2]))
    (signed.folder / ".reconciler/ledger.sqlite").unlink()
    told = signed.run("audit", "verify", "--keys", "trusted.keys")
    assert told.code == 5
    assert f"it counts {len(whole)} lines, and there are {len(whole) - 2}" in told.out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("hunter2", "line 1 is not a verifier key: NAME+ID+KEY"),
        ("# nothing\n", "has no key"),
        (SIGNING_KEY, "line 1 is not a verifier key: NAME+ID+KEY"),
        (None, "cannot be read: FileNotFoundError"),
    ],
)
def test_a_file_that_has_no_keys_is_invalid(
    signed: Inside, content: str | None, words: str
) -> None:
    path = signed.folder / "trusted.keys"
    path.unlink()
    if content is not None:
        path.write_text(content)
    told = signed.run("audit", "verify", "--keys", "trusted.keys")
    assert (told.code, told.out) == (3, "")
    assert f"trusted.keys: {words}" in told.err
    assert SIGNING_KEY not in told.err


def test_a_bad_signing_key_is_found_before_anything_is_read(inside: Inside) -> None:
    for command in ("apply", "resume", "recheck"):
        more = ("--auto-approve",) if command == "apply" else ()
        told = inside.run(command, *more, env={"RECONCILER_SIGNING_KEY": "hunter2"})
        assert (told.code, told.out) == (3, "")
        assert "RECONCILER_SIGNING_KEY: is not a signing key" in told.err
        assert "hunter2" not in told.err
    assert inside.arrivals() == []
    both = {"RECONCILER_SIGNING_KEY": SIGNING_KEY, "RECONCILER_SIGNING_KEY_FILE": "x"}
    assert "is set twice" in inside.run("apply", "--auto-approve", env=both).err


def test_every_run_that_has_a_log_signs_it_and_no_other_command_does(signed: Inside) -> None:
    assert signed.run("plan").code == 0
    assert signed.run("resume").code == 0
    assert signed.run("recheck").code == 0
    assert len(notes(signed)) == len(signed.audit_files()) == 2
    assert signed.run("audit", "verify", "--keys", "trusted.keys").code == 0


def test_the_signing_key_is_written_nowhere(signed: Inside) -> None:
    loud = ("-v", "-v", "--log-format", "json")
    runs = [
        signed.run("recheck", *loud),
        signed.run("audit", "export", "--out", "log.tar", *loud),
        signed.run("audit", "certificate", "--ticket", "OPS-1", *loud),
    ]
    assert [ran.code for ran in runs] == [0, 0, 0]
    secret = SIGNING_KEY.rpartition("+")[2].encode()
    for path in signed.folder.rglob("*"):
        assert not path.is_file() or secret not in path.read_bytes()
    for ran in runs:
        assert secret not in (ran.out + ran.err).encode()


def unpacked(world: Inside, name: str = "log.tar") -> dict[str, bytes]:
    with tarfile.open(world.folder / name) as tar:
        found = {}
        for member in tar.getmembers():
            file = tar.extractfile(member)
            assert file
            assert (member.mtime, member.uid, member.mode) == (0, 0, 0o600)
            found[member.name] = file.read()
        return found


def test_an_export_has_everything_that_it_takes_to_check_it(signed: Inside) -> None:
    told = signed.run("audit", "export", "--out", "log.tar")
    assert told.code == 0, told.err
    archive = signed.folder / "log.tar"
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    lines, digest = len(signed.events()), hashlib.sha256(archive.read_bytes()).hexdigest()
    assert told.out == (
        f"Exported 1 run to log.tar, {archive.stat().st_size} bytes.\n"
        f"sha256:{digest}\n"
        f"Audit log verified: 1 run, {lines} lines, 2 checkpoints (2 signed by a given key).\n"
    )
    files = unpacked(signed)
    (log,) = signed.audit_files()
    names = ["README.txt", "verify.sh", "index.json"]
    runs = [f"audit/{log.name}", f"audit/{log.stem}.checkpoints"]
    assert list(files) == [f"audit-export/{one}" for one in (*names, *runs, "SHA256SUMS")]
    assert files[f"audit-export/{runs[0]}"] == log.read_bytes()
    assert files[f"audit-export/{runs[1]}"] == notes(signed)[0].read_bytes()
    index = json.loads(files["audit-export/index.json"])
    (run,) = index.pop("runs")
    assert (run["run_id"], run["lines"], run["source"]) == (log.stem, lines, "folder")
    assert index == {
        "type": "audit_export",
        "tool": index["tool"],
        "checked_with": [VERIFIER],
        "checkpoints": 2,
        "signed": 2,
        "findings": [],
        "exit_code": 0,
        "failure_reason": "",
    }


@pytest.mark.skipif(
    None in {shutil.which(tool) for tool in ("sh", "tar", "sha256sum", "jq", "openssl")},
    reason="this machine lacks sha256sum, jq or openssl",
)
def test_whoever_gets_an_export_checks_it_without_us(signed: Inside, tmp_path: Path) -> None:
    assert signed.run("audit", "export", "--out", "log.tar").code == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    script = (
        f"tar xf {signed.folder}/log.tar && cd audit-export && sha256sum -c SHA256SUMS && "
        f"sh verify.sh -k {signed.folder}/trusted.keys audit/*.jsonl"
    )
    done = subprocess.run(
        [str(shutil.which("sh")), "-c", script],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(": OK\n") == 5
    assert "2 checkpoints, 2 signed by a given key\n" in done.stdout
    there = str(elsewhere / "audit-export/audit")
    told = signed.run("audit", "verify", there, "--keys", "trusted.keys")
    assert (told.code, told.out[:27]) == (0, "Audit log verified: 1 run, ")


def test_the_same_log_makes_the_same_bytes_and_nothing_is_written_over(signed: Inside) -> None:
    for name in ("a.tar", "b.tar"):
        assert signed.run("audit", "export", "--out", name).code == 0
    first = (signed.folder / "a.tar").read_bytes()
    assert first == (signed.folder / "b.tar").read_bytes()
    told = signed.run("audit", "export", "--out", "a.tar")
    assert (told.code, told.out) == (64, "")
    assert told.err == (
        "Error: There is a file already, and an export overwrites nothing\n  a.tar\n"
    )
    assert signed.run("audit", "export", "--out", "no/a.tar").code == 1
    assert (signed.folder / "a.tar").read_bytes() == first


def test_a_log_that_does_not_verify_is_exported_and_says_so(signed: Inside) -> None:
    (log,) = signed.audit_files()
    log.write_bytes(log.read_bytes().replace(b'"size":2', b'"size":1', 1))
    told = signed.run("audit", "export", "--out", "log.tar", "--format", "json")
    assert told.code == 5
    document = told.json()
    assert (document["type"], document["exit_code"]) == ("audit_export", 5)
    assert {one["kind"] for one in document["findings"]} >= {"broken"}
    index = json.loads(unpacked(signed)["audit-export/index.json"])
    assert index["findings"] == document["findings"]
    assert (index["exit_code"], index["failure_reason"]) == (5, "plan_stale")


def test_runs_are_chosen_by_id_or_by_day_and_the_ledger_has_what_the_folder_lacks(
    signed: Inside,
) -> None:
    first = signed.audit_files()[0]
    assert signed.run("recheck").code == 0
    for path in (first, notes(signed)[0]):
        path.unlink()
    chosen = signed.run("audit", "export", "--out", "one.tar", "--run", first.stem)
    assert chosen.code == 7  # without its checkpoints nothing vouches for it alone
    (run,) = json.loads(unpacked(signed, "one.tar")["audit-export/index.json"])["runs"]
    assert (run["run_id"], run["source"], run["has_checkpoints"]) == (first.stem, "ledger", False)
    # With the run that came later there is one.
    assert signed.run("audit", "export", "--out", "all.tar", "--since", "1d").code == 0
    assert len([one for one in unpacked(signed, "all.tar") if one.endswith(".jsonl")]) == 2
    assert signed.run("audit", "export", "--out", "x.tar", "--run", "nobody").code == 64
    assert signed.run("audit", "export", "--out", "x.tar", "--since", "2999-01-01").code == 64
    assert not (signed.folder / "x.tar").exists()


def certificate(world: Inside, *arguments: str) -> Ran:
    return world.run("audit", "certificate", *arguments)


def in_json(world: Inside, *arguments: str) -> dict[str, Any]:
    return certificate(world, *arguments, "--format", "json").json()


def test_a_certificate_names_every_target_with_the_lines_that_prove_it(signed: Inside) -> None:
    document = in_json(signed, "--ticket", "OPS-1")
    events = {event["seq"]: event for event in signed.events()}
    (log,) = signed.audit_files()
    lines = log.read_bytes().splitlines()
    assert [one["address"] for one in document["proven"]] == sorted([*TASKS, *RECORDS])
    assert document["unproven"] == []
    for one in document["proven"]:
        manifest = "tasks" if one["system"] == "leadsquared" else "records"
        (declared,) = one["declared"]
        assert declared["manifest"].endswith(f"/old-{manifest}")
        assert (declared["ticket"], declared["purpose"]) == ("OPS-1", "hygiene")
        assert (one["outcome"], list(one["evidence"].values())) == ("deleted", [2])
        for what, kind in (("intended", "batch.intent"), ("shown", "batch.settled")):
            event = events[one[what]["seq"]]
            assert (event["type"], event["time"]) == (kind, one[what]["time"])
            assert event["batch"]["account"] == one["account"]
            line = lines[one[what]["seq"]]
            assert one[what]["hash"] == hashlib.sha256(line).hexdigest()
    (ground,) = document["rests_on"]
    assert (ground["run_id"], ground["lines"]) == (log.stem, len(lines))
    assert ground["hash"] == hashlib.sha256(lines[-1]).hexdigest()


def test_a_certificate_is_signed_as_it_stands(signed: Inside) -> None:
    key = parse_verifier(VERIFIER)
    text, _, line = certificate(signed, "--run", signed.audit_files()[0].stem).out.rpartition(
        "\n\n"
    )
    assert text.startswith("Certificate of erasure\n\nasked for       run 20")
    assert is_signed_by(key, f"{text}\n".encode(), parse_signature(line.rstrip()).content)
    document = in_json(signed, "--ticket", "OPS-1")
    (line,) = document.pop("signatures")
    canonical = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert is_signed_by(key, f"{canonical}\n".encode(), parse_signature(line).content)


def test_without_a_key_a_certificate_says_that_it_is_not_signed(inside: Inside) -> None:
    assert inside.run("apply", "--auto-approve").code == 0
    told = certificate(inside, "--target", TASKS[0])
    assert told.code == 0
    masked = re.sub(r"20\d\d-[-0-9T:.]+Z", "TIME", told.out)
    masked = re.sub(r"20\d{6}T\d{9}Z-[0-9a-f]{8}", "RUN", masked)
    masked = re.sub(r"[0-9a-f]{64}", "HASH", masked)
    masked = re.sub(r"\b[0-9a-f]{16}\b", "LOG", masked)
    masked = re.sub(r"reconciler [\d.]+|RUN by \w+|at \S+:\d+", "…", masked)
    lines = len(inside.events())
    assert (
        masked
        == f"""\
Certificate of erasure

asked for       target {TASKS[0]}
issued          TIME by …
proven absent   1 target
not proven      0 targets

Proven absent when read

  in            leadsquared account crm, tenant 22824 …
  declared by   AbsentTasks/old-tasks (manifests/tasks.yaml), ticket OPS-1, purpose hygiene
  intended      TIME, run RUN, seq {_seq(inside, "batch.intent")}, sha256 HASH
  deleted       TIME, run RUN, seq {_seq(inside, "batch.settled")}, sha256 HASH
  read back     by id: 200 [] (2)
    {TASKS[0]}

What it rests on

  run           …
  plan          sha256:HASH
  with          {lines} lines of log LOG, the last sha256 HASH
  checkpoints   2 checkpoints (unsigned)

What it says, and what not

  - What is called absent was read between the two times that are given, and was not there.
  - Nothing is said of other times, nor of copies elsewhere, such as backups and exports.
  - Of what was declared, only what was sent, or is counted here as left alone, is in here.
  - What was absent before anything was sent is not in the log, and so not in here.
  - Each line is one of the audit log: run and seq say which, sha256 what stands there.

This certificate is not signed.
"""
    )


def _seq(world: Inside, kind: str) -> int:
    events = [one for one in world.events() if one["type"] == kind]
    return next(int(one["seq"]) for one in events if one["batch"]["account"] == "crm")


def test_what_has_returned_is_not_proven_absent(signed: Inside) -> None:
    with signed.store() as store:
        store.add_task(task_id(0), OwnerId=store.tasks()[0]["OwnerId"])
    assert signed.run("recheck").code == 2
    told = certificate(signed, "--ticket", "OPS-1")
    assert told.code == 7
    assert "proven absent   3 targets\nnot proven      1 target\n" in told.out
    behind = told.out.partition("Not proven absent")[2]
    assert f"\n    {TASKS[0]}\n" in behind
    assert "\n  returned      20" in behind
    document = in_json(signed, "--target", TASKS[0])
    assert (document["proven"], document["exit_code"]) == ([], 7)
    assert [one["outcome"] for one in document["unproven"]] == ["returned"]
    # Deleted once more, it is.
    assert signed.run("apply", "--auto-approve").code == 0
    assert certificate(signed, "--target", TASKS[0]).code == 0


def test_what_was_declared_and_never_sent_is_not_hidden_by_a_certificate(inside: Inside) -> None:
    lines = ("apiVersion: reconciler/v1", "kind: Protection")
    head = "metadata: {name: kept, owner: legal, reason: A legal hold}"
    spec = ("spec:", "  account: crm", f"  tasks: [{task_id(0)}]")
    inside.write("kept.yaml", *lines, head, *spec)
    assert inside.run("apply", "--auto-approve").code == 0
    told = certificate(inside, "--ticket", "OPS-1")
    assert told.code == 7
    assert "proven absent   3 targets\nnot proven      1 target\n" in told.out
    assert "\n  not sent      1 protected\n" in told.out
    document = in_json(inside, "--ticket", "OPS-1")
    assert (document["exit_code"], document["unproven"]) == (7, [])
    (left,) = document["not_sent"]
    (log,) = inside.audit_files()
    first = log.read_bytes().splitlines()[0]
    assert left["counts"] == {"protected": 1}
    assert left["declared"]["manifest"] == "AbsentTasks/old-tasks"
    assert (left["told"]["seq"], left["told"]["hash"]) == (0, hashlib.sha256(first).hexdigest())
    assert [one["run_id"] for one in document["rests_on"]] == [log.stem]
    assert inside.run("audit", "verify").code == 0
    # It is of the ticket, and not of what was sent and is gone.
    assert certificate(inside, "--target", TASKS[1]).code == 0
    # Once it is not protected any more, it is sent.
    (inside.folder / "manifests/kept.yaml").unlink()
    assert inside.run("apply", "--auto-approve").code == 0
    assert certificate(inside, "--ticket", "OPS-1").code == 0


def test_nothing_is_certified_by_a_broken_log(signed: Inside) -> None:
    (log,) = signed.audit_files()
    log.write_bytes(log.read_bytes().replace(b'"size":2', b'"size":1', 1))
    told = certificate(signed, "--ticket", "OPS-1")
    assert (told.code, told.out) == (5, "")
    assert told.err.startswith("Error: The audit log is broken, so nothing can be certified by it")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "A certificate is of something: pass --ticket, --target or --run"),
        (("--ticket", "NOPE"), "Nothing that was sent is that"),
        (("--run", "NOPE"), "Nothing that was sent is that"),
        (("--target", f"leadsquared/crm/task/{task_id(2)}"), "Nothing that was sent is that"),
        (("--ticket", "OPS-1", "--run", "NOPE"), "Nothing that was sent is that"),
        (("--target", "foo"), "--target is an address, a phone number such as +14155550100, or"),
        (("--target", "+14155550100"), "Phone numbers and external ids are found by their"),
    ],
)
def test_what_was_never_sent_has_no_certificate(
    signed: Inside, arguments: tuple[str, ...], words: str
) -> None:
    told = certificate(signed, *arguments)
    assert (told.code, told.out) == (64, "")
    assert told.err.startswith(f"Error: {words}")


def test_a_machine_without_the_folder_certifies_by_the_ledger(inside: Inside) -> None:
    assert inside.run("apply", "--auto-approve").code == 0
    shutil.rmtree(inside.folder / ".reconciler/audit")
    told = certificate(inside, "--ticket", "OPS-1")
    assert told.code == 0
    assert "  checkpoints   0 checkpoints\n" in told.out


@pytest.mark.parametrize("delete_by", ["id", "declared"])
def test_a_number_is_found_by_its_pseudonym_and_not_shown(inside: Inside, delete_by: str) -> None:
    number = "+19995550123"
    with inside.store() as store:
        store.update_record(
            LIST,
            record_id(0),
            phone_number=number,
            phone_numbers=[{"phone_number": number, "phone_type": "MOBILE"}],
        )
    inside.declare(policy="{canary: [], allowDeclared: true}")
    inside.write(
        "numbers.yaml",
        "apiVersion: reconciler/v1",
        "kind: AbsentRecords",
        "metadata: {name: numbers, owner: ops, reason: Asked, ticket: DNC-1}",
        "spec:",
        "  account: dialer",
        f"  recordList: {LIST}",
        f"  deleteBy: {delete_by}",
        f'  records: [{{phoneNumber: "{number}"}}]',
    )
    inside.env["RECONCILER_PII_KEY"] = "a key"
    assert inside.run("apply", "--auto-approve").code == 0
    told = certificate(inside, "--target", number)
    assert told.code == 0, told.err
    assert f"    {RECORDS[0]}" in told.out
    assert number not in told.out
    asked = re.search(r"asked for +target (h1:[0-9a-f]+:[0-9a-f]+)\n", told.out)
    assert asked
    assert (f"sent as {asked[1]}" in told.out) == (delete_by == "declared")
    # A key that was replaced still searches.
    rotated = {"RECONCILER_PII_KEY": "another\na key"}
    assert inside.run("audit", "certificate", "--target", number, env=rotated).code == 0
    strange = {"RECONCILER_PII_KEY": "another"}
    assert inside.run("audit", "certificate", "--target", number, env=strange).code == 64
    # Only the ledger knows what a number selected; what was sent stands in the log itself.
    (inside.folder / ".reconciler/ledger.sqlite").unlink()
    alone = inside.run("audit", "certificate", "--target", number, env=rotated)
    assert alone.code == (0 if delete_by == "declared" else 64)
