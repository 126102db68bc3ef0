"""What an order's states mean to its buyer."""

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from shop.config import ROOT
from shop.content import read_content
from shop.orders.rules import (
    Standing,
    address_lines,
    arrival_words,
    country_name,
    may_pay,
    payment_words,
    status_note,
    status_sentence,
    token_shaped,
    tracker,
)

PAID = Standing("paid", "paid", "to_ship", dated=True)
PENDING = Standing("pending", "unpaid", "to_ship")
STATES = ("pending", "paid", "expired", "cancelled")
PAYMENT_STATES = ("unpaid", "processing", "paid", "part_refunded", "refunded", "disputed", "lost")
SHIPPING_STATES = ("to_ship", "part_shipped", "shipped", "delivered", "nothing_to_ship", "on_hold")


@pytest.mark.parametrize(
    ("standing", "sentence"),
    [
        (PENDING, "pending"),
        (replace(PENDING, confirming=True), "confirming"),
        (replace(PENDING, payment_failed=True), "payment_failed"),
        (replace(PENDING, payment_state="processing"), "processing"),
        (replace(PENDING, payment_state="paid", flagged=True), "flagged"),
        (PAID, "paid"),
        (replace(PAID, dated=False), "paid_no_date"),
        (replace(PAID, flagged=True), "flagged"),
        (replace(PAID, payment_state="part_refunded"), "paid"),
        (replace(PAID, payment_state="refunded"), "refunded"),
        (replace(PAID, payment_state="disputed"), "disputed"),
        (replace(PAID, payment_state="lost"), "lost"),
        (replace(PAID, shipping_state="on_hold"), "on_hold"),
        (replace(PAID, shipping_state="part_shipped"), "part_shipped"),
        (replace(PAID, shipping_state="shipped"), "shipped"),
        (replace(PAID, shipping_state="shipped", flagged=True), "shipped"),
        (replace(PAID, shipping_state="shipped", dated=False), "shipped_no_date"),
        (replace(PAID, shipping_state="delivered"), "delivered"),
        (replace(PAID, shipping_state="nothing_to_ship"), "paid_digital"),
        (replace(PENDING, state="expired"), "expired"),
        (replace(PENDING, state="cancelled"), "cancelled"),
        (replace(PENDING, state="expired", payment_state="paid"), "closed_paid"),
        (replace(PENDING, state="expired", payment_state="refunded"), "closed_refunded"),
        (replace(PENDING, state="cancelled", payment_state="refunded"), "closed_refunded"),
    ],
)
def test_each_standing_has_its_sentence(standing: Standing, sentence: str) -> None:
    assert status_sentence(standing) == f"order_status.{sentence}"


def every_standing() -> list[Standing]:
    return [
        Standing(state, payment, shipping, flagged=flagged, confirming=flagged, dated=dated)
        for state, payment, shipping, flagged, dated in product(
            STATES, PAYMENT_STATES, SHIPPING_STATES, (True, False), (True, False)
        )
    ]


def test_every_combination_of_states_has_words_and_never_promises_an_unknown_day() -> None:
    words = read_content(ROOT / "content")
    for standing in every_standing():
        filled = {"arrives": "Fri, Nov 27"} if standing.dated else {}
        assert words.phrase(status_sentence(standing), **filled)
        if status_note(standing):
            assert words.phrase(status_note(standing), amount="$1.00")
        for step in tracker(standing):
            assert words.phrase(f"tracker.{step.name}")


def test_nobody_whose_money_the_shop_has_is_told_that_nothing_was_charged() -> None:
    harmless = ("order_status.pending", "order_status.payment_failed", "order_status.expired")
    for standing in every_standing():
        if status_sentence(standing) in harmless:
            assert standing.payment_state == "unpaid"


def test_only_an_open_order_without_any_payment_can_be_paid() -> None:
    for standing in every_standing():
        assert may_pay(standing) is (standing.state == "pending" and standing.payment_state == "unpaid")


@pytest.mark.parametrize(
    ("standing", "states"),
    [
        (PENDING, "done now next next next"),
        (replace(PENDING, payment_state="processing"), "done now next next next"),
        (PAID, "done done now next next"),
        (replace(PAID, shipping_state="on_hold"), "done done now next next"),
        (replace(PAID, shipping_state="part_shipped"), "done done done now next"),
        (replace(PAID, shipping_state="shipped"), "done done done now next"),
        (replace(PAID, shipping_state="delivered"), "done done done done done"),
        (replace(PAID, shipping_state="nothing_to_ship"), ""),
        (replace(PAID, payment_state="refunded"), ""),
        (replace(PENDING, state="expired"), ""),
    ],
)
def test_the_tracker_shows_how_far_an_order_is(standing: Standing, states: str) -> None:
    assert [step.state for step in tracker(standing)] == states.split()


@pytest.mark.parametrize(
    ("payment", "words"),
    [
        (("card", "visa", "4242"), "Visa ending 4242"),
        (("card", "amex", "0005"), "American Express ending 0005"),
        (("card", "", ""), "Card"),
        (("sepa_debit", "", "3000"), "SEPA debit ending 3000"),
        (("us_bank_account", "", ""), "Bank account"),
        (("amazon_pay", "", ""), "Amazon pay"),
        (("", "", ""), ""),
    ],
)
def test_a_payment_is_told_as_people_say_it(payment: tuple[str, str, str], words: str) -> None:
    assert payment_words(*payment) == words


def test_an_address_is_told_as_on_a_parcel() -> None:
    address: dict[str, Any] = {
        "line1": "12 Elm Street",
        "line2": None,
        "city": "Portland",
        "state": "OR",
        "postal_code": "97201",
        "country": "US",
    }
    assert address_lines("Maya Lee", address) == (
        "Maya Lee",
        "12 Elm Street",
        "Portland, OR 97201",
        "United States",
    )
    assert address_lines("Maya Lee", None) == ()
    assert address_lines("", {"city": "Oslo", "country": "NO"}) == ("Oslo", "Norway")
    assert country_name("XX") == "XX"


def test_days_of_arrival_are_told_once_when_they_are_one() -> None:
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)
    assert arrival_words(friday, monday) == "Fri, Nov 27 – Mon, Nov 30"
    assert arrival_words(friday, friday) == "Fri, Nov 27"
    assert arrival_words(None, None) == ""


@pytest.mark.parametrize(
    "text", ["", "short", "a" * 44, "../../etc/passwd", "token with blanks....", "é" * 22]
)
def test_what_cannot_be_a_token_is_not_looked_up(text: str) -> None:
    assert not token_shaped(text)
