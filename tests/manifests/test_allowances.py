"""Allowances: what they lift, and what is refused at its place."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from reconciler.domain.guarding.allowances import Allowance, Lifts
from reconciler.domain.guarding.windows import Window
from reconciler.manifests.load import load
from tests.manifests.samples import CRM, TODAY, allowance, complaints, loaded

_HEAD = "name: clean-up, owner: ops, reason: Once"
_DIGITS = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def lifts(spec: str) -> Lifts:
    document = allowance(f"account: acme-crm, lifts: {{{spec}}}")
    (found,) = loaded({"a.yaml": CRM, "b.yaml": document}).allowances
    return found.lifts


def test_every_field_of_an_allowance_is_read() -> None:
    window = 'days: [tue, mon], from: "22:00", to: "06:00", timezone: Europe/Lisbon'
    document = allowance(
        "account: acme-crm, lifts: {maxDeletes: 12000, maxDeletesPerDay: 13000, "
        "maxDeletePercent: 60, allowEmptying: true, coolOff: 0m, where.max: 900, "
        f'windows: [{{{window}}}]}}, digest: "sha256:{_DIGITS.upper()}"',
        f"{_HEAD}, ticket: CRM-1500, expires: 2026-12-01",
    )
    assert loaded({"a.yaml": CRM, "b.yaml": document}).allowances == (
        Allowance(
            name="clean-up",
            place="manifests/b.yaml:1",
            owner="ops",
            reason="Once",
            account="acme-crm",
            lifts=Lifts(
                max_deletes=12000,
                max_deletes_per_day=13000,
                max_delete_percent=60,
                allow_emptying=True,
                windows=(
                    Window(
                        days=("mon", "tue"),
                        begins=time(22),
                        ends=time(6),
                        timezone="Europe/Lisbon",
                    ),
                ),
                cool_off=0,
                where_max=900,
            ),
            ticket="CRM-1500",
            digest=f"sha256:{_DIGITS}",
            expires=date(2026, 12, 1),
        ),
    )


def test_what_is_left_out_is_left_alone() -> None:
    document = allowance("account: acme-crm, lifts: {maxDeletes: 1}", _HEAD)
    (found,) = loaded({"a.yaml": CRM, "b.yaml": document}).allowances
    assert found.lifts == Lifts(max_deletes=1)
    assert (found.ticket, found.digest, found.expires) == ("", "", None)


@pytest.mark.parametrize("anytime", ["true", "[]"])
def test_windows_are_lifted_for_any_time_in_two_spellings(anytime: str) -> None:
    assert lifts(f"windows: {anytime}") == Lifts(windows=())


def test_allowances_are_sorted_by_name() -> None:
    spec = "account: acme-crm, lifts: {maxDeletes: 1}"
    files = {
        "a.yaml": CRM,
        "b.yaml": allowance(spec, "name: z, owner: ops, reason: Once"),
        "c.yaml": allowance(spec, "name: b, owner: ops, reason: Once"),
    }
    assert [one.name for one in loaded(files).allowances] == ["b", "z"]


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("", "4:27: The allowance lifts nothing. Name at least one, as in `maxDeletes: 12000`."),
        ("allowEmptying: false", "4:50: `false` lifts nothing. Write `true`, or leave it out."),
        ('allowEmptying: "true"', "4:50: Must not be quoted. Write true without quotes."),
        ("windows: false", "4:44: `false` lifts nothing. Write `true`, or leave it out."),
        ('windows: "true"', "4:44: Must not be quoted. Write true without quotes."),
        (
            "windows: always",
            (
                "4:44: Must be `true` or a list of windows. "
                "Write `true` for at any time, or one `- …` line for each window."
            ),
        ),
        (
            'windows: [{days: [mon, mon], from: "08:00", to: "09:00", timezone: UTC}]',
            "4:58: `mon` stands here twice. Name each day once.",
        ),
        (
            'windows: [{days: [mon], from: "08:00", to: "09:00", timezone: Lisbon}]',
            "4:97: There is no such time zone. Did you mean `Europe/Lisbon`?",
        ),
        ("maxDeletePercent: 101", "4:53: Must be 100 or less. Lower it, or leave it out."),
        ("where.max: 0", "4:46: Must be 1 or more. Raise it, or leave it out."),
        ("coolOff: 36501d", "4:44: The duration is too long. Use at most 36500d."),
        ("maxDelete: 1", "4:35: Unknown key. Did you mean `maxDeletes`?"),
        ("whereMax: 1", "4:35: Unknown key. Did you mean `where.max`?"),
        (
            "canary: []",
            (
                "4:35: Unknown key. Known here: `allowEmptying`, `coolOff`, `maxDeletePercent`, "
                "`maxDeletes`, `maxDeletesPerDay`, `where.max`, `windows`."
            ),
        ),
    ],
)
def test_a_wrong_lift_is_an_error(spec: str, complaint: str) -> None:
    document = allowance(f"account: acme-crm, lifts: {{{spec}}}")
    assert complaints({"a.yaml": CRM, "b.yaml": document}) == [f"b.yaml:{complaint}"]


def test_what_a_rule_may_match_is_one_key_with_a_dot() -> None:
    document = allowance("account: acme-crm, lifts: {where: {max: 900}}")
    assert complaints({"a.yaml": CRM, "b.yaml": document}) == [
        "b.yaml:4:35: Unknown key. Did you mean `where.max`?"
    ]


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("account: acme-crm", "4:1: `spec` lacks `lifts`. Add `lifts: …`."),
        ("lifts: {maxDeletes: 1}", "4:1: `spec` lacks `account`. Add `account: …`."),
        ("account: acme-crm, lifts: 1", "4:34: Must be a mapping. Write `key: value` pairs here."),
        *(
            (
                f"account: acme-crm, lifts: {{maxDeletes: 1}}, digest: {digest}",
                (
                    "4:59: Not the digest of a plan. "
                    "Copy the plan's: `sha256:` and 64 hexadecimal digits."
                ),
            )
            for digest in (
                _DIGITS,
                f"'sha256:{_DIGITS[1:]}'",
                f"'sha512:{_DIGITS}'",
                f"'SHA256:{_DIGITS}'",
            )
        ),
    ],
)
def test_a_wrong_spec_is_an_error(spec: str, complaint: str) -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": allowance(spec)}) == [f"b.yaml:{complaint}"]


@pytest.mark.parametrize(
    ("head", "complaint"),
    [
        ("name: a, reason: b", "3:1: `metadata` lacks `owner`. Add `owner: …`."),
        ("name: a, owner: b", "3:1: `metadata` lacks `reason`. Add `reason: …`."),
        (
            f"{_HEAD}, purpose: hygiene",
            "3:54: `purpose` would have no effect here. Leave it out.",
        ),
        (f"{_HEAD}, expires: soon", "3:63: Must be a date. Write it as YYYY-MM-DD."),
    ],
)
def test_a_wrong_head_is_an_error(head: str, complaint: str) -> None:
    document = allowance("account: acme-crm, lifts: {maxDeletes: 1}", head)
    assert complaints({"a.yaml": CRM, "b.yaml": document}) == [f"b.yaml:{complaint}"]


def test_on_its_last_day_an_allowance_still_allows_and_afterwards_warns_once() -> None:
    spec = "account: acme-crm, lifts: {maxDeletes: 1}"
    files = {"a.yaml": CRM, "b.yaml": allowance(spec, f"{_HEAD}, expires: {TODAY}")}
    declared = loaded(files)
    (last,) = declared.allowances
    assert (declared.warnings, last.opens("acme-crm", "", TODAY)) == ([], True)
    declared = load(Path("manifests"), now=datetime(2026, 6, 2, tzinfo=UTC))
    assert declared.warnings == [
        "manifests/b.yaml:3: Allowance/clean-up expired on 2026-06-01; it allows nothing."
    ]
    (over,) = declared.allowances
    assert not over.opens("acme-crm", "", date(2026, 6, 2))
