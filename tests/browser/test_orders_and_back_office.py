"""The order's pages and the back office in a real browser: readable by everyone, on every width."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from shop import clock
from shop.checkout.models import CheckoutAttempt
from shop.db import writing
from shop.mail import actions as mail
from shop.orders.models import Order, OrderEvent, OrderFlag, Shipment
from tests.admin.test_guard import routes
from tests.browser.accessibility import accessibility_faults
from tests.orders.made import NOW, a_paid_order, a_payment, a_refund, an_order

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# What a browser saves instead of showing it, what comes without a frame, and what tests of the face judge.
NO_PAGES = (".pdf", ".csv", "/html", "/style", "/orders/new")
PHONE_AND_DESK = [{"width": 320, "height": 700}, {"width": 1440, "height": 900}]


@pytest.fixture
def orders(app: Flask, engine: Engine) -> dict[str, str]:
    """Orders in every look a page can have, by name: their tokens."""
    with writing(engine) as session:
        paid = a_paid_order(session, 1001, {"HOOK-1": 1, "BOOK-PB": 2}, payment_state="part_refunded")
        a_refund(session, a_payment(session, paid, provider_id="pi_2"), 500)
        session.add(OrderFlag(order_id=paid.id, reason="paid_after_expiry", raised_at=NOW))
        session.add(OrderEvent(order_id=paid.id, kind="paid", detail={"amount": 14900}, by="shop", at=NOW))
        mail.write(
            session, "order_links", "maya@example.com", {}, dedupe_key="key", now=NOW, order_id=paid.id
        )
        shipped = a_paid_order(session, 1002, shipping_state="shipped")
        parcel = {"carrier": "USPS", "tracking_number": "9400111899223197428490", "by": "staff"}
        session.add(Shipment(order_id=shipped.id, shipped_at=NOW, **parcel))
        pending = an_order(session, 1003)
        session.add(
            CheckoutAttempt(
                order_id=pending.id,
                number=1,
                state="open",
                idempotency_key="attempt",
                parameters={},
                created_at=NOW,
                expires_at=clock.now() + timedelta(hours=1),
                checked_at=NOW,
            )
        )
        return {"paid": paid.access_token, "shipped": shipped.access_token, "pending": pending.access_token}


def faults(page: Page, url: str) -> list[str]:
    """What is wrong with a page: rules of axe it breaks, and a width that makes people scroll sideways."""
    page.goto(url)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    found = accessibility_faults(page)
    return [f"{url}: {fault}" for fault in ([f"{wide} px too wide"] if wide > 0 else []) + found]


def test_the_pages_of_an_order_are_readable_by_everyone(
    address: str, orders: dict[str, str], open_page: Callable[..., Page]
) -> None:
    paths = [f"/orders/{token}" for token in orders.values()]
    for size in PHONE_AND_DESK:
        page = open_page(size=size)
        for path in [*paths, f"{paths[0]}/receipt", "/orders/find"]:
            assert faults(page, address + path) == []


def test_every_page_of_the_back_office_is_usable_by_everyone(
    address: str, orders: dict[str, str], app: Flask, owner: FlaskClient, open_page: Callable[..., Page]
) -> None:
    cookie = owner.get_cookie("staff", path="/admin")
    assert cookie is not None
    found = {path for method, path, _ in routes(app) if method == "GET" and not path.endswith(NO_PAGES)}
    paths = sorted(found | {"/admin/orders?view=all", "/admin/packing?n=1001", "/admin/orders?q=nobody"})
    wrong = []
    for size in PHONE_AND_DESK:
        page = open_page(size=size)
        page.context.add_cookies([{"name": "staff", "value": cookie.value, "url": f"{address}/admin"}])
        for path in paths:
            wrong += faults(page, address + path)
    assert wrong == []


def test_an_open_order_page_shows_the_payment_when_word_of_it_comes(
    address: str, orders: dict[str, str], engine: Engine, page: Page
) -> None:
    page.goto(f"{address}/orders/{orders['pending']}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("waiting for word of your payment")
    with writing(engine) as session:
        order = session.query(Order).filter_by(number=1003).one()
        order.state, order.payment_state, order.paid_at = "paid", "paid", clock.now()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your order is paid")


def test_an_order_can_be_read_and_paid_without_javascript(
    address: str, orders: dict[str, str], page_without_javascript: Page
) -> None:
    page = page_without_javascript
    page.goto(f"{address}/orders/{orders['pending']}")
    expect(page.get_by_role("button", name="Pay $149.00 now")).to_be_visible()
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
