"""The note in the parcel: kept as it was written, harmless wherever it is shown, and the cause of no second order."""

import csv
import html
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update

from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.orders import gift_note, handling
from shop.orders.models import Order, OrderEvent
from shop.privacy.erase import erase
from shop.privacy.export import export
from shop.staff.models import AuditEntry
from tests.orders.made import NOW, a_paid_order, an_order
from tests.rows import every_row

HOSTILE = '=cmd()\n<script>alert(1)</script> "&" {{ 7 * 7 }}\n#panic("x") *bold* $1$'


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Happy birthday  \r\n\r\n\r\n\r\n  Maya ", "Happy birthday\n\nMaya"),
        ("a\u2028b\rc\td", "a\nb\nc d"),
        (" \n\t\r\n", ""),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("مبروك يا أمي 🎂", "مبروك يا أمي 🎂"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("x" * 300, "x" * 300),
        ("1\n2\n3\n4\n5\n6", "1\n2\n3\n4\n5\n6"),
        (HOSTILE, HOSTILE),
    ],
)
def test_a_note_keeps_its_lines_and_loses_what_nobody_sees(typed: str, kept: str) -> None:
    assert gift_note.read(typed) == kept
    assert gift_note.read(kept) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("a\x00b", Reason.GIFT_NOTE_LETTERS),
        ("a\x1b[31mb", Reason.GIFT_NOTE_LETTERS),
        ("a\x0bb", Reason.GIFT_NOTE_LETTERS),
        ("x" * 301, Reason.GIFT_NOTE_LONG),
        ("1\n2\n3\n4\n5\n6\n7", Reason.GIFT_NOTE_LINES),
    ],
)
def test_what_cannot_be_printed_is_refused(typed: str, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        gift_note.read(typed)
    assert refused.value.reason is reason


@pytest.fixture
def order(app: Flask, engine: Engine) -> str:
    """A paid order with a hostile note; the path of its page."""
    with writing(engine) as session:
        return f"/orders/{a_paid_order(session, 1001, gift_note=HOSTILE).access_token}"


def test_markup_in_a_note_is_words_on_every_page(
    stranger: FlaskClient, staff: FlaskClient, order: str
) -> None:
    for page in (stranger.get(order).text, staff.get("/admin/orders/1001").text):
        assert "<script>alert" not in page
        [shown] = re.findall(r'<blockquote dir="auto">(.*?)</blockquote>', page, re.DOTALL)
        assert html.unescape(shown) == HOSTILE


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_note_is_no_formula_in_a_sheet(owner: FlaskClient, engine: Engine, order: str, sign: str) -> None:
    with writing(engine) as session:
        session.execute(update(Order).values(gift_note=f"{sign}1+1\nsecond line"))
    sheet = owner.post("/admin/orders/export", data={"view": "all"}).text
    [row] = csv.DictReader(io.StringIO(sheet))
    assert row["gift_note"] == f"'{sign}1+1\nsecond line"
    assert list(row)[-1] == "gift_note", "a new column stands at the end"


def test_staff_change_a_note_until_the_order_is_packed(
    staff: FlaskClient, engine: Engine, order: str
) -> None:
    path = "/admin/orders/1001/gift-note"
    staff.post(path, data={"gift_note": "For Ada\r\nfrom Bo", "version": "0"})
    with reading(engine) as session:
        changed = session.scalars(select(Order)).one()
        [entry] = session.scalars(select(AuditEntry)).all()
        [event] = session.scalars(select(OrderEvent).where(OrderEvent.kind == "gift_note_changed")).all()
    assert changed.gift_note == "For Ada\nfrom Bo"
    assert (entry.action, entry.after) == ("gift note changed", {"note": "For Ada\nfrom Bo"})
    assert event.detail == {"before": HOSTILE, "after": "For Ada\nfrom Bo"}
    kept = every_row(engine)
    for form in (
        {"gift_note": "second editor", "version": "0"},
        {"gift_note": "a\x01b"},
        {"gift_note": "x" * 301},
    ):
        answer = staff.post(path, data=form)
        assert answer.status_code == 409
        assert html.escape(form["gift_note"]) in answer.text, "what was typed"
    assert every_row(engine) == kept
    with writing(engine) as session:
        session.execute(update(Order).values(shipping_state="shipped"))
    assert staff.post(path, data={"gift_note": "too late"}).status_code == 409
    assert "/gift-note" not in staff.get("/admin/orders/1001").text


def test_the_note_of_a_person_is_given_to_her_and_goes_with_her(
    staff: FlaskClient, engine: Engine, order: str
) -> None:
    staff.post("/admin/orders/1001/gift-note", data={"gift_note": "For my sister Ottilie"})
    with reading(engine) as session:
        assert export(session, "maya@example.com")["orders"][0]["gift_note"] == "For my sister Ottilie"
    with writing(engine) as session:
        session.execute(update(Order).values(shipping_state="delivered"))
        erase(session, "maya@example.com", by="owner@example.com", now=NOW)
    assert "ottilie" not in repr(every_row(engine)).lower()
    assert "panic" not in repr(every_row(engine)).lower()


def test_goods_without_a_parcel_take_no_note(engine: Engine, app: Flask) -> None:
    with writing(engine) as session:
        order = an_order(session, 1001, {"BOOK-EB": 1}, state="paid", payment_state="paid")
        with pytest.raises(Refused) as refused:
            handling.change_gift_note(session, order.id, "x", by="staff", now=NOW, version=None)
    assert refused.value.reason is Reason.ORDER_ALREADY_SHIPPED


def test_the_checkout_asks_quietly_and_gives_back_what_was_refused(buyer_at_checkout: FlaskClient) -> None:
    page = buyer_at_checkout.get("/checkout").text
    assert '<details class="checkout__note">' in page
    typed = f"<b>{'x' * 300}</b>"
    answer = buyer_at_checkout.post(
        "/checkout", data={"email": "maya@example.com", "country": "US", "total": "1", "gift_note": typed}
    )
    assert answer.status_code == 422
    assert '<details class="checkout__note" open>' in answer.text
    assert html.escape(typed) in answer.text
    assert "more than 300 letters" in answer.text
    assert 'href="#field-gift_note"' in answer.text


@pytest.fixture
def buyer_at_checkout(stranger: FlaskClient) -> FlaskClient:
    """Somebody with a Hip Hook in the cart."""
    stranger.get("/buy/HOOK-1:1")
    return stranger
