"""What was approved: found by its id, and nothing else is."""

from hypothesis import given
from hypothesis import strategies as st

from reconciler.planfile.approved import Approved


def approved(fingerprints: dict[str, str]) -> Approved:
    made = Approved()
    for target_id, fingerprint in fingerprints.items():
        made.add(target_id, fingerprint)
    made.settle()
    return made


IDS = st.text(st.characters(exclude_characters="\0"), max_size=3)


@given(st.dictionaries(IDS, st.text(max_size=3)), IDS)
def test_it_is_the_mapping_that_it_was_made_from(made_from: dict[str, str], other: str) -> None:
    made = approved(made_from)
    assert dict(made.pairs()) == made_from
    assert list(made) == sorted(made_from)
    assert len(made) == len(made_from)
    assert {one: made[one] for one in made_from} == made_from
    assert made.get(other) == made_from.get(other)
    assert (other in made) == (other in made_from)
