"""Takes the demo history out of a shop again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from shop.articles.models import ArticleVisits
from shop.catalog.models import Stock, StockHold, StockMovement
from shop.checkout.models import CheckoutAttempt
from shop.db import Base, publish_change, writing
from shop.demo.names import BY, CART_KEY, LEDGER_NOTE, READER_KEY
from shop.demo.offers import forget_offers
from shop.demo.prices import forget_prices
from shop.discounts.models import Campaign, Code, Redemption
from shop.mail.models import OutboxLetter
from shop.orders.models import (
    Dispute,
    Order,
    OrderEvent,
    OrderFlag,
    OrderLine,
    OrderLineDiscount,
    OrderTag,
    Payment,
    Refund,
    RefundLine,
    Shipment,
    ShipmentLine,
    Withdrawal,
    WithdrawalLine,
)
from shop.subscribers.models import Consent, Enrolment, Reader, ReaderLink
from shop.welcome.models import WelcomeOffer


def forget(engine: Engine, *, now: datetime) -> int:
    """Take every demo order, reader and read out of the shop again; return how many orders went."""
    with writing(engine) as session:
        # Not by their tag, which anybody may put on an order: only invented orders came from such a cart.
        ids = select(Order.id).where(Order.cart_key.startswith(CART_KEY, autoescape=True))
        going = session.scalars(ids).all()
        shipments = select(Shipment.id).where(Shipment.order_id.in_(ids))
        refunds = select(Refund.id).where(Refund.order_id.in_(ids))
        lines = select(OrderLine.id).where(OrderLine.order_id.in_(ids))
        _give_uses_back(session, going)
        for table, rows in (
            (ShipmentLine, ShipmentLine.shipment_id.in_(shipments)),
            (RefundLine, RefundLine.refund_id.in_(refunds)),
            (OrderLineDiscount, OrderLineDiscount.order_line_id.in_(lines)),
            (WithdrawalLine, WithdrawalLine.order_line_id.in_(lines)),
        ):
            session.execute(delete(table).where(rows).execution_options(synchronize_session=False))
        for owned in (
            Withdrawal,
            Shipment,
            Refund,
            Dispute,
            Payment,
            OrderLine,
            OrderEvent,
            OrderFlag,
            OutboxLetter,
            CheckoutAttempt,
            Redemption,
            StockHold,
        ):
            _delete(session, owned, owned.__table__.c.order_id.in_(ids))
        _settle_ledger(session, going, now=now)
        _delete(session, OrderTag, OrderTag.order_id.in_(going))
        _delete(session, Order, Order.id.in_(going))
        forget_offers(session)
        forget_prices(session)
        _forget_readers(session)
        _delete(session, ArticleVisits, ArticleVisits.visits >= 0)
        publish_change(session)
    return len(going)


def _delete(session: Session, table: type[Base], rows: Any) -> None:
    session.execute(delete(table).where(rows).execution_options(synchronize_session=False))


def _give_uses_back(session: Session, order_ids: Sequence[int]) -> None:
    uses = session.execute(
        select(Redemption.campaign_id, Redemption.code_id, func.count(), func.sum(Redemption.amount))
        .where(Redemption.order_id.in_(order_ids), Redemption.state == "redeemed")
        .group_by(Redemption.campaign_id, Redemption.code_id)
    ).all()
    for campaign_id, code_id, count, amount in uses:
        session.execute(
            update(Campaign)
            .where(Campaign.id == campaign_id)
            .values(redeemed=Campaign.redeemed - count, spent_amount=Campaign.spent_amount - amount)
        )
        session.execute(update(Code).where(Code.id == code_id).values(redeemed=Code.redeemed - count))


def _settle_ledger(session: Session, order_ids: Sequence[int], *, now: datetime) -> None:
    """Take the demo sales and the deliveries that made up for them out of the ledger; what is on hand stays."""
    _delete(session, StockMovement, StockMovement.order_id.in_(order_ids))
    _delete(session, StockMovement, (StockMovement.note == LEDGER_NOTE) & (StockMovement.by == BY))
    moved = dict(
        session.execute(
            select(StockMovement.sku, func.sum(StockMovement.delta)).group_by(StockMovement.sku)
        ).all()
    )
    for sku, on_hand in session.execute(select(Stock.sku, Stock.on_hand)).all():
        if on_hand != moved.get(sku, 0):
            session.add(
                StockMovement(
                    sku=sku,
                    delta=on_hand - moved.get(sku, 0),
                    reason="correction",
                    note="demo orders were removed",
                    by=BY,
                    created_at=now,
                )
            )


DEMO_READERS = Reader.key.startswith(READER_KEY, autoescape=True) & Reader.email.endswith("@example.com")


def _forget_readers(session: Session) -> None:
    ids = select(Reader.id).where(DEMO_READERS)
    codes = session.scalars(select(Reader.code_id).where(DEMO_READERS, Reader.code_id.is_not(None))).all()
    for table in (Consent, Enrolment, ReaderLink):
        _delete(session, table, table.__table__.c.reader_id.in_(ids))
    _delete(session, Reader, DEMO_READERS)
    minted = session.execute(
        select(Code.campaign_id, func.count()).where(Code.id.in_(codes)).group_by(Code.campaign_id)
    ).all()
    _delete(session, Code, Code.id.in_(codes))
    for campaign_id, count in minted:
        session.execute(
            update(WelcomeOffer)
            .where(WelcomeOffer.campaign_id == campaign_id)
            .values(minted=WelcomeOffer.minted - count)
        )
        session.execute(
            update(Campaign).where(Campaign.id == campaign_id).values(codes_made=Campaign.codes_made - count)
        )
