"""Prices as staff change them, at once or at a moment to come. Every change is a row, written with the change itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop.catalog.models import PriceChange, Variant
from shop.db import lock_rows, publish_change

# A round applies so many at most; the next one goes on.
AT_ONCE = 50
WAITING = PriceChange.applied_at.is_(None) & PriceChange.cancelled_at.is_(None)


def change(session: Session, sku: str, amount: int, *, before: int, by: str, now: datetime) -> bool:
    """Give a SKU another price (minor units, more than 0); False when it was not ``before`` any more."""
    moved = session.scalar(
        update(Variant)
        .where(Variant.sku == sku, Variant.price_amount == before)
        .values(price_amount=amount, updated_at=now)
        .returning(Variant.currency)
    )
    if moved is None:
        return False
    session.add(
        PriceChange(
            sku=sku,
            before_amount=before,
            after_amount=amount,
            currency=moved,
            by=by,
            created_at=now,
            due_at=now,
            applied_at=now,
        )
    )
    publish_change(session)
    return True


def plan(
    session: Session, sku: str, amount: int, currency: str, *, due_at: datetime, by: str, now: datetime
) -> PriceChange:
    """Write down that a SKU is to cost something else (minor units) from ``due_at`` on; the worker sees to it."""
    planned = PriceChange(
        sku=sku, after_amount=amount, currency=currency, by=by, created_at=now, due_at=due_at
    )
    session.add(planned)
    session.flush()
    return planned


def cancel(session: Session, sku: str, change_id: int, *, now: datetime) -> PriceChange | None:
    """Take back a planned change of a SKU; None when there is none, or when it has happened."""
    taken_back = update(PriceChange).where(PriceChange.id == change_id, PriceChange.sku == sku, WAITING)
    return session.scalars(taken_back.values(cancelled_at=now).returning(PriceChange)).one_or_none()


def take_up(session: Session, sku: str, change_id: int, *, now: datetime) -> PriceChange | None:
    """Plan a change again that was taken back; None when its moment has passed."""
    again = update(PriceChange).where(
        PriceChange.id == change_id,
        PriceChange.sku == sku,
        PriceChange.applied_at.is_(None),
        PriceChange.due_at > now,
    )
    return session.scalars(again.values(cancelled_at=None).returning(PriceChange)).one_or_none()


def any_due(session: Session, *, now: datetime) -> bool:
    """Whether a planned change has reached its moment."""
    return (
        session.scalar(select(PriceChange.id).where(WAITING, PriceChange.due_at <= now).limit(1)) is not None
    )


def apply_due(session: Session, *, now: datetime) -> int:
    """Make the planned changes whose moment has come, in their order; return how many."""
    due = session.execute(
        select(PriceChange.id, PriceChange.sku)
        .where(WAITING, PriceChange.due_at <= now)
        .order_by(PriceChange.due_at, PriceChange.id)
        .limit(AT_ONCE)
    ).all()
    variants = _locked(session, {row.sku for row in due})
    made = sum(_apply(session, change_id, variants[sku], now) for change_id, sku in due)
    if made:
        publish_change(session)
    return made


def _locked(session: Session, skus: set[str]) -> dict[str, Variant]:
    """Return variants by SKU, all locked before the first is changed, since that moves the public version."""
    statement = select(Variant).where(Variant.sku.in_(skus)).order_by(Variant.id)
    if lock_rows(session):
        statement = statement.with_for_update(key_share=True)
    found = session.scalars(statement.execution_options(populate_existing=True))
    return {variant.sku: variant for variant in found}


def _apply(session: Session, change_id: int, variant: Variant, now: datetime) -> bool:
    mine = update(PriceChange).where(PriceChange.id == change_id, WAITING)
    amount = session.scalar(
        mine.values(applied_at=now, before_amount=variant.price_amount).returning(PriceChange.after_amount)
    )
    # Another worker was quicker, or somebody has just taken it back.
    if amount is None:
        return False
    variant.price_amount, variant.updated_at = amount, now
    return True


def history(session: Session, sku: str, *, limit: int) -> Sequence[PriceChange]:
    """Return the planned changes of a SKU, the next one last, and below them those that were made, newest first."""
    return session.scalars(
        select(PriceChange)
        .where(PriceChange.sku == sku)
        .order_by(PriceChange.applied_at.is_not(None), PriceChange.due_at.desc(), PriceChange.id.desc())
        .limit(limit)
    ).all()
