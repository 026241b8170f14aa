"""The plan as people read it, whole."""

import re
from pathlib import Path

from reconciler.domain.document import PlanDocument
from reconciler.views.text.lines import render
from reconciler.views.text.plan import plan_text
from tests.views.documents import LIST, declared, document, guard, number, record, task


def text(plan: PlanDocument, *, full: bool = False, color: bool = False, approve: str = "") -> str:
    return "".join(render(plan_text(plan, full=full, approve=approve), color=color))


EVERY_ACTION = document(
    task(1),
    task(2, "absent"),
    task(3, "unknown", reason="HTTP 500 five times"),
    record(
        4,
        declared=[
            declared("manifests/records.yaml", 4, purpose="dnc_request", note="by phone"),
            declared("manifests/records.yaml", 40, purpose="gdpr_erasure", ticket=""),
        ],
    ),
    record(5, "held", reason="differs from the reviewed plan"),
    record(6, "protected", reason="protected by Protection/vip"),
    record(7, "absent"),
    record(8, "absent"),
    number(9),
    record(10, "held", reason="expected priority 1, is 5 (AbsentRecords/opted-out)"),
    guards=(
        guard("where.max", "AbsentTasks/old", limit=9, observed=3),
        guard("allowDeclared", "account/dialer", limit=1, note="2 by phone number itself"),
        guard("maxDeletes", "account/crm"),
        guard(
            "maxDeletePercent",
            "leadsquared/crm/task",
            "not_evaluated",
            note="for up to 10 deletions",
        ),
        guard(
            "allowEmptying",
            "leadsquared/crm/task",
            "not_evaluated",
            note="how much there is in all is not known",
        ),
        guard(
            "maxDeletePercent",
            f"talkdesk/dialer/{LIST}/record",
            "violated",
            limit=25,
            observed=26,
            note="31 of 120",
        ),
        guard("allowEmptying", f"talkdesk/dialer/{LIST}/record", limit=0, observed=0),
    ),
    warnings=("crm is reached at http://127.0.0.1:8080, from the environment",),
    warning="this plan expired at 2026-01-01T00:00:00Z",
    commit="0123456789abcdef0123456789abcdef01234567",
    relative_times={"730d ago": "2024-11-22T05:14:25Z", "in 30d": "2026-12-22T05:14:25Z"},
)


def test_every_action_has_its_sign_its_words_and_its_reason() -> None:
    expected = Path(__file__).with_name("every_action.txt").read_text(encoding="utf-8")
    assert text(EVERY_ACTION, approve="never shown for a plan that is refused") == expected


def test_colour_says_nothing_that_the_text_does_not_say() -> None:
    colored = text(EVERY_ACTION, color=True)
    assert "\x1b[31m  - \x1b[0m\x1b[1mleadsquared/crm/task/" in colored
    assert "\x1b[35m  ? \x1b[0m" in colored
    assert "\x1b[33m  ! \x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == text(EVERY_ACTION)


def test_nothing_to_do_is_said_in_few_words() -> None:
    plan = document(record(1, "absent"), guards=(guard("maxDeletes", "account/dialer"),))
    assert text(plan, approve="reconciler apply") == (
        f"""\
Account dialer: 1 already absent
  talkdesk, tenant acme, api.talkdeskapp.eu
  read whole list in 14 calls, 120 records in all

Already absent:
  talkdesk/dialer/{LIST}/record (not among the 108 records of a complete listing)
    = 8858c834-481d-4a02-8176-000000000001  manifests/records.yaml:1

Guards: none has anything to refuse.

No changes. 1 already absent, 0 protected.
"""
    )


def test_no_changes_is_only_said_when_nothing_is_held_or_unknown() -> None:
    assert text(document(task(1, "held"))).endswith(
        "\nPlan: 0 to delete, 0 already absent, 0 protected, 1 held, 0 unknown.\n"
    )


def test_what_a_plan_was_narrowed_to_is_told_in_one_line() -> None:
    def told(targets: list[str], excludes: list[str], *, full: bool = False) -> list[str]:
        plan = document(task(1))
        plan.header.update({"targets": targets, "excludes": excludes})
        return [one for one in text(plan, full=full).splitlines() if "arrowed" in one]

    assert told([], []) == []
    assert told(["account/crm"], []) == ["Narrowed to account/crm."]
    assert told([], ["account/crm", "AbsentTasks/x"]) == [
        "Narrowed to everything but account/crm, AbsentTasks/x."
    ]
    assert told(["account/crm", "talkdesk/"], ["AbsentTasks/x"]) == [
        "Narrowed to account/crm, talkdesk/, without AbsentTasks/x."
    ]
    assert told(["\x1b[31mleadsquared/"], []) == ["Narrowed to \\u{1b}[31mleadsquared/."]
    many = [f"account/a{number}" for number in range(12)]
    some = ", ".join(many[:10])
    assert told(many, []) == [f"Narrowed to {some}, and 2 others (--full shows all)."]
    assert told(many, [], full=True) == [f"Narrowed to {', '.join(many)}."]
    # Plans of older versions do not say it.
    assert "Narrowed" not in text(document(task(1)))


def test_how_to_approve_is_told_to_those_who_want_to_know() -> None:
    command = "reconciler apply --plan plan.jsonl"
    assert f"\nApprove: {command}\n\nPlan: 1 to delete" in text(document(task(1)), approve=command)
    assert "Approve" not in text(document(task(1)))
    assert "Approve" not in text(document(task(1), task(2, "unknown")), approve=command)


def test_fifty_blocks_of_an_account_are_enough_unless_all_are_asked_for() -> None:
    plan = document(*(task(n) for n in range(60)), *(record(n) for n in range(3)))
    short = text(plan)
    assert short.count("  - leadsquared/") == 50
    assert short.count("  - talkdesk/") == 3
    assert "\n  … and 10 more to delete (--full shows all)\n\nAccount dialer" in short
    long = text(plan, full=True)
    assert long.count("  - leadsquared/") == 60
    assert "--full" not in long
    assert short.splitlines()[-1] == long.splitlines()[-1]


def test_many_deletions_do_not_hide_what_else_there_is() -> None:
    deletions = [task(n) for n in range(100)]
    others = [task(n, "held") for n in range(100, 160)] + [task(200, "unknown")]
    short = text(document(*deletions, *others))
    assert short.count(" will be deleted\n") == 39
    assert short.count(" is held: ") == 10
    assert short.count(" could not be read: ") == 1
    assert "\n  … and 61 more to delete, 50 more held (--full shows all)\n" in short


def test_fifty_lines_of_what_is_absent_are_enough_too() -> None:
    plan = document(*(task(n, "absent") for n in range(60)), record(1, "absent"))
    short = text(plan)
    assert short.count("    = 0017abfa") == 50
    assert "\n    … and 10 more (--full shows all)\n  talkdesk/dialer/" in short
    assert text(plan, full=True).count("    = 0017abfa") == 60


def test_text_from_outside_is_inert_wherever_it_stands() -> None:
    hostile = "\x1b[31m\u202e\n::error::"
    plan = document(
        task(
            1,
            "held",
            reason=hostile,
            live={hostile: hostile},
            declared=[declared(hostile, 1, ticket=hostile, note=hostile, manifest=hostile)],
        ),
        task(2, "absent", evidence={"by": "id", "answer": hostile}),
        guards=(guard(hostile, hostile, "violated", note=hostile),),
        warnings=(hostile,),
        commit=hostile,
    )
    for account in plan.header["accounts"]:
        account |= {"tenant": hostile, "host": hostile}
    shown = text(plan, approve=hostile)
    assert not set(shown) & set("\x1b\u202e")
    assert not [one for one in shown.splitlines() if one.lstrip().startswith("::")]
