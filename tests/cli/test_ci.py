"""What is known of the job that a command runs in."""

from collections.abc import Mapping

import pytest

from reconciler.cli.ci import is_for_review


@pytest.mark.parametrize(
    ("environ", "is_preview"),
    [
        ({"GITHUB_EVENT_NAME": "pull_request"}, True),
        ({"GITHUB_REF": "refs/pull/7/merge"}, True),
        ({"CI_MERGE_REQUEST_IID": "7"}, True),
        ({"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/heads/main"}, False),
        ({"CI_COMMIT_BRANCH": "main"}, False),
        ({}, False),
    ],
)
def test_what_a_pull_or_merge_request_plans_is_a_preview_on_either_forge(
    environ: Mapping[str, str],
    is_preview: bool,  # noqa: FBT001 - a case
) -> None:
    assert is_for_review(environ) is is_preview
