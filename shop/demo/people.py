"""The demo shop's invented readers and buyers, and how often articles were read."""

import random
import secrets
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from shop.articles.models import ArticleVisits
from shop.demo.names import CITIES, DAY, DAYS, FIRST, LAST, READER_KEY, SLOTS, SOURCES
from shop.discounts.models import Campaign, Code
from shop.subscribers.models import Consent, Reader
from shop.welcome.models import WelcomeOffer

READERS = 260
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Person:
    """Somebody who orders, and with which code."""

    name: str
    email: str
    country: str
    region: str
    city: str
    postal_code: str
    street: str
    ready_at: datetime
    code: str = ""
    code_id: int | None = None
    campaign_id: int | None = None
    off_amount: int = 0

    def with_offer(self, campaign_id: int, off_amount: int) -> "Person":
        """Return this person as one who gets an offer that needs no code; ``off_amount`` in minor units."""
        return replace(self, campaign_id=campaign_id, off_amount=off_amount)

    def with_code(self, code: str, code_id: int, campaign_id: int) -> "Person":
        """Return this person with a code in hand."""
        return replace(self, code=code, code_id=code_id, campaign_id=campaign_id)

    def in_europe(self) -> "Person":
        """Return this person as one who lives where a contract can be withdrawn from."""
        return replace(self, country="DE", region="", city="Musterstadt", postal_code="12345")

    @property
    def basis_points(self) -> int:
        """How much the code takes off, in hundredths of a percent."""
        return {"": 0, "RUN15": 1500, "PTPRO20": 2000}.get(self.code, 1000)


def somebody(luck: random.Random, place: int, *, ready_at: datetime = datetime.min) -> Person:  # noqa: DTZ901  long ago
    """Return an invented person; ``place`` keeps addresses apart."""
    first, last = luck.choice(FIRST), luck.choice(LAST)
    country, region, city, postal_code = luck.choices(CITIES, (22, 18, 18, 20, 8, 6, 4, 4))[0]
    plain = last.replace("-", "").lower()
    return Person(
        name=f"{first} {last}",
        email=f"{first.lower()}.{plain}.{place}@example.com",
        country=country,
        region=region,
        city=city,
        postal_code=postal_code,
        street=f"{luck.randrange(1, 99)} Placeholder Lane",
        ready_at=ready_at,
    )


def add_readers(session: Session, luck: random.Random, *, now: datetime) -> list[Person]:
    """Write the readers with their consents and codes; return those with a code, oldest first."""
    offer = session.scalars(select(WelcomeOffer)).first()
    slugs, weights = zip(*SOURCES, strict=True)
    rows, people = [], []
    asked = sorted(now - timedelta(minutes=luck.randrange(60, DAYS * 1440)) for _ in range(READERS))
    for place, asked_at in enumerate(asked):
        state = luck.choices(("confirmed", "pending", "left"), (76, 15, 9))[0]
        confirmed_at = asked_at + timedelta(minutes=luck.randrange(2, 600))
        if confirmed_at > now:
            state = "pending"
        if state == "pending" and now - asked_at > DAY * 30:
            state = "confirmed"
        known = state != "pending"
        left_at = min(confirmed_at + DAY * luck.randrange(1, 20), now) if state == "left" else None
        person = somebody(luck, 5000 + place, ready_at=confirmed_at)
        people.append(person)
        rows.append(
            {
                "key": f"{READER_KEY}{secrets.token_urlsafe(12)}",
                "email": person.email,
                "email_normalized": person.email,
                "state": state,
                "source": luck.choices(slugs, weights)[0],
                "slot": luck.choice(("side", "end", "landing")),
                "seed": secrets.token_urlsafe(32),
                "asked_at": asked_at,
                "confirmed_at": confirmed_at if known else None,
                "opened_at": confirmed_at if known else None,
                "left_at": left_at,
            }
        )
    return _give_codes(session, luck, offer, rows, people) if offer else []


def _give_codes(
    session: Session,
    luck: random.Random,
    offer: WelcomeOffer,
    rows: list[dict[str, object]],
    people: list[Person],
) -> list[Person]:
    holders = [place for place, row in enumerate(rows) if row["confirmed_at"] is not None]
    spelled = {place: f"CH-{''.join(luck.choices(LETTERS, k=4))}-{place:03}" for place in holders}
    code_ids = session.scalars(
        insert(Code).returning(Code.id, sort_by_parameter_order=True),
        [
            {
                "campaign_id": offer.campaign_id,
                "code": spelled[place],
                "active": True,
                "bound_email": people[place].email,
                "max_uses": 1,
                "ends_at": rows[place]["confirmed_at"] + DAY * offer.days,  # type: ignore[operator]
                "held": 0,
                "redeemed": 0,
                "created_at": rows[place]["confirmed_at"],
            }
            for place in holders
        ],
    ).all()
    for place, code_id in zip(holders, code_ids, strict=True):
        people[place] = people[place].with_code(spelled[place], code_id, offer.campaign_id)
    reader_ids = session.scalars(
        insert(Reader).returning(Reader.id, sort_by_parameter_order=True),
        [{**row, "code_id": people[place].code_id} for place, row in enumerate(rows)],
    ).all()
    session.execute(insert(Consent), _consents(rows, list(reader_ids)))
    session.execute(
        update(WelcomeOffer)
        .where(WelcomeOffer.campaign_id == offer.campaign_id)
        .values(minted=WelcomeOffer.minted + len(holders))
    )
    session.execute(
        update(Campaign)
        .where(Campaign.id == offer.campaign_id)
        .values(codes_made=Campaign.codes_made + len(holders))
    )
    return [people[place] for place in holders if rows[place]["state"] == "confirmed"]


def _consents(rows: list[dict[str, object]], reader_ids: list[int]) -> list[dict[str, object]]:
    steps = (("asked", "asked_at"), ("confirmed", "confirmed_at"), ("left", "left_at"))
    return [
        {
            "reader_id": reader_id,
            "kind": kind,
            "source": row["source"],
            "slot": row["slot"],
            "at": row[moment],
        }
        for row, reader_id in zip(rows, reader_ids, strict=True)
        for kind, moment in steps
        if row[moment] is not None
    ]


def add_reads(session: Session, luck: random.Random, *, now: datetime) -> None:
    """Write how often each article was read on each day, and led on from its places."""
    today = now.date()
    reads: Counter[tuple[str, str, int]] = Counter()
    for slug, weight in SOURCES:
        for day in range(1, DAYS):
            seen = int(weight * (1.6 - day / 120) * luck.uniform(0.6, 1.4)) + 1
            for slot, share in zip(SLOTS, (1.0, 0.06, 0.04, 0.08), strict=True):
                reads[slug, slot, day] = round(seen * share * luck.uniform(0.7, 1.3))
    session.execute(
        insert(ArticleVisits),
        [
            {"slug": slug, "slot": slot, "counted_on": today - DAY * day, "visits": visits}
            for (slug, slot, day), visits in reads.items()
        ],
    )
