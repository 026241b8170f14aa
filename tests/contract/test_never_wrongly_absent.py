"""Whatever the vendors do, what is called absent is absent, and what is called deleted is gone.

Left out are lies that no reader of one answer can see: a live thing that is answered for exactly
as an unknown one is (``common_flicker``, the answer of another call, LeadSquared's bare 404).
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.application.ports import UnreadableError
from reconciler.domain.live import LiveTable
from reconciler.errors import IdentityError
from reconciler.sandbox.seed import record_id, task_id
from tests.contract.systems import NOBODY, System, leadsquared, talkdesk
from tests.fakes.batches import a_batch
from tests.vendors.rig import verdicts

FAILURES = (
    *("400", "409", "413", "422", "429", "500", "502", "503", "504"),
    *("empty", "html", "html502", "error200", "mx500", "load_shedding", "redirect"),
    *("cut", "hang", "cut_body", "garbled"),
)
WHICH = ("1", "2", "3", "2-3", "5-", "*2", "*3", "1-9", "4-40")


def rules(*kinds: str, more: tuple[str, ...] = ()) -> st.SearchStrategy[list[str]]:
    one = st.tuples(
        st.sampled_from(kinds), st.sampled_from(WHICH), st.sampled_from((*FAILURES, *more))
    )
    return st.lists(one.map(lambda parts: "common_failures=" + ":".join(parts)), max_size=2)


def switched(**values: tuple[object, ...]) -> st.SearchStrategy[list[str]]:
    """Return some of these switches, each in one of its positions."""
    one = st.fixed_dictionaries({}, optional={n: st.sampled_from(v) for n, v in values.items()})
    return one.map(lambda found: [f"{name}={value}" for name, value in found.items()])


TASK_SWITCHES = switched(
    leadsquared_gone=("empty_object", "404", "mx500", "stale", "error200", "null"),
    leadsquared_get_lag=(3, 1000),
    leadsquared_list_lag=(3, 1000),
    leadsquared_role=("Sales_User",),
    leadsquared_hides_inactive_owners=("true",),
    leadsquared_paging=("ignored", "clamped"),
    leadsquared_foreign_rows=("true",),
    leadsquared_missing_status=("true",),
    leadsquared_record_count=("page", "too_high", "too_low"),
    leadsquared_delete_answer=(
        *("queued", "empty", "error200", "mx500", "html", "cut_after_accepting", "cut_body"),
    ),
    leadsquared_deleted=("all", "half", "half_silently", "none"),
    leadsquared_delete_delay=(0, 9, 100),
    leadsquared_limit=(3, 25),
    leadsquared_limit_mode=("403", "200"),
    leadsquared_unknown_ids=("counted", "job_refused", "request_refused_400"),
)
RECORD_SWITCHES = switched(
    talkdesk_gone=("404_list", "stale", "empty_object", "null"),
    talkdesk_get_lag=(3, 1000),
    talkdesk_list_lag=(3, 1000),
    talkdesk_records_count_lag=(3, 1000),
    talkdesk_paging=("repeat", "skip", "shift", "short", "empty", "empty_middle", "no_next"),
    talkdesk_count=("too_high", "too_low", "page"),
    talkdesk_total=("false",),
    talkdesk_next_link=("relative", "foreign_host", "always"),
    talkdesk_delete_answer=("202", "202_with_body", "400"),
    talkdesk_deleted=("all", "half", "half_silently", "none"),
    talkdesk_delete_delay=(0, 9, 100),
    talkdesk_failed_records=("false",),
    talkdesk_reason=("false",),
    talkdesk_total_deleted=("too_high", "too_low"),
    talkdesk_body_dropped=("true",),
    talkdesk_limit=(3, 10),
    talkdesk_limit_mode=("load_shedding",),
    talkdesk_token_revoked_after=(2, 30),
)
TASK_RULES = rules("leadsquared_get", "leadsquared_list", "leadsquared_delete", "leadsquared")
RECORD_RULES = rules(
    *("talkdesk_get", "talkdesk_list", "talkdesk_lists", "talkdesk_delete", "talkdesk_token"),
    more=("404",),
)


def wrongly_absent(table: LiveTable, truth: set[str]) -> list[str]:
    return [one for one, word in verdicts(table).items() if word == "absent" and one in truth]


def a_run(system: System, declared: list[str], deleted: list[str], waits: list[float]) -> None:
    """Read, delete, and read back again and again; nothing may ever be called absent wrongly."""

    async def work() -> None:
        before = await system.read(*declared, NOBODY)
        assert wrongly_absent(before.table, system.truth()) == []
        await system.deleter.ready()
        await system.deleter.delete(a_batch(system.container, deleted))
        for seconds in waits:
            await system.clock.sleep(seconds)
            table = await system.reader.read_back(before, deleted)
            assert wrongly_absent(table, system.truth()) == []
        assert system.deletions() == 1

    # Without a token, or with one that is refused for good, the run ends before it says anything.
    with suppress(IdentityError, UnreadableError):
        system.run(work())


def some_of(make: Callable[[int], str], count: int) -> st.SearchStrategy[list[str]]:
    numbers = st.lists(st.integers(0, count - 1), min_size=1, max_size=40, unique=True)
    return numbers.map(lambda found: sorted(map(make, found)))


WAITS = st.lists(st.sampled_from([0.0, 1.0, 6.0, 60.0]), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(TASK_SWITCHES, TASK_RULES, some_of(task_id, 30), WAITS, st.data())
def test_no_task_is_called_absent_that_exists(
    switches: list[str],
    failures: list[str],
    declared: list[str],
    waits: list[float],
    data: st.DataObject,
) -> None:
    with leadsquared(*switches, *failures) as system:
        a_run(system, declared, _some(data, declared), waits)


@settings(max_examples=90, deadline=None)
@given(RECORD_SWITCHES, RECORD_RULES, some_of(record_id, 60), WAITS, st.data())
def test_no_record_is_called_absent_that_exists(
    switches: list[str],
    failures: list[str],
    declared: list[str],
    waits: list[float],
    data: st.DataObject,
) -> None:
    page = data.draw(st.sampled_from([4, 7, 20, 59, 60, 500]))
    with talkdesk(*switches, *failures, page=page) as system:
        a_run(system, declared, _some(data, declared), waits)


def _some(data: st.DataObject, declared: list[str]) -> list[str]:
    chosen: Any = data.draw(st.lists(st.sampled_from(declared), min_size=1, unique=True))
    return sorted(chosen)
