"""The order page, the receipt, and the form that sends order links."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop import clock
from shop.checkout.models import CheckoutAttempt
from shop.db import reading, writing
from shop.mail.models import OutboxLetter
from shop.orders.models import Order, Shipment
from tests.orders.made import a_paid_order, a_payment, a_refund, an_order
from tests.queries import counted
from tests.rows import every_row


def words(html: str) -> str:
    """What a reader sees, without tags and with single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#39;", "'")


def loose(session: Session, order: Order) -> Order:
    """The order as a value that outlives its session."""
    session.refresh(order)
    session.expunge(order)
    return order


def add_attempt(engine: Engine, order_id: int, state: str = "open") -> None:
    now = clock.now()
    with writing(engine) as session:
        session.add(
            CheckoutAttempt(
                order_id=order_id,
                number=1,
                state=state,
                idempotency_key=f"attempt-{order_id}",
                parameters={},
                created_at=now,
                expires_at=now + timedelta(hours=1),
                checked_at=now,
            )
        )


@pytest.fixture
def paid(app: Flask, engine: Engine) -> Order:
    with writing(engine) as session:
        return loose(session, a_paid_order(session, 1001, {"HOOK-1": 1, "BOOK-PB": 2}))


@pytest.fixture
def pending(app: Flask, engine: Engine) -> Order:
    with writing(engine) as session:
        return loose(session, an_order(session, 1002))


def test_the_order_page_says_first_where_the_order_stands(stranger: FlaskClient, paid: Order) -> None:
    page = stranger.get(f"/orders/{paid.access_token}")
    assert page.status_code == 200
    (sentence,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page.text)
    assert sentence == (
        "Thank you. Your order is paid, and we are packing it. It should arrive Fri, Nov 27 – Wed, Dec 2."
    )
    seen = words(page.text)
    for told in ("Order 1001", "2 × Tight Hip, Twisted Core, paperback", "$198.90", "Visa ending 4242"):
        assert told in seen
    assert "12 Elm Street" in seen
    assert "Portland, OR 97201" in seen
    assert "http-equiv" not in page.text


@pytest.mark.parametrize(
    ("columns", "returns", "arrives"),
    [
        ({}, True, True),
        ({"shipping_state": "delivered"}, True, False),
        ({"payment_state": "part_refunded", "shipping_state": "shipped"}, True, True),
        ({"payment_state": "refunded"}, False, False),
        ({"payment_state": "lost"}, False, False),
        ({"state": "cancelled", "payment_state": "unpaid"}, False, False),
    ],
)
def test_an_order_speaks_of_returns_and_arrival_only_while_they_can_be(
    stranger: FlaskClient, engine: Engine, columns: dict[str, str], returns: bool, arrives: bool
) -> None:
    with writing(engine) as session:
        token = a_paid_order(session, 1003, **columns).access_token
    page = stranger.get(f"/orders/{token}").text
    main = page[page.index("<main") : page.index("</main>")]
    assert ('href="/returns"' in main) == returns
    assert ("Standard shipping. Arrives" in words(main)) == arrives
    assert 'href="/contact"' in main


@pytest.mark.parametrize("path", ["/orders/{}", "/orders/{}/receipt"])
def test_an_order_is_kept_by_no_cache_and_listed_by_no_search_engine(
    stranger: FlaskClient, paid: Order, path: str
) -> None:
    page = stranger.get(path.format(paid.access_token))
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', page.text)


@pytest.mark.parametrize("suffix", ["", "/receipt", "?session_id=cs_1"])
def test_a_wrong_link_leads_to_the_form_that_sends_the_right_one(
    stranger: FlaskClient, engine: Engine, paid: Order, suffix: str
) -> None:
    before = every_row(engine)
    for token in ("x" * 22, "1001", paid.access_token[:-1], "%00" * 20, "..%2f..%2fadmin"):
        page = stranger.get(f"/orders/{token}{suffix}")
        assert page.status_code in (400, 404)
        assert "Maya" not in page.text
    page = stranger.get(f"/orders/{'x' * 22}{suffix}")
    assert page.status_code == 404
    assert 'href="/orders/find"' in page.text
    assert every_row(engine) == before


def test_looking_at_an_order_changes_nothing(stranger: FlaskClient, engine: Engine, pending: Order) -> None:
    add_attempt(engine, pending.id)
    before = every_row(engine)
    for path in ("", "/receipt"):
        assert stranger.get(f"/orders/{pending.access_token}{path}").status_code == 200
    assert every_row(engine) == before


def test_an_order_that_waits_for_payment_can_be_paid_from_its_page(
    stranger: FlaskClient, pending: Order
) -> None:
    page = stranger.get(f"/orders/{pending.access_token}")
    assert f'action="/orders/{pending.access_token}/pay"' in page.text
    assert 'href="/cart"' in page.text
    assert "Nothing has been charged yet" in page.text
    assert "http-equiv" not in page.text


@pytest.mark.parametrize(
    ("columns", "said", "asked"),
    [({}, "Not yet", True), ({"payment_state": "processing"}, "With your bank", False)],
)
def test_a_payment_that_is_missing_is_said_to_be_and_asked_for_only_while_it_can_be_made(
    stranger: FlaskClient, engine: Engine, columns: dict[str, str], said: str, asked: bool
) -> None:
    with writing(engine) as session:
        token = an_order(session, 1003, **columns).access_token
    page = words(stranger.get(f"/orders/{token}").text)
    assert said in page
    assert ("You enter the address on the payment page." in page) is asked


def test_the_page_looks_again_by_itself_only_while_a_payment_page_is_open(
    stranger: FlaskClient, engine: Engine, pending: Order, paid: Order
) -> None:
    add_attempt(engine, pending.id)
    page = stranger.get(f"/orders/{pending.access_token}")
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert "order-news" not in stranger.get(f"/orders/{paid.access_token}").text
    with writing(engine) as session:
        session.execute(CheckoutAttempt.__table__.update().values(state="expired"))
    assert "http-equiv" not in stranger.get(f"/orders/{pending.access_token}").text


def test_coming_back_from_the_payment_page_ends_on_an_address_without_its_id(
    stranger: FlaskClient, pending: Order
) -> None:
    answer = stranger.get(f"/orders/{pending.access_token}?session_id=cs_test_123")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/orders/{pending.access_token}"


def test_a_paid_or_ended_order_offers_no_payment(stranger: FlaskClient, engine: Engine, paid: Order) -> None:
    with writing(engine) as session:
        expired = loose(session, an_order(session, 1003, state="expired"))
    for order in (paid, expired):
        assert "/pay" not in stranger.get(f"/orders/{order.access_token}").text
    assert "Nothing was charged" in stranger.get(f"/orders/{expired.access_token}").text


def test_refunds_and_parcels_are_on_the_page(stranger: FlaskClient, engine: Engine) -> None:
    with writing(engine) as session:
        order = a_paid_order(session, 1003, payment_state="part_refunded", shipping_state="shipped")
        a_refund(session, a_payment(session, order, provider_id="pi_x"), 2000, state="pending")
        session.add(
            Shipment(
                order_id=order.id,
                carrier="USPS",
                tracking_number="9400111",
                shipped_at=clock.now(),
                by="staff",
            )
        )
        loose(session, order)
    seen = words(stranger.get(f"/orders/{order.access_token}").text)
    assert "$20.00 of this order was refunded" in seen
    assert "$20.00 is on its way back to you" in seen
    assert "9400111" in seen


def test_names_and_addresses_are_shown_as_text(stranger: FlaskClient, engine: Engine, app: Flask) -> None:
    with writing(engine) as session:
        order = a_paid_order(session, 1003, name="<script>x</script>", address={"line1": "<b>&"})
        loose(session, order)
    for path in ("", "/receipt"):
        page = stranger.get(f"/orders/{order.access_token}{path}").text
        assert "<script>x" not in page
        assert "&lt;b&gt;&amp;" in page


def test_the_receipt_holds_goods_totals_payment_and_buyer(stranger: FlaskClient, paid: Order) -> None:
    seen = words(stranger.get(f"/orders/{paid.access_token}/receipt").text)
    for told in ("Receipt for order 1001", "Hip Hook", "$198.90", "Visa ending 4242", "maya@example.com"):
        assert told in seen
    assert "has not been paid" not in seen


def test_the_receipt_says_who_sold_and_where_they_are(stranger: FlaskClient, paid: Order) -> None:
    page = stranger.get(f"/orders/{paid.access_token}/receipt").text
    assert "Aletha 1 Example Street, Suite 100" in words(page[: page.index("Receipt for order 1001</h1>")])


def test_an_unpaid_receipt_says_so(stranger: FlaskClient, pending: Order) -> None:
    assert "has not been paid" in stranger.get(f"/orders/{pending.access_token}/receipt").text


def test_the_order_page_asks_the_database_a_fixed_number_of_times(
    stranger: FlaskClient, app: Flask, engine: Engine, paid: Order
) -> None:
    with writing(engine) as session:
        long = a_paid_order(
            session, 1003, {"HOOK-1": 1, "BALL-1": 1, "BOOK-PB": 1, "BOOK-EB": 1, "SET-FULL": 1}
        )
        loose(session, long)
    counts = []
    for order in (paid, long):
        with counted(app.extensions["shop"].engine) as statements:
            stranger.get(f"/orders/{order.access_token}")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8


# --- Find your order ---


def letters(engine: Engine) -> list[OutboxLetter]:
    with reading(engine) as session:
        return list(session.scalars(select(OutboxLetter)))


def ask(visitor: FlaskClient, email: str) -> tuple[int, str]:
    answer = visitor.post("/orders/find", data={"email": email})
    if answer.status_code == 303:
        return 303, visitor.get(answer.headers["Location"]).text
    return answer.status_code, answer.text


def test_links_go_to_the_address_of_the_order_once_an_hour(
    app: Flask, engine: Engine, paid: Order, pending: Order
) -> None:
    for typed in ("maya@example.com", " MAYA@example.com"):
        assert ask(app.test_client(), typed)[0] == 303
    (letter,) = letters(engine)
    assert (letter.template, letter.recipient) == ("order_links", "maya@example.com")
    base = app.extensions["shop"].config.base_url
    assert [link for _, link in letter.blanks["links"]] == [
        f"{base}/orders/{pending.access_token}",
        f"{base}/orders/{paid.access_token}",
    ]


def test_links_go_to_the_mailbox_that_ordered_and_not_to_the_spelling_that_was_typed(
    stranger: FlaskClient, engine: Engine
) -> None:
    with writing(engine) as session:
        a_paid_order(session, 1001, email="Maya.Lee@gmail.com", email_normalized="mayalee@gmail.com")
    assert ask(stranger, "mayalee+orders@gmail.com")[0] == 303
    assert [letter.recipient for letter in letters(engine)] == ["Maya.Lee@gmail.com"]


def test_the_answer_never_says_whether_an_address_has_orders(app: Flask, engine: Engine, paid: Order) -> None:
    known, unknown = (ask(app.test_client(), email) for email in ("maya@example.com", "eve@example.com"))
    assert known == unknown
    assert "If there are orders under that address" in known[1]


def test_links_are_built_from_the_base_url_and_not_from_the_host_header(
    stranger: FlaskClient, engine: Engine, paid: Order
) -> None:
    stranger.post("/orders/find", data={"email": "maya@example.com"}, headers={"Host": "evil.example"})
    (letter,) = letters(engine)
    assert "evil.example" not in repr(letter.blanks)


@pytest.mark.parametrize(
    "email", ["", "maya", "maya@example.com\r\nBcc: eve@example.com", "a@b@c", "x" * 5000]
)
def test_what_is_no_address_is_told_beside_the_field_and_kept(
    stranger: FlaskClient, engine: Engine, email: str
) -> None:
    status, page = ask(stranger, email)
    assert status == 400
    assert 'aria-invalid="true"' in page
    assert letters(engine) == []


def test_asking_again_and_again_is_stopped_for_known_and_unknown_alike(
    app: Flask, engine: Engine, paid: Order
) -> None:
    for email in ("maya@example.com", "eve@example.com"):
        answers = [ask(app.test_client(), email)[0] for _ in range(7)]
        assert answers == [303] * 5 + [429] * 2
    assert len(letters(engine)) == 1
