"""Reads of the demo mailbox."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.mail.models import MailboxMessage

PAGE = 50


def mailbox(session: Session, *, address: str = "", before: int | None = None) -> list[MailboxMessage]:
    """Return up to PAGE messages, newest first, to recipients whose address contains ``address``.

    ``before`` is the id of the last message of the page before.
    """
    query = select(MailboxMessage).order_by(MailboxMessage.id.desc()).limit(PAGE)
    if address:
        query = query.where(func.lower(MailboxMessage.recipient).contains(address.lower(), autoescape=True))
    if before is not None:
        query = query.where(MailboxMessage.id < before)
    return list(session.scalars(query))


def mailbox_message(session: Session, message: int) -> MailboxMessage | None:
    """Return the message with this id, or None."""
    return session.get(MailboxMessage, message)
