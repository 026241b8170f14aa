"""The interpreter's expressions, by what GitHub's documentation says of them."""

import pytest

from tests.workflows.expressions import Value, common_functions, evaluated, filled, wanted

CONTEXT = {
    "github": {"ref": "refs/heads/main", "event": {"number": 7}},
    "inputs": {"folder": "", "flag": False},
    "needs": {"one": {"result": "success"}, "two": {"result": "failure"}},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inputs.folder || 'manifests'", "manifests"),
        ("github.event.number && 'yes'", "yes"),
        ("github.event.nothing.at.all", None),
        ("github.ref == format('refs/heads/{0}', 'MAIN')", True),
        ("!inputs.flag && (github.event.number != 8 || false)", True),
        ("inputs.folder != '[]'", True),
        ("null == ''", True),
        ("'it''s'", "it's"),
        ("needs.two.result == 'failure'", True),
        ("""fromJSON('[{"a": 1}]')""", [{"a": 1}]),
    ],
)
def test_an_expression_comes_to_what_github_says(text: str, value: Value) -> None:
    assert evaluated(text, CONTEXT, common_functions()) == value


def test_a_text_with_places_is_a_text_and_a_place_alone_keeps_its_type() -> None:
    functions = common_functions()
    assert filled("is ${{ inputs.flag }}, ${{ 1 }}", CONTEXT, functions) == "is false, 1"
    assert filled("${{ inputs.flag }}", CONTEXT, functions) is False
    assert filled("${{ inputs.folder }}${{ github.ref }}", CONTEXT, functions) == "refs/heads/main"


def test_success_is_understood_unless_a_condition_looks_at_the_status() -> None:
    for condition, after_failure in (("true", False), ("!cancelled()", True), ("always()", True)):
        assert wanted(condition, {}, failed=True, succeeded=False) is after_failure
        assert wanted(condition, {}, failed=False, succeeded=True)


def test_what_is_not_understood_is_told() -> None:
    for text in ("secrets.KEY", "a ~ b", "1 2", "(1", "needs.*.result"):
        with pytest.raises(ValueError, match=r"not understood|is missing"):
            evaluated(text, CONTEXT, common_functions())
