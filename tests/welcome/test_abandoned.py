"""The one letter about a checkout that was left, and the link in it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from shop.cart import links
from shop.catalog.models import Stock, Variant
from shop.db import writing
from shop.discounts.models import Campaign
from shop.orders.models import Order
from shop.subscribers import actions as subscribers
from shop.welcome.rounds import go_round
from tests.orders.made import a_paid_order, an_order
from tests.welcome.conftest import MORNING, Room


def leaves(room: Room, number: int = 1001, **columns: object) -> None:
    """Maya went to the payment page and closed it."""
    values = {"state": "expired", "placed_at": room.now, "letters_consent_at": room.now} | columns
    with writing(room.engine) as session:
        an_order(session, number, {"HOOK-1": 1, "BALL-1": 2}, **values)


def written(room: Room, *, hours: float = 3, setting: str = "on") -> list[str]:
    """What was written to her some hours later."""
    room.desk = replace(room.desk, config=replace(room.desk.config, checkout_reminder=setting))
    room.later(hours=hours)
    for _ in range(2):
        go_round(room.engine, room.desk, now=room.now)
    return [name for name in room.written() if name == "checkout_left"]


def test_one_letter_is_written_and_not_again(room: Room) -> None:
    leaves(room)
    assert written(room, setting="off") == []
    assert written(room, hours=0) == ["checkout_left"]
    letter = room.letters()[-1]
    assert letter.blanks["lines"] == [["Hip Hook", "1"], ["Hip Release Ball", "2"]]
    assert set(letter.blanks["leave_url"]) == {"path", "seed"}
    room.later(hours=20)
    leaves(room, 1002)
    assert written(room) == ["checkout_left"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "circumstance",
    [
        lambda room: room.later(hours=-1.5),
        lambda room: room.later(days=4),
        lambda room: _set(room, "letters_consent_at", None),
        lambda room: _set(room, "state", "pending"),
        lambda room: _set(room, "payment_state", "processing"),
        lambda room: _buys(room),
        lambda room: _sold_out(room),
        lambda room: _suppressed(room),
        lambda room: _has_left(room),
    ],
    ids=["soon", "late", "no consent", "open", "paying", "bought", "sold out", "bounced", "left"],
)
def test_nothing_is_written(room: Room, circumstance: Callable[[Room], None]) -> None:
    leaves(room)
    circumstance(room)
    assert written(room) == []


def _set(room: Room, column: str, value: object) -> None:
    with writing(room.engine) as session:
        session.execute(update(Order).values({column: value}))


def _buys(room: Room) -> None:
    with writing(room.engine) as session:
        a_paid_order(session, 1002, placed_at=room.now + timedelta(hours=1), paid_at=room.now)


def _sold_out(room: Room) -> None:
    with writing(room.engine) as session:
        session.execute(update(Stock).values(held=Stock.on_hand))


def _suppressed(room: Room) -> None:
    with writing(room.engine) as session:
        subscribers.suppress(session, room.email, "complained", "", now=room.now)


def _has_left(room: Room) -> None:
    reader = room.becomes_reader()
    with writing(room.engine) as session:
        subscribers.leave(session, subscribers.lock(session, reader.id), "unsubscribed", now=room.now)


def test_a_confirmed_reader_needs_no_box_and_what_is_short_is_left_out(room: Room) -> None:
    room.becomes_reader()
    leaves(room, letters_consent_at=None)
    with writing(room.engine) as session:
        session.execute(update(Stock).where(Stock.sku == "BALL-1").values(held=Stock.on_hand - 1))
    assert written(room) == ["checkout_left"]
    letter = next(each for each in room.letters() if each.template == "checkout_left")
    assert letter.blanks["lines"] == [["Hip Hook", "1"]]
    signed = letter.blanks["cart_url"].rpartition("/")[2]
    assert links.read(signed, secret_key=room.desk.config.secret_key) == ([("HOOK-1", 1)], "")
    assert room.now > MORNING


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_link_fills_the_cart_at_todays_prices_and_only_as_it_was_signed(
    stranger: FlaskClient, engine: object
) -> None:
    with writing(engine) as session:  # type: ignore[arg-type]
        session.execute(update(Variant).where(Variant.sku == "BALL-1").values(price_amount=3100))
        session.execute(update(Campaign).values(active=True))
    signed = links.signed([("BALL-1", 2), ("NOTHING-1", 1)], "RUN15", secret_key="k" * 40)
    for _ in range(2):
        assert stranger.get(f"/buy/again/{signed}").headers["Location"] == "/cart"
    page = stranger.get("/cart").text
    assert "$62.00" in page
    assert "RUN15" in page
    other = stranger.application.test_client()
    other.get(f"/buy/again/{signed[:-2]}xx")
    assert "could not read your cart" in other.get("/cart").text
