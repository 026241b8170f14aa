"""A small trial on either ledger, so that the large ones (``make chaos``) cannot rot."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.settings import ONE_EACH, QUICK, RESUME, Setting
from tests.chaos.trial import trial
from tests.fakes.postgres import server

SMALL = Setting(
    ledger="sqlite",
    seed=1,
    kills=6,
    targets=6,
    deadline=1.25,
    commands=(*ONE_EACH, RESUME),
    faults=QUICK,
)


@pytest.mark.once
def test_runs_that_are_killed_at_random_keep_every_promise(tmp_path: Path) -> None:
    figures = trial(SMALL, tmp_path)
    assert figures.broken == []
    assert figures.kills > 0


@pytest.mark.once
def test_so_they_do_on_a_server_that_crashes_in_the_middle(tmp_path: Path) -> None:
    setting = replace(SMALL, ledger="postgresql", seed=2, kills=4, targets=5, stops=1)
    figures = trial(setting, tmp_path, server())
    assert figures.broken == []
    assert figures.kills > 0
