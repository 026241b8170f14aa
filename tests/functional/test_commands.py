"""Commands that answer a question about live accounts: ``find`` and ``explain``."""

from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.seed import phone_number, record_id, record_list_id, task_id
from tests.functional.world import LIST, Inside, Ran, document

SHARED = phone_number(3)
"""Two records of the second list have it."""
MISSING = "0017abfa-c100-11e5-9340-06c7eb5c8385"
TICKET = ("--ticket", "GDPR-9")
RECORDS = ("records", "--account", "dialer", "--record-list", LIST)


def protection(spec: str, account: str = "crm") -> list[str]:
    head = document("Protection", "keep", "owner: ops, reason: Still needed")
    return [*head, f"spec: {{account: {account}, {spec}}}"]


def live(world: Inside, command: str, *arguments: str) -> dict[str, Any]:
    ran = world.run(command, *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    return ran.json()


def phone_of(world: Inside, number: int) -> str:
    """Return the first phone number of a record of the first list, unmasked."""
    with world.store() as store:
        (row,) = [one for one in store.records(LIST) if one["id"] == record_id(number)]
    return str(row["phone_numbers"][0]["phone_number"])


def talk(ran: Ran) -> str:
    """Return what was said, but for the warning that the account is no real one."""
    return "".join(one for one in ran.err.splitlines(keepends=True) if "is reached at" not in one)


def found_ids(ran: Ran) -> list[str]:
    """Return the ids of a printed manifest."""
    lines = [line.removeprefix("    - ") for line in ran.out.splitlines() if "    - " in line]
    return [line.removeprefix("id: ") for line in lines]


def test_what_matches_is_a_manifest_that_passes_as_it_is(inside: Inside) -> None:
    ran = inside.run("find", "tasks", "--account", "crm", "status=pending")
    assert ran.code == 0, ran.err
    ids = found_ids(ran)
    assert ids == sorted(ids)
    found = live(inside, "find", "tasks", "--account", "crm", "status=pending")
    assert [one["id"] for one in found["items"]] == ids
    assert {one["live"]["status"] for one in found["items"]} == {"pending"}
    assert found["conditions"] == ["status pending"]
    assert ran.out.splitlines()[0].startswith("# Found at ")
    assert ran.out.splitlines()[0].endswith(f": {len(ids)} tasks with status pending.")
    assert talk(ran) == f"{len(ids)} tasks found in crm.\n"
    inside.write("found.yaml", *ran.out.splitlines())
    assert inside.run("validate", "--strict").code == 0
    assert inside.run("fmt", "--check", "manifests").out.count("found.yaml") == 0
    again = inside.run("find", "tasks", "--account", "crm", "--status", "pending", "-q")
    assert "  name: found-tasks-2  # what it is about\n" in again.out
    assert (found_ids(again), again.err) == (ids, "")


def test_what_is_protected_is_counted_and_not_listed(inside: Inside) -> None:
    inside.write("keep.yaml", *protection(f"tasks: [{task_id(0)}]"))
    options = ("--name", "two", "--owner", "crm-ops", "--reason", "Old: gone", "--ticket", "T-1")
    ran = inside.run("find", "tasks", "--account", "crm", "createdAfter=2000-01-01", *options)
    ids = found_ids(ran)
    assert task_id(0) not in ids
    assert task_id(1) in ids
    assert f"{len(ids)} tasks with created at or after 2000-01-01T00:00:00Z." in ran.out
    assert "# 1 task more matches and is protected, so not listed.\n" in ran.out
    assert '  name: two\n  owner: crm-ops\n  reason: "Old: gone"\n  ticket: T-1\nspec:' in ran.out
    assert talk(ran) == f"{len(ids)} tasks found in crm; not listed: 1 protected.\n"


def test_records_are_found_by_conditions_of_their_own(inside: Inside) -> None:
    ran = inside.run("find", *RECORDS, "priority=1, 2", "--priority", "3")
    assert ran.code == 0, ran.err
    assert f"  recordList: {LIST}\n  records:\n    - id: " in ran.out
    assert " with priority 1 or 2 or 3.\n" in ran.out
    found = live(inside, "find", *RECORDS, "priority=1")
    assert found["counts"]["found"] == len(found["items"]) > 0
    assert {one["live"]["priority"] for one in found["items"]} == {"1"}
    assert all("***" in one["live"]["phones"] for one in found["items"])


def test_nothing_that_matches_is_an_empty_manifest(inside: Inside) -> None:
    ran = inside.run("find", "tasks", "--account", "crm", "createdBefore=1990-01-01")
    assert (ran.code, found_ids(ran)) == (0, [])
    assert ran.out.endswith("spec:\n  account: crm\n  tasks: []\n")


def test_an_erasure_request_becomes_ids_and_nothing_else(inside: Inside) -> None:
    phone = phone_of(inside, 0)
    request = Path(inside.folder, "request.txt")
    request.write_text(f"{phone}\n+14155559999\n{record_id(1)}\n{MISSING}\n")
    ran = inside.run("find", *RECORDS, "--ids-from", "request.txt", *TICKET)
    assert ran.code == 0, ran.err
    assert {record_id(0), record_id(1)} <= set(found_ids(ran))
    assert "  ticket: GDPR-9\n  purpose: gdpr_erasure\n" in ran.out
    assert " records of those that a file names.\n" in ran.out.partition("\n")[0] + "\n"
    assert phone not in ran.out + ran.err
    assert "9999" not in ran.out + ran.err
    assert ran.err.endswith("Nothing matches lines 2, 4 of the file.\n")
    inside.write("found.yaml", *ran.out.splitlines())
    assert inside.run("validate").code == 0
    found = live(inside, "find", *RECORDS, "--ids-from", "request.txt", *TICKET)
    assert (found["absent_lines"], found["unknown_lines"]) == ([2, 4], [])


def test_conditions_narrow_what_a_file_names(inside: Inside) -> None:
    Path(inside.folder, "ids.csv").write_text(f"id\n{task_id(0)}\n{task_id(1)}\n")
    ids = ("find", "tasks", "--account", "crm", "--ids-from", "ids.csv", "--purpose", "hygiene")
    ran = inside.run(*ids, "createdBefore=1990-01-01")
    assert (ran.code, found_ids(ran)) == (0, [])
    assert talk(ran) == "0 tasks found in crm; not listed: 2 differing from the conditions.\n"
    assert found_ids(inside.run(*ids)) == sorted([task_id(0), task_id(1)])


def test_many_lines_that_match_nothing_are_cut(inside: Inside) -> None:
    unknown = [f"{number:08x}-0000-4000-8000-000000000000" for number in range(21)]
    Path(inside.folder, "ids.txt").write_text("\n".join([task_id(0), *unknown]))
    ids = ("find", "tasks", "--account", "crm", "--ids-from", "ids.txt", *TICKET)
    assert " 20, 21 and 1 more (--full shows all) of the file.\n" in inside.run(*ids).err
    assert " 20, 21, 22 of the file.\n" in inside.run(*ids, "--full").err


NO_LIST = f"00000000{LIST[8:]}"


def test_what_could_not_be_read_is_incomplete(inside: Inside) -> None:
    asked = ("records", "--account", "dialer", "--record-list", NO_LIST)
    ran = inside.run("find", *asked, "priority=1")
    assert (ran.code, found_ids(ran)) == (7, [])
    assert ran.out.startswith("# INCOMPLETE: not everything could be read: ")
    assert ran.err.endswith(
        "Not everything could be read: the record list was answered 404 "
        "0530910 Record List not found.\n"
    )
    trouble = ran.err.splitlines(keepends=True)[-1]
    assert inside.run("find", *asked, "priority=1", "-q").err == trouble
    Path(inside.folder, "ids.txt").write_text(f"{record_id(0)}\n+14155550100\n")
    ran = inside.run("find", *asked, "--ids-from", "ids.txt", *TICKET, "--format", "json")
    assert (ran.code, ran.json()["unknown_lines"]) == (7, [1, 2])
    assert ran.json()["failure_reason"] == "incomplete"
    Path(inside.folder, "ids.txt").write_text(f"{record_id(0)}\n")
    ran = inside.run("find", *asked, "--ids-from", "ids.txt", *TICKET)
    assert ran.code == 7
    assert "It is not known whether anything matches line 1 of the file.\n" in ran.err


def test_a_ledger_that_cannot_be_written_is_a_warning(inside: Inside) -> None:
    ledger = ("--ledger", f"sqlite:///{inside.folder}/no/such/folder/ledger.sqlite")
    Path(inside.folder, "no").write_text("in the way")
    ran = inside.run("find", "tasks", "--account", "crm", "status=pending", *ledger)
    assert ran.code == 0
    assert talk(ran).startswith("Warning: no ledger, so the rate limit holds within this process")


def test_a_declared_target_is_explained(inside: Inside) -> None:
    inside.write("keep.yaml", *protection("where: {status: cancelled}"))
    ran = inside.run("explain", task_id(0))
    assert ran.code == 0, ran.err
    assert ran.out.startswith(
        f"leadsquared/crm/task/{task_id(0)}: delete\n"
        "  declared absent and seen alive\n"
        "  evidence: by id, 200 with the task\n"
        "\nLive now:\n  type    = "
    )
    assert "\nDeclared by its id:\n  manifests/tasks.yaml:7 (AbsentTasks/old-tasks, OPS-1)\n" in (
        ran.out
    )
    assert "  Protection/keep does not protect it  manifests/keep.yaml:1\n" in ran.out
    assert "    ! status cancelled: fails, is pending\n" in ran.out
    assert "To change it:\n  Withdraw it at manifests/tasks.yaml:7, or list it in a Protection" in (
        ran.out
    )


def test_rules_identifiers_and_expectations_are_explained(inside: Inside) -> None:
    phone, home = phone_of(inside, 50), f"talkdesk/dialer/{LIST}/record/"
    where = document("AbsentRecords", "rule", "owner: ops, reason: Old")
    by_phone = document("AbsentRecords", "phone", "owner: ops, reason: Old")
    inside.write(
        "rules.yaml",
        *where,
        f"spec: {{account: dialer, recordList: {LIST}, where: {{priority: [77], max: 5}}}}",
        "---",
        *by_phone,
        f'spec: {{account: dialer, recordList: {LIST}, records: [{{phoneNumber: "{phone}"}}],',
        "  expect: {priority: [99]}}",
    )
    ran = inside.run("explain", f"{home}{record_id(50)}", "--format", "json")
    found = ran.json()
    assert (ran.code, found["action"]) == (0, "held")
    assert [one["matches"] for one in found["rules"]] == [False]
    (identifier,) = found["identifiers"]
    assert identifier["identifier"] == f"phone number ***{phone[-4:]}"
    (expected,) = found["expects"]
    (condition,) = expected["conditions"]
    assert (expected["met"], condition["asks"]) == (False, "priority 99")
    assert phone not in ran.out + ran.err
    text = inside.run("explain", f"{home}{record_id(50)}").out
    assert "\nDeclared by an identifier:\n  phone number ***" in text
    assert "  AbsentRecords/rule does not match  manifests/rules.yaml:4\n" in text
    assert "  AbsentRecords/phone is not met  manifests/rules.yaml:9\n" in text
    assert "To change it:\n  Change `expect` of AbsentRecords/phone, or withdraw it at" in text


def test_what_its_number_also_selects_is_a_part_of_the_answer(inside: Inside) -> None:
    """A number that is sent itself deletes all that it selects, or nothing."""
    second = record_list_id(1)
    mine, other = record_id(1_000_006), record_id(1_000_007)
    by_phone = document("AbsentRecords", "phone", "owner: ops, reason: Old")
    inside.write(
        "phone.yaml",
        *by_phone,
        f'spec: {{account: dialer, recordList: {second}, records: [{{phoneNumber: "{SHARED}"}}],',
        "  deleteBy: declared}",
    )
    address = f"talkdesk/dialer/{second}/record/{mine}"
    assert live(inside, "explain", address)["action"] == "delete"
    inside.write("keep.yaml", *protection(f"records: [{{id: {other}}}]", "dialer"))
    found = live(inside, "explain", address)
    assert (found["action"], found["reason"]) == (
        "held",
        "its identifier is sent as declared and also selects a record that is protected",
    )


def test_only_the_row_of_the_target_is_read(inside: Inside) -> None:
    where = document("AbsentTasks", "rule", "owner: ops, reason: Old")
    inside.write("rule.yaml", *where, "spec: {account: crm, where: {status: pending, max: 99}}")
    before = len(inside.arrivals())
    found = live(inside, "explain", f"leadsquared/crm/task/{task_id(5)}")
    assert [one["matches"] for one in found["rules"]] == [True]
    assert found["action"] == "delete"
    assert len(inside.arrivals()) - before < 6


def test_a_target_that_is_gone_is_explained(inside: Inside) -> None:
    ran = inside.run("explain", task_id(999_999))
    assert ran.code == 0
    assert ran.out.startswith(f"leadsquared/crm/task/{task_id(999_999)}: absent\n  already absent")
    assert "\nNothing has to be done: it is gone." in ran.out


def test_a_target_that_cannot_be_read_is_exit_7(inside: Inside) -> None:
    head = document("AbsentRecords", "lost", "owner: ops, reason: Old")
    inside.write(
        "lost.yaml",
        *head,
        f"spec: {{account: dialer, recordList: {NO_LIST}, records: [{{id: {MISSING}}}]}}",
    )
    ran = inside.run("explain", MISSING)
    assert ran.code == 7
    assert ran.out.startswith(f"talkdesk/dialer/{NO_LIST}/record/{MISSING}: unknown\n")
    assert "\nRead it again: as long as it is unknown, it is not deleted.\n" in ran.out


def test_what_nothing_declares_is_told_without_asking_anybody(inside: Inside) -> None:
    before = len(inside.arrivals())
    for target in (f"leadsquared/crm/task/{MISSING}", f"talkdesk/dialer/{LIST}/record/{MISSING}"):
        ran = inside.run("explain", target)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith(f"{target}: left alone\n  nothing declares it\n")
    found = live(inside, "explain", MISSING)
    assert (found["address"], found["action"], found["account"]) == (MISSING, "", "")
    assert len(inside.arrivals()) == before


def test_an_id_of_several_containers_needs_an_address(inside: Inside) -> None:
    inside.write(
        "more.yaml",
        *document("AbsentRecords", "more", "owner: ops, reason: Old"),
        f"spec: {{account: dialer, recordList: {LIST}, records: [{{id: {task_id(0)}}}]}}",
    )
    ran = inside.run("explain", task_id(0).upper())
    assert (ran.code, ran.out) == (64, "")
    assert ran.err == (
        "Error: Several containers may have a target of this id\n"
        f"  leadsquared/crm/task/{task_id(0)}\n"
        f"  talkdesk/dialer/{LIST}/record/{task_id(0)}\n"
        "  hint: Give its address: one of these.\n"
    )


def test_what_only_an_expired_manifest_lists_is_told_with_its_place(inside: Inside) -> None:
    head = document("AbsentTasks", "past", "owner: ops, reason: Old, expires: 2020-01-01")
    inside.write("past.yaml", *head, f"spec: {{account: crm, tasks: [{MISSING}]}}")
    line = "manifests/past.yaml:4: AbsentTasks/past lists it, but expired on 2020-01-01"
    for target in (MISSING, f"leadsquared/crm/task/{MISSING}"):
        ran = inside.run("explain", target)
        assert ran.out.endswith(
            f": left alone\n  nothing declares it\n\nWarning: {line}\n\nTo change it:\n"
            + ran.out.splitlines(keepends=True)[-1]
        )
        assert live(inside, "explain", target)["warnings"] == [line]
    elsewhere = live(inside, "explain", f"talkdesk/dialer/{LIST}/record/{MISSING}")
    assert elsewhere["warnings"] == []


def test_an_account_that_is_not_declared_is_wrong_usage(inside: Inside) -> None:
    for account in ("cmr", "dialer"):
        ran = inside.run("explain", f"leadsquared/{account}/task/{MISSING}")
        assert (ran.code, ran.out) == (64, "")
        hint = "Did you mean `crm`?" if account == "cmr" else "Declared: `crm`."
        assert ran.err == (
            "Error: The manifests declare no leadsquared account of that name\n"
            f"  {account}\n"
            f"  hint: {hint}\n"
        )


@pytest.mark.parametrize("entry", ["declared/a b.yaml:3", "where/dir/a.yaml:30"])
def test_an_entry_is_not_a_target(inside: Inside, entry: str) -> None:
    for home in ("leadsquared/crm", f"talkdesk/dialer/{LIST}"):
        ran = inside.run("explain", f"{home}/{entry}")
        assert (ran.code, ran.out) == (64, "")
        assert ran.err == (
            "Error: This is an entry of a manifest, not a task or record\n"
            f"  {home}/{entry}\n"
            "  hint: `reconciler plan` says what becomes of it. Give the address of a target.\n"
        )


@pytest.mark.parametrize("target", ["", "crm", "leadsquared/crm/task/1", f"crm/{MISSING}"])
def test_what_is_no_address_is_wrong_usage(inside: Inside, target: str) -> None:
    ran = inside.run("explain", target)
    assert (ran.code, ran.out) == (64, "")
    shown = f"  {target}\n" if target else ""
    assert ran.err == (
        f"Error: This is neither an address nor an id\n{shown}"
        "  hint: Write leadsquared/ACCOUNT/task/ID or talkdesk/ACCOUNT/LIST/record/ID.\n"
    )
