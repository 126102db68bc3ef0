"""Refund: by amount, by line, whole; asked for here or made at the payment service; booked once."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import func, select

from shop.checkout import reconcile, refund
from shop.checkout.refund import Wish
from shop.checkout.settle import settle
from shop.checkout.till import Till
from shop.commands.local_payment import tell_of_the_past
from shop.db import reading, writing
from shop.demo.history import fill
from shop.errors import Reason, Refused
from shop.orders import actions as orders
from shop.orders.balance import line_refund, payment_state
from shop.orders.models import Dispute, Order, OrderEvent, OrderLine, Payment, Refund, RefundLine
from shop.payments.gateway import RefundRequest, RefundSnapshot
from shop.payments.stripe import StripeGateway
from tests.checkout.conftest import Buyer
from tests.checkout.looking import code_of, flags, letters, rows, stock_of
from tests.meanwhile import meanwhile
from tests.payment_service import CARD, KEY, SECRET, Service


@pytest.fixture
def bought(buyer: Buyer, service: Service, till: Till) -> Callable[..., Buyer]:
    """A buyer whose order is paid."""

    def buy(*entries: tuple[str, int], code: str = "", card: str = CARD) -> Buyer:
        buyer.wants(*(entries or (("HOOK-1", 1),)), code=code).presses_pay()
        service.pay(buyer.attempt.page_id, card=card)
        settle(till, buyer.attempt.id)
        return buyer

    return buy


def ask(till: Till, buyer: Buyer, wish: Wish, key: str = "rf-1") -> int:
    """Ask for a refund as staff, and send it."""
    with writing(till.engine) as session:
        made = refund.request(session, buyer.order.id, wish, key=key, by="owner", now=till.clock()).id
    refund.send(till, made)
    return made


def test_a_whole_refund_gives_all_the_money_and_the_code_back(
    bought: Callable[..., Buyer], till: Till
) -> None:
    buyer = bought(("HOOK-1", 2), code="RUN15")
    assert code_of(till, "RUN15").redeemed == 1
    ask(till, buyer, Wish(restock=True))
    (made,) = rows(till, Refund)
    assert (made.state, made.amount, made.source) == ("succeeded", buyer.order.total_amount, "staff")
    assert buyer.order.payment_state == "refunded"
    assert stock_of(till, "HOOK-1") == (120, 0)
    assert code_of(till, "RUN15").redeemed == 0
    assert letters(till) == ["order_confirmed", "order_refunded"]


def test_a_part_refund_marks_the_order_part_refunded_and_keeps_its_code_used(
    bought: Callable[..., Buyer], till: Till
) -> None:
    buyer = bought(("HOOK-1", 1), code="RUN15")
    ask(till, buyer, Wish(amount=1000))
    assert buyer.order.payment_state == "part_refunded"
    assert code_of(till, "RUN15").redeemed == 1
    assert stock_of(till, "HOOK-1") == (119, 0)


def test_a_refund_by_line_pays_what_the_line_cost_after_discount_and_restocks_a_set_as_its_parts(
    bought: Callable[..., Buyer], till: Till
) -> None:
    buyer = bought(("SET-FULL", 2), ("BALL-1", 1), code="RUN15")
    line = next(line for line in rows(till, OrderLine) if line.sku == "SET-FULL")
    assert stock_of(till, "BALL-1") == (297, 0)
    ask(till, buyer, Wish(pieces={line.id: 1}, restock=True))
    (made,) = rows(till, Refund)
    assert made.amount == line.total_amount // 2
    assert stock_of(till, "BALL-1") == (298, 0)
    assert stock_of(till, "HOOK-1") == (119, 0)
    (returned,) = rows(till, RefundLine)
    assert (returned.quantity, returned.amount, returned.restock) == (1, made.amount, True)


def test_no_more_goes_back_than_was_paid(bought: Callable[..., Buyer], till: Till) -> None:
    buyer = bought()
    ask(till, buyer, Wish(amount=10000))
    with pytest.raises(Refused) as refused:
        ask(till, buyer, Wish(amount=buyer.order.total_amount - 9999), key="rf-2")
    assert refused.value.reason is Reason.REFUND_TOO_MUCH
    assert len(rows(till, Refund)) == 1


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_no_refund(amount: int, bought: Callable[..., Buyer], till: Till) -> None:
    buyer = bought()
    with pytest.raises(Refused) as refused:
        ask(till, buyer, Wish(amount=amount))
    assert refused.value.reason is Reason.REFUND_NOTHING


def test_a_line_of_another_order_or_more_pieces_than_bought_are_refused(
    bought: Callable[..., Buyer], till: Till
) -> None:
    buyer = bought()
    (line,) = rows(till, OrderLine)
    for pieces in ({line.id: 2}, {line.id + 1: 1}, {line.id: 0}):
        with pytest.raises(Refused) as refused:
            ask(till, buyer, Wish(pieces=pieces))
        assert refused.value.reason is Reason.REFUND_LINE_UNKNOWN


def test_an_unpaid_order_has_nothing_to_refund(buyer: Buyer, till: Till) -> None:
    buyer.presses_pay()
    with pytest.raises(Refused) as refused:
        ask(till, buyer, Wish())
    assert refused.value.reason is Reason.ORDER_NOT_PAID


def test_the_same_refund_pressed_ten_times_at_once_is_made_once(
    bought: Callable[..., Buyer], service: Service, till: Till, at_once: Callable[..., list[Any]]
) -> None:
    buyer = bought()
    at_once(10, lambda _: ask(till, buyer, Wish(amount=500), key="rf-same"))
    assert [made.amount for made in rows(till, Refund)] == [500]
    assert [made["amount"] for made in service.api("refunds")["data"]] == [500]


def test_ten_different_whole_refunds_at_once_pay_back_once(
    bought: Callable[..., Buyer], service: Service, till: Till, at_once: Callable[..., list[Any]]
) -> None:
    buyer = bought()
    total = buyer.order.total_amount
    results = at_once(10, lambda n: ask(till, buyer, Wish(amount=total), key=f"rf-{n}"))
    assert len([result for result in results if isinstance(result, int)]) == 1
    assert [made["amount"] for made in service.api("refunds")["data"]] == [total]


class Killed(BaseException):
    """The process died here."""


class DyingGateway(StripeGateway):
    """The real gateway of a process that dies right after the refund was made."""

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Make the refund, then die."""
        super().refund(request)
        raise Killed


def test_a_process_killed_after_the_refund_was_made_books_it_once(
    bought: Callable[..., Buyer], service: Service, till: Till
) -> None:
    buyer = bought()
    dying = DyingGateway(KEY, api_base=service.address, webhook_secrets=[SECRET], environment="test")
    with pytest.raises(Killed):
        ask(Till(till.engine, dying, till.config, till.content, till.clock), buyer, Wish(amount=700))
    assert [made.state for made in rows(till, Refund)] == ["requested"]
    reconcile.send_refunds(till)
    (made,) = rows(till, Refund)
    assert made.state == "succeeded"
    assert len(service.api("refunds")["data"]) == 1
    assert letters(till).count("order_refunded") == 1


def test_a_refund_whose_answer_was_cut_is_repeated_under_its_key(
    bought: Callable[..., Buyer], service: Service, clock: Any, till: Till
) -> None:
    buyer = bought()
    service.fault("POST /v1/refunds", "cut_after", times=3)
    ask(till, buyer, Wish(amount=700))
    assert [made.state for made in rows(till, Refund)] == ["requested"]
    clock.forward(minutes=5)
    reconcile.send_refunds(till)
    assert [made.state for made in rows(till, Refund)] == ["succeeded"]
    assert len(service.api("refunds")["data"]) == 1


def test_a_refund_asked_for_a_day_ago_is_looked_up_before_it_is_repeated(
    bought: Callable[..., Buyer], service: Service, clock: Any, till: Till
) -> None:
    buyer = bought()
    dying = DyingGateway(KEY, api_base=service.address, webhook_secrets=[SECRET], environment="test")
    with pytest.raises(Killed):
        ask(Till(till.engine, dying, till.config, till.content, till.clock), buyer, Wish(amount=700))
    clock.forward(hours=30)
    reconcile.send_refunds(till)
    assert [made.state for made in rows(till, Refund)] == ["succeeded"]
    assert len(service.api("refunds")["data"]) == 1


def test_a_refund_sent_by_two_processes_in_the_same_moment_is_noted_once(
    bought: Callable[..., Buyer], till: Till
) -> None:
    buyer = bought()
    with writing(till.engine) as session:
        made = refund.request(
            session, buyer.order.id, Wish(amount=700), key="rf-1", by="owner", now=till.clock()
        ).id
    with meanwhile(till.engine, "SELECT orders.id", lambda: refund.send(till, made)):
        refund.send(till, made)
    assert [row.kind for row in rows(till, OrderEvent)].count("refund_succeeded") == 1


def test_a_refund_that_has_failed_at_the_bank_meanwhile_does_not_succeed_again(
    bought: Callable[..., Buyer], service: Service, till: Till
) -> None:
    buyer = bought(card="4000 0000 0000 5126")
    with writing(till.engine) as session:
        made = refund.request(
            session, buyer.order.id, Wish(amount=700), key="rf-1", by="owner", now=till.clock()
        ).id

    def it_fails_at_the_bank() -> None:
        (there,) = service.api("refunds")["data"]
        service.control("clock", offset_seconds=10 * 24 * 3600)
        refund.sync(till, there["payment_intent"])

    with meanwhile(till.engine, "SELECT orders.id", it_fails_at_the_bank):
        refund.send(till, made)
    refund.sync(till, buyer.attempt.payment_id)
    assert [row.state for row in rows(till, Refund)] == ["failed"]
    assert flags(till) == ["refund_failed"]


@pytest.mark.breaks_rows
def test_a_refund_of_a_payment_the_service_does_not_know_fails_before_people_and_holds_up_no_other(
    bought: Callable[..., Buyer], till: Till
) -> None:
    bought()
    with writing(till.engine) as session:
        known = session.get_one(Payment, 1)
        lost = Payment(
            order_id=known.order_id,
            provider_id="pi_lost",
            amount=500,
            currency="USD",
            state="succeeded",
            livemode=False,
            created_at=till.clock(),
            updated_at=till.clock(),
        )
        session.add(lost)
        session.flush()
        for payment, key in ((lost, "rf-lost"), (known, "rf-known")):
            orders.add_refund(session, payment, 500, key=key, source="staff", by="owner", now=till.clock())
    reconcile.send_refunds(till)
    assert {made.idempotency_key: made.state for made in rows(till, Refund)} == {
        "rf-lost": "failed",
        "rf-known": "succeeded",
    }
    assert flags(till) == ["refund_failed"]


def test_a_refund_made_in_the_dashboard_appears_once_and_asks_about_stock(
    bought: Callable[..., Buyer], service: Service, till: Till
) -> None:
    buyer = bought()
    (payment,) = rows(till, Payment)
    service.control(f"charges/{payment.charge_id}/refund", amount=2500)
    assert refund.sync(till, payment.provider_id)
    refund.sync(till, payment.provider_id)
    (made,) = rows(till, Refund)
    assert (made.source, made.amount, made.state) == ("provider", 2500, "succeeded")
    assert buyer.order.payment_state == "part_refunded"
    assert flags(till) == ["refunded_at_provider"]


def test_our_own_refund_heard_of_from_the_service_is_not_booked_twice(
    bought: Callable[..., Buyer], till: Till
) -> None:
    buyer = bought()
    ask(till, buyer, Wish(amount=700))
    (payment,) = rows(till, Payment)
    refund.sync(till, payment.provider_id)
    assert len(rows(till, Refund)) == 1
    assert flags(till) == []


def test_a_refund_that_fails_later_restores_the_balance_and_asks_a_person(
    bought: Callable[..., Buyer], service: Service, till: Till
) -> None:
    buyer = bought(card="4000 0000 0000 5126")
    ask(till, buyer, Wish(amount=700))
    (payment,) = rows(till, Payment)
    for made in service.api("refunds")["data"]:
        service.control(f"refunds/{made['id']}/finish")
    refund.sync(till, payment.provider_id)
    assert [made.state for made in rows(till, Refund)] == ["failed"]
    assert buyer.order.payment_state == "paid"
    assert flags(till) == ["refund_failed"]


def test_a_pending_refund_is_looked_at_until_it_is_done(
    bought: Callable[..., Buyer], service: Service, till: Till
) -> None:
    buyer = bought(card="4000 0000 0000 7726")
    ask(till, buyer, Wish(amount=700))
    assert [made.state for made in rows(till, Refund)] == ["pending"]
    for made in service.api("refunds")["data"]:
        service.control(f"refunds/{made['id']}/finish")
    reconcile.send_refunds(till)
    assert [made.state for made in rows(till, Refund)] == ["succeeded"]
    assert buyer.order.payment_state == "part_refunded"


def test_a_disputed_payment_is_kept_from_shipping_and_cannot_be_refunded_here(
    bought: Callable[..., Buyer], service: Service, till: Till
) -> None:
    buyer = bought()
    (payment,) = rows(till, Payment)
    service.control(f"charges/{payment.charge_id}/dispute")
    refund.sync(till, payment.provider_id)
    assert (buyer.order.payment_state, buyer.order.shipping_state) == ("disputed", "on_hold")
    assert flags(till) == ["dispute_opened"]
    with pytest.raises(Refused) as refused:
        ask(till, buyer, Wish())
    assert refused.value.reason is Reason.REFUND_DISPUTED
    with pytest.raises(Refused), writing(till.engine) as session:
        orders.ship(session, buyer.order.id, carrier="", tracking_number="", by="owner", now=till.clock())


@pytest.mark.parametrize(
    ("status", "payment_is", "shipping_is"), [("won", "paid", "to_ship"), ("lost", "lost", "on_hold")]
)
def test_a_closed_dispute_frees_or_ends_the_order(
    status: str,
    payment_is: str,
    shipping_is: str,
    bought: Callable[..., Buyer],
    service: Service,
    till: Till,
) -> None:
    buyer = bought()
    (payment,) = rows(till, Payment)
    service.control(f"charges/{payment.charge_id}/dispute")
    refund.sync(till, payment.provider_id)
    (dispute,) = rows(till, Dispute)
    service.control(f"disputes/{dispute.provider_id}/close", status=status)
    refund.sync(till, payment.provider_id)
    assert (buyer.order.payment_state, buyer.order.shipping_state) == (payment_is, shipping_is)


@given(total=some.integers(0, 10**7), quantity=some.integers(1, 99), data=some.data())
def test_a_line_returned_piece_by_piece_or_at_once_costs_the_same(
    total: int, quantity: int, data: some.DataObject
) -> None:
    done, sum_of_parts = 0, 0
    while done < quantity:
        more = data.draw(some.integers(1, quantity - done))
        part = line_refund(total, quantity, refunded=done, more=more)
        assert part >= 0
        sum_of_parts, done = sum_of_parts + part, done + more
    assert sum_of_parts == total


@pytest.mark.parametrize(
    ("captured", "refunded", "disputes", "state"),
    [
        (0, 0, [], "unpaid"),
        (100, 0, [], "paid"),
        (100, 40, [], "part_refunded"),
        (100, 100, [], "refunded"),
        (200, 100, [], "paid"),
        (200, 150, [], "part_refunded"),
        (200, 200, [], "refunded"),
        (60, 0, [], "paid"),
        (60, 60, [], "refunded"),
        (100, 0, ["needs_response"], "disputed"),
        (100, 0, ["warning_needs_response"], "paid"),
        (100, 0, ["won"], "paid"),
        (100, 0, ["lost"], "lost"),
    ],
)
def test_the_payment_state_follows_from_the_sums(
    captured: int, refunded: int, disputes: list[str], state: str
) -> None:
    assert (
        payment_state(100, captured=captured, refunded=refunded, processing=False, disputes=disputes) == state
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_invented_orders_of_the_demo_are_refunded_like_any_other(till: Till) -> None:
    fill(till.engine, live=False, base_url=till.config.base_url, now=till.clock())
    assert tell_of_the_past(till.config, till.engine)
    with writing(till.engine) as session:
        newest = select(Order.payment_state, func.max(Order.id)).group_by(Order.payment_state)
        ids = dict(session.execute(newest).all())
        made = {
            state: refund.request(
                session, ids[state], Wish(), key=f"rf-{state}", by="owner", now=till.clock()
            ).id
            for state in ("paid", "part_refunded")
        }
    for refund_id in made.values():
        refund.send(till, refund_id)
    with reading(till.engine) as session:
        for state, refund_id in made.items():
            assert session.get_one(Refund, refund_id).state == "succeeded"
            assert session.get_one(Order, ids[state]).payment_state == "refunded"
    assert tell_of_the_past(till.config, till.engine), "told again at the next start"
