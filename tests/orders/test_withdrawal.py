"""Withdrawing from a contract: who may, until when, and that it is written down, acknowledged and seen, once."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from shop.db import reading, writing
from shop.errors import Reason
from shop.mail.models import OutboxLetter
from shop.orders import withdrawal
from shop.orders.models import (
    Order,
    OrderEvent,
    OrderFlag,
    OrderLine,
    Payment,
    RefundLine,
    Shipment,
    Withdrawal,
    WithdrawalLine,
)
from shop.orders.rules import Standing
from tests.invariants import broken
from tests.meanwhile import meanwhile
from tests.orders.made import a_paid_order, a_refund
from tests.orders.test_views import words
from tests.rows import every_row

# A Tuesday.
ARRIVED = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
GERMANY = {"country": "DE", "address": {"line1": "Lindenweg 1", "city": "Musterstadt", "country": "DE"}}


HERE = "Withdraw from contract here"


def broken_promises(engine: Engine) -> list[str]:
    """What is not as it must be about withdrawals; the orders here have no letters of their own."""
    return [fault for fault in broken(engine) if "withdraw" in fault]


# --- Who may, until when ---


@pytest.mark.parametrize(
    ("country", "covered"),
    [
        *(("DE", True), ("NO", True), ("IS", True), ("GB", True)),
        *(("US", False), ("CH", False), ("CA", False), ("AU", False), ("", False)),
    ],
)
def test_the_law_covers_the_union_its_economic_area_and_the_kingdom(country: str, covered: bool) -> None:
    assert withdrawal.covers(Standing("paid", "paid", "shipped"), {country}) is covered
    assert withdrawal.covers(Standing("paid", "paid", "shipped"), {"US", country}) is covered


@pytest.mark.parametrize(
    ("state", "payment_state", "covered"),
    [
        *(("paid", "paid", True), ("paid", "part_refunded", True), ("paid", "disputed", True)),
        *(("paid", "refunded", False), ("paid", "lost", False)),
        *(("pending", "processing", False), ("expired", "unpaid", False), ("cancelled", "paid", False)),
    ],
)
def test_only_what_was_paid_and_not_given_back_whole_can_be_withdrawn_from(
    state: str, payment_state: str, covered: bool
) -> None:
    assert withdrawal.covers(Standing(state, payment_state, "shipped"), {"DE"}) is covered


def last_day(shipping_state: str = "shipped", **more: object) -> date | None:
    """The last day for an order placed on a Thursday and promised for the next Friday."""
    facts = {
        "placed_at": datetime(2026, 11, 26, 9, 0, tzinfo=UTC),
        "paid_at": datetime(2026, 11, 26, 9, 5, tzinfo=UTC),
        "arrives_to_on": date(2026, 12, 4),
        "parcels": [],
    }
    return withdrawal.last_day(shipping_state, **facts | more)  # type: ignore[arg-type]


def test_fourteen_days_are_counted_from_the_day_after_the_last_parcel_came() -> None:
    left = ARRIVED - timedelta(days=4)
    assert last_day(parcels=[(left, ARRIVED)]) == date(2026, 12, 15)
    assert last_day(parcels=[(left, ARRIVED + timedelta(days=2)), (left, ARRIVED)]) == date(2026, 12, 17)


@pytest.mark.parametrize(("arrived", "last"), [(4, 18), (5, 21), (6, 21), (7, 21), (8, 22)])
def test_a_period_that_ends_on_a_weekend_ends_on_the_monday_after_it(arrived: int, last: int) -> None:
    arrived_at = datetime(2026, 12, arrived, 10, 0, tzinfo=UTC)
    assert last_day("delivered", parcels=[(ARRIVED, arrived_at)]) == date(2026, 12, last)


@pytest.mark.parametrize("state", ["to_ship", "part_shipped", "on_hold"])
def test_while_something_is_still_to_come_no_day_is_the_last(state: str) -> None:
    assert last_day(state, parcels=[(ARRIVED, ARRIVED)]) is None


def test_while_no_delivery_is_known_the_latest_day_that_was_promised_counts() -> None:
    on_time = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
    # Promised within 8 days: by December 4, or 8 days after a parcel that left late.
    assert last_day(parcels=[(on_time - timedelta(days=1), None)]) == date(2026, 12, 18)
    assert last_day(parcels=[(on_time + timedelta(days=5), None)]) == date(2026, 12, 24)
    assert last_day(parcels=[(on_time, None), (on_time, ARRIVED)]) == date(2026, 12, 21)
    assert last_day(parcels=[(on_time, None)], arrives_to_on=None) == date(2027, 1, 11)
    assert last_day(parcels=[]) == date(2026, 12, 18)
    assert last_day(parcels=[], arrives_to_on=None) is None


def test_the_right_for_an_e_book_is_kept_and_counted_from_the_contract() -> None:
    assert last_day("nothing_to_ship", arrives_to_on=None) == date(2026, 12, 10)


def test_a_day_begins_in_the_east_and_ends_in_the_west_of_these_countries() -> None:
    late = datetime(2026, 12, 1, 22, 30, tzinfo=UTC)
    assert last_day(parcels=[(ARRIVED, late)]) == date(2026, 12, 16)
    ends = datetime(2026, 12, 17, 1, 0, tzinfo=UTC)
    for now, refusal in ((ends - timedelta(seconds=1), None), (ends, Reason.WITHDRAWAL_OVER)):
        assert withdrawal.right(date(2026, 12, 16), {1: 1}, now).refusal is refusal


def test_what_was_withdrawn_from_and_then_given_back_does_not_count_twice() -> None:
    assert withdrawal.pieces_left({1: 3, 2: 1}, {1: 1}, {}) == {1: 2, 2: 1}
    assert withdrawal.pieces_left({1: 3, 2: 1}, {1: 1}, {1: 1, 2: 1}) == {1: 2}
    assert withdrawal.pieces_left({1: 3}, {1: 1}, {1: 3}) == {}


# --- The two steps ---


@pytest.fixture
def noon() -> time_machine.travel:
    """The day on which the goods arrive."""
    with time_machine.travel(ARRIVED + timedelta(hours=2), tick=True) as travelled:
        yield travelled


@pytest.fixture
def bought(app: Flask, engine: Engine, noon: time_machine.travel) -> Callable[..., str]:
    """Makes a German order of a Hook and two books that has arrived; returns its address."""

    def buy(number: int = 1001, goods: dict[str, int] | None = None, **columns: object) -> str:
        with writing(engine) as session:
            order = a_paid_order(
                session,
                number,
                goods or {"HOOK-1": 1, "BOOK-PB": 2},
                **{**GERMANY, "shipping_state": "delivered", **columns},
            )
            if order.shipping_state == "delivered":
                sent = ARRIVED - timedelta(days=4)
                session.add(
                    Shipment(
                        order_id=order.id, shipped_at=sent, delivered_at=ARRIVED, carrier="DHL", by="staff"
                    )
                )
            return f"/orders/{order.access_token}"

    return buy


def lines(engine: Engine, number: int = 1001) -> dict[str, int]:
    with reading(engine) as session:
        mine = select(OrderLine.sku, OrderLine.id).join(Order, Order.id == OrderLine.order_id)
        return dict(session.execute(mine.where(Order.number == number)).all())


def filled(engine: Engine, **more: str) -> dict[str, str]:
    """The form as it stands when nothing is changed, with what differs."""
    ids = lines(engine)
    form = {f"pieces-{ids['HOOK-1']}": "1", f"pieces-{ids['BOOK-PB']}": "2"}
    return {"number": "1", "name": "Maya Lee", "email": "maya@example.com", "reason": "", **form, **more}


def test_the_way_to_withdraw_stands_on_the_order_page_as_long_as_one_may(
    stranger: FlaskClient, bought: Callable[..., str], noon: time_machine.travel
) -> None:
    address = bought()
    link = f'<a class="order-page__link" href="{address}/withdraw">{HERE}</a>'
    assert link in stranger.get(address).text
    noon.move_to(datetime(2026, 12, 16, 0, 59, tzinfo=UTC))
    assert link in stranger.get(address).text
    noon.move_to(datetime(2026, 12, 16, 1, 0, tzinfo=UTC))
    assert HERE not in stranger.get(address).text


@pytest.mark.parametrize(
    "columns",
    [
        {"country": "US", "address": None},
        {"country": "CH", "address": None},
        {"payment_state": "refunded"},
    ],
)
def test_who_may_not_withdraw_is_offered_nothing_and_told_why(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str], columns: dict[str, object]
) -> None:
    address = bought(**columns)
    assert HERE not in stranger.get(address).text
    page = stranger.get(f"{address}/withdraw")
    assert page.status_code == 200
    assert "The law gives the right to withdraw for paid orders" in page.text
    assert "<form" not in page.text[page.text.index("<main") : page.text.index("</main>")]
    before = every_row(engine)
    assert stranger.post(f"{address}/withdraw", data=filled(engine)).status_code == 409
    assert every_row(engine) == before


def test_the_form_holds_what_the_order_knows_and_asks_for_no_reason(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str]
) -> None:
    page = stranger.get(f"{bought()}/withdraw")
    assert page.headers["Cache-Control"] == "private, no-store"
    seen = words(page.text)
    for told in (
        "You can withdraw until December 15, 2026.",
        "Order 1001",
        "1 × Hip Hook",
        "of 2 × Tight Hip, Twisted Core, paperback",
        "Anything you want to add (optional)",
    ):
        assert told in seen, told
    assert 'value="Maya Lee"' in page.text
    assert 'value="maya@example.com"' in page.text
    assert "Confirm withdrawal</button>" in page.text
    assert "required" not in page.text[page.text.index('name="reason"') :].partition(">")[0]


def test_a_confirmed_withdrawal_is_kept_acknowledged_and_laid_before_a_person(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str]
) -> None:
    address = bought()
    answer = stranger.post(f"{address}/withdraw", data=filled(engine, reason="Too tall."))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}/withdraw")
    with reading(engine) as session:
        made = session.scalars(select(Withdrawal)).one()
        pieces = session.scalars(select(WithdrawalLine.quantity).order_by(WithdrawalLine.order_line_id)).all()
        letters = session.scalars(select(OutboxLetter).order_by(OutboxLetter.id)).all()
        flag = session.scalars(select(OrderFlag)).one()
        events = session.scalars(select(OrderEvent.kind).order_by(OrderEvent.id)).all()
    assert (made.number, made.name, made.email, made.reason) == (
        1,
        "Maya Lee",
        "maya@example.com",
        "Too tall.",
    )
    assert pieces == [1, 2]
    assert (flag.reason, flag.detail["refund_by"]) == ("withdrawn", "December 15, 2026")
    assert events == ["withdrawn", "flagged"]
    receipt = next(letter for letter in letters if letter.template == "order_withdrawn")
    assert (receipt.recipient, receipt.run_at, receipt.priority) == (
        "maya@example.com",
        receipt.created_at,
        0,
    )
    assert receipt.blanks["received"] == f"December 1, 2026, {made.received_at:%H:%M:%S} UTC"
    assert receipt.blanks["goods"] == [["Hip Hook", "1"], ["Tight Hip, Twisted Core, paperback", "2"]]
    assert receipt.blanks["reason"] == "Too tall."
    assert {letter.template for letter in letters} == {"order_withdrawn", "order_flagged"}
    page = words(stranger.get(f"{address}/withdraw").text)
    for told in (
        "We have received your withdrawal.",
        receipt.blanks["received"],
        "Send the goods back by December 15, 2026.",
        "We refund all you paid by December 15, 2026, with the standard shipping",
        "We may wait until the goods are back",
        "A receipt is on its way to maya@example.com.",
    ):
        assert told in page, told
    order = stranger.get(address).text
    assert "You have withdrawn from this order." in order
    assert ">Your withdrawal</a>" in order
    assert "here</a>" not in order
    assert broken_promises(engine) == []


def test_a_receipt_that_goes_elsewhere_goes_to_the_orders_address_too(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str]
) -> None:
    stranger.post(f"{bought()}/withdraw", data=filled(engine, email="lena@example.org"))
    with reading(engine) as session:
        sent = select(OutboxLetter.recipient).where(OutboxLetter.template == "order_withdrawn")
        assert sorted(session.scalars(sent)) == ["lena@example.org", "maya@example.com"]


def test_twenty_presses_at_once_are_one_withdrawal(
    app: Flask, engine: Engine, bought: Callable[..., str]
) -> None:
    address = bought()
    ids = lines(engine)
    # One of two books: a second statement would find another one to withdraw from.
    form = filled(engine) | {f"pieces-{ids['HOOK-1']}": "0", f"pieces-{ids['BOOK-PB']}": "1"}
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(
                lambda _: app.test_client().post(f"{address}/withdraw", data=form).status_code, range(20)
            )
        )
    assert answers == [303] * 20
    with reading(engine) as session:
        assert session.scalars(select(WithdrawalLine.quantity)).all() == [1]
        assert len(session.scalars(select(OutboxLetter)).all()) == 2
    assert broken_promises(engine) == []


def test_the_same_statement_in_the_middle_of_itself_is_one_withdrawal(
    app: Flask, engine: Engine, bought: Callable[..., str]
) -> None:
    address = bought()
    shop_engine = app.extensions["shop"].engine

    def press() -> None:
        assert app.test_client().post(f"{address}/withdraw", data=filled(engine)).status_code == 303

    with meanwhile(shop_engine, "INSERT INTO order_withdrawals", press):
        press()
    with reading(engine) as session:
        assert len(session.scalars(select(Withdrawal)).all()) == 1


def test_the_database_itself_takes_a_statement_once_and_never_without_a_name(
    engine: Engine, bought: Callable[..., str]
) -> None:
    bought()
    with writing(engine) as session:
        order_id = session.scalars(select(Order.id)).one()
        session.add(
            Withdrawal(order_id=order_id, number=1, received_at=ARRIVED, name="Maya", email="m@example.com")
        )
    for columns in ({"number": 1}, {"number": 0}, {"number": 2, "name": ""}, {"number": 2, "email": ""}):
        values = {"order_id": order_id, "received_at": ARRIVED, "name": "Maya", "email": "m@example.com"}
        with pytest.raises(IntegrityError), writing(engine) as session:
            session.add(Withdrawal(**values | columns))


def test_a_part_is_withdrawn_from_first_and_the_rest_later(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str]
) -> None:
    address = bought()
    ids = lines(engine)
    hook, book = f"pieces-{ids['HOOK-1']}", f"pieces-{ids['BOOK-PB']}"
    stranger.post(f"{address}/withdraw", data=filled(engine) | {hook: "0", book: "1"})
    page = stranger.get(f"{address}/withdraw").text
    assert "For the rest of the order" in page
    assert "We refund what you paid for these goods" in page
    assert 'name="number" value="2"' in page
    assert "You have withdrawn from a part of this order." in stranger.get(address).text
    before = every_row(engine)
    refused = stranger.post(f"{address}/withdraw", data=filled(engine, number="2"))
    assert refused.status_code == 400
    assert "no more pieces of it than the page shows" in refused.text
    assert every_row(engine) == before
    stranger.post(f"{address}/withdraw", data=filled(engine, number="2") | {book: "1"})
    assert "You have withdrawn from this order." in stranger.get(address).text
    assert stranger.post(f"{address}/withdraw", data=filled(engine, number="3")).status_code == 409
    assert broken_promises(engine) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": " "}, "Please write your name."),
        ({"email": ""}, "Please enter your e-mail address"),
        ({"email": "maya@example.com\r\nBcc: eve@example.com"}, "does not look like an e-mail address"),
        ({"pieces": "none"}, "Please choose what you withdraw from"),
        ({"pieces": "foreign"}, "Please choose what you withdraw from"),
        ({"pieces": "many"}, "Please choose what you withdraw from"),
    ],
)
def test_what_cannot_be_taken_is_told_kept_and_writes_nothing(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str], more: dict[str, str], said: str
) -> None:
    address = bought()
    bought(1002, country="US", address=None)
    form = filled(engine, reason="Kept words")
    hook = f"pieces-{lines(engine)['HOOK-1']}"
    changed = {
        "none": {key: value for key, value in form.items() if not key.startswith("pieces-")},
        "foreign": form | {f"pieces-{lines(engine, 1002)['HOOK-1']}": "1"},
        "many": form | {hook: "2"},
    }.get(more.get("pieces", ""), form | more)
    before = every_row(engine)
    page = stranger.post(f"{address}/withdraw", data=changed)
    assert page.status_code == 400
    assert said in page.text
    assert "Kept words" in page.text
    assert every_row(engine) == before


def test_who_is_too_late_is_told_the_day_and_what_is_left(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str], noon: time_machine.travel
) -> None:
    address = bought()
    noon.move_to(datetime(2026, 12, 20, tzinfo=UTC))
    before = every_row(engine)
    for page in (
        stranger.get(f"{address}/withdraw"),
        stranger.post(f"{address}/withdraw", data=filled(engine)),
    ):
        assert "ended on December 15, 2026" in page.text
        assert 'href="/contact"' in page.text
    assert every_row(engine) == before


def test_what_has_not_left_yet_is_held_back_and_need_not_be_sent(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str]
) -> None:
    address = bought(shipping_state="to_ship")
    stranger.post(f"{address}/withdraw", data=filled(engine))
    with reading(engine) as session:
        assert session.scalars(select(Order.shipping_state)).one() == "on_hold"
    page = stranger.get(f"{address}/withdraw").text
    assert "You need not send anything back." in page
    assert "Send the goods back" not in page


def test_an_e_book_is_withdrawn_from_without_sending_anything(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str]
) -> None:
    address = bought(goods={"BOOK-EB": 1}, shipping_state="nothing_to_ship", paid_at=ARRIVED)
    form = {
        "number": "1",
        "name": "Maya",
        "email": "maya@example.com",
        f"pieces-{lines(engine)['BOOK-EB']}": "1",
    }
    assert stranger.post(f"{address}/withdraw", data=form).status_code == 303
    assert "You need not send anything back." in stranger.get(f"{address}/withdraw").text


def test_goods_that_were_given_back_before_are_not_offered(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str]
) -> None:
    address = bought(payment_state="part_refunded")
    with writing(engine) as session:
        refund = a_refund(session, session.scalars(select(Payment)).one(), 14900)
        line = {"refund_id": refund.id, "order_line_id": lines(engine)["HOOK-1"]}
        session.add(RefundLine(**line, quantity=1, amount=14900, restock=False))
    page = stranger.get(f"{address}/withdraw").text
    assert "Hip Hook" not in page[page.index("<main") : page.index("</main>")]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_link_withdraws_from_nothing(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str], method: str
) -> None:
    bought()
    before = every_row(engine)
    page = stranger.open(f"/orders/{'x' * 22}/withdraw", method=method, data=filled(engine))
    assert page.status_code == 404
    assert every_row(engine) == before


# --- What staff see ---


def test_staff_find_it_under_attention_and_refund_what_was_withdrawn_from(
    stranger: FlaskClient, engine: Engine, bought: Callable[..., str], owner: FlaskClient
) -> None:
    address = bought()
    stranger.post(f"{address}/withdraw", data=filled(engine, reason="Too <tall>."))
    assert "1001" in owner.get("/admin/orders?view=attention").text
    said = "The buyer has withdrawn from the contract for 1 × Hip Hook, 2 × Tight Hip"
    assert said in owner.get("/admin").text
    order = owner.get("/admin/orders/1001").text
    assert said in order
    assert "Withdrawn" in order
    assert "Maya Lee, maya@example.com: “Too &lt;tall&gt;.”" in order
    (link,) = re.findall(r'href="(/admin/orders/1001/refund\?withdrawal=1)"', order)
    form = owner.get(link).text
    ids = lines(engine)
    for sku, pieces in (("HOOK-1", 1), ("BOOK-PB", 2)):
        assert re.search(rf'name="pieces-{ids[sku]}"[^>]*value="{pieces}"', form)
    assert re.search(r'name="notify"[^>]*checked', form)
    assert 'value="As you asked, for what you have withdrawn from."' in form
    assert 'value="0"' in owner.get("/admin/orders/1001/refund?withdrawal=7").text
