"""What a reader has bought, as far as her letters depend on it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func as sql
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.orders.models import Order, Shipment

BOUGHT = ("paid", "part_refunded")
# When nobody promised a day and no carrier has said anything, a parcel counts as arrived after so long.
LONGEST_ON_THE_ROAD = timedelta(days=12)
ON_THE_ROAD = ("to_ship", "part_shipped", "on_hold")


@dataclass(frozen=True)
class Purchases:
    """Whether there are any, whether a parcel still travels, and when the last one arrived (aware UTC)."""

    any: bool = False
    travelling: bool = False
    arrived_at: datetime | None = None


def of_reader(session: Session, email_normalized: str, *, now: datetime, zone: ZoneInfo) -> Purchases:
    """Return what was bought with an address. Orders refunded in full do not count."""
    rows = session.execute(
        select(
            Order.shipping_state,
            Order.paid_at,
            Order.arrives_to_on,
            sql.max(Shipment.shipped_at),
            sql.max(Shipment.delivered_at),
        )
        .outerjoin(Shipment, Shipment.order_id == Order.id)
        .where(
            Order.email_normalized == email_normalized,
            Order.state == "paid",
            Order.payment_state.in_(BOUGHT),
        )
        .group_by(Order.id, Order.shipping_state, Order.paid_at, Order.arrives_to_on)
    ).all()
    arrivals = [_arrival(*row, zone=zone) for row in rows]
    known = [moment for moment in arrivals if moment is not None and moment <= now]
    return Purchases(bool(rows), len(known) < len(arrivals), max(known, default=None))


def _arrival(
    shipping_state: str,
    paid_at: datetime | None,
    arrives_to_on: date | None,
    shipped_at: datetime | None,
    delivered_at: datetime | None,
    *,
    zone: ZoneInfo,
) -> datetime | None:
    """Return when an order arrived or should have, or None while it has not left."""
    if shipping_state == "nothing_to_ship":
        return paid_at
    if shipping_state in ON_THE_ROAD:
        return None
    if delivered_at is not None:
        return delivered_at
    if arrives_to_on is not None:
        return datetime.combine(arrives_to_on + timedelta(days=1), time(), tzinfo=zone)
    return shipped_at + LONGEST_ON_THE_ROAD if shipped_at else paid_at
