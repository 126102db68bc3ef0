"""Ninety days of a demo shop: orders, readers, codes and reads, all invented, so that no screen is empty.

Every name is plainly fictional, every address ends in example.com, every order has the tag ``demo``. Nothing here was
ever paid; ``shop.demo.forget`` takes all of it out again.
"""

import random
import secrets
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.orm import Session

from shop.catalog import queries as catalog
from shop.catalog.models import Stock, StockMovement
from shop.db import publish_change, writing
from shop.demo.names import BASKETS, BY, DAY, DAYS, LEDGER_NOTE, TAG
from shop.demo.offers import Offers, add_offers, add_tries
from shop.demo.people import Person, add_readers, add_reads, somebody
from shop.demo.prices import add_prices
from shop.demo.story import BOUGHT, EUROPEAN, Story
from shop.demo.telling import tell
from shop.discounts.models import Campaign, Code, Redemption
from shop.errors import SettingRefused
from shop.orders.models import Order, OrderLine, OrderLineDiscount, OrderNumber, OrderTag


def fill(engine: Engine, *, live: bool, base_url: str, now: datetime) -> bool:
    """Write the history into a demo shop that has goods and no orders yet; return whether it did.

    Raises SettingRefused in live mode.
    """
    if live:
        raise SettingRefused("SHOP_MODE is live; demo data is only for SHOP_MODE=demo.")
    with writing(engine) as session:
        items = catalog.items(session)
        if session.scalar(select(func.count()).select_from(Order)) or "SET-FULL" not in items:
            return False
        luck = random.Random(1912)  # noqa: S311  always the same invented shop, no secret
        readers = add_readers(session, luck, now=now)
        add_reads(session, luck, now=now)
        last = session.scalars(select(OrderNumber.last)).one()
        codes = session.execute(
            select(Code.code, Code.id, Code.campaign_id).where(Code.code.in_(["RUN15", "PTPRO20"]))
        ).all()
        stories = _stories(luck, readers, {code: (row, campaign) for code, row, campaign in codes}, last, now)
        _use_offers(add_offers(session, items, luck, now=now), stories)
        for story in stories:
            story.price(items)
        _write(session, stories, luck, base_url, now)
        add_prices(session, items, now=now)
        publish_change(session)
    return True


def _stories(
    luck: random.Random, readers: list[Person], codes: dict[str, tuple[int, int]], last: int, now: datetime
) -> list[Story]:
    """Return who ordered what and when, and how far each order is, oldest first."""
    moments = sorted(
        now - DAY * day - timedelta(minutes=luck.randrange(20, 1400))
        for day in range(DAYS)
        for _ in range(luck.choices((2, 3, 4, 5, 6, 8), (1, 2, 3, 3, 2, 1))[0])
    )
    buying = [person for person in readers if person.code_id and luck.random() < 0.34]
    baskets, weights = zip(*BASKETS, strict=True)
    stories = []
    for place, placed_at in enumerate(moments):
        person = next((reader for reader in buying if reader.ready_at < placed_at), None)
        if person is not None and luck.random() < 0.4:
            buying.remove(person)
        else:
            person = somebody(luck, place)
            if luck.random() < 0.2:
                code = luck.choices(("RUN15", "PTPRO20"), (3, 1))[0]
                person = person.with_code(code, *codes[code])
        basket = luck.choices(baskets, weights)[0]
        pieces = {sku: 2 if luck.random() < 0.06 else 1 for sku in basket}
        newest = len(moments) - place
        if newest in EUROPEAN:
            person, pieces = person.in_europe(), {"HOOK-1": 1, "BOOK-PB": 1}
        story = Story(last + 1 + place, person, pieces, placed_at)
        story.decide(luck, age=now - placed_at, newest=newest)
        stories.append(story)
    return stories


def _use_offers(offers: Offers, stories: list[Story]) -> None:
    """Give some of the orders a code of the batch, and let others be for a group."""
    since = [
        story
        for story in stories
        if story.placed_at > offers.began_at and not story.person.campaign_id and story.fate not in BOUGHT
    ]
    for story, (code, code_id) in zip(since[2::7], offers.codes, strict=False):
        story.person = story.person.with_code(code, code_id, offers.partners_id)
    for story in since[::23]:
        story.person = story.person.with_offer(offers.offer_id, offers.off_amount)
        story.pieces = dict(offers.pieces)


def _write(session: Session, stories: list[Story], luck: random.Random, base_url: str, now: datetime) -> None:
    tokens = [secrets.token_urlsafe(32) for _ in stories]
    order_ids = session.scalars(
        insert(Order).returning(Order.id, sort_by_parameter_order=True),
        [story.order_row(token) for story, token in zip(stories, tokens, strict=True)],
    ).all()
    line_rows = [
        row for story, order_id in zip(stories, order_ids, strict=True) for row in story.line_rows(order_id)
    ]
    line_ids = iter(
        session.scalars(
            insert(OrderLine).returning(OrderLine.id, sort_by_parameter_order=True), line_rows
        ).all()
    )
    rows: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for story, order_id, token in zip(stories, order_ids, tokens, strict=True):
        ids = [next(line_ids) for _ in story.lines]
        rows[OrderTag].append({"order_id": order_id, "tag": TAG})
        tell(session, rows, story, order_id, ids, f"{base_url.rstrip('/')}/orders/{token}")
        if story.discount:
            _use_code(rows, story, order_id, ids)
    _balance_stock(session, rows[StockMovement], now)
    session.flush()
    for table, planned in rows.items():
        session.execute(insert(table), planned)
    session.execute(update(OrderNumber).values(last=stories[-1].number))
    _count_uses(session, rows[Redemption])
    add_tries(session, luck, rows[Redemption])


def _use_code(
    rows: dict[Any, list[dict[str, Any]]], story: Story, order_id: int, line_ids: list[int]
) -> None:
    for line_id, line in zip(line_ids, story.lines, strict=True):
        if line["discount_amount"]:
            rows[OrderLineDiscount].append(
                {
                    "order_line_id": line_id,
                    "campaign_id": story.person.campaign_id,
                    "amount": line["discount_amount"],
                }
            )
    given_back = story.fate == "expired" or story.fate == "refunded"
    rows[Redemption].append(
        {
            "order_id": order_id,
            "campaign_id": story.person.campaign_id,
            "code_id": story.person.code_id,
            "email_normalized": story.person.email,
            "amount": story.discount,
            "state": "released" if given_back else "redeemed",
            "created_at": story.placed_at,
            "ended_at": story.paid_at or story.placed_at + timedelta(minutes=31),
        }
    )


def _count_uses(session: Session, uses: list[dict[str, Any]]) -> None:
    """Bring the counters of campaigns and codes to what the uses say."""
    by_campaign: Counter[int] = Counter()
    spent: Counter[int] = Counter()
    by_code: Counter[int] = Counter()
    for use in uses:
        if use["state"] == "redeemed":
            by_campaign[use["campaign_id"]] += 1
            spent[use["campaign_id"]] += use["amount"]
            by_code[use["code_id"]] += 1
    for campaign_id, count in by_campaign.items():
        session.execute(
            update(Campaign)
            .where(Campaign.id == campaign_id)
            .values(
                redeemed=Campaign.redeemed + count, spent_amount=Campaign.spent_amount + spent[campaign_id]
            )
        )
    for code_id, count in by_code.items():
        session.execute(update(Code).where(Code.id == code_id).values(redeemed=Code.redeemed + count))


def _balance_stock(session: Session, movements: list[dict[str, Any]], now: datetime) -> None:
    """Have deliveries make up for what was sold, but for the last of it, so that shelves look lived with."""
    out: Counter[str] = Counter()
    for movement in movements:
        out[movement["sku"]] -= movement["delta"]
    for sku, pieces in out.items():
        delivered = max(0, pieces - {"HOOK-1": 62, "BALL-1": 236, "BOOK-PB": 100}.get(sku, 0))
        for days_ago, share in ((60, delivered // 2), (21, delivered - delivered // 2)):
            if share:
                session.add(
                    StockMovement(
                        sku=sku,
                        delta=share,
                        reason="received",
                        note=LEDGER_NOTE,
                        by=BY,
                        created_at=now - DAY * days_ago,
                    )
                )
        session.execute(
            update(Stock).where(Stock.sku == sku).values(on_hand=Stock.on_hand - pieces + delivered)
        )
