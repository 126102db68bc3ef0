"""A buyer comes back from the payment page, with the payment service as a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from shop.app import create_app
from shop.checkout.models import CheckoutAttempt
from shop.config import load
from shop.db import reading
from shop.mail.models import OutboxLetter
from shop.orders.models import Order
from tests.payment_service import KEY, SECRET, Service, running_service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running_service(tmp_path) as service:
        yield service


@pytest.fixture
def app(demo_goods: None, database_url: str, service: Service) -> Iterator[Flask]:
    """The shop, whose payment service is that server; no webhook ever arrives and no worker runs."""
    settings = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "k" * 40,
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_API_BASE": service.address,
    }
    app = create_app(load(settings))
    yield app
    app.extensions["shop"].engine.dispose()


@pytest.fixture
def attempt(stranger: FlaskClient, engine: Engine) -> CheckoutAttempt:
    """Somebody with a book in the cart has left for the payment page."""
    stranger.post("/cart/items", data={"sku": "BOOK-PB", "quantity": "1"})
    details = {"email": "maya@example.com", "country": "US", "shipping": "standard", "total": str(2495 + 695)}
    answer = stranger.post("/checkout", data=details)
    assert answer.status_code == 303
    with reading(engine) as session:
        return session.scalars(select(CheckoutAttempt)).one()


def order_of(engine: Engine) -> Order:
    with reading(engine) as session:
        return session.scalars(select(Order)).one()


def come_back(visitor: FlaskClient, engine: Engine, attempt: CheckoutAttempt) -> str:
    """Follow the payment page's way back; return what the order page then shows."""
    answer = visitor.get(f"/orders/{order_of(engine).access_token}?session_id={attempt.page_id}")
    assert answer.status_code == 303
    assert "session_id" not in answer.headers["Location"]
    return visitor.get(answer.headers["Location"]).text


def test_a_buyer_who_has_paid_sees_it_at_once_and_her_cart_is_empty(
    stranger: FlaskClient, engine: Engine, service: Service, attempt: CheckoutAttempt
) -> None:
    service.pay(str(attempt.page_id))
    page = come_back(stranger, engine, attempt)
    assert "Your order is paid" in page
    assert "order-news" not in page
    assert stranger.get_cookie("cart") is None
    with reading(engine) as session:
        letters = session.scalars(select(OutboxLetter.template)).all()
    assert list(letters) == ["order_confirmed"]


def test_a_cart_filled_meanwhile_is_kept(
    stranger: FlaskClient, engine: Engine, service: Service, attempt: CheckoutAttempt
) -> None:
    service.pay(str(attempt.page_id))
    stranger.delete_cookie("cart")
    stranger.post("/cart/items", data={"sku": "BALL-1", "quantity": "1"})
    come_back(stranger, engine, attempt)
    assert stranger.get_cookie("cart") is not None


def test_a_buyer_who_has_not_paid_yet_can_go_on_and_keeps_her_cart(
    stranger: FlaskClient, engine: Engine, attempt: CheckoutAttempt
) -> None:
    page = come_back(stranger, engine, attempt)
    assert f"/orders/{order_of(engine).access_token}/pay" in page
    assert "order-news" in page
    assert stranger.get_cookie("cart") is not None


def test_a_payment_that_cannot_be_looked_up_is_waited_for_and_not_lost(
    stranger: FlaskClient, engine: Engine, service: Service, attempt: CheckoutAttempt
) -> None:
    service.pay(str(attempt.page_id))
    service.fault("GET /v1/checkout/sessions", "status", status=500, times=20)
    page = come_back(stranger, engine, attempt)
    assert "We are waiting for word of your payment" in page
    assert order_of(engine).payment_state == "unpaid"


def test_somebody_elses_payment_page_in_the_address_settles_nothing(
    stranger: FlaskClient, engine: Engine, attempt: CheckoutAttempt
) -> None:
    answer = stranger.get(f"/orders/{order_of(engine).access_token}?session_id=cs_test_of_somebody_else")
    assert answer.status_code == 303
    assert order_of(engine).state == "pending"
