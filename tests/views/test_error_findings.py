"""Errors that are in no place, as one line of prose."""

import pytest

from reconciler.views.findings.of_error import trouble_finding


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ("There is no terminal.", "Nothing approves: There is no terminal. Pass it."),
        ("no terminal", "Nothing approves: no terminal. Pass it."),
        ("one\ntwo.", "Nothing approves: one; two. Pass it."),
        ("", "Nothing approves. Pass it."),
    ],
)
def test_a_detail_that_is_a_sentence_ends_in_one_full_stop(detail: str, words: str) -> None:
    fields = {"summary": "Nothing approves", "detail": detail, "hint": "Pass it."}
    assert trouble_finding(fields).message == words
