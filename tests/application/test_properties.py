"""The promises, in random worlds with random faults: what is deleted, and what is said of it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconciler.application.applied import Applied
from reconciler.application.stopping import Stop
from reconciler.domain.absences import Declarations
from reconciler.domain.plan import Action, Plan
from reconciler.errors import ExitCode, IdentityError, InterruptedRunError
from reconciler.planfile.read import SavedPlan
from tests.fakes.plans import crm, dialer
from tests.fakes.runs import (
    MISSING,
    Watch,
    alive,
    audit_of,
    by_id,
    declared,
    deletions,
    events,
    outcomes,
    records,
    saved,
    tasks,
)
from tests.simulation import World, a_world

_MEMORY = Path("/dev/shm")  # noqa: S108 - a place, not a file

ELSEWHERE = set(records(1_000_000))
"""A record of the second list, declared absent from the first, where it is not."""

PROMPT = (
    *("leadsquared_deleted=none", "leadsquared_deleted=half", "leadsquared_deleted=half_silently"),
    *("talkdesk_deleted=none", "talkdesk_deleted=half", "talkdesk_deleted=half_silently"),
    *("talkdesk_total_deleted=too_high", "talkdesk_total_deleted=too_low"),
    *("talkdesk_reason=false", "talkdesk_failed_records=false", "talkdesk_token_lifetime=3"),
    *("leadsquared_gone=404", "leadsquared_gone=mx500", "leadsquared_gone=error200"),
    *("leadsquared_unknown_ids=counted", "leadsquared_unknown_ids=job_refused"),
    *("leadsquared_unknown_ids=request_refused_400", "leadsquared_bulk_limit=1"),
    *("leadsquared_limit_mode=403", "leadsquared_limit_mode=200", "leadsquared_role=Sales_User"),
    *("talkdesk_gone=404_list", "talkdesk_gone=empty_object", "talkdesk_token_revoked_after=7"),
    *("talkdesk_paging=repeat", "talkdesk_paging=shift", "talkdesk_paging=short"),
    *("talkdesk_count=too_high", "talkdesk_count=too_low", "talkdesk_count=page"),
    f"talkdesk_poison_id={records(3)[0]}",
)
LATE = (
    *("leadsquared_delete_delay=40", "leadsquared_delete_delay=200", "leadsquared_get_lag=30"),
    *("talkdesk_delete_answer=202", "talkdesk_delete_answer=202_with_body"),
    *("talkdesk_get_lag=20", "talkdesk_list_lag=40", "talkdesk_records_count_lag=50"),
)
LOST = [
    f"common_failures={kind}:{which}:{failure}"
    for kind in ("leadsquared_delete", "talkdesk_delete", "any")
    for which in ("1", "2", "*3", "4-6")
    for failure in ("cut_after", "cut", "hang_after", "500_after", "429", "401", "html_after")
]
FAULTS = st.lists(
    st.sampled_from([*PROMPT, *LATE, *LOST]),
    max_size=2,
    unique_by=lambda fault: fault.partition("=")[0],
)
LATENCY = st.sampled_from([(), ("common_latency_ms=200", "common_jitter_ms=800")])


@dataclass(frozen=True)
class Scene:
    """One random world and what is asked of it."""

    numbers: tuple[frozenset[int], frozenset[int]]
    batch: int
    faults: tuple[str, ...]
    stop_after: float | None

    @property
    def declarations(self) -> Declarations:
        accounts = [crm(batch=self.batch), dialer(batch=self.batch, page=7)]
        return declared(tasks(*self.numbers[0]), records(*self.numbers[1]), accounts=accounts)

    @property
    def delayed(self) -> bool:
        return any(fault in LATE or "after" in fault for fault in self.faults)


NUMBERS = st.frozensets(st.sampled_from([*range(9), MISSING, MISSING + 1, 1_000_000]), max_size=9)
SCENES = st.builds(
    Scene,
    numbers=st.tuples(NUMBERS, NUMBERS),
    batch=st.integers(1, 5),
    faults=st.builds(lambda some, slow: (*some, *slow), FAULTS, LATENCY),
    stop_after=st.none() | st.floats(0.0, 60.0),
)
MODEST = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    # A world takes a while, so that the first example that fails is shown as it is.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def run(world: World, scene: Scene, reviewed: SavedPlan | None = None) -> Applied | None:
    async def stop_later(stop: Stop) -> None:
        await world.clock.sleep(scene.stop_after or 0.0)
        stop.ask(ExitCode.INTERRUPTED)

    stop = None if scene.stop_after is None else stop_later
    try:
        return world.apply(scene.declarations, saved=reviewed, stop=stop)
    except (IdentityError, InterruptedRunError):
        # Refused, or stopped, before anything was sent.
        return None


def ids_with(plan: Plan, action: Action) -> set[str]:
    return {
        section.absences.ids[position]
        for account in plan.accounts
        for section in account.sections
        for position in section.positions(action)
    }


def check_outcomes(world: World, scene: Scene, applied: Applied, planned: set[str]) -> None:
    """One outcome for every planned deletion, and none that is not true."""
    there, told = alive(world) - ELSEWHERE, by_id(applied)
    assert set(told) == planned
    assert sum(outcomes(applied).values()) == len(planned)
    for target_id, outcome in told.items():
        if outcome in ("deleted", "already_absent"):
            assert target_id not in there
        if outcome in ("still_present", "failed") and not scene.delayed:
            assert target_id in there
    assert ids_with(applied.plan, Action.ABSENT).isdisjoint(there)
    assert audit_of(world).findings == []
    end = events(world, applied)[-1]
    assert (end["type"], end["exit_code"]) == ("run.finished", applied.exit_code)
    bad = {"still_present", "failed", "unknown", "not_attempted"} & set(told.values())
    if not bad and not applied.plan.counts()[Action.UNKNOWN]:
        done = (ExitCode.DONE, ExitCode.INTERRUPTED, ExitCode.BAD_OUTCOME)
        assert applied.exit_code in done
    else:
        assert applied.exit_code is not ExitCode.DONE


def check_converges(world: World, scene: Scene, before: set[str]) -> None:
    """Without faults and a while later everything declared is gone, and nothing else."""
    world.set_faults()
    world.clock.elapsed += 300.0
    again = world.apply(scene.declarations)
    targets = {*tasks(*scene.numbers[0]), *records(*scene.numbers[1])}
    assert again.exit_code is ExitCode.DONE
    assert before - alive(world) == (targets & before) - ELSEWHERE
    sent = len(deletions(world))
    assert world.apply(scene.declarations).nothing_to_delete
    assert len(deletions(world)) == sent
    assert {finding.message for finding in audit_of(world).findings} <= {"the run has not finished"}


@MODEST
@given(SCENES)
def test_what_is_deleted_was_declared_and_seen_alive(scene: Scene) -> None:
    with (
        tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder,
        a_world(Path(folder), *scene.faults, tasks=12, records=24) as world,
    ):
        before = alive(world)
        watch = Watch(world)
        applied = run(world, scene)
        gone = before - alive(world)
        sent = {one for ids in watch.batches for one in ids}
        assert gone <= sent
        if applied is None:
            assert not sent
        else:
            planned = ids_with(applied.plan, Action.DELETE)
            assert sent <= planned <= {*tasks(*scene.numbers[0]), *records(*scene.numbers[1])}
            check_outcomes(world, scene, applied, planned)
        check_converges(world, scene, before)


@MODEST
@given(SCENES, NUMBERS, NUMBERS)
def test_what_is_deleted_was_reviewed_and_is_unchanged(
    scene: Scene, edited: frozenset[int], vanished: frozenset[int]
) -> None:
    with (
        tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder,
        a_world(Path(folder), tasks=12, records=24) as world,
    ):
        reviewed = saved(world, scene.declarations)
        approved = {one for ids in reviewed.reviewed.deletions.values() for one in ids}
        for number in edited:
            world.store.update_task(tasks(number)[0], Name="changed since")
        for number in vanished - edited:
            world.store.remove_task(tasks(number)[0])
        # However late reads may be, they are not as late as this.
        world.clock.elapsed += 100.0
        before = alive(world)
        world.set_faults(*scene.faults)
        watch = Watch(world)
        applied = run(world, scene, reviewed)
        sent = {one for ids in watch.batches for one in ids}
        assert before - alive(world) <= sent
        assert applied is not None or not sent
        assert sent <= approved - set(tasks(*edited)) - set(tasks(*vanished))
        if applied is not None:
            check_outcomes(world, scene, applied, approved)
        check_converges(world, scene, before)
