"""The documents of a tree agree with each other, and every disagreement is reported."""

from tests.manifests.samples import (
    CRM,
    DIALER,
    ID,
    allowance,
    complaints,
    loaded,
    policy,
    records,
    tasks,
)

_ACCOUNTS = f"{CRM}---\n{DIALER}"


def test_a_name_stands_once_per_kind() -> None:
    assert complaints({"a.yaml": CRM, "b/c.yaml": f"# again\n{CRM}"}) == [
        (
            "b/c.yaml:4:18: Another Account has this name: manifests/a.yaml:1. "
            "Names are unique per kind; give it another."
        )
    ]


def test_two_kinds_may_share_a_name() -> None:
    head = "name: acme-crm, owner: a, reason: b"
    assert loaded({"a.yaml": CRM, "b.yaml": tasks(ID, metadata=head)}).manifests


def test_an_unknown_account_is_reported_with_the_nearest() -> None:
    files = {"a.yaml": CRM, "b.yaml": tasks(ID).replace("acme-crm", "acme-cmr")}
    assert complaints(files) == ["b.yaml:5:12: No Account has this name. Did you mean `acme-crm`?"]


def test_without_any_account_the_hint_is_to_declare_one() -> None:
    assert complaints({"b.yaml": tasks(ID)}) == [
        "b.yaml:5:12: No Account has this name. Declare it: `kind: Account`."
    ]


def test_an_account_that_may_stand_in_a_broken_file_is_not_guessed() -> None:
    assert complaints({"a.yaml": "a: b: c", "b.yaml": tasks(ID)}) == [
        (
            "a.yaml:1:5: Not YAML: mapping values are not allowed in this context. "
            "Correct the YAML; what follows in this file was not read."
        ),
        (
            "b.yaml:5:12: No Account has this name. "
            "It may stand in manifests/a.yaml, which could not be read."
        ),
    ]


def test_an_account_that_is_declared_wrongly_is_known_all_the_same() -> None:
    assert complaints({"a.yaml": CRM.replace("in21", "mars"), "b.yaml": tasks(ID)}) == [
        (
            "a.yaml:4:37: Not a known value. Known: `ca12`, `in21`, `in22`, `ir31`, `me61`, `sg`, "
            "`us11`."
        )
    ]


def test_absences_name_an_account_of_their_system() -> None:
    files = {
        "a.yaml": _ACCOUNTS,
        "b.yaml": tasks(ID).replace("acme-crm", "acme-dialer"),
        "c.yaml": records(f"id: {ID}").replace("acme-dialer", "acme-crm"),
    }
    assert complaints(files) == [
        (
            "b.yaml:5:12: AbsentTasks need an account of leadsquared; this one is of talkdesk. "
            "Did you mean `acme-crm`?"
        ),
        (
            "c.yaml:5:12: AbsentRecords need an account of talkdesk; this one is of leadsquared. "
            "Did you mean `acme-dialer`?"
        ),
    ]


def test_a_policy_names_known_accounts() -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": policy("accounts: [acme-crm, acme-dialer]")}) == [
        "b.yaml:4:29: No Account has this name. Did you mean `acme-crm`?"
    ]


def test_an_allowance_names_a_known_account() -> None:
    files = {"a.yaml": CRM, "b.yaml": allowance("account: acme-cmr, lifts: {maxDeletes: 1}")}
    assert complaints(files) == ["b.yaml:4:17: No Account has this name. Did you mean `acme-crm`?"]


def test_the_name_of_an_allowance_stands_once() -> None:
    one = allowance("account: acme-crm, lifts: {maxDeletes: 1}")
    assert complaints({"a.yaml": CRM, "b.yaml": one, "c.yaml": one}) == [
        (
            "c.yaml:3:18: Another Allowance has this name: manifests/b.yaml:1. "
            "Names are unique per kind; give it another."
        )
    ]


def test_two_policies_of_one_rank_may_not_set_the_same_field() -> None:
    files = {
        "a.yaml": _ACCOUNTS,
        "b.yaml": policy("maxDeletes: 1", "name: b"),
        "c.yaml": policy("maxDeletes: 2", "name: c"),
        "d.yaml": policy("accounts: [acme-crm], maxDeletes: 3", "name: d"),
        "e.yaml": policy("accounts: [acme-dialer, acme-crm], maxDeletes: 4", "name: e"),
    }
    hint = "Set it once; a policy that names the account beats one that names none."
    assert complaints(files) == [
        (
            "c.yaml:4:8: `maxDeletes` is set for every account by another policy too: "
            f"manifests/b.yaml:1. {hint}"
        ),
        (
            "e.yaml:4:43: `maxDeletes` is set for `acme-crm` by another policy too: "
            f"manifests/d.yaml:1. {hint}"
        ),
    ]


def test_policies_of_two_ranks_or_of_different_fields_agree() -> None:
    files = {
        "a.yaml": CRM,
        "b.yaml": policy("maxDeletes: 1", "name: b"),
        "c.yaml": policy("allowEmptying: false", "name: c"),
        "d.yaml": policy("accounts: [acme-crm], maxDeletes: 3", "name: d"),
    }
    assert [one.name for one in loaded(files).policies] == ["b", "c", "d"]


def test_every_problem_of_every_file_is_reported_at_once() -> None:
    files: dict[str, str | bytes] = {
        "a.yaml": f"{CRM}---\nkind: Nonsense\n---\n{CRM}---\na: [\n",
        "b.yaml": b"\xff",
        "c.yaml": tasks("12", "*a", ID[1:]),
        "d.yml": "",
        "e.yaml": policy("maxDeletes: x, window: []"),
    }
    places = [line.split(": ")[0] for line in complaints(files)]
    assert places == [
        "a.yaml:6:1",
        "a.yaml:6:7",
        "a.yaml:10:18",
        "a.yaml:13:5",
        "b.yaml:1:1",
        "c.yaml:7:7",
        "c.yaml:8:7",
        "c.yaml:9:7",
        "d.yml",
        "e.yaml:4:20",
        "e.yaml:4:23",
    ]


_NEVER = "No plan of `{}` could be applied: `planTtl` ends first ({}). Make it less than `planTtl`."


def test_a_plan_must_not_expire_while_it_rests() -> None:
    files = {
        "a.yaml": _ACCOUNTS,
        "b.yaml": policy("coolOff: 24h", "name: b"),
        "c.yaml": policy("accounts: [acme-dialer], planTtl: 2h", "name: c"),
        "d.yaml": policy("accounts: [acme-dialer], coolOff: 3h", "name: d"),
    }
    assert complaints(files) == [
        f"b.yaml:4:17: {_NEVER.format('acme-crm', '24h, the default')}",
        f"d.yaml:4:42: {_NEVER.format('acme-dialer', '2h, manifests/c.yaml:4')}",
    ]


def test_a_plan_may_rest_for_all_but_the_end_of_its_time() -> None:
    general = policy("coolOff: 86399s", "name: b")
    longer = policy("accounts: [acme-crm], planTtl: 7d, coolOff: 6d", "name: c")
    files = {"a.yaml": _ACCOUNTS, "b.yaml": general, "c.yaml": longer}
    assert len(loaded(files).policies) == 2


def test_a_short_life_is_fine_for_what_nobody_lets_rest_so_long() -> None:
    particular = policy("accounts: [acme-crm, acme-dialer], coolOff: 0m", "name: c")
    files = {"a.yaml": _ACCOUNTS, "b.yaml": policy("coolOff: 9d", "name: b"), "c.yaml": particular}
    assert len(loaded(files).policies) == 2
