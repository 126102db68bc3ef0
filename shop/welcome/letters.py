"""Letters to readers. Each is one function, written into the outbox in the transaction of its reason."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from shop.mail import actions as mail
from shop.mail.rules import ASKED_FOR, SERIES
from shop.subscribers import actions as subscribers
from shop.subscribers.models import Reader
from shop.tokens import hash_of, token_of
from shop.welcome.desk import Desk
from shop.welcome.queries import ReaderCode, code_of

# A form that is sent twice within so many seconds, by a double click or a slow line, is one wish.
ONE_WISH_SECONDS = 60


def chapter_asked(session: Session, desk: Desk, reader: Reader, *, now: datetime) -> None:
    """Send somebody who is no reader yet the link that makes her one and opens the chapter."""
    _about_chapter(session, desk, reader, "chapter_confirm", _wish(reader, now), now=now)


def chapter_again(session: Session, desk: Desk, reader: Reader, *, now: datetime) -> None:
    """Send a reader a new link to her chapter, and her code while it works."""
    code = code_of(session, reader, now=now)
    _about_chapter(
        session, desk, reader, "chapter_again", _wish(reader, now), now=now, **code_blanks(desk, code)
    )


def reminder(session: Session, desk: Desk, reader: Reader, *, now: datetime) -> None:
    """Remind somebody, once, that the chapter she asked for waits for her."""
    _about_chapter(session, desk, reader, "chapter_reminder", f"reminder:{reader.key}", now=now)


def welcome(session: Session, desk: Desk, reader: Reader, *, now: datetime) -> None:
    """Welcome a new reader with her chapter to keep, and her code."""
    code = code_of(session, reader, now=now)
    key = f"welcome:{reader.key}:{int(now.timestamp())}"
    _about_chapter(session, desk, reader, "welcome", key, now=now, **code_blanks(desk, code))


def of_series(
    session: Session, desk: Desk, reader: Reader, template: str, *, key: str, now: datetime
) -> None:
    """Send a reader one letter of a series."""
    code = code_of(session, reader, now=now)
    _about_chapter(session, desk, reader, template, key, now=now, priority=SERIES, **code_blanks(desk, code))


def checkout_left(
    session: Session,
    desk: Desk,
    reader: Reader,
    recipient: str,
    lines: list[list[str]],
    cart_url: str,
    *,
    key: str,
    now: datetime,
) -> None:
    """Tell a buyer, once, that her cart is kept. ``lines``: name and pieces of what can still be had."""
    token = token_of(desk.config.secret_key, reader.seed)
    subscribers.add_link(session, reader.id, "leave", hash_of(token), now=now)
    mail.write(
        session,
        "checkout_left",
        recipient,
        {
            "lines": lines,
            "cart_url": cart_url,
            "leave_url": {"path": "/unsubscribe/{}", "seed": reader.seed},
        },
        dedupe_key=key,
        now=now,
        reader_id=reader.id,
        priority=SERIES,
    )


def code_blanks(desk: Desk, code: ReaderCode | None) -> dict[str, Any]:
    """Return what letters say of a code; all of it is empty, and left out of them, when it no longer works."""
    if code is None or code.state != "unused":
        return dict.fromkeys(("code", "code_saving", "code_ends", "code_url"), "")
    return {
        "code": code.code,
        "code_saving": saving(desk, code),
        "code_ends": last_day(desk, code.ends_at),
        "code_url": f"{desk.base}/go/{code.code}?to=/shop",
    }


def saving(desk: Desk, code: ReaderCode) -> str:
    """Return what a code takes off, in words."""
    return desk.content.phrase("welcome.saving", percent=code.percent) if code.percent else code.campaign


def last_day(desk: Desk, ends_at: datetime) -> str:
    """Return the last day before ``ends_at``, in the shop's time zone, with its year: December 13, 2026."""
    local = (ends_at - timedelta(seconds=1)).astimezone(desk.zone)
    return f"{local:%B} {local.day}, {local.year}"


def _wish(reader: Reader, now: datetime) -> str:
    return f"chapter:{reader.key}:{reader.state}:{int(now.timestamp()) // ONE_WISH_SECONDS}"


def _about_chapter(
    session: Session,
    desk: Desk,
    reader: Reader,
    template: str,
    key: str,
    *,
    now: datetime,
    priority: int = ASKED_FOR,
    **blanks: Any,
) -> None:
    seed = desk.seed()
    for kind, each in (("chapter", seed), ("leave", reader.seed)):
        token = token_of(desk.config.secret_key, each)
        subscribers.add_link(session, reader.id, kind, hash_of(token), now=now)
    mail.write(
        session,
        template,
        reader.email,
        {
            **blanks,
            "chapter_url": {"path": "/free-chapter/{}", "seed": seed},
            "leave_url": {"path": "/unsubscribe/{}", "seed": reader.seed},
        },
        dedupe_key=key,
        now=now,
        reader_id=reader.id,
        priority=priority,
    )
