"""Policies and their windows: every field is read, and what is wrong is refused at its place."""

import operator
from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.guarding.policies import Caps, Policy, Returned, caps_for
from reconciler.domain.guarding.spelling import KEYS, spelled
from reconciler.domain.guarding.windows import DAYS, Window
from reconciler.manifests.syntax.nodes import Scalar
from reconciler.manifests.values import timezones
from reconciler.manifests.values.scalars import ReadingError
from tests.manifests.samples import CRM, complaints, loaded, policy

_WINDOW = 'days: [mon], from: "08:00", to: "18:00", timezone: UTC'
_QUOTED = "YAML reads this as a number with base 60, as hours and minutes are; it must be quoted."


def declared(spec: str) -> Policy:
    (found,) = loaded({"a.yaml": CRM, "b.yaml": policy(spec)}).policies
    return found


def test_every_field_of_a_policy_is_read() -> None:
    assert declared(
        "accounts: [acme-crm], maxDeletes: 0, maxDeletePercent: 100, maxDeletesPerDay: 0, "
        "allowEmptying: true, allowDeclared: true, requireTicket: true, requirePlan: true, "
        "planTtl: 7d, coolOff: 30m, returned: delete, canary: [1, 5, 5], maxFailurePercent: 0, "
        f"windows: [{{{_WINDOW}}}]"
    ) == Policy(
        name="default",
        place="manifests/b.yaml:1",
        accounts=("acme-crm",),
        max_deletes=0,
        max_delete_percent=100,
        max_deletes_per_day=0,
        allow_emptying=True,
        allow_declared=True,
        require_ticket=True,
        require_plan=True,
        plan_ttl=7 * 86_400,
        cool_off=1800,
        windows=(Window(days=("mon",), begins=time(8), ends=time(18), timezone="UTC"),),
        returned=Returned.DELETE,
        canary=(1, 5, 5),
        max_failure_percent=0,
    )


def test_a_policy_that_says_nothing_leaves_every_default() -> None:
    silent = declared("")
    assert silent == Policy(name="default", place="manifests/b.yaml:1")
    assert caps_for("acme-crm", [silent]) == Caps()


def test_none_of_something_is_not_the_same_as_silence() -> None:
    none = declared("canary: [], windows: [], coolOff: 0m, requirePlan: false")
    assert (none.canary, none.windows, none.cool_off, none.require_plan) == ((), (), 0, False)


def test_a_particular_policy_takes_windows_and_canaries_back() -> None:
    files = {
        "a.yaml": CRM,
        "b.yaml": policy(f"windows: [{{{_WINDOW}}}], canary: [1]"),
        "c.yaml": policy("accounts: [acme-crm], windows: [], canary: []", "name: crm"),
    }
    caps = caps_for("acme-crm", loaded(files).policies)
    assert (caps.windows, caps.canary) == ((), ())


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_window_may_reach_past_midnight_or_last_a_whole_day(quote: str) -> None:
    night = 'days: [sun, fri], from: "22:30", to: "06:00", timezone: Europe/Lisbon'
    whole = 'days: [sat], from: "00:00", to: "00:00", timezone: Asia/Kolkata'
    spec = f"windows: [{{{night}}}, {{{whole}}}]".replace('"', quote)
    assert declared(spec).windows == (
        Window(days=("fri", "sun"), begins=time(22, 30), ends=time(6), timezone="Europe/Lisbon"),
        Window(days=("sat",), begins=time(0), ends=time(0), timezone="Asia/Kolkata"),
    )


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ("maxDeletePercent: 101", "4:26: Must be 100 or less. Lower it, or leave it out."),
        ("maxFailurePercent: 101", "4:27: Must be 100 or less. Lower it, or leave it out."),
        (
            "maxDeletesPerDay: -1",
            (
                "4:26: Must be a whole number. "
                "Use digits only: no sign, leading zero, `_`, point or unit."
            ),
        ),
        ("accounts: []", "4:18: Must not be empty. List something, or leave it out."),
        (
            "accounts: acme-crm",
            "4:18: Must be a list. Write one `- …` line for each, or `[]` for none.",
        ),
        ("requirePlan: yes", "4:21: Must be true or false. Write `true` or `false`."),
        ('requireTicket: "true"', "4:23: Must not be quoted. Write true without quotes."),
        ("planTtl: 0h", "4:17: Must be more than 0. Raise it, or leave it out."),
        (
            "planTtl: 24",
            (
                "4:17: Must be a duration with a unit. "
                "Use digits and a unit, s, m, h or d, as in `5s` or `24h`."
            ),
        ),
        ("planTtl: 36501d", "4:17: The duration is too long. Use at most 36500d."),
        ("coolOff: 36501d", "4:17: The duration is too long. Use at most 36500d."),
        ('coolOff: "0m"', "4:17: Must not be quoted. Write 0m without quotes."),
        ("returned: held", "4:18: Not a known value. Did you mean `hold`?"),
        ("canary: [1, 0]", "4:20: Must be 1 or more. Raise it, or leave it out."),
        ("canary: 10", "4:16: Must be a list. Write one `- …` line for each, or `[]` for none."),
        ("window: []", "4:8: Unknown key. Did you mean `windows`?"),
    ],
)
def test_a_wrong_policy_is_an_error(spec: str, complaint: str) -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": policy(spec)}) == [f"b.yaml:{complaint}"]


@pytest.mark.parametrize(
    ("was", "now", "complaint"),
    [
        ("[mon]", "[]", "25: Must not be empty. List something, or leave it out."),
        (
            "[mon]",
            "mon",
            "25: Must be a list. Write one `- …` line for each, or `[]` for none.",
        ),
        ("[mon]", "[mon, monday]", "31: Not a known value. Did you mean `mon`?"),
        ("[mon]", "[mon, tue, mon]", "36: `mon` stands here twice. Name each day once."),
        (
            '"08:00"',
            "08:00",
            (
                "40: Not YAML: while scanning a plain scalar, found unexpected ':'. "
                'Quote a text with a colon in it, as in `"08:00"`.'
            ),
        ),
        (
            '"08:00"',
            '"8:00"',
            '38: Not a time of day. Write hours and minutes, quoted: `"08:00"`, `"18:30"`.',
        ),
        (
            '"18:00"',
            '"18:60"',
            '51: Not a time of day. Write hours and minutes, quoted: `"08:00"`, `"18:30"`.',
        ),
        (
            '"18:00"',
            '"24:00"',
            '51: Not a time of day. Write `"00:00"`: a window may end the next day.',
        ),
        ("UTC", "Europe/Lisboa", "70: There is no such time zone. Did you mean `Europe/Lisbon`?"),
        ("UTC", "europe/lisbon", "70: There is no such time zone. Did you mean `Europe/Lisbon`?"),
        (
            "UTC",
            "localtime",
            (
                "70: There is no such time zone. "
                "Use a name of the IANA database, such as `Europe/Lisbon`."
            ),
        ),
        (
            "UTC",
            "/etc/localtime",
            (
                "70: There is no such time zone. "
                "Use a name of the IANA database, such as `Europe/Lisbon`."
            ),
        ),
        (", timezone: UTC", "", "17: `spec.windows.0` lacks `timezone`. Add `timezone: …`."),
        ("from:", "form:", "32: Unknown key. Did you mean `from`?"),
    ],
)
def test_a_wrong_window_is_an_error(was: str, now: str, complaint: str) -> None:
    spec = f"windows: [{{{_WINDOW.replace(was, now, 1)}}}]"
    found = complaints({"a.yaml": CRM, "b.yaml": policy(spec)})
    assert f"b.yaml:4:{complaint}" in found
    assert len(found) == (2 if now == "form:" else 1)


def test_a_time_of_day_on_a_line_of_its_own_must_be_quoted_too() -> None:
    lines = (
        '  windows:\n    - days: [mon]\n      from: 08:00\n      to: "09:00"\n      timezone: UTC\n'
    )
    document = policy("").replace("spec: {}\n", f"spec:\n{lines}")
    assert complaints({"a.yaml": CRM, "b.yaml": document}) == [
        f'b.yaml:7:13: {_QUOTED} Quote it: "08:00".'
    ]


@pytest.mark.parametrize("scalar", ["true", "mon-fri"])
def test_windows_of_a_policy_are_a_list(scalar: str) -> None:
    assert complaints({"a.yaml": CRM, "b.yaml": policy(f"windows: {scalar}")}) == [
        "b.yaml:4:17: Must be a list. Write one `- …` line for each, or `[]` for none."
    ]


def test_a_machine_without_time_zones_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezones, "available_timezones", frozenset)
    timezones.known.cache_clear()
    try:
        with pytest.raises(ReadingError, match="This machine knows no time zones") as caught:
            timezones.timezone(Scalar("UTC", "UTC", "", 1, 1))
    finally:
        timezones.known.cache_clear()
    assert caught.value.hint == "Install the package tzdata."


_CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
_WINDOWS = st.builds(
    Window,
    days=st.sets(st.sampled_from(DAYS), min_size=1).map(
        lambda days: tuple(sorted(days, key=DAYS.index))
    ),
    begins=_CLOCKS,
    ends=_CLOCKS,
    timezone=st.sampled_from(["UTC", "Europe/Lisbon", "Etc/GMT+5", "America/Port-au-Prince"]),
)
_DURATIONS = st.builds(operator.mul, st.integers(0, 36_500), st.sampled_from([1, 60, 3600, 86_400]))
_POLICIES = st.builds(
    Policy,
    name=st.just("default"),
    place=st.just("manifests/b.yaml:1"),
    max_deletes_per_day=st.none() | st.integers(0, 10**9 - 1),
    require_plan=st.none() | st.booleans(),
    plan_ttl=st.none() | _DURATIONS.filter(bool),
    cool_off=st.none() | _DURATIONS,
    windows=st.none() | st.lists(_WINDOWS, max_size=3).map(tuple),
    returned=st.none() | st.sampled_from(Returned),
    canary=st.none() | st.lists(st.integers(1, 10**9 - 1), max_size=4).map(tuple),
    max_failure_percent=st.none() | st.integers(0, 100),
).map(lambda one: one if (one.cool_off or 0) < (one.plan_ttl or 86_400) else _never_resting(one))


def _never_resting(one: Policy) -> Policy:
    return replace(one, cool_off=None)


@given(said=_POLICIES)
def test_a_policy_as_it_is_spelt_is_read_as_it_was(said: Policy) -> None:
    fields = ((name, getattr(said, name, None)) for name in KEYS)
    spec = [f"{KEYS[name]}: {spelled(name, value)}" for name, value in fields if value is not None]
    assert declared(", ".join(spec)) == said
