"""Ask: somebody types an address to get the chapter. Whatever is known of it, the letter goes there and nowhere else."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from shop.email_address import normalize
from shop.subscribers import actions as subscribers
from shop.subscribers import queries
from shop.subscribers.models import Reader
from shop.welcome import letters
from shop.welcome.desk import Desk


@dataclass(frozen=True)
class Wish:
    """What was sent: the address, the article and the place of the form it came from, the coarse network."""

    email: str
    source: str = ""
    slot: str = ""
    network: str = ""


def ask(session: Session, desk: Desk, wish: Wish, *, now: datetime) -> None:
    """Send the chapter to whoever owns the address: with a link to confirm, or, to a reader, with a new link.

    An address that bounced or complained gets nothing, and nobody is told.
    """
    if queries.suppressed(session, normalize(wish.email)):
        return
    reader = add(session, desk, wish, now=now)
    if reader.state == "confirmed":
        letters.chapter_again(session, desk, reader, now=now)
        return
    subscribers.agree(
        session,
        reader,
        "asked",
        words=desk.content.phrase("sign_up.promise"),
        network=wish.network,
        source=wish.source,
        slot=wish.slot,
        now=now,
    )
    letters.chapter_asked(session, desk, reader, now=now)


def add(session: Session, desk: Desk, wish: Wish, *, now: datetime) -> Reader:
    """Return the reader of the address, locked; she is a new one, pending, when nobody knew her."""
    return subscribers.find_or_add(
        session,
        wish.email,
        key=secrets.token_urlsafe(12),
        seed=desk.seed(),
        source=wish.source,
        slot=wish.slot,
        now=now,
    )


def send_again(session: Session, desk: Desk, token: str, *, now: datetime) -> bool:
    """Send a new link to whom an old one belonged. False when nobody ever had it, or it was revoked."""
    link = queries.link(session, token, "chapter", now=now)
    if link is None:
        return False
    resend(session, desk, link.reader_id, now=now)
    return True


def resend(session: Session, desk: Desk, reader_id: int, *, now: datetime) -> None:
    """Send a reader, or somebody who has not confirmed yet, a new link; nothing to an address that bounced."""
    reader = subscribers.lock(session, reader_id)
    if queries.suppressed(session, reader.email_normalized):
        return
    write = letters.chapter_again if reader.state == "confirmed" else letters.chapter_asked
    write(session, desk, reader, now=now)
