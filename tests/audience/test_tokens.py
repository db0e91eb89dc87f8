from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pprmail.audience.keys import Keyring
from pprmail.audience.tokens import TOKEN, ReadToken, Signer, read_token
from pprmail.marks import TOKEN_LENGTH

KEY, OLD_KEY = b"a-key-for-tests-0123456789", b"an-older-key-0123456789"
SIGNER = Signer(KEY, "pprnet")
ADA = "ada@example.org"
ADDRESSES = st.emails().map(lambda address: address.rpartition("@")[0] + "@example.org")


def test_a_token_says_whose_it_is() -> None:
    token = SIGNER.token(ADA)

    assert SIGNER.read(token) == ReadToken(SIGNER.address_hash(ADA), KEY, is_test=False)


def test_a_test_mails_token_is_another_and_says_so() -> None:
    token = SIGNER.token(ADA, test=True)

    assert token != SIGNER.token(ADA)
    assert SIGNER.read(token) == ReadToken(SIGNER.address_hash(ADA), KEY, is_test=True)


def test_tokens_never_change() -> None:
    # Links in mails of years ago hold these: whoever changes one breaks them
    assert SIGNER.token(ADA) == "unQU1EQmEIFjPFzrCfs9tzRRM1CBPaDef"
    assert SIGNER.letter_id("2020-08", ADA) == "345a8ae6cc6339e76e35654f"
    assert SIGNER.address_hash(ADA).hex() == "9d05351109842058cf173ac2"


def test_all_spellings_of_one_mailbox_have_one_token() -> None:
    assert SIGNER.token("Ada@example.org") == SIGNER.token("aDA@example.org")
    assert SIGNER.letter_id("2020-08", "Ada@example.org") == SIGNER.letter_id("2020-08", "ada@example.org")


@given(address=ADDRESSES, test=st.booleans())
def test_a_token_is_opaque_and_safe_in_a_link(address: str, *, test: bool) -> None:
    token = SIGNER.token(address, test=test)

    assert TOKEN.fullmatch(token)
    assert len(token) == TOKEN_LENGTH
    assert address.partition("@")[0] not in token or len(address.partition("@")[0]) < 4


@given(at=st.integers(0, TOKEN_LENGTH - 1), character=st.sampled_from("ABCabc019_-"))
def test_a_token_with_any_character_changed_is_no_token(at: int, character: str) -> None:
    token = SIGNER.token(ADA)
    changed = token[:at] + character + token[at + 1 :]

    assert SIGNER.read(changed) is None or changed == token


@pytest.mark.parametrize(
    "text",
    ["", "preview", "u" * 32, "u" * 34, "x" * 33, "ü" * 33, SIGNER.token(ADA) + "\n", " " + SIGNER.token(ADA)[1:]],
    ids=repr,
)
def test_what_is_no_token_is_none(text: str) -> None:
    assert SIGNER.read(text) is None


def test_another_newsletters_token_is_none_of_ours() -> None:
    other = Signer(KEY, "other")

    assert other.read(SIGNER.token(ADA)) is None
    assert other.address_hash(ADA) != SIGNER.address_hash(ADA)


def test_an_older_keys_token_stays_valid_beside_the_new_key() -> None:
    token = Signer(OLD_KEY, "pprnet").token(ADA)

    read = read_token(token, Keyring((KEY, OLD_KEY)), "pprnet")

    assert read == ReadToken(Signer(OLD_KEY, "pprnet").address_hash(ADA), OLD_KEY, is_test=False)
    assert read_token(token, Keyring((KEY,)), "pprnet") is None
    assert read_token(token, Keyring(()), "pprnet") is None


def test_a_letters_name_depends_on_issue_and_reader_alone() -> None:
    ids = {SIGNER.letter_id(issue, address) for issue in ("2020-08", "2020-09") for address in (ADA, "bea@example.org")}

    assert len(ids) == 4
    assert SIGNER.letter_id("2020-08", ADA) in ids
