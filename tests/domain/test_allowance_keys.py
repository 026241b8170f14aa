"""Allowances are told apart by what they say, in a text that does not depend on this program."""

from dataclasses import replace
from datetime import date, time

import pytest

from reconciler.domain.guarding.allowances import Allowance, Lifts
from reconciler.domain.guarding.windows import Window

NIGHT = Window(days=("mon", "sun"), begins=time(22), ends=time(6, 30), timezone="Europe/Lisbon")
ALL = Allowance(
    name="once",
    place="manifests/a.yaml:1",
    owner="ops",
    reason="Clean-up",
    account="crm",
    lifts=Lifts(
        max_deletes=1,
        max_deletes_per_day=2,
        max_delete_percent=3,
        allow_emptying=True,
        windows=(NIGHT,),
        cool_off=0,
        where_max=4,
    ),
    ticket="CRM-1",
    digest="sha256:ab",
    expires=date(2026, 12, 1),
)


def test_the_key_of_an_allowance_is_the_same_in_every_version() -> None:
    assert ALL.key == (
        '{"account":"crm","digest":"sha256:ab","expires":"2026-12-01","lifts":{'
        '"allowEmptying":true,"coolOff":0,"maxDeletePercent":3,"maxDeletes":1,'
        '"maxDeletesPerDay":2,"where.max":4,'
        '"windows":[["mon sun","22:00","06:30","Europe/Lisbon"]]},"name":"once"}'
    )


def test_what_is_not_said_is_not_in_the_key() -> None:
    silent = replace(ALL, lifts=Lifts(windows=()), digest="", expires=None)
    assert (
        silent.key
        == '{"account":"crm","digest":"","expires":"","lifts":{"windows":[]},"name":"once"}'
    )


@pytest.mark.parametrize(
    "same",
    [
        replace(ALL, place="b.yaml:9", owner="x", reason="y", ticket=""),
        replace(ALL, lifts=replace(ALL.lifts, windows=(replace(NIGHT, days=("sun", "mon")),))),
    ],
)
def test_where_it_stands_and_who_asked_do_not_make_it_another(same: Allowance) -> None:
    assert same.key == ALL.key


def test_the_order_of_windows_does_not_make_it_another() -> None:
    noon = replace(NIGHT, begins=time(12))
    one, other = (
        replace(ALL, lifts=Lifts(windows=some)) for some in ((NIGHT, noon), (noon, NIGHT))
    )
    assert one.key == other.key


@pytest.mark.parametrize(
    "other",
    [
        replace(ALL, name="twice"),
        replace(ALL, account="dialer"),
        replace(ALL, digest=""),
        replace(ALL, expires=None),
        replace(ALL, expires=date(2026, 12, 2)),
        replace(ALL, lifts=replace(ALL.lifts, windows=())),
        replace(ALL, lifts=replace(ALL.lifts, windows=None)),
        replace(ALL, lifts=replace(ALL.lifts, windows=(replace(NIGHT, ends=time(6)),))),
        replace(ALL, lifts=replace(ALL.lifts, max_deletes=9)),
        replace(ALL, lifts=replace(ALL.lifts, max_deletes=None)),
        replace(ALL, lifts=replace(ALL.lifts, max_deletes_per_day=9)),
        replace(ALL, lifts=replace(ALL.lifts, max_delete_percent=9)),
        replace(ALL, lifts=replace(ALL.lifts, where_max=9)),
        replace(ALL, lifts=replace(ALL.lifts, cool_off=None)),
        replace(ALL, lifts=replace(ALL.lifts, allow_emptying=None)),
    ],
)
def test_whatever_it_allows_makes_it_another(other: Allowance) -> None:
    assert other.key != ALL.key
