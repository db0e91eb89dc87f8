from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pprmail.addresses import BadAddressError, address_key, normal_address, undress

LABEL = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9-]{0,12}", fullmatch=True)
ENDS = st.sampled_from(
    ["org", "CA", "museum", "test", "Invalid", "local", "example", "arpa", "onion", "alt", "o", "x1", "xn--p1ai"]
)
PLAIN = st.builds(
    "{}@{}.{}".format,
    st.from_regex(r"[A-Za-z0-9_+-]{1,8}(?:\.[A-Za-z0-9_+-]{1,4}){0,2}", fullmatch=True),
    st.lists(LABEL, min_size=1, max_size=3).map(".".join),
    ENDS,
)
ODD = st.builds(
    "{}@{}{}".format,
    st.text(alphabet="aZ0._+-'!#/\"\\ (@éµ中\u200b\n", max_size=8),
    st.text(alphabet="aZ0.-_éßı中[]: ", max_size=12),
    st.sampled_from(["", ".org", ".org.", "..org", ".例え", ".рф", ".xn--p1ai"]),
)
LONG = st.builds(
    lambda local, label, count: f"{'l' * local}@{'.'.join(['d' * label] * count)}.org",
    st.integers(60, 68),
    st.integers(60, 66),
    st.integers(1, 4),
)


def verdict(address: str) -> str | None:
    """What email-validator makes of ``address``: its ASCII form, or None where it or we refuse it."""
    try:
        return validate_email(address, check_deliverability=False).ascii_email
    except EmailNotValidError:
        return None


@settings(deadline=None, derandomize=True, max_examples=600)
@given(st.one_of(PLAIN, ODD, LONG))
@example("ada@EXAMPLE.Org")
@example("ada@sub.test")
@example("ada@ab--cd.org")
@example("ada@-a.org")
@example("ada@münchen.de")
@example("ada@example")
@example(f"{'a' * 64}@example.org")
@example(f"{'a' * 65}@example.org")
@example(f"ada@{'d' * 63}.org")
@example(f"ada@{'d' * 64}.org")
@example(f"ada@{'.'.join(['d' * 61] * 4)}.org")
@example("ada@example.org\n")
@example("")
def test_the_verdict_and_the_form_are_those_of_email_validator(address: str) -> None:
    try:
        normal: str | None = normal_address(address)
    except BadAddressError:
        normal = None

    assert normal == verdict(address)


REFUSED = {
    "smtputf8": ("Řehoř@example.org", "the part before the @ is not ASCII, and mail providers do not take that"),
    "two-addresses": ("a@example.org, b@example.org", None),
    "no-at": ("example.org", None),
    "very-long": ("a" * 600, "it is too long"),
    "line-break": ("a@example.org\nBcc: b@example.org", None),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_an_address_that_cannot_be_mailed_is_refused_without_naming_it(text: str, reason: str | None) -> None:
    with pytest.raises(BadAddressError) as refusal:
        normal_address(text)

    assert reason in {None, str(refusal.value)}
    assert text not in str(refusal.value)


DRESSED = {
    "bare": ("ada@example.org", "ada@example.org"),
    "name": ("Ada Lovelace <ada@example.org>", "ada@example.org"),
    "odd-name": ('"<Ada>" <ada@example.org> ', "ada@example.org"),
    "mailto": ("MAILTO:ada@example.org", "ada@example.org"),
    "mailto-in-brackets": ("<mailto:ada@example.org>", "ada@example.org"),
    "spaces": ("\u00a0 ada@example.org\t\r\n", "ada@example.org"),
    "invisible": ("\ufeffada@exam\u00adple.org\u200b", "ada@example.org"),
    "two": ("<a@example.org> <b@example.org>", "b@example.org"),
    "words-after": ("<a@example.org> Ada", "<a@example.org> Ada"),
    "empty": ("", ""),
    "spaces-inside": (f"a{' ' * 1500}b>>", f"a{' ' * 1500}b>>"),
}


@pytest.mark.parametrize(("text", "bare"), DRESSED.values(), ids=DRESSED)
def test_the_bare_address_is_taken_out_of_its_dress(text: str, bare: str) -> None:
    assert undress(text) == bare


def test_two_spellings_of_one_mailbox_have_one_key() -> None:
    assert address_key(normal_address("Ada.L@EXAMPLE.org")) == address_key(normal_address("ada.l@example.ORG"))
    assert address_key(normal_address("a@bücher.de")) == address_key(normal_address("A@xn--bcher-kva.de"))
    assert address_key("ada+x@example.org") != address_key("ada@example.org")
