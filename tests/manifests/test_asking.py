"""Words on a command line are read as the same words in a manifest."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.domain.accounts import Container, System
from reconciler.domain.conditions import Before, Instant, OneOf, Prefix
from reconciler.errors import UsageError
from reconciler.manifests.conditions import RelativeTimes
from reconciler.manifests.finding.asking import account_problems, conditions_on, read_words
from reconciler.manifests.shapes.check import keys_of
from reconciler.manifests.shapes.conditions import RecordConditions, TaskConditions

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LIST = "b3eb858c-1f0d-4a2c-9a53-0d6f2f9f8a10"
METADATA = {"name": "found", "owner": "yes", "reason": "12"}


def test_every_condition_of_manifests_can_be_asked_for() -> None:
    tasks, records = conditions_on("task"), conditions_on("record")
    assert tuple(one.key for one in tasks) == keys_of(TaskConditions)
    assert tuple(one.key for one in records) == keys_of(RecordConditions)
    assert {one.key for one in (*tasks, *records) if one.several} == {
        *("owner", "type", "priority", "timezone")
    }
    assert all(one.description for one in (*tasks, *records))


def test_tasks_are_asked_for_in_words() -> None:
    words = {"owner": ["a@example.com", "b@example.com"], "completedBefore": ["730d ago"]}
    times = RelativeTimes(NOW)
    answer = read_words("task", {"account": "crm"}, METADATA, words, times)
    at = Instant(NOW - timedelta(730), "730d ago", relative=True)
    assert answer.container == Container(System.LEADSQUARED, "crm")
    assert answer.conditions == (
        OneOf("owner", "owner", ("a@example.com", "b@example.com")),
        Before("completed", "completedBefore", at),
    )
    manifest = answer.manifest
    assert (manifest.kind, manifest.name, manifest.owner) == ("AbsentTasks", "found", "yes")
    assert (manifest.reason, manifest.ticket, manifest.purpose) == ("12", "", "hygiene")


def test_records_are_asked_for_in_words() -> None:
    metadata = {**METADATA, "ticket": "0123", "purpose": "gdpr_erasure"}
    words = {"priority": ["1", "2"], "phonePrefix": ["+351"]}
    place = {"account": "dialer", "recordList": LIST.upper()}
    answer = read_words("record", place, metadata, words, RelativeTimes(NOW))
    assert answer.container == Container(System.TALKDESK, "dialer", LIST)
    assert answer.conditions == (
        OneOf("priority", "priority", ("1", "2")),
        Prefix("phone", "phonePrefix", "+351"),
    )
    assert (answer.manifest.ticket, answer.manifest.purpose) == ("0123", "gdpr_erasure")


def test_without_words_there_is_no_condition() -> None:
    assert read_words("task", {"account": "crm"}, METADATA, {}, RelativeTimes(NOW)).conditions == ()


def test_everything_that_a_manifest_would_be_refused_for_is_told() -> None:
    place = {"account": "dialer", "recordList": "spring"}
    words = {"priority": ["1", "high"], "timezone": [""], "createdBefore": ["yesterday"]}
    with pytest.raises(UsageError) as caught:
        read_words("record", place, {**METADATA, "name": "No"}, words, RelativeTimes(NOW))
    assert caught.value.summary == "This cannot be asked for"
    assert [one.partition(".")[0] for one in caught.value.detail.splitlines()] == [
        "name: Not a name",
        "recordList: Not the id of a record list",
        "priority: Must be a whole number",
        "timezone: Must not be empty",
        "createdBefore: Must be a date, an instant with its time zone, or relative",
    ]


def test_what_is_left_out_is_told_without_a_name() -> None:
    with pytest.raises(UsageError) as caught:
        read_words("task", {"account": "crm"}, {"name": "x", "owner": "y"}, {}, RelativeTimes(NOW))
    assert caught.value.detail == "`metadata` lacks `reason`. Add `reason: …`."


def test_an_account_is_checked_as_its_manifest_would_be() -> None:
    good = {"system": "talkdesk", "region": "eu", "tenant": "acme"}
    assert account_problems(System.TALKDESK, "dialer", good) == []
    bad = {"system": "leadsquared", "region": "eu", "tenant": "acme1"}
    assert account_problems(System.LEADSQUARED, "crm", bad) == [
        "region: Not a known value. Known: `ca12`, `in21`, `in22`, `ir31`, `me61`, `sg`, `us11`."
    ]
