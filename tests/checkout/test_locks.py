"""Nobody locks another out: whoever changes what pages show takes that one row last."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from shop.catalog import actions as stock
from shop.catalog import prices
from shop.catalog.models import Stock, Variant
from shop.checkout.place import Keys, place
from shop.checkout.settle import give_up, lock_both
from shop.checkout.till import Till
from shop.db import reading, writing
from shop.discounts import campaigns
from shop.discounts.campaigns import Notes
from shop.discounts.models import Campaign, Code
from shop.discounts.queries import terms_of
from shop.errors import Reason, Refused
from tests.checkout.conftest import Buyer
from tests.meanwhile import meanwhile

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def campaign_of(till: Till, code: str) -> int:
    """The campaign that a code belongs to."""
    with reading(till.engine) as session:
        return session.scalars(select(Code.campaign_id).where(Code.code == code)).one()


def leave_free(till: Till, sku: str, pieces: int) -> None:
    """As many as pages begin to count aloud."""
    with writing(till.engine) as session:
        free = session.scalars(select(Stock.on_hand - Stock.held).where(Stock.sku == sku)).one()
        stock.move(session, sku, pieces - free, "correction", by="count", note="", now=till.clock())


def pause(till: Till, campaign_id: int) -> None:
    """What staff do with one button."""
    with writing(till.engine) as session:
        campaigns.pause(session, campaign_id, by="staff", now=till.clock())


def is_paused(till: Till, campaign_id: int) -> bool:
    """Whether it worked."""
    with reading(till.engine) as session:
        return not session.get_one(Campaign, campaign_id).active


def test_an_order_given_up_while_its_campaign_is_paused(till: Till, buyer: Buyer) -> None:
    leave_free(till, "HOOK-1", 6)
    buyer.wants(("HOOK-1", 1), code="RUN15").presses_pay()
    campaign_id = campaign_of(till, "RUN15")
    with (
        meanwhile(till.engine, "UPDATE campaigns", lambda: pause(till, campaign_id)),
        writing(till.engine) as session,
    ):
        order, attempt = lock_both(session, buyer.attempt.id)
        attempt.state = "expired"
        give_up(session, order, now=till.clock(), why="page_expired")
    assert buyer.order.state == "expired"
    assert is_paused(till, campaign_id)


def test_an_order_placed_while_its_campaign_is_paused(till: Till, buyer: Buyer) -> None:
    leave_free(till, "BALL-1", 7)
    details = buyer.wants(("BALL-1", 2), code="DESKBREAK").details()
    campaign_id = campaign_of(till, "DESKBREAK")
    with (
        meanwhile(till.engine, "UPDATE campaigns", lambda: pause(till, campaign_id)),
        pytest.raises(Refused) as refused,
        writing(till.engine) as session,
    ):
        place(session, till, buyer.cart, details, Keys("x" * 32, "att-x"), now=till.clock())
    # The pause was quicker, and did not have to wait for the order.
    assert refused.value.reason is Reason.CODE_DISABLED
    assert is_paused(till, campaign_id)


def plan(till: Till, sku: str, amount: int) -> None:
    """A price whose moment has come."""
    now = till.clock()
    with writing(till.engine) as session:
        prices.plan(session, sku, amount, "USD", due_at=now, by="staff", now=now)


def come_due(till: Till) -> None:
    """What the worker does every minute."""
    with writing(till.engine) as session:
        prices.apply_due(session, now=till.clock())


def price_of(till: Till, sku: str) -> int:
    """What it costs now."""
    with reading(till.engine) as session:
        return session.scalars(select(Variant.price_amount).where(Variant.sku == sku)).one()


def test_a_price_that_comes_due_while_a_campaign_for_these_goods_is_changed(till: Till) -> None:
    plan(till, "HOOK-1", 15_000)
    campaign_id = campaign_of(till, "HOOK40")
    with reading(till.engine) as session:
        terms = terms_of(session, campaign_id)
    with (
        meanwhile(till.engine, "DELETE FROM campaign_items", lambda: come_due(till)),
        writing(till.engine) as session,
    ):
        campaigns.change(
            session,
            campaign_id,
            replace(terms, amount=3_900),
            Notes("", "x"),
            version=1,
            by="staff",
            now=till.clock(),
        )
    assert price_of(till, "HOOK-1") == 15_000
