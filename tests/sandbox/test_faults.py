"""The switches as a user sees them: on the command line and in the reference."""

from pathlib import Path

import pytest

from reconciler.errors import UsageError
from reconciler.sandbox.failure_rules import FAILURES
from reconciler.sandbox.faults import Faults, describe, parse_faults
from reconciler.sandbox.kinds import KINDS

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference" / "sandbox.md"
NAMES = [info.name for info in describe()]


def test_no_settings_are_the_defaults() -> None:
    assert parse_faults([]) == Faults()


def test_settings_are_read_by_their_kind() -> None:
    faults = parse_faults(
        ["leadsquared_limit=3", "talkdesk_reason=false", "talkdesk_delete_delay=1.5"]
    )
    assert faults.leadsquared_limit == 3
    assert faults.talkdesk_reason is False
    assert faults.talkdesk_delete_delay == 1.5


def test_failures_may_be_given_several_times() -> None:
    given = ["common_failures=any:1:503", "common_failures=talkdesk:2:cut,talkdesk:3:hang"]
    rules = [str(rule) for rule in parse_faults(given).common_failures]
    assert rules == ["any:1:503", "talkdesk:2:cut", "talkdesk:3:hang"]


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UsageError) as raised:
        parse_faults(["leadsquared_delete_anwser=queued"])
    assert "leadsquared_delete_answer" in raised.value.hint


@pytest.mark.parametrize(
    ("setting", "allowed"),
    [
        ("leadsquared_gone=away", "empty_list, empty_object"),
        ("leadsquared_limit=-1", "whole number from 0"),
        ("leadsquared_limit=many", "whole number from 0"),
        ("talkdesk_reason=perhaps", "true, false"),
        ("talkdesk_delete_delay=soon", "seconds from 0"),
        ("common_failures=any:1:teapot", "KIND:WHICH:FAILURE"),
    ],
)
def test_a_bad_value_is_answered_with_the_allowed_ones(setting: str, allowed: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_faults([setting])
    assert raised.value.hint.startswith(f"Allowed: {allowed}")
    assert setting.partition("=")[0] in raised.value.detail


@pytest.mark.parametrize("settings", [["leadsquared_limit"], ["talkdesk_limit=1"] * 2])
def test_a_setting_needs_a_value_and_comes_once(settings: list[str]) -> None:
    with pytest.raises(UsageError):
        parse_faults(settings)


def test_every_switch_says_what_it_does() -> None:
    for info in describe():
        assert info.description.endswith(".")
        assert info.values


@pytest.mark.parametrize("info", describe(), ids=NAMES)
def test_the_reference_has_a_row_for_every_switch(info: object) -> None:
    names = ("name", "values", "default", "description")
    name, values, default, description = (getattr(info, field) for field in names)
    shown = f"`{default}`" if default else ""
    row = f"| `{name}` | {values} | {shown} | {description} |".replace("|  |", "| |")
    assert row in REFERENCE.read_text(encoding="utf-8").splitlines()


def test_the_reference_names_every_kind_of_call_and_failure() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert [name for name in (*KINDS, *FAILURES) if f"`{name}`" not in text] == []


def test_every_switch_has_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py"))
    assert [name for name in NAMES if f"{name}=" not in tests and f'"{name}"' not in tests] == []
