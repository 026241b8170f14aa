"""Pseudonyms: what ledger and audit log hold of a phone number or an external id."""

from reconciler.domain.fingerprint import key_from
from reconciler.domain.identifiers import (
    By,
    External,
    Identifier,
    Phone,
    identifier_values,
    kind_of,
)
from reconciler.domain.pseudonyms import Pseudonyms, pseudonyms

PHONE = Phone("+14155550100")
EXTERNAL = External("salesforce", "003DL0000212DetYAE")
KEYED = pseudonyms((b"first", b"second"))


def test_a_pseudonym_is_a_mark_under_the_first_key() -> None:
    mark = KEYED.of(PHONE)
    assert mark.startswith(f"h1:{key_from(b'first', 'pseudonyms').key_id}:")
    assert len(mark.split(":")[2]) == 32
    assert mark == pseudonyms((b"first",)).of(Phone("+14155550100"))
    assert mark != pseudonyms((b"second",)).of(PHONE)


def test_different_identifiers_have_different_pseudonyms() -> None:
    others: list[Identifier] = [
        Phone("+14155550101"),
        EXTERNAL,
        External("sales", "force003DL0000212DetYAE"),
    ]
    assert len({KEYED.of(one) for one in (PHONE, *others)}) == 4


def test_without_a_key_an_identifier_is_masked() -> None:
    assert pseudonyms(()) == Pseudonyms(None)
    assert Pseudonyms().of(PHONE) == "***0100"
    assert Pseudonyms().of(EXTERNAL) == "salesforce ***tYAE"


def test_identifiers_do_not_show_themselves() -> None:
    assert repr([PHONE, EXTERNAL]) == "[Phone(***), External(salesforce, ***)]"


def test_identifiers_know_their_kind_and_their_parts() -> None:
    assert (kind_of(PHONE), kind_of(EXTERNAL)) == (By.PHONE_NUMBER, By.EXTERNAL_ID)
    assert identifier_values(PHONE) == ("phone_number", "+14155550100")
    assert identifier_values(EXTERNAL) == ("external_id", "salesforce", "003DL0000212DetYAE")
