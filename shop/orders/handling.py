"""What staff do with an order besides money: hold, note, tag, archive, a new address, and taking parcels back."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import delete, select, text, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from shop.db import lock_rows
from shop.errors import Reason, Refused
from shop.orders import actions as orders
from shop.orders.models import Order, OrderTag, Shipment, ShipmentLine
from shop.orders.word_index import order_words, words_of

# Letters about what can be undone wait this long.
UNDO_LASTS = timedelta(seconds=60)
LONGEST_NOTE = 2000
LONGEST_TAG = 40


def change(session: Session, order: Order, version: int | None) -> None:
    """Move an order's version on, before it is changed.

    ``version`` is that of the page the change was made on; None for changes that are right whatever came between.
    Raises Refused(ORDER_CHANGED) when somebody else changed the order meanwhile.
    """
    moved = update(Order).where(Order.id == order.id).values(version=Order.version + 1)
    if version is not None:
        moved = moved.where(Order.version == version)
    if cast(CursorResult[Any], session.execute(moved)).rowcount != 1:
        raise Refused(Reason.ORDER_CHANGED)
    session.refresh(order)


def hold(session: Session, order_id: int, *, why: str, by: str, now: datetime, version: int | None) -> None:
    """Keep an order from leaving. Raises Refused(ORDER_NOT_PAID, ORDER_ALREADY_SHIPPED or ORDER_CHANGED)."""
    order = orders.lock(session, order_id)
    if order.state != "paid":
        raise Refused(Reason.ORDER_NOT_PAID)
    if order.shipping_state not in ("to_ship", "part_shipped"):
        raise Refused(Reason.ORDER_ALREADY_SHIPPED)
    change(session, order, version)
    order.shipping_state = "on_hold"
    orders.note(session, order_id, "held", by=by, now=now, why=why.strip()[:LONGEST_NOTE])


def release(session: Session, order_id: int, *, by: str, now: datetime, version: int | None) -> None:
    """Let a held order leave again. Raises Refused(ORDER_NOT_HELD, ORDER_DISPUTED or ORDER_CHANGED)."""
    order = orders.lock(session, order_id)
    if order.shipping_state != "on_hold":
        raise Refused(Reason.ORDER_NOT_HELD)
    if order.payment_state in ("disputed", "lost"):
        raise Refused(Reason.ORDER_DISPUTED)
    change(session, order, version)
    order.shipping_state = _how_far(session, order_id)
    orders.note(session, order_id, "released", by=by, now=now)


def write_note(session: Session, order_id: int, words: str, *, by: str, now: datetime) -> None:
    """Add a note that only staff see; an empty one adds nothing."""
    written = words.strip()[:LONGEST_NOTE]
    if written:
        order = orders.lock(session, order_id)
        order.note_words = words_of(order.note_words, written)
        orders.note(session, order_id, "note", by=by, now=now, text=written)


def tag(session: Session, order_id: int, word: str, *, by: str, now: datetime) -> None:
    """Put a tag on an order, once."""
    word = " ".join(word.split()).lower()[:LONGEST_TAG]
    if word and session.get(OrderTag, (order_id, word)) is None:
        session.add(OrderTag(order_id=order_id, tag=word))
        orders.note(session, order_id, "tagged", by=by, now=now, tag=word)


def untag(session: Session, order_id: int, word: str, *, by: str, now: datetime) -> None:
    """Take a tag off an order."""
    gone = delete(OrderTag).where(OrderTag.order_id == order_id, OrderTag.tag == word)
    if cast(CursorResult[Any], session.execute(gone)).rowcount:
        orders.note(session, order_id, "untagged", by=by, now=now, tag=word)


def archive(session: Session, order_ids: Sequence[int], *, archived: bool, by: str, now: datetime) -> None:
    """Put orders out of sight, or back."""
    for order_id in sorted(order_ids):
        order = orders.lock(session, order_id)
        if (order.archived_at is not None) != archived:
            order.archived_at = now if archived else None
            orders.note(session, order_id, "archived" if archived else "unarchived", by=by, now=now)


def change_address(
    session: Session,
    order_id: int,
    address: Mapping[str, str | None],
    *,
    name: str,
    phone: str,
    by: str,
    now: datetime,
    version: int | None,
) -> dict[str, Any]:
    """Send an order elsewhere, until it is packed; return how the address stood before.

    Raises Refused(ORDER_ALREADY_SHIPPED) once a parcel has left, and Refused(ORDER_CHANGED). The country stays:
    shipping and tax were paid for it.
    """
    order = orders.lock(session, order_id)
    _refuse_packed(session, order)
    change(session, order, version)
    before = {"name": order.name, "phone": order.phone, **(order.address or {})}
    order.name, order.phone = name[:200], phone[:40]
    order.address = {**(order.address or {}), **address, "country": order.country}
    order.words = order_words(order.name, order.email, order.phone, order.address)
    after = {"name": order.name, "phone": order.phone, **order.address}
    moved = sorted(key for key in after if before.get(key) != after[key])
    orders.note(
        session,
        order_id,
        "address_changed",
        by=by,
        now=now,
        before={key: before.get(key) or "" for key in moved},
        after={key: after[key] or "" for key in moved},
    )
    return before


def change_gift_note(
    session: Session, order_id: int, note: str, *, by: str, now: datetime, version: int | None
) -> str:
    """Have another note printed on the packing slip, until the order is packed; return the one before.

    ``note`` is as gift_note.read gives it. Raises Refused(ORDER_ALREADY_SHIPPED) once a parcel has left, and
    Refused(ORDER_CHANGED).
    """
    order = orders.lock(session, order_id)
    _refuse_packed(session, order)
    change(session, order, version)
    before, order.gift_note = order.gift_note, note
    if before != note:
        orders.note(session, order_id, "gift_note_changed", by=by, now=now, before=before, after=note)
    return before


def _refuse_packed(session: Session, order: Order) -> None:
    if order.shipping_state not in ("to_ship", "on_hold") or _how_far(session, order.id) != "to_ship":
        raise Refused(Reason.ORDER_ALREADY_SHIPPED)


def take_parcel_back(session: Session, parcel_id: int, *, by: str, now: datetime) -> tuple[Order, Shipment]:
    """Undo a parcel whose letter has not left yet; return its order and it.

    Raises Refused(UNDO_TOO_LATE) when it was undone before or left more than an hour ago; whether its letter has left
    the caller asks the outbox.
    """
    found = session.get(Shipment, parcel_id)
    if found is None:
        raise Refused(Reason.UNDO_TOO_LATE)
    order = orders.lock(session, found.order_id)
    parcel = session.get_one(Shipment, parcel_id, populate_existing=True)
    if parcel.undone_at is not None or now - parcel.shipped_at > UNDO_LASTS * 60:
        raise Refused(Reason.UNDO_TOO_LATE)
    parcel.undone_at = now
    session.flush()
    order.shipping_state = _how_far(session, order.id)
    orders.note(session, order.id, "shipping_undone", by=by, now=now, tracking_number=parcel.tracking_number)
    return order, parcel


def forget_words(session: Session) -> None:
    """Take words out of SQLite's index for good that no order has any more; it would keep them until it is merged."""
    if not lock_rows(session):
        session.flush()
        session.execute(text("INSERT INTO order_words (order_words) VALUES ('optimize')"))


def _how_far(session: Session, order_id: int) -> str:
    some = session.scalar(
        select(ShipmentLine.order_line_id)
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(Shipment.order_id == order_id, Shipment.undone_at.is_(None))
        .limit(1)
    )
    return "to_ship" if some is None else "part_shipped"
