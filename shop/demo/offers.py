"""The demo shop's own campaigns: a batch of codes for partners, and an offer that needs no code."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from shop.catalog.rules import Item
from shop.demo.names import BY, DAY, TAG
from shop.discounts import batches, campaigns
from shop.discounts.batches import Label
from shop.discounts.campaigns import Notes
from shop.discounts.minting import spellings
from shop.discounts.models import (
    Campaign,
    CampaignChange,
    CampaignCountry,
    CampaignItem,
    Code,
    CodeBatch,
    CodeTry,
    Redemption,
)
from shop.discounts.rules import Terms
from shop.orders.models import OrderLineDiscount

PARTNER_CODES, PREFIX, LETTERS = 60, "STUDIO", 8
BEGAN = DAY * 75
# Why codes are refused, and how often for each that is used.
REFUSED = (("code_used_by_you", 0.09), ("code_below_subtotal", 0.06), ("code_no_matching_item", 0.05))


@dataclass(frozen=True)
class Offers:
    """The demo's own campaigns: the codes of its batch (code, id) and the offer's pieces and what it takes off."""

    began_at: datetime
    partners_id: int
    codes: list[tuple[str, int]]
    offer_id: int
    pieces: Mapping[str, int]
    off_amount: int


def add_offers(session: Session, items: Mapping[str, Item], luck: random.Random, *, now: datetime) -> Offers:
    """Write both campaigns as staff would have made them some weeks ago."""
    began_at, ball = now - BEGAN, items["BALL-1"]
    partners = campaigns.create(
        session,
        Terms(0, "Studio partners, autumn", "percent", ball.currency, percent_basis_points=1000),
        Notes(TAG, "Demo: one code for each member of a partner's studio."),
        by=BY,
        now=began_at,
    )
    batch = batches.make(
        session,
        partners.id,
        PARTNER_CODES,
        Label(PREFIX, TAG, "Demo: printed on cards."),
        spellings(PREFIX, LETTERS, luck.choice),
        length=LETTERS,
        max_uses=1,
        ends_at=None,
        by=BY,
        now=began_at,
    )
    terms = Terms(
        0,
        "Three balls for two",
        "buy_get",
        ball.currency,
        percent_basis_points=10_000,
        buy_quantity=2,
        get_quantity=1,
        automatic=True,
        public=True,
        skus=frozenset([ball.sku]),
    )
    offer = campaigns.create(session, terms, Notes(TAG, "Demo: for groups."), by=BY, now=began_at)
    codes = session.execute(select(Code.code, Code.id).where(Code.batch_id == batch.id).order_by(Code.id))
    return Offers(
        began_at,
        partners.id,
        [(code, code_id) for code, code_id in codes],
        offer.id,
        {ball.sku: 3},
        ball.unit_amount,
    )


def add_tries(session: Session, luck: random.Random, uses: Sequence[Mapping[str, Any]]) -> None:
    """Write how often codes were added to carts and refused, so that it goes with how often they were used."""
    tries: Counter[tuple[int, int, str, Any]] = Counter()
    for use in uses:
        if use["code_id"] is None:
            continue
        code, on = (use["campaign_id"], use["code_id"]), use["created_at"].date()
        tries[*code, "", on] += 1 + (luck.random() < 0.35)
        for outcome, share in REFUSED:
            if luck.random() < share:
                tries[*code, outcome, on] += 1
    session.execute(
        insert(CodeTry),
        [
            {
                "campaign_id": campaign_id,
                "code_id": code_id,
                "outcome": outcome,
                "tried_on": on,
                "tries": times,
            }
            for (campaign_id, code_id, outcome, on), times in tries.items()
        ],
    )


def forget_offers(session: Session) -> None:
    """Take the demo's own campaigns out again; one that somebody has used since is only switched off."""
    session.execute(delete(CodeTry))
    made = select(CampaignChange.campaign_id).where(
        CampaignChange.action == "created", CampaignChange.by == BY
    )
    used = exists().where(Redemption.campaign_id == Campaign.id) | exists().where(
        OrderLineDiscount.campaign_id == Campaign.id
    )
    quiet = {"synchronize_session": False}
    session.execute(
        update(Campaign).where(Campaign.id.in_(made), used).values(active=False).execution_options(**quiet)
    )
    going = session.scalars(select(Campaign.id).where(Campaign.id.in_(made), ~used)).all()
    for owned in (Code, CodeBatch, CampaignItem, CampaignCountry, CampaignChange):
        rows = owned.__table__.c.campaign_id.in_(going)
        session.execute(delete(owned).where(rows).execution_options(**quiet))
    session.execute(delete(Campaign).where(Campaign.id.in_(going)).execution_options(**quiet))
