"""Where a manifest that declares a target twice is said to declare it."""

from reconciler.views.wording import first_places


def test_the_first_place_of_each_manifest_stands_for_it() -> None:
    first, again, other = (
        {"manifest": name, "line": line} for name, line in (("a", 3), ("a", 9), ("b", 5))
    )
    assert sorted(first_places([first, other, again]), key=str) == [first, other]
    assert list(first_places([again])) == [again]
    assert not first_places([])
