"""The demo, from a clean copy of the repository's manifests."""

import shutil
from pathlib import Path

import pytest

from tests.functional.world import World

MANIFESTS = Path(__file__).parents[2] / "manifests"


@pytest.fixture
def clean(checkout: Path) -> World:
    shutil.copytree(MANIFESTS, checkout / "manifests")
    world = World(checkout, "", checkout)
    for name in [name for name in world.env if name.startswith("RECONCILER_")]:
        del world.env[name]
    return world


def test_the_demo_ends_with_nothing_to_do_and_a_verified_log(clean: World) -> None:
    before = clean.folder / ".reconciler/demo/.reconciler/sandbox"
    before.mkdir(parents=True)
    (before / "sandbox.sqlite").write_text("what an earlier demo left")
    ran = clean.run("demo")
    assert ran.code == 0
    *_, nothing, _, verify, verified = ran.out.splitlines()
    assert nothing.startswith("No changes. ")
    assert verify == "$ reconciler audit verify --sandbox"
    assert verified.startswith("Audit log verified: 1 run, ")
    assert sorted(path.name for path in clean.folder.iterdir()) == [".reconciler", "manifests"]


def test_the_demo_shows_text_only(clean: World) -> None:
    assert clean.run("demo", "--format", "json").code == 64
    assert clean.run("demo", "nowhere").code == 64
