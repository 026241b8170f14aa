"""``find`` with ``--target`` and ``--exclude``: what matches, by what is declared already."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.sandbox.seed import phone_number, record_id, record_list_id, task_id
from tests.functional.test_commands import NO_LIST, TICKET, found_ids, live, talk
from tests.functional.world import LIST, Inside, document

TASKS = ("find", "tasks", "--account", "crm", "createdAfter=2000-01-01")
RECORDS = ("find", "records", "--account", "dialer", "--record-list", LIST)
EVERY = "createdAfter=2000-01-01"
HEAD = "owner: ops, reason: Old"
RULE = "where: {priority: [1], max: 99}"


def manifest(world: Inside, name: str, spec: str, record_list: str = LIST) -> None:
    place = f"account: dialer, recordList: {record_list}"
    world.write(
        f"{name}.yaml", *document("AbsentRecords", name, HEAD), f"spec: {{{place}, {spec}}}"
    )


def ids(world: Inside, *arguments: str) -> set[str]:
    ran = world.run(*arguments)
    assert ran.code == 0, ran.err
    return set(found_ids(ran))


def test_what_is_declared_already_can_be_left_out(inside: Inside) -> None:
    every = ids(inside, *TASKS)
    declared = {task_id(0), task_id(1)}
    assert declared < every
    assert ids(inside, *TASKS, "--exclude", "AbsentTasks/old-tasks") == every - declared
    assert ids(inside, *TASKS, "--target", "AbsentTasks/old-tasks") == declared


def test_addresses_and_accounts_narrow_it_as_they_narrow_a_plan(inside: Inside) -> None:
    every, first = ids(inside, *TASKS), f"leadsquared/crm/task/{task_id(5)}"
    assert ids(inside, *TASKS, "--target", "account/crm") == every
    assert ids(inside, *TASKS, "--target", "leadsquared/crm/task/") == every
    assert ids(inside, *TASKS, "--exclude", first) == every - {task_id(5)}
    assert ids(inside, *TASKS, "--target", first) == {task_id(5)}
    assert ids(inside, *TASKS, "--target", first, "--exclude", "account/crm") == set()


def test_what_rules_and_numbers_declare_already_counts_too(inside: Inside) -> None:
    manifest(inside, "urgent", RULE)
    manifest(inside, "called", f'records: [{{phoneNumber: "{phone_number(4)}"}}]')
    every = ids(inside, *RECORDS, EVERY)
    urgent = ids(inside, *RECORDS, "priority=1")
    assert urgent
    assert ids(inside, *RECORDS, EVERY, "--exclude", "AbsentRecords/urgent") == every - urgent
    assert ids(inside, *RECORDS, EVERY, "--target", "AbsentRecords/urgent") == urgent
    called = ids(inside, *RECORDS, EVERY, "--target", "AbsentRecords/called")
    assert called == {record_id(4)}
    entry = f"talkdesk/dialer/{LIST}/declared/"
    assert ids(inside, *RECORDS, EVERY, "--target", entry) == called
    assert ids(inside, *RECORDS, EVERY, "--exclude", entry) == every - called


def test_of_what_a_file_names_only_what_is_in_scope_is_read(inside: Inside) -> None:
    names = [task_id(0), task_id(1), task_id(2), task_id(3)]
    Path(inside.folder, "ids.txt").write_text("\n".join(names))
    asked = ("find", "tasks", "--account", "crm", "--ids-from", "ids.txt", *TICKET)
    assert ids(inside, *asked) == set(names)

    def reads(*selectors: str) -> tuple[set[str], set[str]]:
        before = len(inside.arrivals())
        found = ids(inside, *asked, *selectors)
        arrived = inside.arrivals()[before:]
        return found, {one for one in names for arrival in arrived if one in arrival.query}

    listed, others = set(names[:2]), set(names[2:])
    assert reads("--exclude", "AbsentTasks/old-tasks") == (others, others)
    assert reads("--target", "AbsentTasks/old-tasks") == (listed, listed)
    one = f"leadsquared/crm/task/{names[0]}"
    assert reads("--exclude", one) == (set(names[1:]), set(names[1:]))
    assert reads("--target", f"leadsquared/crm/task/{names[3].upper()}") == (
        {names[3]},
        {names[3]},
    )


def test_what_is_in_scope_is_told_as_it_is(inside: Inside) -> None:
    whole = {one["id"]: one for one in live(inside, *TASKS)["items"]}
    found = live(inside, *TASKS, "--exclude", "AbsentTasks/old-tasks")
    assert found["counts"]["found"] == len(found["items"]) == len(whole) - 2
    assert [one for one in found["items"] if one != whole[one["id"]]] == []


def test_why_something_in_scope_could_not_be_read_is_told(inside: Inside) -> None:
    Path(inside.folder, "ids.txt").write_text(f"{record_id(0)}\n{record_id(1)}\n")
    asked = ("find", "records", "--account", "dialer", "--record-list", NO_LIST)
    exclude = ("--exclude", f"talkdesk/dialer/{NO_LIST}/record/{record_id(0)}")
    ran = inside.run(*asked, "--ids-from", "ids.txt", *TICKET, *exclude)
    assert (ran.code, found_ids(ran)) == (7, [])
    assert "It is not known whether anything matches line 2 of the file.\n" in ran.err
    assert ran.err.endswith("was answered 404 0530910 Record List not found.\n")


def test_a_rule_is_held_against_what_a_file_names(inside: Inside) -> None:
    manifest(inside, "urgent", RULE)
    urgent = ids(inside, *RECORDS, "priority=1")
    names = [*sorted(urgent)[:2], record_id(0), record_id(1)]
    Path(inside.folder, "ids.txt").write_text("\n".join(names))
    asked = (*RECORDS, "--ids-from", "ids.txt", *TICKET)
    exclude = ("--exclude", "AbsentRecords/urgent")
    assert ids(inside, *asked, *exclude) == set(names) - urgent
    assert ids(inside, *asked, "--target", "AbsentRecords/urgent") == set(names) & urgent


def test_what_manifests_expect_holds_nothing_that_is_found(inside: Inside) -> None:
    manifest(inside, "strict", f"records: [{{id: {record_id(5)}}}], expect: {{priority: [99]}}")
    assert ids(inside, *RECORDS, EVERY, "--target", "AbsentRecords/strict") == {record_id(5)}


def test_what_it_was_narrowed_to_is_recorded(inside: Inside) -> None:
    selectors = ("--target", "account/crm", "--exclude", "AbsentTasks/old-tasks")
    ran = inside.run(*TASKS, *selectors)
    narrowed = "# Narrowed to account/crm, without AbsentTasks/old-tasks."
    assert ran.out.splitlines()[1] == narrowed
    assert talk(ran) == f"{len(found_ids(ran))} tasks found in crm.\n"
    inside.write("found.yaml", *ran.out.splitlines())
    assert inside.run("validate", "--strict").code == 0
    found = live(inside, *TASKS, *selectors)
    assert (found["targets"], found["excludes"]) == (
        ["account/crm"],
        ["AbsentTasks/old-tasks"],
    )
    whole = live(inside, *TASKS)
    assert (whole["targets"], whole["excludes"]) == ([], [])


@pytest.mark.parametrize(
    ("selector", "why"),
    [
        ("account/dialer", "nothing goes by it in leadsquared/crm/"),
        ("account/x", "nothing goes by it in leadsquared/crm/"),
        ("AbsentTasks/x", "it declares nothing in leadsquared/crm/"),
        ("AbsentRecords/old-records", "it declares nothing in leadsquared/crm/"),
        ("talkdesk/", "nothing goes by it in leadsquared/crm/"),
        ("leadsquared/crm/where/", "nothing goes by it in leadsquared/crm/"),
        (
            f"talkdesk/dialer/{LIST}/record/{record_id(0)}",
            "nothing goes by it in leadsquared/crm/",
        ),
    ],
)
def test_what_nothing_there_can_match_is_refused_before_anything_is_read(
    inside: Inside, selector: str, why: str
) -> None:
    ran = inside.run(*TASKS, "--exclude", selector, "--target", "account/crm")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith(
        f"Error: A selector matches nothing\n  --exclude {selector}: {why}\n  hint: "
    )
    assert inside.arrivals() == []


def test_an_address_that_a_file_does_not_name_is_refused_before_anything_is_read(
    inside: Inside,
) -> None:
    Path(inside.folder, "ids.txt").write_text(task_id(2))
    asked = ("find", "tasks", "--account", "crm", "--ids-from", "ids.txt", *TICKET)
    ran = inside.run(*asked, "--target", f"leadsquared/crm/task/{task_id(0)}")
    assert ran.code == 64
    assert f"task/{task_id(0)}: nothing goes by it in leadsquared/crm/\n" in ran.err
    assert inside.arrivals() == []


def test_an_address_that_does_not_match_now_is_refused(inside: Inside) -> None:
    address = f"leadsquared/crm/task/{task_id(0)}"
    for option in ("--target", "--exclude"):
        ran = inside.run(
            "find", "tasks", "--account", "crm", "createdBefore=1990-01-01", option, address
        )
        assert (ran.code, ran.out) == (64, "")
        assert f"  {option} {address}: it does not match\n" in ran.err


def test_where_not_everything_was_read_nobody_can_say_that_it_does_not_match(
    inside: Inside,
) -> None:
    asked = ("find", "records", "--account", "dialer", "--record-list", NO_LIST, "priority=1")
    ran = inside.run(*asked, "--target", f"talkdesk/dialer/{NO_LIST}/record/{record_id(0)}")
    assert (ran.code, found_ids(ran)) == (7, [])


def test_malformed_selectors_are_refused(inside: Inside) -> None:
    ran = inside.run(*TASKS, "--target", "crm")
    assert (ran.code, ran.out) == (64, "")
    assert ran.err.startswith("Error: This selects nothing\n  --target crm\n  hint: Write account/")


def test_a_shared_number_out_of_scope_is_no_match(opened_inside: Callable[..., Inside]) -> None:
    world = opened_inside()
    world.declare()
    second = record_list_id(1)
    manifest(world, "shared", f'records: [{{phoneNumber: "{phone_number(3)}"}}]', second)
    asked = ("find", "records", "--account", "dialer", "--record-list", second, EVERY)
    every = ids(world, *asked)
    shared = {record_id(1_000_006), record_id(1_000_007)}
    assert ids(world, *asked, "--exclude", "AbsentRecords/shared") == every - shared
