"""E-mail addresses: what is one, and which two are one mailbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop import email_address
from shop.errors import Reason, Refused


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("maya@example.com", "maya@example.com"),
        ("  Maya.Lee+hips@Example.COM ", "Maya.Lee+hips@example.com"),
        ("o'neil@mail.example.co.uk", "o'neil@mail.example.co.uk"),
        ("anna@bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@例え.jp", "anna@xn--r8jz45g.jp"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
    ],
)
def test_an_address_is_taken_as_typed_with_its_domain_in_ascii(typed: str, address: str) -> None:
    assert email_address.parse(typed) == address


@pytest.mark.parametrize("typed", ["", "   ", "\t"])
def test_nothing_is_a_missing_address(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        email_address.parse(typed)
    assert refused.value.reason is Reason.EMAIL_MISSING


@pytest.mark.parametrize(
    "typed",
    [
        "maya",
        "maya@",
        "@example.com",
        "maya@localhost",
        "maya@example..com",
        ".maya@example.com",
        "maya.@example.com",
        "ma..ya@example.com",
        "maya lee@example.com",
        "maya@exam ple.com",
        "maya@-example.com",
        "maya@example.c",
        "maya@127.0.0.1",
        "maya@example.com\nBcc: all@example.com",
        "maya\r\nBcc: x@example.com",
        "maya@example.com\x00",
        "maya@example.com,other@example.com",
        "Maya <maya@example.com>",
        '"maya"@example.com',
        "maýa@example.com",
        f"{'a' * 65}@example.com",
        f"maya@{'a' * 64}.com",
        f"maya@{'a.' * 130}com",
        "maya@" + "ü" * 100_000,
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        email_address.parse(typed)
    assert refused.value.reason is Reason.EMAIL_INVALID


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maya@Example.com", "maya@example.com"),
        ("m.a.y.a@gmail.com", "maya@gmail.com"),
        ("maya+hips@gmail.com", "maya@googlemail.com"),
        ("maya+a@outlook.com", "maya@outlook.com"),
        ("ma.ya+a@proton.me", "maya@pm.me"),
        ("anna@bücher.example", "ANNA@xn--bcher-kva.example"),
    ],
)
def test_two_spellings_of_a_mailbox_are_one_customer(one: str, other: str) -> None:
    assert email_address.normalize(one) == email_address.normalize(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("maya.lee@example.com", "mayalee@example.com"),
        ("maya+hips@example.com", "maya@example.com"),
        ("ma.ya@outlook.com", "maya@outlook.com"),
        ("maya@gmail.com", "maya@example.com"),
        ("+a@gmail.com", "+b@gmail.com"),
    ],
)
def test_mailboxes_that_may_differ_stay_two_customers(one: str, other: str) -> None:
    assert email_address.normalize(one) != email_address.normalize(other)


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = email_address.parse(text)
    except Refused:
        return
    assert address.isascii()
    assert address.isprintable()
    assert len(address) <= email_address.MAX_LENGTH
    assert email_address.parse(address) == address


@given(st.emails())
def test_a_normal_form_is_its_own_normal_form(address: str) -> None:
    once = email_address.normalize(address)
    assert email_address.normalize(once) == once
