"""The reference page names every field, and its examples are valid."""

import re
from pathlib import Path

import pytest

from reconciler.manifests import shapes
from tests.manifests.samples import loaded

_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "manifests.md"
_SHAPES = [
    shapes.Document,
    shapes.Metadata,
    shapes.AbsenceMetadata,
    shapes.LeadSquaredSpec,
    shapes.TalkdeskSpec,
    shapes.LeadSquaredLimits,
    shapes.TalkdeskLimits,
    shapes.PolicySpec,
    shapes.AbsentTasksSpec,
    shapes.AbsentRecordsSpec,
]


@pytest.mark.parametrize("shape", _SHAPES, ids=lambda shape: shape.__name__)
def test_the_page_names_every_field(shape: type[shapes.Shape]) -> None:
    page = _PAGE.read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Za-z]+)`", page))
    assert {*shapes.keys_of(shape), *shape.later, *shape.idle} <= named


def test_the_page_names_every_word_of_a_choice() -> None:
    page = _PAGE.read_text(encoding="utf-8")
    regions = [region for some in shapes.REGIONS.values() for region in some]
    for word in (*shapes.KINDS, *shapes.LATER_KINDS, *shapes.PURPOSES, *regions):
        assert f"`{word}`" in page


def test_the_examples_of_the_page_are_one_valid_tree() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", _PAGE.read_text(encoding="utf-8"), re.DOTALL)
    declared = loaded({f"{n}.yaml": example for n, example in enumerate(examples)})
    assert (len(declared.accounts), len(declared.policies), len(declared.absences)) == (2, 1, 2)
