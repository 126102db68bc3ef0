"""Stock moves: every change of what lies on the shelf is a ledger row, every reservation is a hold.

Each action touches stock in the order of its SKUs and the public version last, so that two of them that run
at the same time wait for one another instead of locking each other out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    String,
    Update,
    bindparam,
    collate,
    column,
    insert,
    select,
    update,
)
from sqlalchemy import func as sql
from sqlalchemy import values as rows_of
from sqlalchemy.orm import Session

from shop.catalog.models import BundlePart, Stock, StockHold, StockMovement, Variant
from shop.catalog.queries import bundled
from shop.catalog.rules import stock_state
from shop.db import publish_change
from shop.errors import Reason, Refused
from shop.statements import Asked, Statement
from shop.together import Steps, ask, together

STOCK = Stock.metadata.tables["stock"]
HOLDS = StockHold.metadata.tables["stock_holds"]
MOVEMENTS = StockMovement.metadata.tables["stock_movements"]


def _change_of_stock(*guards: ColumnElement[bool]) -> Statement:
    return Statement(
        update(STOCK)
        .where(STOCK.c.sku == bindparam("of_sku"), *guards)
        .values(
            on_hand=STOCK.c.on_hand + bindparam("more_on_hand"), held=STOCK.c.held + bindparam("more_held")
        )
        .returning(STOCK.c.on_hand - STOCK.c.held)
    )


# Made once: every order passes here, and making a statement takes longer than running it.
_CHANGE = _change_of_stock()
_MOVE = _change_of_stock(STOCK.c.on_hand + bindparam("more_on_hand") >= STOCK.c.held)
_HOLDS_OF_ORDER = Statement(
    select(HOLDS.c.sku, HOLDS.c.state).where(HOLDS.c.order_id == bindparam("order_id"))
)
_HOLD_AGAIN = Statement(
    update(HOLDS)
    .where(HOLDS.c.order_id == bindparam("of_order_id"), HOLDS.c.sku == bindparam("of_sku"))
    .values(state="held", quantity=bindparam("pieces"), ended_at=None)
)
_END_HOLDS = Statement(
    update(HOLDS)
    .where(HOLDS.c.order_id == bindparam("of_order_id"), HOLDS.c.state == "held")
    .values(state=bindparam("ended_state"), ended_at=bindparam("now"))
    .returning(HOLDS.c.sku, HOLDS.c.quantity)
)
_WRITE_HOLD = Statement(insert(HOLDS))
_WRITE_MOVEMENT = Statement(insert(MOVEMENTS))


@cache
def _take(count: int) -> Statement:
    """Hold pieces of ``count`` SKUs at once, of each only if so many are free; returns those that were."""
    wanted = _wanted(count)
    take = (
        update(STOCK)
        .where(STOCK.c.sku == wanted.c.sku, STOCK.c.on_hand - STOCK.c.held >= wanted.c.pieces)
        .values(held=STOCK.c.held + wanted.c.pieces)
        .returning(STOCK.c.sku, (STOCK.c.on_hand - STOCK.c.held).label("free"))
    )
    return Statement(take, postgresql=_in_order(take, wanted))


@cache
def _sell(count: int) -> Statement:
    """Take what is held of ``count`` SKUs off the shelf at once."""
    wanted = _wanted(count)
    sell = (
        update(STOCK)
        .where(STOCK.c.sku == wanted.c.sku)
        .values(on_hand=STOCK.c.on_hand - wanted.c.pieces, held=STOCK.c.held - wanted.c.pieces)
        .returning(STOCK.c.sku)
    )
    return Statement(sell, postgresql=_in_order(sell, wanted))


def _wanted(count: int) -> CTE:
    columns = column("sku", String), column("pieces", Integer)
    rows = [
        (bindparam(f"sku_{at}", type_=String), bindparam(f"pieces_{at}", type_=Integer))
        for at in range(count)
    ]
    return rows_of(*columns, name="wanted").data(rows).cte("wanted")


def _in_order(statement: Update, wanted: CTE) -> Update:
    # PostgreSQL locks rows as it comes upon them: first in the order of their SKUs, as every action does. Not so hard
    # that rows which name these SKUs, and lock them softly, would stand in the way.
    locked = (
        select(STOCK.c.sku)
        .where(STOCK.c.sku.in_(select(wanted.c.sku)))
        .order_by(collate(STOCK.c.sku, "C"))
        .with_for_update(key_share=True)
        .cte("locked")
    )
    return statement.where(STOCK.c.sku == locked.c.sku)


def _rows(pieces: Mapping[str, int]) -> dict[str, Any]:
    """Return SKUs and their pieces as ``_wanted`` takes them."""
    return {
        name: value
        for at, (sku, number) in enumerate(pieces.items())
        for name, value in ((f"sku_{at}", sku), (f"pieces_{at}", number))
    }


class Change(NamedTuple):
    """How many pieces of a SKU were free before and after."""

    sku: str
    before: int
    after: int


def hold(
    session: Session, order_id: int, needs: Mapping[str, int], *, now: datetime, first: bool = False
) -> None:
    """Set aside ``needs`` (stocked SKU -> pieces) for an order; what it already holds or has bought stays.

    Raises Refused(SOLD_OUT or NOT_ENOUGH_STOCK; name, left) for the first SKU that is short; the caller's
    transaction then undoes what was taken before it. ``first``: the order was just written and holds nothing.
    """
    together(session, hold_in_steps(session, order_id, needs, now=now, first=first))


def hold_in_steps(
    session: Session, order_id: int, needs: Mapping[str, int], *, now: datetime, first: bool = False
) -> Steps[None]:
    """``hold``, beside what else is asked."""
    known: Mapping[str, str] = {}
    if not first:
        [holds] = yield [_HOLDS_OF_ORDER.asked({"order_id": order_id})]
        known = dict(holds)
    wanted = [sku for sku in sorted(needs) if known.get(sku) not in ("held", "consumed")]
    if not wanted:
        return
    fresh = [
        {"order_id": order_id, "sku": sku, "quantity": needs[sku], "state": "held", "created_at": now}
        for sku in wanted
        if sku not in known
    ]
    again = [
        _HOLD_AGAIN.asked({"of_order_id": order_id, "of_sku": sku, "pieces": needs[sku]})
        for sku in wanted
        if sku in known
    ]
    pieces = {sku: needs[sku] for sku in wanted}
    # Last, since others wait for these rows from here on.
    taking = _take(len(wanted)).asked(_rows(pieces))
    *_, taken = yield [_WRITE_HOLD.asked_many(fresh), *again, taking]
    free = {row.sku: row.free for row in taken}
    short = next((sku for sku in wanted if sku not in free), None)
    if short is not None:
        raise _refusal(session, short)
    _publish(session, [Change(sku, free[sku] + number, free[sku]) for sku, number in pieces.items()])


def release(session: Session, order_id: int, *, now: datetime) -> None:
    """Give back what an order still holds. Nothing happens the second time, nor after the sale."""
    changes = []
    [ended] = ask(session, [_end_holds(order_id, "released", now)])
    for sku, quantity in sorted(ended):
        changes.append(_change(session, sku, held=-quantity))
    _publish(session, changes)


def consume(session: Session, order_id: int, *, by: str, now: datetime) -> None:
    """Turn what an order holds into a sale: off the shelf, with one ledger row per SKU. Happens once."""
    together(session, consume_in_steps(order_id, by=by, now=now))


def consume_in_steps(order_id: int, *, by: str, now: datetime) -> Steps[None]:
    """``consume``, beside what else is asked."""
    [ended] = yield [_end_holds(order_id, "consumed", now)]
    sold = dict(sorted(ended))
    if not sold:
        return
    deltas = {sku: -quantity for sku, quantity in sold.items()}
    moving = _movements(deltas, "sold", order_id=order_id, by=by, now=now)
    # Last, since others wait for these rows from here on.
    _, taken = yield [moving, _sell(len(sold)).asked(_rows(sold))]
    if len(taken) != len(sold):
        raise Refused(Reason.ITEM_UNKNOWN)


def retake(session: Session, order_id: int, *, now: datetime) -> bool:
    """Hold again all that an order once held and gave back; return whether the order now has its goods.

    All or nothing: when one SKU is short, nothing is taken. An order that holds or has bought everything
    already has its goods.
    """
    released = session.execute(
        select(HOLDS.c.sku, HOLDS.c.quantity).where(HOLDS.c.order_id == order_id, HOLDS.c.state == "released")
    )
    try:
        with session.begin_nested():
            hold(session, order_id, dict(released.all()), now=now)
    except Refused:
        return False
    return True


def put_back(
    session: Session, order_id: int, pieces: Mapping[str, int], *, by: str, note: str, now: datetime
) -> None:
    """Put ``pieces`` (SKU -> how many) of an order's lines back on the shelf; bundles go back as their parts.

    Never more than the order took off the shelf and has not brought back yet, so a repeat cannot make stock.
    """
    parts: dict[str, dict[str, int]] = {}
    for row in session.execute(
        select(BundlePart.bundle_sku, BundlePart.part_sku, BundlePart.quantity).where(
            BundlePart.bundle_sku.in_(pieces)
        )
    ):
        parts.setdefault(row.bundle_sku, {})[row.part_sku] = row.quantity
    wanted: Counter[str] = Counter()
    for sku, number in pieces.items():
        wanted.update({part: each * number for part, each in parts.get(sku, {sku: 1}).items()})
    changes = []
    for part in sorted(wanted):
        moved = select(sql.sum(MOVEMENTS.c.delta)).where(
            MOVEMENTS.c.order_id == order_id, MOVEMENTS.c.sku == part
        )
        back = min(wanted[part], -(session.scalar(moved) or 0))
        if back > 0:
            changes.append(_change(session, part, on_hand=back))
            returned = _movements({part: back}, "returned", order_id=order_id, by=by, note=note, now=now)
            ask(session, [returned])
    _publish(session, changes)


def move(session: Session, sku: str, delta: int, reason: str, *, by: str, note: str, now: datetime) -> None:
    """Change what lies on the shelf by ``delta`` pieces (not 0), for one of the ledger's reasons.

    Raises Refused(ITEM_UNKNOWN) when the SKU has no stock of its own, and
    Refused(NOT_ENOUGH_STOCK or SOLD_OUT; name, left) when orders hold what should go.
    """
    moved = _change(session, sku, _MOVE, on_hand=delta)
    ask(session, [_movements({sku: delta}, reason, by=by, note=note, now=now)])
    _publish(session, [moved])


def open_stock(session: Session, sku: str, on_hand: int, *, reorder_at: int, by: str, now: datetime) -> None:
    """Begin the ledger of a SKU with ``on_hand`` pieces (0 or more)."""
    session.execute(insert(STOCK).values(sku=sku, on_hand=0, held=0, reorder_at=reorder_at))
    if on_hand:
        move(session, sku, on_hand, "opening", by=by, note="", now=now)


def _change(
    session: Session, sku: str, statement: Statement = _CHANGE, *, on_hand: int = 0, held: int = 0
) -> Change:
    """Add to a SKU's numbers in one statement that only succeeds while its guard is true."""
    values = {"of_sku": sku, "more_on_hand": on_hand, "more_held": held}
    after = statement.scalar(session, values)
    if after is None:
        raise _refusal(session, sku)
    return Change(sku, after - on_hand + held, after)


def _refusal(session: Session, sku: str) -> Refused:
    row = session.execute(
        select(Variant.name, STOCK.c.on_hand - STOCK.c.held)
        .join_from(Variant, STOCK, STOCK.c.sku == Variant.sku)
        .where(Variant.sku == sku)
    ).one_or_none()
    if row is None:
        return Refused(Reason.ITEM_UNKNOWN)
    name, left = row
    return Refused(Reason.NOT_ENOUGH_STOCK if left > 0 else Reason.SOLD_OUT, name=name, left=left)


def _end_holds(order_id: int, state: str, now: datetime) -> Asked:
    """Move an order's holds out of ``held``; its rows are those that this has moved."""
    return _END_HOLDS.asked({"of_order_id": order_id, "ended_state": state, "now": now})


def _movements(deltas: Mapping[str, int], reason: str, *, by: str, now: datetime, **more: Any) -> Asked:
    """Write a line of the ledger for each SKU."""
    common = {"note": "", "order_id": None, **more, "reason": reason, "by": by, "created_at": now}
    return _WRITE_MOVEMENT.asked_many(
        [common | {"sku": sku, "delta": delta} for sku, delta in deltas.items()]
    )


def _publish(session: Session, changes: Iterable[Change]) -> None:
    """Renew the cached pages when what one says has changed, of a SKU or of a bundle it is in."""
    moved = [change for change in changes if change.before != change.after]
    if not moved:
        return
    by_sku = {change.sku: change for change in moved}
    shares = {(sku, 1) for sku in by_sku}
    shares |= {(sku, quantity) for sku, quantity in bundled(session) if sku in by_sku}
    if any(
        stock_state(by_sku[sku].before // each) != stock_state(by_sku[sku].after // each)
        for sku, each in shares
    ):
        publish_change(session)
