"""Documents have the fields of their kind, and every other one is refused by name."""

from itertools import chain

import pytest

from reconciler.domain.accounts import Account, Limits, System
from tests.manifests.samples import (
    CRM,
    DIALER,
    ID,
    LIST_ID,
    OTHER_ID,
    account,
    complaints,
    loaded,
    records,
    tasks,
)

_CRM_SPEC = "system: leadsquared, region: in21, tenant: acme"


def test_an_account_of_leadsquared_has_its_defaults() -> None:
    limits = Limits(
        calls=25, per=5, delete_calls=25, batch=5000, page=500, daily=None, settle_within=120
    )
    assert loaded({"a.yaml": CRM}).accounts == {
        "acme-crm": Account(
            name="acme-crm",
            system=System.LEADSQUARED,
            region="in21",
            tenant="22824",
            sees_all=False,
            limits=limits,
        )
    }


def test_an_account_of_talkdesk_has_its_defaults() -> None:
    limits = Limits(
        calls=10, per=5, delete_calls=10, batch=100, page=500, daily=None, settle_within=60
    )
    assert loaded({"a.yaml": DIALER}).accounts["acme-dialer"].limits == limits


def test_every_field_of_an_account_is_read() -> None:
    limits = "calls: 30, per: 1m, deleteCalls: 5, batch: 9, page: 8, daily: 7, settleWithin: 0s"
    spec = f"system: leadsquared, region: sg, tenant: {ID.upper()}, sees: all, limits: {{{limits}}}"
    head = "name: a, owner: Käthe, reason: Ours, ticket: X-1"
    assert loaded({"a.yaml": account(spec, head)}).accounts["a"] == Account(
        name="a",
        system=System.LEADSQUARED,
        region="sg",
        tenant=ID,
        sees_all=True,
        limits=Limits(calls=30, per=60, delete_calls=5, batch=9, page=8, daily=7, settle_within=0),
    )


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("system: leadsqared", "4:16: Not a known value. Did you mean `leadsquared`?"),
        (
            "system: leadsquared, region: eu, tenant: acme",
            "4:37: Not a known value. Known: `ca12`, `in21`, `in22`, `ir31`, `me61`, `sg`, `us11`.",
        ),
        ("system: talkdesk, region: us", "4:1: `spec` lacks `tenant`. Add `tenant: …`."),
        (
            "system: talkdesk, region: us, tenant: a.example",
            "4:46: Not a name. Use 1 to 63 of a-z, 0-9 and `-`, no `-` at either end.",
        ),
        (
            "system: leadsquared, region: in21, tenant: a/b",
            (
                "4:51: Not a tenant of LeadSquared. "
                "Give the OrgShortCode, letters and digits, or the OrgId, a GUID."
            ),
        ),
        (
            "system: talkdesk, region: us, tenant: a, sees: all",
            "4:49: `sees` would have no effect here. Leave it out.",
        ),
        (
            f"{_CRM_SPEC}, host: example.com",
            "4:57: Unknown key. Known here: `limits`, `region`, `sees`, `system`, `tenant`.",
        ),
        (f"{_CRM_SPEC}, limts: {{}}", "4:57: Unknown key. Did you mean `limits`?"),
        (
            f"{_CRM_SPEC}, limits: {{batch: 5001}}",
            "4:73: Must be 5,000 or less. Lower it, or leave it out.",
        ),
        (
            f"{_CRM_SPEC}, limits: {{calls: 0}}",
            "4:73: Must be 1 or more. Raise it, or leave it out.",
        ),
        (
            f"{_CRM_SPEC}, limits: {{deleteCalls: 26}}",
            "4:79: More than `calls`, which is 25. Deletions count as calls; lower it.",
        ),
    ],
)
def test_a_wrong_account_is_an_error(spec: str, complaint: str) -> None:
    assert complaints({"a.yaml": account(spec)}) == [f"a.yaml:{complaint}"]


@pytest.mark.parametrize(
    ("head", "complaint"),
    [
        (
            "name: Acme",
            "3:18: Not a name. Use 1 to 63 of a-z, 0-9 and `-`, no `-` at either end.",
        ),
        ("owner: x", "3:1: `metadata` lacks `name`. Add `name: …`."),
        (
            "name: a, expires: 2026-01-01",
            "3:21: `expires` would have no effect here. Leave it out.",
        ),
        (
            "name: a, purpose: hygiene",
            "3:21: `purpose` would have no effect here. Leave it out.",
        ),
    ],
)
def test_a_wrong_head_of_an_account_is_an_error(head: str, complaint: str) -> None:
    assert complaints({"a.yaml": account(_CRM_SPEC, head)}) == [f"a.yaml:{complaint}"]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("AbsentTask", "Not a known value. Did you mean `AbsentTasks`?"),
        (
            "Deployment",
            (
                "Not a known value. "
                "Known: `AbsentRecords`, `AbsentTasks`, `Account`, `Allowance`, `Policy`, "
                "`Protection`."
            ),
        ),
    ],
)
def test_an_unknown_kind_is_an_error(kind: str, message: str) -> None:
    content = CRM.replace("kind: Account", f"kind: {kind}")
    assert complaints({"a.yaml": content}) == [f"a.yaml:2:7: {message}"]


def test_another_version_of_the_language_is_an_error() -> None:
    assert complaints({"a.yaml": CRM.replace("/v1", "/v2")}) == [
        "a.yaml:1:13: Not a known value. Did you mean `reconciler/v1`?"
    ]


def test_tasks_are_bare_ids_or_ids_with_a_note() -> None:
    declared = loaded({"a.yaml": CRM, "b.yaml": tasks(OTHER_ID, f"{{id: {ID}, note: copy}}")})
    (absences,) = declared.absences
    assert [absences.container.address(one) for one in absences.ids] == [
        f"leadsquared/acme-crm/task/{ID}",
        f"leadsquared/acme-crm/task/{OTHER_ID}",
    ]
    places = chain.from_iterable(absences.declared(n) for n in range(len(absences)))
    assert [(one.place, one.note) for one in places] == [
        ("manifests/b.yaml:8", "copy"),
        ("manifests/b.yaml:7", ""),
    ]


def test_records_are_mappings_with_an_id() -> None:
    content = records(f"id: {ID}", f"{{id: '{OTHER_ID}', note: x}}", more="  deleteBy: id\n")
    (absences,) = loaded({"a.yaml": DIALER, "b.yaml": content}).absences
    assert absences.container.prefix == f"talkdesk/acme-dialer/{LIST_ID}/record/"
    assert list(absences.ids) == [ID, OTHER_ID]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (tasks("{note: x}"), "7:7: The entry lacks `id`. Add `id: …`."),
        (tasks(f"{{id: {ID}, nte: x}}"), "7:50: Unknown key. Did you mean `note`?"),
        (tasks("{id: [x]}"), "7:12: Must be a single value. Write one id."),
        (
            tasks(f"{{id: {ID}, note: no}}"),
            '7:56: YAML reads this as true or false; it must be quoted. Quote it: "no".',
        ),
        (
            tasks(f"{{id: {ID}, phoneNumber: x}}"),
            "7:50: Unknown key. Known here: `id`, `note`.",
        ),
        (
            tasks(ID) + "  exclud: []\n",
            (
                "8:3: Unknown key. Known here: "
                "`account`, `expect`, `lookup`, `tasks`, `tasksFrom`, `where`."
            ),
        ),
        (
            tasks(ID).replace(f"  tasks:\n    - {ID}\n", ""),
            (
                "4:1: The manifest declares nothing. "
                "Add `tasks:` with a list of ids; `tasks: []` declares none on purpose."
            ),
        ),
        (
            tasks(),
            "6:3: Must be a list. Write one `- …` line for each, or `[]` for none.",
        ),
        (
            tasks(ID, metadata="name: a, owner: b"),
            "3:1: `metadata` lacks `reason`. Add `reason: …`.",
        ),
        (
            tasks(ID, metadata="name: a, owner: b, reason: c, purpose: gdpr_erasure"),
            "3:51: This purpose needs a ticket. Add `ticket: …` to `metadata`.",
        ),
        (
            tasks(ID, metadata="name: a, owner: b, reason: c, purpose: gdpr_erase"),
            "3:51: Not a known value. Did you mean `gdpr_erasure`?",
        ),
    ],
)
def test_a_wrong_manifest_of_tasks_is_an_error(content: str, complaint: str) -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": content}) == [f"b.yaml:{complaint}"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (
            records(f'"{ID}"'),
            f'8:7: A record is not listed by a bare id. Write `- id: "{ID}"`.',
        ),
        (
            records("{id: 0123}"),
            (
                "8:12: YAML reads this as a number; an id must be quoted, and it is a GUID. "
                f'Quoted it is "0123"; an id looks like {ID}.'
            ),
        ),
        (
            records(f"id: {ID}", more="  deleteBy: number\n"),
            "9:13: Not a known value. Known: `declared`, `id`.",
        ),
        (
            records(f"id: {ID}").replace(LIST_ID, LIST_ID.replace("-", "")),
            (
                "6:15: The id of a record list is written with four hyphens and nothing around it. "
                f"Write {LIST_ID}."
            ),
        ),
    ],
)
def test_a_wrong_manifest_of_records_is_an_error(content: str, complaint: str) -> None:
    assert complaints({"a.yaml": DIALER, "b.yaml": content}) == [f"b.yaml:{complaint}"]


def test_an_empty_list_declares_nothing() -> None:
    declared = loaded({"a.yaml": CRM, "b.yaml": tasks().replace("tasks:", "tasks: []")})
    assert declared.absences == ()
    assert [one.address for one in declared.manifests] == ["AbsentTasks/old"]


@pytest.mark.parametrize(
    ("expires", "ids", "warnings"),
    [
        (
            "2026-05-31",
            [],
            [
                (
                    "manifests/b.yaml:3: AbsentTasks/a expired on 2026-05-31; "
                    "the absence in it is neither read nor deleted."
                )
            ],
        ),
        ("2026-06-01", [ID], []),
    ],
)
def test_a_manifest_is_in_force_until_the_end_of_its_last_day(
    expires: str, ids: list[str], warnings: list[str]
) -> None:
    manifest = tasks(ID, metadata=f"name: a, owner: b, reason: c, expires: {expires}")
    declared = loaded({"a.yaml": CRM, "b.yaml": manifest})
    assert [one for columns in declared.absences for one in columns.ids] == ids
    assert list(declared.warnings) == warnings
