"""The chain: canonical lines without gaps, each bound to the one before."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.audit.chain import GENESIS, Chain, Tip, canonical, line_hash, plain
from reconciler.domain.events import Json, RunStarted


def a_chain(previous: Tip | None = None) -> Chain:
    return Chain(log_id="log", run_id="run", previous=previous)


def link(chain: Chain, **fields: Json) -> bytes:
    return chain.link(RunStarted(fields=fields), time="2026-11-22T09:00:00.000Z", mono_ms=7)


def test_a_line_is_canonical_and_complete() -> None:
    assert link(a_chain(), actor="ada").decode() == (
        '{"actor":"ada","log_id":"log","mono_ms":7,"prev":"' + "0" * 64 + '",'
        '"run_id":"run","schema":"reconciler.audit/1","seq":0,'
        '"time":"2026-11-22T09:00:00.000Z","type":"run.started"}'
    )


def test_names_are_sorted_and_text_is_utf8_as_rfc_8785_wants_it() -> None:
    fields: dict[str, Json] = {"\u20ac": 1, "\r": 2, "1": 3, "\U0001f600": 4, "\ufb33": 5}
    assert canonical(fields).decode() == '{"\\r":2,"1":3,"€":1,"😀":4,"\ufb33":5}'


def test_every_line_carries_the_hash_of_the_line_before() -> None:
    chain = a_chain()
    lines = []
    for _ in range(3):
        lines.append(link(chain))
        chain.advance(lines[-1])
    told = [json.loads(line) for line in lines]
    assert [one["seq"] for one in told] == [0, 1, 2]
    assert [one["prev"] for one in told] == [
        GENESIS,
        hashlib.sha256(lines[0]).hexdigest(),
        hashlib.sha256(lines[1]).hexdigest(),
    ]


def test_a_line_that_was_not_taken_is_made_again_in_its_place() -> None:
    chain = a_chain()
    assert link(chain) == link(chain)


def test_only_the_first_line_names_the_run_before() -> None:
    chain = a_chain(Tip(run_id="before", seq=9, hash="abc"))
    first = link(chain)
    chain.advance(first)
    assert json.loads(first)["previous"] == {"run_id": "before", "seq": 9, "hash": "abc"}
    assert "previous" not in json.loads(link(chain))


def test_an_event_cannot_pose_as_another_line() -> None:
    line = json.loads(link(a_chain(), seq=99, prev="f" * 64, type="run.finished", run_id="x"))
    assert (line["seq"], line["prev"], line["type"], line["run_id"]) == (
        0,
        GENESIS,
        "run.started",
        "run",
    )


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("plain", "plain"),
        ("half \ud83d", "half ?"),
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
        (-(2**60), "-1152921504606846976"),
        (True, True),
        ({"\ud83d": [1, {"a": 2**60}]}, {"?": [1, {"a": "1152921504606846976"}]}),
    ],
)
def test_what_has_no_canonical_bytes_is_told_as_nearly_as_can_be(value: Json, kept: Json) -> None:
    assert plain(value) == kept


_JSON = st.recursive(
    st.text() | st.integers() | st.booleans(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), _JSON))
def test_every_event_becomes_a_line_that_reads_back_as_itself(fields: dict[str, Json]) -> None:
    line = link(a_chain(), **fields)
    assert canonical(json.loads(line)) == line
    assert b"\n" not in line
    assert line_hash(line) == hashlib.sha256(line).hexdigest()
