"""Confirm: the button on the page behind the letter's link. It makes a reader, mints her code and begins the series.

All of it is one transaction, and all of it happens once: the reader's row is locked, her state and her code change by
conditional updates, and the budget is taken by one too.
"""

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from shop.discounts import actions as discounts
from shop.discounts.models import Campaign
from shop.errors import Reason, Refused
from shop.subscribers import actions as subscribers
from shop.subscribers import queries
from shop.subscribers.models import Reader
from shop.subscribers.rules import days_later
from shop.welcome import letters, purchases, rules
from shop.welcome.desk import Desk
from shop.welcome.models import WelcomeOffer


def confirm(session: Session, desk: Desk, token: str, *, network: str, now: datetime) -> Reader:
    """Open the chapter for whoever holds ``token``, and make her a reader if she is none. Repeating changes nothing.

    Raises Refused(LINK_UNKNOWN), or LINK_EXPIRED after seven days.
    """
    link = queries.link(session, token, "chapter", now=now)
    if link is None:
        raise Refused(Reason.LINK_UNKNOWN)
    if link.expired:
        raise Refused(Reason.LINK_EXPIRED)
    reader = subscribers.lock(session, link.reader_id)
    if subscribers.confirm(session, reader, now=now):
        words = desk.content.phrase("sign_up.promise")
        subscribers.agree(session, reader, "confirmed", words=words, network=network, now=now)
        # A code for a first order would be an empty promise to somebody who has bought before.
        if not purchases.of_reader(session, reader.email_normalized, now=now, zone=desk.zone).any:
            mint(session, desk, reader, now=now)
        begin(session, desk, reader, now=now)
        letters.welcome(session, desk, reader, now=now)
    subscribers.opened(session, reader, now=now)
    return reader


def mint(session: Session, desk: Desk, reader: Reader, *, now: datetime) -> bool:
    """Give a reader, whose row is locked, a code of her own. False when she has one, or the budget is used up."""
    if reader.code_id is not None:
        return False
    offer = _take_from_budget(session, now=now)
    if offer is None:
        return False
    code_id = discounts.mint(
        session,
        offer.campaign_id,
        rules.spellings(desk.choose),
        bound_email=reader.email,
        ends_at=_end_of_day(now + timedelta(days=offer.days), desk),
        now=now,
    )
    if not subscribers.give_code(session, reader, code_id):
        raise RuntimeError("a reader whose row is locked was given a code by somebody else")
    return True


def begin(session: Session, desk: Desk, reader: Reader, *, now: datetime) -> None:
    """Begin the series of a new reader, or let one who comes back go on with it."""
    plan = desk.content.series
    steps = plan.of("welcome")
    if steps:
        due_at = days_later(now, steps[0].day, plan.opens, plan.closes, desk.zone)
        subscribers.start(session, reader.id, "welcome", due_at=due_at, now=now)


def _take_from_budget(session: Session, *, now: datetime) -> WelcomeOffer | None:
    """Count one more code against the newest offer that runs, if its budget allows it; return the offer."""
    offers = session.scalars(
        select(WelcomeOffer)
        .join(Campaign, Campaign.id == WelcomeOffer.campaign_id)
        .where(
            Campaign.active,
            or_(Campaign.starts_at.is_(None), Campaign.starts_at <= now),
            or_(Campaign.ends_at.is_(None), Campaign.ends_at > now),
        )
        .order_by(WelcomeOffer.campaign_id.desc())
    ).all()
    for offer in offers:
        taken = session.execute(
            update(WelcomeOffer)
            .where(
                WelcomeOffer.campaign_id == offer.campaign_id, WelcomeOffer.minted < WelcomeOffer.max_codes
            )
            .values(minted=WelcomeOffer.minted + 1)
            .execution_options(synchronize_session=False)
        )
        assert isinstance(taken, CursorResult)  # noqa: S101
        if taken.rowcount:
            return offer
    return None


def _end_of_day(moment: datetime, desk: Desk) -> datetime:
    """Return the midnight that ends the day of ``moment`` in the shop's time zone: the last day counts whole."""
    day = moment.astimezone(desk.zone).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=desk.zone).astimezone(moment.tzinfo)
