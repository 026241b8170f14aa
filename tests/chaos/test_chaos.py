"""A small trial on either ledger, so that the large ones (``make chaos``) cannot rot."""

from pathlib import Path

import pytest

from tests.chaos.settings import QUICK, Setting
from tests.chaos.trial import trial
from tests.fakes.postgres import server


@pytest.mark.once
def test_runs_that_are_killed_at_random_keep_every_promise(tmp_path: Path) -> None:
    setting = Setting(ledger="sqlite", seed=1, kills=6, targets=8, deadline=1.0, faults=QUICK)
    figures = trial(setting, tmp_path)
    assert figures.broken == []
    assert figures.kills > 0


@pytest.mark.once
def test_so_they_do_on_a_server_that_crashes_in_the_middle(tmp_path: Path) -> None:
    setting = Setting(
        ledger="postgresql",
        seed=2,
        kills=4,
        targets=6,
        deadline=1.0,
        faults=QUICK,
        stops=1,
    )
    figures = trial(setting, tmp_path, server())
    assert figures.broken == []
    assert figures.kills > 0
