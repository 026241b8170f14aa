"""What a change of the manifests brings to a plan, as people read it."""

from reconciler.domain.document import Fields, PlanDocument
from reconciler.views.text.lines import render
from reconciler.views.text.plan import plan_text
from tests.views.documents import (
    LIST,
    compared,
    document,
    guard,
    loosened,
    number,
    record,
    task,
    withdrawn,
)

SUMMARY = "Compared with origin/main (abc123def456): "


def text(plan: PlanDocument, *, full: bool = False) -> str:
    return "".join(render(plan_text(plan, full=full), color=False))


def new(item: Fields) -> Fields:
    return {**item, "change": "introduced"}


def old(item: Fields) -> Fields:
    return {**item, "change": "pre-existing"}


def test_a_compared_plan_opens_with_what_is_loosened_and_tells_what_is_introduced() -> None:
    gone = {"by": "id", "answer": "200 []"}
    plan = compared(
        document(
            new(task(1)),
            old(task(2)),
            new(task(3, "absent")),
            withdrawn(task(4)),
            withdrawn(task(5, "absent"), evidence=gone),
            withdrawn(task(6, "unknown")),
            withdrawn(number(7), **{name: f"{number(7)[name]}#base" for name in ("id", "address")}),
            withdrawn(record(8)),
            guards=(guard("maxDeletes", "account/crm", observed=2),),
        ),
        loosened(1),
        loosened(2, in_base=True),
        loosened(3, manifest="Policy/default", subject="maxDeletes of crm", words="1 becomes 2"),
    )
    assert (
        text(plan)
        == f"""\
Loosened:
  Policy/default, account crm: 1
    ! maxDeletes of crm: 1 becomes 2  manifests/keep.yaml:3
  Protection/keep, account crm: 2
    ! task 1: is no longer protected  manifests/keep.yaml:1
    ! task 2: is no longer protected  manifests/keep.yaml:2 in the base

Reconciler will make these declared targets absent:

Account crm: 2 to delete, 1 already absent
  leadsquared, tenant 22824, api-in21.leadsquared.com
  read by id in 14 calls
  to apply: 1 deleting call, 14 calls to read again, 2 to verify; less than a minute at its limits

  - leadsquared/crm/task/0017abfa-c100-11e5-9340-000000000001 will be deleted (introduced)
      type     = Call back
      name     = C*** b***
      due      = 2026-12-06 05:16:25
      declared = manifests/tasks.yaml:1 (AbsentTasks/old, OPS-1)

  - leadsquared/crm/task/0017abfa-c100-11e5-9340-000000000002 will be deleted
      type     = Call back
      name     = C*** b***
      due      = 2026-12-06 05:16:25
      declared = manifests/tasks.yaml:2 (AbsentTasks/old, OPS-1)

Already absent:
  leadsquared/crm/task (asked by id: 200 [])
    = 0017abfa-c100-11e5-9340-000000000003  manifests/tasks.yaml:3

Withdrawn, so that nothing is done about it:
  leadsquared/crm/task
    = 0017abfa-c100-11e5-9340-000000000004  manifests/tasks.yaml:4 in the base, still there
    = 0017abfa-c100-11e5-9340-000000000005  manifests/tasks.yaml:5 in the base, absent
    = 0017abfa-c100-11e5-9340-000000000006  manifests/tasks.yaml:6 in the base
  talkdesk/dialer/{LIST}/declared
    = manifests/records.yaml:7 in the base, absent
  talkdesk/dialer/{LIST}/record
    = 8858c834-481d-4a02-8176-000000000008  manifests/records.yaml:8 in the base, still there

{SUMMARY}2 introduced, 1 pre-existing, 5 withdrawn, 3 loosened.

Guards:
  passed  maxDeletes  account/crm: 2 of at most 500

Digest:  sha256:56f656f656f656f656f656f656f656f656f656f656f656f656f656f656f656f6
Expires: 2026-11-23T05:14:25Z

Plan: 2 to delete, 1 already absent, 0 protected, 0 held, 0 unknown.
"""
    )


def test_what_changes_nothing_is_one_line_before_the_last() -> None:
    told = text(compared(document(old(task(1, "absent")))))
    assert told.endswith(
        f"""\
    = 0017abfa-c100-11e5-9340-000000000001  manifests/tasks.yaml:1

{SUMMARY}0 introduced, 1 pre-existing, 0 withdrawn, 0 loosened.

No changes. 1 already absent, 0 protected.
"""
    )
    assert "Loosened" not in told
    assert "Withdrawn" not in told


def test_a_plan_that_is_only_withdrawn_has_no_changes() -> None:
    told = text(compared(document(withdrawn(task(1)))))
    assert told.splitlines()[-1] == "No changes. 0 already absent, 0 protected."
    assert "will be deleted" not in told


def test_a_commit_is_named_once() -> None:
    plan = compared(document(old(task(1))))
    plan.header["base"]["ref"] = plan.header["base"]["commit"][:8]
    assert "\nCompared with abc123de: 0 introduced, " in text(plan)


def test_introduced_deletions_are_among_the_fifty_that_are_shown() -> None:
    before = [old(task(n)) for n in range(100)]
    told = text(compared(document(*before, *(new(task(n)) for n in range(100, 130)))))
    assert told.count(" will be deleted (introduced)\n") == 30
    assert told.count(" will be deleted\n") == 20
    assert "\n  … and 80 more to delete (--full shows all)\n" in told
    told = text(compared(document(*before, *(new(task(n)) for n in range(100, 160)))))
    assert told.count(" will be deleted (introduced)\n") == 50
    assert told.count(" will be deleted\n") == 0
    assert "\n  … and 110 more to delete (--full shows all)\n" in told


def test_with_introduced_deletions_others_are_shown_too() -> None:
    held = [old(task(n, "held")) for n in range(200, 260)]
    told = text(compared(document(*(new(task(n)) for n in range(60)), *held)))
    assert told.count(" will be deleted (introduced)\n") == 40
    assert told.count(" is held: ") == 10


def test_what_else_is_introduced_takes_no_room_from_deletions() -> None:
    held = [new(task(n, "held")) for n in range(200, 230)]
    told = text(compared(document(*(old(task(n)) for n in range(60)), *held)))
    assert (told.count(" will be deleted\n"), told.count(" is held: ")) == (40, 10)


def test_only_a_deletion_is_called_introduced() -> None:
    others = (new(task(2, "held")), new(task(3, "unknown")), new(task(4, "protected")))
    assert "introduced)" not in text(compared(document(old(task(1)), *others)))


def test_twenty_lines_of_what_is_withdrawn_are_enough_unless_all_are_asked_for() -> None:
    crm, dialer = range(15), range(10)
    plan = compared(
        document(*(withdrawn(task(n)) for n in crm), *(withdrawn(record(n)) for n in dialer))
    )
    told = text(plan)
    assert told.count(" in the base, still there\n") == 20
    assert "\n    … and 5 more (--full shows all)\n\nCompared with " in told
    assert text(plan, full=True).count(" in the base, still there\n") == 25
    assert "--full" not in text(plan, full=True)


def test_twenty_lines_of_what_a_manifest_loosens_are_enough_too() -> None:
    plan = compared(document(old(task(1))), *(loosened(n) for n in range(25)))
    assert text(plan).count("    ! task ") == 20
    assert "      … and 5 more (--full shows all)\n" in text(plan)
    assert text(plan, full=True).count("    ! task ") == 25


def test_what_is_wrong_with_a_saved_plan_comes_first() -> None:
    plan = compared(document(old(task(1)), warning="this plan expired"), loosened(1))
    assert text(plan).startswith("Warning: this plan expired\n\nLoosened:\n")


def test_text_from_outside_is_inert_here_too() -> None:
    hostile = "\x1b[31m\u202e\n::error::"
    item = withdrawn(task(1, id=hostile, address=f"leadsquared/crm/task/{hostile}"))
    item["declared"][0]["file"] = hostile
    fields = dict.fromkeys(("account", "manifest", "place", "subject", "words"), hostile)
    plan = compared(document(item), loosened(1, **fields))
    plan.header["base"] = {"ref": hostile, "commit": "c0ffee"}
    shown = text(plan)
    assert not set(shown) & set("\x1b\u202e")
    assert not [one for one in shown.splitlines() if one.lstrip().startswith("::")]
