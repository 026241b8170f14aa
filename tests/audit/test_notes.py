"""Signed notes and their keys, as C2SP.org/signed-note has them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.audit.ed25519 import is_signed_by, new_key, signer_of
from reconciler.audit.notes import (
    PrivateKey,
    VerifierKey,
    parse_private,
    parse_signature,
    parse_verifier,
    signature_line,
)
from reconciler.audit.trust import Worth, parse_keys
from tests.fakes.keys import SIGNING_KEY, VERIFIER, a_signer, another_signer, trusting

TEXT = (
    b"If you think cryptography is the answer to your problem,\n"
    b"then you don't know what your problem is.\n"
)
LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)


def test_what_we_sign_is_what_another_implementation_signs() -> None:
    assert signature_line(a_signer(), TEXT) == LINE
    assert a_signer().key.text == VERIFIER
    assert parse_private(SIGNING_KEY).text == SIGNING_KEY


OTHERS_LINE = (
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuw"
    "HjG1Yu72IneyaQM=\n"
)


def test_what_another_implementation_signed_is_accepted() -> None:
    """Both keys and both notes are from the documentation of others."""
    for verifier, text, line in (
        (VERIFIER, TEXT, LINE),
        (
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            b"This is an example message.\n",
            OTHERS_LINE,
        ),
    ):
        key, signature = parse_verifier(verifier), parse_signature(line.rstrip("\n"))
        assert (signature.name, signature.key_id) == (key.name, key.key_id)
        assert is_signed_by(key, text, signature.content)
        assert not is_signed_by(key, text + b"\n", signature.content)


def test_a_new_key_signs_what_its_verifier_key_accepts() -> None:
    private, verifier = new_key("example.com/log")
    signer = signer_of(parse_private(private.text))
    assert signer.key == parse_verifier(verifier.text) == verifier
    assert is_signed_by(verifier, b"text\n", signer.sign(b"text\n"))
    assert new_key("example.com/log")[0] != private


def test_a_private_key_shows_itself_nowhere() -> None:
    key = parse_private(SIGNING_KEY)
    for shown in (repr(key), repr(a_signer()), str(key)):
        assert SIGNING_KEY[-20:] not in shown
        assert repr(key.seed) not in shown
        assert key.seed.hex() not in shown


NO_KEY = "is not a signing key: PRIVATE+KEY+NAME+ID+KEY"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", NO_KEY),
        ("hunter2", NO_KEY),
        (VERIFIER, NO_KEY),
        (SIGNING_KEY[:-1], NO_KEY),
        (SIGNING_KEY.replace("Peter", "Peter "), NO_KEY),
        (
            SIGNING_KEY.replace("c74f20a3", "C74F20A3"),
            NO_KEY,
        ),
        (SIGNING_KEY.replace("+AYEK", "+AoEK"), "is not of Ed25519"),
        (SIGNING_KEY.replace("Peter", "Paul"), "is damaged: its id is not that of its key"),
        (SIGNING_KEY.replace("c74f20a3", "c74f20a4"), "is damaged: its id is not that of its key"),
    ],
)
def test_what_is_no_signing_key_is_refused_without_being_quoted(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        signer_of(parse_private(text))
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SIGNING_KEY, "is not a verifier key: NAME+ID+KEY"),
        (VERIFIER[:-1], "is not a verifier key: NAME+ID+KEY"),
        (VERIFIER.replace("c74f20a3", "00000000"), "is damaged: its id is not that of its key"),
        ("example.com/foo", "is not a verifier key: NAME+ID+KEY"),
    ],
)
def test_what_is_no_verifier_key_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_verifier(text)


@pytest.mark.parametrize(
    "line",
    [
        "",
        LINE.rstrip("\n").removeprefix("— "),
        LINE.rstrip("\n").replace("— ", "- "),
        LINE.rstrip("\n") + " ",
        LINE,
        "— PeterNeumann",
        "— PeterNeumann x08go/Y=",
        "— Peter+Neumann x08go/ZJkuBS9UG/SffcvIAQxVBt",
        "—  x08go/ZJkuBS9UG/SffcvIAQxVBt",
    ],
)
def test_what_is_no_signature_line_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="is not a signature line"):
        parse_signature(line)


def test_bits_that_stand_for_nothing_may_not_differ() -> None:
    """The last letter before the padding has two of them."""
    changed = LINE.rstrip("\n").replace("AM=", "AN=")
    with pytest.raises(ValueError, match="is not a signature line"):
        parse_signature(changed)


def test_keys_are_read_from_a_file_of_one_a_line() -> None:
    other = another_signer().key.text
    keys = parse_keys(f"# ours\n\n  {VERIFIER}  \r\n{other}\n")
    assert [one.text for one in keys] == [VERIFIER, other]
    with pytest.raises(ValueError, match="line 2 is not a verifier key"):
        parse_keys(f"{VERIFIER}\nhunter2\n")


def test_only_signatures_of_given_keys_count() -> None:
    mine, other = a_signer(), another_signer()
    trusted = trusting(mine)
    signed = [parse_signature(signature_line(one, TEXT).rstrip()) for one in (mine, other)]
    assert trusted.worth(TEXT, []) is Worth.UNSIGNED
    assert trusted.worth(TEXT, signed[1:]) is Worth.UNSIGNED
    assert trusted.worth(TEXT, signed) is Worth.SIGNED
    assert trusted.worth(b"other\n", signed) is Worth.FORGED
    # Of the same name, but another key.
    namesake = another_signer(mine.key.name)
    theirs = parse_signature(signature_line(namesake, TEXT).rstrip())
    assert trusted.worth(TEXT, [theirs]) is Worth.UNSIGNED


@given(st.text(max_size=80))
def test_nothing_that_is_written_as_a_key_ends_in_anything_but_words(text: str) -> None:
    for parse in (parse_private, parse_verifier, parse_signature):
        try:
            found = parse(text)
        except ValueError:
            continue
        assert isinstance(found, PrivateKey | VerifierKey)
