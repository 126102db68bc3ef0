"""Receipts and lists."""

import pytest
from sqlalchemy import Engine

from shop.db import reading, writing
from shop.orders import queries as orders
from shop.orders import receipts
from shop.orders.models import OrderFlag, Shipment, ShipmentLine
from shop.orders.receipts import Receipt
from shop.seed import seed
from tests.orders.made import NOW, a_paid_order, a_payment, a_refund, an_order
from tests.queries import counted


@pytest.fixture
def shelf(engine: Engine) -> Engine:
    """The database, with the demo goods in it."""
    seed(engine, live=False, now=NOW)
    return engine


def receipt_of(engine: Engine, number: int) -> Receipt:
    with reading(engine) as session:
        order = orders.by_number(session, number)
        assert order is not None
        return receipts.receipt(session, order)


def test_a_receipt_says_what_was_bought_paid_and_sent_back(shelf: Engine) -> None:
    with writing(shelf) as session:
        order = a_paid_order(
            session,
            1001,
            {"HOOK-1": 1, "BOOK-PB": 2},
            code="RUN15",
            discount_amount=1000,
            shipping_amount=695,
            total_amount=14900 + 4990 - 1000 + 695,
            payment_state="part_refunded",
        )
        payment = a_payment(session, order, provider_id="pi_second")
        a_refund(session, payment, payment.amount)
        a_refund(session, payment, 500, state="failed")
    receipt = receipt_of(shelf, 1001)
    assert [(line.quantity, line.name) for line in receipt.lines] == [
        (1, "Hip Hook"),
        (2, "Tight Hip, Twisted Core, paperback"),
    ]
    assert [(row.name, row.amount) for row in receipt.totals] == [
        ("subtotal", 19890),
        ("discount", -1000),
        ("shipping", 695),
        ("total", 19585),
    ]
    assert receipt.payment == "Visa ending 4242"
    assert receipt.paid_amount == 2 * 19585
    assert (receipt.refunded_amount, len(receipt.refunds)) == (19585, 1)
    assert receipt.address[-1] == "United States"
    assert receipt.arrives == "Fri, Nov 27 – Wed, Dec 2"


def test_a_receipt_names_what_lies_in_each_parcel(shelf: Engine) -> None:
    with writing(shelf) as session:
        order = a_paid_order(session, 1001, {"HOOK-1": 1, "BOOK-PB": 2}, shipping_state="part_shipped")
        parcel = Shipment(
            order_id=order.id, carrier="USPS", tracking_number="9400", shipped_at=NOW, by="staff"
        )
        session.add(parcel)
        session.flush()
        book = orders.lines(session, order.id)[1]
        session.add(ShipmentLine(shipment_id=parcel.id, order_line_id=book.id, quantity=2))
    (sent,) = receipt_of(shelf, 1001).parcels
    assert (sent.carrier, sent.tracking_number) == ("USPS", "9400")
    assert sent.lines == (("Tight Hip, Twisted Core, paperback", 2),)


def test_a_receipt_of_an_e_book_has_no_shipping(shelf: Engine) -> None:
    with writing(shelf) as session:
        a_paid_order(session, 1001, {"BOOK-EB": 1})
    assert [row.name for row in receipt_of(shelf, 1001).totals] == ["subtotal", "total"]


def test_a_receipt_knows_when_the_payment_failed_and_when_a_person_must_look(shelf: Engine) -> None:
    with writing(shelf) as session:
        a_payment(session, an_order(session, 1001), state="failed")
        flagged = a_paid_order(session, 1002)
        session.add(OrderFlag(order_id=flagged.id, reason="stock_gone", raised_at=NOW))
        settled = a_paid_order(session, 1003)
        session.add(OrderFlag(order_id=settled.id, reason="stock_gone", raised_at=NOW, resolved_at=NOW))
    assert receipt_of(shelf, 1001).standing.payment_failed
    assert receipt_of(shelf, 1001).payment == ""
    assert receipt_of(shelf, 1002).standing.flagged
    assert not receipt_of(shelf, 1003).standing.flagged


def test_a_long_order_takes_as_many_queries_as_a_short_one(shelf: Engine) -> None:
    everything = {"HOOK-1": 3, "BALL-1": 2, "BOOK-PB": 1, "BOOK-EB": 1, "SET-FULL": 1, "SET-READ": 1}
    with writing(shelf) as session:
        a_paid_order(session, 1001)
        a_paid_order(session, 1002, everything)
    counts = []
    for number in (1001, 1002):
        with counted(shelf) as statements:
            receipt_of(shelf, number)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 7


def test_an_order_is_found_by_its_whole_token_only(shelf: Engine) -> None:
    with writing(shelf) as session:
        token = an_order(session, 1001).access_token
    with reading(shelf) as session:
        assert orders.by_token(session, token) is not None
        for guess in (token[:-1], token.upper(), token + "x", "%", "", "\0" * 20):
            assert orders.by_token(session, guess) is None


@pytest.mark.parametrize("number", [0, -1, 2**31, 10**30])
def test_a_number_beyond_the_database_is_no_order(shelf: Engine, number: int) -> None:
    with reading(shelf) as session:
        assert orders.by_number(session, number) is None


def test_an_address_has_its_orders_newest_first_without_those_never_paid_in_time(shelf: Engine) -> None:
    with writing(shelf) as session:
        a_paid_order(session, 1001)
        an_order(session, 1002, state="expired", ended_at=NOW)
        an_order(session, 1003)
        a_paid_order(session, 1004, state="expired", ended_at=NOW)
        a_paid_order(session, 1005, email_normalized="else@example.com")
    with reading(shelf) as session:
        found = orders.of_email(session, "maya@example.com")
    assert [order.number for order in found] == [1004, 1003, 1001]
