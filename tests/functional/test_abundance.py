"""As much at once as the two APIs accept."""

from collections.abc import Callable

import pytest

from tests.functional.world import World


@pytest.mark.once
def test_the_largest_deletions_take_the_fewest_requests(opened: Callable[..., World]) -> None:
    world = opened(arguments=("--tasks", "5001", "--records", "300"))
    world.declare(
        tasks=range(5_001),
        records=range(250),
        policy="{maxDeletes: 20000, maxDeletesPerDay: 20000, maxDeletePercent: 100, "
        "allowEmptying: true, canary: []}",
        crm="{calls: 100000, per: 5s}",
        dialer="{calls: 100000, per: 5s}",
    )
    applied = world.run("apply", "--auto-approve", "--quiet")
    assert applied.last == (
        "Apply complete: 5251 deleted, 0 already absent, 0 still present, 0 failed, 0 unknown, "
        "0 not attempted."
    )
    sizes = sorted((one.system, one.size) for one in world.deletions())
    assert [size for system, size in sizes if system == "leadsquared"] == [1, 5000]
    assert [size for system, size in sizes if system == "talkdesk"] == [50, 100, 100]
    assert world.run("audit", "verify").code == 0
