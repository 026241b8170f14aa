"""Fingerprints: keyed, and telling values apart."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from reconciler.domain.fingerprint import FingerprintKey, fingerprint, key_from

KEY = key_from(b"secret", "account acme-crm")


def test_a_fingerprint_is_computed_as_documented() -> None:
    derived = hmac.digest(b"secret", b"reconciler fingerprint/1 account acme-crm", "sha256")
    key_id = hashlib.sha256(b"key id" + derived).hexdigest()[:8]
    parts = b"\x00\x00\x00\x02ab\x00\x00\x00\x02\xc3\xbc"
    mark = hmac.digest(derived, parts, "sha256").hex()[:32]
    assert fingerprint(KEY, ["ab", "ü"]) == f"f1:{key_id}:{mark}"


def test_values_are_told_apart_by_length() -> None:
    assert fingerprint(KEY, ["ab", "c"]) != fingerprint(KEY, ["a", "bc"])
    assert fingerprint(KEY, ["a", ""]) != fingerprint(KEY, ["a"])


def test_another_secret_or_purpose_is_another_key() -> None:
    others = [key_from(b"secret", "account other"), key_from(b"other", "account acme-crm")]
    marks = {fingerprint(key, ["a"]) for key in (KEY, *others)}
    assert len(marks) == 3
    assert len({key.key_id for key in (KEY, *others)}) == 3


def test_half_a_character_has_a_fingerprint_too() -> None:
    # Systems that count in UTF-16 cut names in the middle of an emoji.
    assert fingerprint(KEY, ["\ud83d"]) != fingerprint(KEY, ["\ud83c"])


def test_a_key_does_not_show_its_secret() -> None:
    assert repr(FingerprintKey("abcd1234", b"secret")) == "FingerprintKey(abcd1234)"


@given(st.lists(st.text() | st.text(st.characters(codec="ascii"), min_size=120, max_size=140)))
def test_every_text_stands_behind_its_length_in_bytes(values: list[str]) -> None:
    encoded = [value.encode("utf-8", "surrogatepass") for value in values]
    parts = b"".join(len(one).to_bytes(4, "big") + one for one in encoded)
    mark = hmac.digest(KEY.secret, parts, "sha256").hex()[:32]
    assert fingerprint(KEY, values) == f"f1:{KEY.key_id}:{mark}"


@given(st.lists(st.text()), st.lists(st.text()))
def test_equal_values_and_only_they_have_equal_fingerprints(
    one: list[str], other: list[str]
) -> None:
    assert (fingerprint(KEY, one) == fingerprint(KEY, other)) == (one == other)
