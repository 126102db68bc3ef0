"""The demo shop's history: believable to the rows, plainly invented to people, and gone with one command."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from shop import clock
from shop.catalog.models import PriceChange, Stock
from shop.db import reading, writing
from shop.demo.forget import forget
from shop.demo.history import fill
from shop.demo.names import LAST
from shop.discounts.models import Campaign, Code
from shop.errors import SettingRefused
from shop.mail.models import OutboxLetter
from shop.orders import lists
from shop.orders.lists import Filter
from shop.orders.models import Order
from shop.orders.packing import to_pack
from shop.seed import seed
from shop.subscribers.models import Reader
from tests.invariants import broken
from tests.orders.made import a_paid_order
from tests.rows import every_row

BASE = "http://127.0.0.1:8000"


def test_ninety_days_of_orders_readers_codes_and_reads_keep_every_promise_and_go_again(
    engine: Engine,
) -> None:
    now = clock.now()
    seed(engine, live=False, now=now)
    with reading(engine) as session:
        campaigns = session.execute(
            select(Campaign.name, Campaign.redeemed, Campaign.spent_amount).order_by(Campaign.name)
        ).all()
        codes = session.scalars(select(Code.code).order_by(Code.code)).all()
    assert fill(engine, live=False, base_url=BASE, now=now)
    # All promises but one: of all its letters one did not arrive, so that the outbox can be seen at work.
    [undelivered] = broken(engine, quiet=True)
    assert undelivered.startswith("every letter has left")
    with reading(engine) as session:
        orders = session.scalars(select(Order)).all()
        readers = session.scalar(select(func.count()).select_from(Reader))
        low = session.scalars(select(Stock.on_hand)).all()
        failed = session.scalars(select(OutboxLetter.state).where(OutboxLetter.state != "sent")).all()
        planned = session.scalars(select(PriceChange.sku).where(PriceChange.applied_at.is_(None))).all()
        made = session.scalars(select(Campaign).where(Campaign.tag == "demo").order_by(Campaign.id)).all()
        waiting = session.scalars(select(Order.number).where(lists.condition(Filter("to_ship")))).all()
        to_send = [packed.number for packed in to_pack(session, waiting)]
    assert to_send == sorted(waiting), "of each something is left to send"
    assert len(waiting) >= 14
    assert 300 < len(orders) < 600
    assert readers is not None
    assert readers > 200
    assert failed == ["failed"], "one letter that did not arrive"
    assert planned == ["HOOK-1"]
    assert sum(bool(order.gift_note) for order in orders) == 2
    assert all(pieces > 0 for pieces in low)
    assert [(campaign.automatic, campaign.codes_made) for campaign in made] == [(False, 60), (True, 0)]
    assert all(campaign.redeemed > 5 for campaign in made)
    assert {order.shipping_state for order in orders if order.state == "paid"} == {
        "to_ship",
        "on_hold",
        "part_shipped",
        "shipped",
        "delivered",
        "nothing_to_ship",
    }
    assert {order.payment_state for order in orders} == {
        *("paid", "part_refunded", "refunded", "unpaid", "disputed")
    }
    assert max(order.placed_at for order in orders) <= now
    assert min(order.placed_at for order in orders) < now - timedelta(days=85)
    assert all(order.email.endswith("@example.com") for order in orders)
    assert {order.name.split()[-1] for order in orders if order.name} <= set(LAST)
    assert not fill(engine, live=False, base_url=BASE, now=now), "a shop that has orders stays as it is"
    assert forget(engine, now=now) == len(orders)
    assert broken(engine, quiet=True) == []
    left = every_row(engine)
    gone = (
        "orders",
        "order_lines",
        "payments",
        "readers",
        "consents",
        "outbox",
        "disputes",
        "price_changes",
        "redemptions",
        "article_visits",
        "code_tries",
        "code_batches",
        "campaign_changes",
    )
    assert [table for table in gone if left[table]] == []
    with reading(engine) as session:
        assert (
            session.execute(
                select(Campaign.name, Campaign.redeemed, Campaign.spent_amount).order_by(Campaign.name)
            ).all()
            == campaigns
        )
        assert session.scalars(select(Code.code).order_by(Code.code)).all() == codes


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_people_ordered_stays_when_demo_data_goes_and_a_live_shop_gets_none(engine: Engine) -> None:
    now = clock.now()
    seed(engine, live=False, now=now)
    with pytest.raises(SettingRefused):
        fill(engine, live=True, base_url=BASE, now=now)
    fill(engine, live=False, base_url=BASE, now=now)
    with writing(engine) as session:
        a_paid_order(session, 99_001)
    forget(engine, now=now)
    with reading(engine) as session:
        assert session.scalars(select(Order.number)).all() == [99_001]
