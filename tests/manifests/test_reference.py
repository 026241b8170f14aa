"""The reference page names every field, and its examples are valid."""

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.domain.absences import Declarations
from reconciler.domain.guarding.policies import Caps, Returned, caps_for
from reconciler.domain.guarding.windows import DAYS
from reconciler.manifests.load import load
from reconciler.manifests.shapes.accounts import REGIONS
from reconciler.manifests.shapes.check import keys_of
from reconciler.manifests.shapes.documents import KINDS
from reconciler.manifests.shapes.fields import Shape
from reconciler.manifests.shapes.heads import PURPOSES
from tests.manifests.samples import write

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "manifests.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
SIDE_FILES = dict(re.findall(r"`(ids/[\w.]+)`:\n\n```text\n(.*?)```", PAGE, re.DOTALL))


def _shapes(root: type[Shape] = Shape) -> Iterator[type[Shape]]:
    """Yield every shape that a document or a part of one may have."""
    for shape in root.__subclasses__():
        yield shape
        yield from _shapes(shape)


@pytest.mark.parametrize("shape", [*_shapes()], ids=lambda shape: shape.__name__)
def test_the_page_names_every_field(shape: type[Shape]) -> None:
    named = set(re.findall(r"`([A-Za-z0-9_.]+)`", PAGE))
    assert {*keys_of(shape), *shape.idle} - named == set()


def test_the_page_names_every_word_of_a_choice() -> None:
    regions = [region for some in REGIONS.values() for region in some]
    words = (*KINDS, *PURPOSES, *regions, *DAYS, *Returned, "pending", "completed", "cancelled")
    assert [word for word in words if f"`{word}`" not in PAGE] == []


def _loaded() -> Declarations:
    files = {f"{number}.yaml": example for number, example in enumerate(EXAMPLES)}
    return load(
        write(Path("manifests"), {**files, **SIDE_FILES}), now=datetime(2026, 6, 1, tzinfo=UTC)
    )


def test_the_examples_of_the_page_are_one_valid_tree() -> None:
    declared = _loaded()
    assert (sorted(declared.accounts), len(declared.policies), declared.warnings) == (
        ["acme-crm", "acme-dialer"],
        2,
        [],
    )
    assert [one.address for one in declared.manifests] == [
        "AbsentTasks/duplicate-callbacks",
        "AbsentTasks/old-completed",
        "AbsentRecords/opted-out",
        "AbsentTasks/from-export",
    ]
    assert [one.name for one in declared.allowances] == ["march-clean-up", "number-pool"]
    assert [one.name for one in declared.protections] == ["lawsuit", "key-customers"]


def test_the_policy_of_the_page_has_every_default() -> None:
    policies = [one for one in _loaded().policies if one.name == "default"]
    assert caps_for("acme-crm", policies) == Caps()
    assert [one.name for one in fields(Caps) if getattr(policies[0], one.name) is None] == []


def test_the_page_has_an_example_of_every_kind() -> None:
    assert {kind for kind in KINDS if any(f"\nkind: {kind}\n" in one for one in EXAMPLES)} == {
        *KINDS
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_tells_editors_its_schema(example: str) -> None:
    first = example.split("\n", 1)[0]
    (kind,) = set(re.findall(r"^kind: (\w+)$", example, re.MULTILINE))
    assert first == f"# yaml-language-server: $schema=../../docs/schema/{kind}.json"
    assert (ROOT / "docs" / "schema" / f"{kind}.json").is_file()


def test_what_the_page_says_of_relative_times_is_so() -> None:
    declared = _loaded()
    assert declared.relative_times == {"730d ago": datetime(2024, 6, 1, tzinfo=UTC)}
