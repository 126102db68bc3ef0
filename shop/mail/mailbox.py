"""The demo's way out: finished messages are kept in a table and shown at /demo/mailbox."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy import Engine

from shop.db import writing
from shop.mail import actions
from shop.mail.rendering import body_of
from shop.mail.transport import Connection


@dataclass(frozen=True)
class MailboxTransport:
    """Keeps each message once, whoever brings it how often."""

    engine: Engine
    clock: Callable[[], datetime]

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Nothing is opened: each message is kept in a transaction of its own."""
        yield self

    def send(self, message: EmailMessage) -> None:
        """Keep ``message``."""
        with writing(self.engine) as session:
            actions.keep(
                session,
                message_id=message["Message-ID"],
                recipient=message["To"].addresses[0].addr_spec,
                subject=message["Subject"],
                text=body_of(message, "plain"),
                html=body_of(message, "html"),
                now=self.clock(),
            )
