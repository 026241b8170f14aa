"""The first line of a comment: what makes it one of ours, and what does not."""

import pytest

from reconciler.forges.marker import Marker, State, key_of, marker_of

DIGEST = "sha256:" + "a" * 64
LINE = f"<!-- reconciler:key=all v=1 plan={DIGEST} -->"


def test_a_marker_is_read_as_it_was_written() -> None:
    assert Marker("all", DIGEST).line == LINE
    for state in State:
        marker = Marker("drift-0123456789ab", DIGEST, state)
        assert marker_of(f"{marker.line}\nand more") == marker
        assert marker_of(f"{marker.line}\r\nand more") == marker


@pytest.mark.parametrize(
    "body",
    [
        "",
        f" {LINE}",
        f"\n{LINE}",
        f"text\n{LINE}",
        f"{LINE} and more",
        f"> {LINE}",
        LINE.replace("v=1", "v=2"),
        LINE.replace("key=all", "key=A b"),
        LINE.replace(" -->", " state=other -->"),
        LINE.replace("a" * 64, "a" * 63),
    ],
)
def test_what_is_not_the_whole_first_line_is_no_marker(body: str) -> None:
    assert marker_of(body) is None


def test_a_digest_that_is_none_cannot_change_what_a_marker_says() -> None:
    line = Marker("all", "sha256:0 --> <b>").line
    assert line == f"<!-- reconciler:key=all v=1 plan=sha256:{'0' * 64} -->"


def test_plans_of_different_parts_have_different_keys() -> None:
    keys = [
        key_of([], []),
        key_of(["account/crm"], []),
        key_of([], ["account/crm"]),
        key_of(["account/crm", "account/dialer"], []),
        key_of([], [], drift=True),
        key_of(["account/crm"], [], drift=True),
    ]
    assert len(set(keys)) == len(keys)
    assert keys[0] == "all"
    assert keys[1] == key_of(["account/crm"], [])
    assert all(marker_of(Marker(key, DIGEST).line) for key in keys)
