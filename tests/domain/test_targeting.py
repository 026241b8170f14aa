"""Selectors as they are written: which are understood, and as what."""

import pytest

from reconciler.domain.narrowing.selectors import (
    EVERYTHING,
    At,
    Below,
    OfAccount,
    OfManifest,
    Selector,
    Targeting,
    targeting_of,
)
from reconciler.errors import UsageError

TASK = "0017abfa-c100-11e5-9340-06c7eb5c8385"
LIST = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
HOME = f"talkdesk/acme-dialer/{LIST}/"


@pytest.mark.parametrize(
    ("word", "selector"),
    [
        ("account/acme-crm", OfAccount("acme-crm")),
        ("AbsentTasks/old", OfManifest("AbsentTasks/old")),
        ("AbsentRecords/opted-out", OfManifest("AbsentRecords/opted-out")),
        (f"leadsquared/acme-crm/task/{TASK}", At(f"leadsquared/acme-crm/task/{TASK}")),
        (f"{HOME}record/{TASK}", At(f"{HOME}record/{TASK}")),
        ("leadsquared/", Below("leadsquared/")),
        ("talkdesk/", Below("talkdesk/")),
        ("leadsquared/acme-crm/", Below("leadsquared/acme-crm/")),
        ("leadsquared/acme-crm/task/", Below("leadsquared/acme-crm/task/")),
        ("leadsquared/acme-crm/where/", Below("leadsquared/acme-crm/where/")),
        ("talkdesk/acme-dialer/", Below("talkdesk/acme-dialer/")),
        (HOME, Below(HOME)),
        (f"{HOME}record/", Below(f"{HOME}record/")),
        (f"{HOME}declared/", Below(f"{HOME}declared/")),
        (f"{HOME}where/My Manifests/crm/", Below(f"{HOME}where/My Manifests/crm/")),
        (f"{HOME}declared/manifests/A.yaml:7", At(f"{HOME}declared/manifests/A.yaml:7")),
        (f"{HOME}where/A.yaml:7", At(f"{HOME}where/A.yaml:7")),
    ],
)
def test_every_form_is_understood_and_recorded_as_it_is_written(
    word: str, selector: Selector
) -> None:
    assert targeting_of([word], []) == Targeting(targets=(selector,))
    assert targeting_of([], [word]) == Targeting(excludes=(selector,))
    assert targeting_of([word], []).written == {"targets": [word], "excludes": []}


@pytest.mark.parametrize(
    ("word", "written"),
    [
        (f"leadsquared/crm/task/{TASK.upper()}", f"leadsquared/crm/task/{TASK}"),
        (f"talkdesk/d/{LIST.upper()}/record/{TASK.upper()}", f"talkdesk/d/{LIST}/record/{TASK}"),
        (f"talkdesk/d/{LIST.upper()}/", f"talkdesk/d/{LIST}/"),
        # Of a file's name the case counts.
        (f"talkdesk/d/{LIST.upper()}/where/A.yaml:7", f"talkdesk/d/{LIST}/where/A.yaml:7"),
        (f"talkdesk/d/{LIST.upper()}/declared/B/", f"talkdesk/d/{LIST}/declared/B/"),
        # What tells two entries on one line apart depends on what else a plan shows.
        (f"{HOME}declared/A.yaml:7#2", f"{HOME}declared/A.yaml:7"),
    ],
)
def test_ids_are_compared_in_lower_case(word: str, written: str) -> None:
    assert targeting_of([word], []).written["targets"] == [written]
    (selector,) = targeting_of([word], []).targets
    assert selector.text == written


def test_what_is_given_twice_counts_once_and_the_order_stays() -> None:
    words = ["account/b", "account/a", "account/b"]
    assert targeting_of(words, words).written == {
        "targets": ["account/b", "account/a"],
        "excludes": ["account/b", "account/a"],
    }


def test_nothing_given_narrows_nothing() -> None:
    assert targeting_of([], []) == EVERYTHING
    assert not EVERYTHING.narrows
    assert targeting_of([], ["account/a"]).narrows
    assert targeting_of(["account/a"], []).narrows


MALFORMED = [
    "",
    " ",
    "account/",
    "account/Acme",
    "account/a/",
    "accounts/a",
    "AbsentTasks/",
    "absenttasks/old",
    "Protection/vip",
    "Policy/default",
    "AbsentTasks/old/",
    "leadsquared",
    "leadsquared/acme-crm",
    "leadsquared/acme-crm/task",
    "leadsquared/acme-crm/task/0017abfa",
    f"leadsquared/acme-crm/task/{TASK}/",
    f"leadsquared/acme-crm/record/{TASK}",
    f"leadsquared/{LIST}/acme-crm/task/{TASK}",
    "leadsquared/acme-crm/declared/a.yaml:1",
    f"talkdesk/acme-dialer/{LIST}",
    f"talkdesk/acme-dialer/record/{TASK}",
    "talkdesk/acme-dialer/b3eb858c/",
    f"{HOME}where/a.yaml",
    f"{HOME}where/a.yaml:",
    f"{HOME}where/a\n.yaml:1",
    f"{HOME}where/a\u202e.yaml:1",
    f"{HOME}where/a\udc80.yaml:1",
    "LeadSquared/acme-crm/",
    TASK,
    "*",
]


@pytest.mark.parametrize("word", MALFORMED)
def test_anything_else_is_refused(word: str) -> None:
    both: tuple[tuple[list[str], list[str]], ...] = (([word], []), ([], [word]))
    for given in both:
        with pytest.raises(UsageError, match="This selects nothing"):
            targeting_of(*given)


def test_all_that_is_malformed_is_told_at_once_with_the_forms() -> None:
    with pytest.raises(UsageError) as refused:
        targeting_of(["x", "account/a", ""], ["+14155550101", "a\x1b[31m"])
    assert refused.value.detail == (
        "--target x\n--target ''\n--exclude ***0101\n--exclude a\\u{1b}[31m"
    )
    assert refused.value.hint == (
        "Write account/NAME, AbsentTasks/NAME, AbsentRecords/NAME, an address "
        "(leadsquared/ACCOUNT/task/ID, talkdesk/ACCOUNT/LIST/record/ID), or the beginning of an "
        "address up to a /."
    )


def test_every_selector_is_told_with_its_option() -> None:
    targeting = targeting_of(["account/a"], ["talkdesk/", "AbsentTasks/x"])
    assert [(option, one.text) for option, one in targeting.options()] == [
        ("--target", "account/a"),
        ("--exclude", "talkdesk/"),
        ("--exclude", "AbsentTasks/x"),
    ]
