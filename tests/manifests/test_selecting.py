"""Rules, expectations, protections and the other identifiers, as manifests write them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from reconciler.domain.absences import Absences, Lookup, Named, Rule
from reconciler.domain.conditions import After, Before, Condition, Instant, OneOf, Prefix
from reconciler.domain.identifiers import External, Phone
from reconciler.domain.protections import Protection
from reconciler.manifests.load import load
from tests.manifests.samples import (
    CRM,
    DIALER,
    ID,
    LIST_ID,
    NOW,
    OTHER_ID,
    complaints,
    loaded,
    records,
    tasks,
    write,
)

USER = OTHER_ID
BARE = datetime(2026, 3, 2, tzinfo=UTC)


def of_tasks(*fields: str, metadata: str = "name: old, owner: ops, reason: Two years") -> str:
    """Write an AbsentTasks whose fields begin on line 6."""
    head = f"apiVersion: reconciler/v1\nkind: AbsentTasks\nmetadata: {{{metadata}}}\n"
    return head + "spec:\n  account: acme-crm\n" + "".join(f"  {one}\n" for one in fields)


def of_records(*fields: str, metadata: str = "name: out, owner: ops, reason: Opted out") -> str:
    """Write an AbsentRecords whose fields begin on line 7."""
    head = f"apiVersion: reconciler/v1\nkind: AbsentRecords\nmetadata: {{{metadata}}}\n"
    spec = f"spec:\n  account: acme-dialer\n  recordList: {LIST_ID}\n"
    return head + spec + "".join(f"  {one}\n" for one in fields)


def protection(
    *fields: str,
    account: str = "acme-crm",
    metadata: str = "name: vip, owner: ops, reason: Contract",
) -> str:
    """Write a Protection whose fields begin on line 6."""
    head = f"apiVersion: reconciler/v1\nkind: Protection\nmetadata: {{{metadata}}}\n"
    return head + f"spec:\n  account: {account}\n" + "".join(f"  {one}\n" for one in fields)


def absences(manifest: str) -> Absences:
    (found,) = loaded({"a.yaml": CRM, "d.yaml": DIALER, "m.yaml": manifest}).absences
    return found


def wrong(manifest: str) -> list[str]:
    files = {"a.yaml": CRM, "d.yaml": DIALER, "m.yaml": manifest}
    return [one.removeprefix("m.yaml:") for one in complaints(files)]


TASK_CONDITIONS: list[tuple[str, Condition]] = [
    (
        f"owner: [Vir@example.com, {USER.upper()}]",
        OneOf("owner", "owner", ("Vir@example.com", USER)),
    ),
    ("type: [Call back]", OneOf("type", "type", ("Call back",))),
    ("status: completed", OneOf("status", "status", ("completed",))),
    *[
        (f"{name}Before: 2026-03-02", Before(name, f"{name}Before", Instant(BARE, "2026-03-02")))
        for name in ("due", "created", "modified", "completed")
    ],
    *[
        (f"{name}After: 2026-03-02", After(name, f"{name}After", Instant(BARE, "2026-03-02")))
        for name in ("due", "created", "modified", "completed")
    ],
]
RECORD_CONDITIONS: list[tuple[str, Condition]] = [
    ("priority: [1, 2]", OneOf("priority", "priority", ("1", "2"))),
    ("timezone: [Europe/Lisbon]", OneOf("timezone", "timezone", ("Europe/Lisbon",))),
    ('phonePrefix: "+351"', Prefix("phone", "phonePrefix", "+351")),
    (
        "externalProvider: salesforce",
        OneOf("external provider", "externalProvider", ("salesforce",)),
    ),
    *[
        (f"{name}Before: 2026-03-02", Before(name, f"{name}Before", Instant(BARE, "2026-03-02")))
        for name in ("updated", "created")
    ],
    *[
        (f"{name}After: 2026-03-02", After(name, f"{name}After", Instant(BARE, "2026-03-02")))
        for name in ("updated", "created")
    ],
]


@pytest.mark.parametrize(
    ("manifest", "written", "expected"),
    [
        *((of_tasks, written, expected) for written, expected in TASK_CONDITIONS),
        *((of_records, written, expected) for written, expected in RECORD_CONDITIONS),
    ],
)
def test_every_condition_is_read_in_rules_expectations_and_protections(
    manifest: object, written: str, expected: Condition
) -> None:
    write_one = of_tasks if manifest is of_tasks else of_records
    line = 6 if manifest is of_tasks else 7
    found = absences(write_one(f"where: {{{written}, max: 5}}"))
    assert found.rules == (Rule(manifest=0, line=line, conditions=(expected,), most=5),)
    listed = f"tasks: [{ID}]" if manifest is of_tasks else f"records: [{{id: {ID}}}]"
    found = absences(write_one(listed, f"expect: {{{written}}}"))
    assert found.manifests[0].expect == (expected,)
    account = "acme-crm" if manifest is of_tasks else "acme-dialer"
    tree = {
        "a.yaml": CRM,
        "d.yaml": DIALER,
        "m.yaml": protection(f"where: {{{written}}}", account=account),
    }
    (one,) = loaded(tree).protections
    assert (one.conditions, one.conditions_place) == ((expected,), "manifests/m.yaml:6")


def test_a_rule_says_how_much_it_may_match_and_whether_unattended() -> None:
    (rule,) = absences(
        of_tasks("where: {type: [a], status: pending, max: 0, unattended: true}")
    ).rules
    assert (rule.most, rule.unattended, len(rule.conditions)) == (0, True, 2)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-03-02", BARE),
        ('"2026-03-02"', BARE),
        ('"2026-03-02T08:00:00Z"', BARE.replace(hour=8)),
        ("'2026-03-02 08:00:00+01:00'", BARE.replace(hour=7)),
        ("730d ago", datetime(2024, 6, 1, 12, tzinfo=UTC)),
        ("12h ago", datetime(2026, 6, 1, 0, tzinfo=UTC)),
        ("in 30d", datetime(2026, 7, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_time_is_a_day_an_instant_or_relative_to_the_plan(written: str, at: datetime) -> None:
    (rule,) = absences(of_tasks(f"where: {{dueBefore: {written}, max: 5}}")).rules
    (condition,) = rule.conditions
    assert isinstance(condition, Before)
    assert condition.instant.at == at
    assert condition.instant.relative is (" ago" in written or "in " in written)


def test_relative_times_are_resolved_once_and_can_be_those_of_a_plan(tmp_path: Path) -> None:
    files = {
        "a.yaml": CRM,
        "m.yaml": of_tasks("where: {dueBefore: 30d ago, dueAfter: 60d ago, max: 5}"),
    }
    folder = write(tmp_path / "manifests", files)
    first = load(folder, now=NOW)
    assert first.relative_times == {
        "30d ago": datetime(2026, 5, 2, 12, tzinfo=UTC),
        "60d ago": datetime(2026, 4, 2, 12, tzinfo=UTC),
    }
    later = load(folder, now=datetime(2027, 1, 1, tzinfo=UTC), relative_times=first.relative_times)
    assert later.relative_times == first.relative_times
    assert later.absences[0].rules == first.absences[0].rules


TIME = (
    "Must be a date, an instant with its time zone, or relative. "
    "Write `2026-03-01`, `2026-03-01T08:00:00Z`, `730d ago` or `in 30d`."
)
NOT_BOTH = "Write the rule into a manifest of its own."


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (
            of_tasks("where: {owner: vir@example.com, max: 5}"),
            ["6:18: Must be a list. Write one `- …` line for each, or `[]` for none."],
        ),
        (
            of_tasks("where: {owner: [vir], max: 5}"),
            ["6:19: Not a user. Give an e-mail address, or the user's id, a GUID."],
        ),
        (
            of_tasks("where: {owner: [], max: 5}"),
            ["6:18: Must not be empty. List something, or leave it out."],
        ),
        (
            of_tasks("where: {status: done, max: 5}"),
            ["6:19: Not a known value. Known: `cancelled`, `completed`, `pending`."],
        ),
        *(
            (of_tasks(f"where: {{dueBefore: {written}, max: 5}}"), [f"6:22: {TIME}"])
            for written in ("2y ago", "ago", "1.5d ago", "-3d ago", "now", "in 5", "2026-3-2")
        ),
        (
            of_tasks("where: {dueBefore: '2026-03-02T08:00:00', max: 5}"),
            [f"6:22: {TIME}"],
        ),
        (
            of_tasks("where: {dueBefore: 2026-02-30, max: 5}"),
            ["6:22: There is no such day or time. Correct it."],
        ),
        (
            of_tasks("where: {dueBefore: 99999999d ago, max: 5}"),
            ["6:22: The time is too far away. Use at most 36500d."],
        ),
        (
            of_tasks("where: {max: 5}"),
            [
                (
                    "6:3: `where` has no condition. "
                    "Name at least one: without any it would match everything."
                )
            ],
        ),
        (of_tasks("where: {type: [a]}"), ["6:3: `spec.where` lacks `max`. Add `max: …`."]),
        (
            of_tasks("where: {typ: [a], type: [b], max: 5}"),
            ["6:11: Unknown key. Did you mean `type`?"],
        ),
        (
            of_tasks(f"tasks: [{ID}]", "where: {type: [a], max: 5}"),
            [f"7:3: A manifest has either a list or a rule; this one has `tasks` too. {NOT_BOTH}"],
        ),
        (
            of_tasks(f"tasks: [{ID}]", "expect: {}"),
            [
                (
                    "7:3: `expect` has no condition. "
                    "Name at least one: without any it would expect nothing."
                )
            ],
        ),
        (
            of_tasks(f"tasks: [{ID}]", "lookup: {}"),
            ["7:3: `lookup` names either an owner or a lead. Name one of the two."],
        ),
        (
            of_tasks(f"tasks: [{ID}]", f"lookup: {{owner: a@example.com, lead: {ID}}}"),
            ["7:3: `lookup` names either an owner or a lead. Name one of the two."],
        ),
        (
            of_records("where: {phonePrefix: +351, max: 5}"),
            ['7:24: YAML reads this as a number; it must be quoted. Quote it: "+351".'],
        ),
        (
            of_records('where: {phonePrefix: "351", max: 5}'),
            [
                (
                    "7:24: Not the beginning of a phone number. "
                    'Write `+` and the first digits, quoted: `"+351"`.'
                )
            ],
        ),
        (
            protection(),
            [
                (
                    "4:1: The manifest protects nothing. "
                    "Add `tasks:` with a list of ids; `tasks: []` protects none on purpose."
                )
            ],
        ),
        (
            protection("where: {type: [a], max: 5}"),
            [
                (
                    "6:22: Unknown key. Known here: `completedAfter`, `completedBefore`, "
                    "`createdAfter`, `createdBefore`, `dueAfter`, `dueBefore`, `modifiedAfter`, "
                    "`modifiedBefore`, `owner`, `status`, `type`."
                )
            ],
        ),
        (
            protection("records: []"),
            ["6:3: Unknown key. Known here: `account`, `tasks`, `tasksFrom`, `where`."],
        ),
        (
            protection("where: {type: [a]}", account="acme"),
            ["5:12: No Account has this name. Did you mean `acme-crm`?"],
        ),
        (
            protection("where: {type: [a]}", metadata="name: vip, owner: ops"),
            ["3:1: `metadata` lacks `reason`. Add `reason: …`."],
        ),
    ],
)
def test_what_asks_for_something_else_is_an_error(manifest: str, expected: list[str]) -> None:
    assert wrong(manifest) == expected


def test_records_have_three_identifiers_one_to_an_entry() -> None:
    found = absences(
        records(
            f"id: {ID}",
            '{phoneNumber: "+14155550100", note: by phone}',
            "{externalProvider: salesforce, externalId: 003DL0000212DetYAE}",
            more="  deleteBy: declared\n",
        )
    )
    assert list(found.ids) == [ID]
    assert found.named == (
        Named(Phone("+14155550100"), 0, 9, "by phone"),
        Named(External("salesforce", "003DL0000212DetYAE"), 0, 10),
    )
    assert found.manifests[0].as_declared


ONE_KIND = "An entry has one kind of identifier; this one has more. Write an entry for each."


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "phoneNumber: +14155550100",
            ['8:20: YAML reads this as a number; it must be quoted. Quote it: "+14155550100".'],
        ),
        *(
            (
                f'phoneNumber: "{number}"',
                [
                    (
                        "8:20: Not a phone number. "
                        'Write `+`, country and number, digits only: `"+14155550100"`.'
                    )
                ],
            )
            for number in ("+1415", "4155550100x", "+1 415 555 0100", "+1415555010012345")
        ),
        (
            "externalProvider: salesforce",
            ["8:7: The entry lacks `externalId`. Add `externalId: …`."],
        ),
        (
            "externalId: 003DL",
            ["8:7: The entry lacks `externalProvider`. Add `externalProvider: …`."],
        ),
        (f'{{id: {ID}, phoneNumber: "+14155550100"}}', [f"8:50: {ONE_KIND}"]),
        (
            '{phoneNumber: "+14155550100", externalId: a, externalProvider: b}',
            [f"8:52: {ONE_KIND}"],
        ),
        (
            "note: x",
            [
                (
                    "8:7: The entry lacks an identifier. "
                    "Add `id`, `phoneNumber`, or `externalProvider` and `externalId`."
                )
            ],
        ),
        (
            '{phonNumber: "+14155550100"}',
            [
                "8:8: Unknown key. Did you mean `phoneNumber`?",
                (
                    "8:7: The entry lacks an identifier. "
                    "Add `id`, `phoneNumber`, or `externalProvider` and `externalId`."
                ),
            ],
        ),
        (
            "phoneNumber: [1]",
            ["8:20: Must be a single value. Write one value, no list and no mapping."],
        ),
    ],
)
def test_an_entry_that_names_no_record_is_an_error(entry: str, expected: list[str]) -> None:
    assert sorted(wrong(records(entry))) == sorted(expected)


ERASURE = "name: out, owner: ops, reason: Erase, purpose: gdpr_erasure, ticket: GDPR-9"
IDS_ONLY = (
    "With this purpose only ids are declared: this would stay in git. "
    "Find the ids: `reconciler find records --ids-from FILE` prints a manifest with them."
)


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (
            of_records('records: [{phoneNumber: "+14155550100"}]', metadata=ERASURE),
            f"7:14: {IDS_ONLY}",
        ),
        (
            of_records("records: [{externalProvider: a, externalId: b}]", metadata=ERASURE),
            f"7:14: {IDS_ONLY}",
        ),
        (
            of_records("where: {priority: [1], max: 5}", metadata=ERASURE),
            (
                "7:3: With this purpose only ids are declared, no rule. "
                "List the ids: `reconciler find` prints a manifest with them."
            ),
        ),
    ],
)
def test_an_erasure_names_ids_only(manifest: str, expected: str) -> None:
    assert wrong(manifest) == [expected]
    assert wrong(manifest.replace("gdpr_erasure", "ccpa_delete")) == [expected]


def test_an_erasure_by_ids_is_fine() -> None:
    assert list(absences(of_records(f"records: [{{id: {ID}}}]", metadata=ERASURE)).ids) == [ID]


@pytest.mark.parametrize(
    ("written", "lookup"),
    [
        ("owner: vir@example.com", Lookup(owner="vir@example.com")),
        (f"lead: {ID.upper()}", Lookup(lead=ID)),
    ],
)
def test_a_lookup_is_a_hint(written: str, lookup: Lookup) -> None:
    found = absences(of_tasks(f"tasks: [{ID}]", f"lookup: {{{written}}}"))
    assert found.manifests[0].lookup == lookup


def test_a_protection_lists_ids_identifiers_and_a_rule() -> None:
    listed = f'records: [{{id: {ID}}}, {{phoneNumber: "+14155550100"}}]'
    manifest = protection(
        f"recordList: {LIST_ID}", listed, "where: {priority: [1]}", account="acme-dialer"
    )
    (one,) = loaded({"d.yaml": DIALER, "m.yaml": manifest}).protections
    assert one == Protection(
        name="vip",
        place="manifests/m.yaml:1",
        owner="ops",
        reason="Contract",
        account="acme-dialer",
        record_list=LIST_ID,
        ids={ID: "manifests/m.yaml:7"},
        identifiers={Phone("+14155550100"): "manifests/m.yaml:7"},
        conditions=(OneOf("priority", "priority", ("1",)),),
        conditions_place="manifests/m.yaml:8",
    )


def test_a_protection_reaches_the_absences_of_its_account_only() -> None:
    files = {
        "a.yaml": CRM,
        "d.yaml": DIALER,
        "m.yaml": tasks(ID),
        "n.yaml": records(f"id: {ID}"),
        "p.yaml": protection(f"tasks: [{ID}]"),
    }
    of_crm, of_dialer = loaded(files).absences
    assert [one.name for one in of_crm.protections] == ["vip"]
    assert of_dialer.protections == ()


def test_what_is_declared_and_protected_is_told_at_once() -> None:
    files = {
        "a.yaml": CRM,
        "d.yaml": DIALER,
        "m.yaml": tasks(ID, OTHER_ID),
        "n.yaml": records('phoneNumber: "+14155550100"', f"id: {ID}"),
        "p.yaml": protection(f"tasks: [{ID}]"),
        "q.yaml": protection(
            'records: [{phoneNumber: "+14155550100"}]',
            account="acme-dialer",
            metadata="name: calls, owner: ops, reason: Contract",
        ),
    }
    assert loaded(files).conflicts == [
        (
            "manifests/m.yaml:7: AbsentTasks/old declares what Protection/vip (manifests/p.yaml:6) "
            "protects; it is never deleted."
        ),
        (
            "manifests/n.yaml:8: AbsentRecords/out declares what Protection/calls "
            "(manifests/q.yaml:6) protects; it is never deleted."
        ),
    ]


def test_of_many_conflicts_twenty_are_told() -> None:
    many = ", ".join(f"{n:08x}-0000-4000-8000-000000000000" for n in range(25))
    files = {
        "a.yaml": CRM,
        "m.yaml": of_tasks(f"tasks: [{many}]"),
        "p.yaml": protection(f"tasks: [{many}]"),
    }
    warnings = loaded(files).conflicts
    assert len(warnings) == 21
    assert warnings[-1] == "5 more absences are declared although a protection lists them."


def test_an_expired_protection_still_protects_and_says_so() -> None:
    manifest = protection(
        f"tasks: [{ID}]", metadata="name: vip, owner: ops, reason: Contract, expires: 2026-05-31"
    )
    declared = loaded({"a.yaml": CRM, "m.yaml": tasks(ID), "p.yaml": manifest})
    assert declared.warnings == [
        "manifests/p.yaml:3: Protection/vip expired on 2026-05-31; it still protects."
    ]
    assert declared.absences[0].protections[0].expires == date(2026, 5, 31)


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("where: {type: [a], max: 5}", "what its rule matches is"),
        (f"tasks: [{ID}, {OTHER_ID}]", "the 2 absences in it are"),
        ("tasks: []", "nothing in it is"),
    ],
)
def test_an_expired_manifest_is_neither_read_nor_deleted(fields: str, what: str) -> None:
    manifest = of_tasks(fields, metadata="name: a, owner: b, reason: c, expires: 2026-05-31")
    declared = loaded({"a.yaml": CRM, "m.yaml": manifest})
    assert (declared.absences, declared.warnings) == (
        (),
        [
            (
                "manifests/m.yaml:3: AbsentTasks/a expired on 2026-05-31; "
                f"{what} neither read nor deleted."
            )
        ],
    )


def test_a_list_and_its_side_file_are_one_manifest_with_two_places() -> None:
    manifest = of_tasks(f"tasks: [{ID}]", "tasksFrom: {file: ids/a.csv}")
    files = {"a.yaml": CRM, "sub/m.yaml": manifest, "sub/ids/a.csv": f"id\n{OTHER_ID}\n{ID}\n"}
    declared = loaded(files)
    (found,) = declared.absences
    places = [[one.place for one in found.declared(n)] for n in range(len(found))]
    assert places in (
        [["manifests/sub/ids/a.csv:3", "manifests/sub/m.yaml:6"], ["manifests/sub/ids/a.csv:2"]],
        [["manifests/sub/m.yaml:6", "manifests/sub/ids/a.csv:3"], ["manifests/sub/ids/a.csv:2"]],
    )
    assert declared.declaring == 1


def test_the_content_of_a_side_file_enters_the_digest_of_the_tree() -> None:
    files = {"a.yaml": CRM, "m.yaml": of_tasks("tasksFrom: {file: a.txt}"), "a.txt": f"{ID}\n"}
    before = loaded(files).tree_digest
    assert loaded({**files, "a.txt": f"{OTHER_ID}\n"}).tree_digest != before
    assert loaded(files).tree_digest == before
