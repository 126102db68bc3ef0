"""How often codes are tried, and what came of it: counted by day, never with who tried."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shop.db import lock_rows
from shop.discounts.models import Code, CodeTry


def count(session: Session, campaign_id: int, code_id: int, outcome: str, *, on: date) -> None:
    """Count one try of a code on a day; ``outcome`` is the reason why it was refused, "" when it was taken."""
    dialect = postgresql if lock_rows(session) else sqlite
    statement = dialect.insert(CodeTry.__table__).values(
        campaign_id=campaign_id, code_id=code_id, outcome=outcome, tried_on=on, tries=1
    )
    again = {"tries": CodeTry.__table__.c.tries + 1}
    session.execute(
        statement.on_conflict_do_update(index_elements=["code_id", "outcome", "tried_on"], set_=again)
    )


def count_order(session: Session, code: str, outcome: str, *, on: date) -> None:
    """Count what came of an order with a code (its normal form), as ``count`` does; unknown codes are not counted."""
    known = session.execute(select(Code.campaign_id, Code.id).where(Code.code == code)).one_or_none()
    if known is not None:
        count(session, known[0], known[1], outcome, on=on)
