"""What the shop asks of whatever carries its letters away."""

from contextlib import AbstractContextManager
from email.message import EmailMessage
from typing import Protocol


class Undelivered(Exception):
    """A message did not leave. ``sentence`` is for people; ``permanent``: the same message will never leave.

    ``lost``: the connection is gone with it, so nothing more can be sent over it.
    """

    def __init__(self, sentence: str, *, permanent: bool = False, lost: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.permanent = permanent
        self.lost = lost


class Connection(Protocol):
    """An open way out."""

    def send(self, message: EmailMessage) -> None:
        """Hand over ``message``; when this returns, somebody else is responsible. Raises Undelivered."""


class Transport(Protocol):
    """A kind of way out: a mail server, or the demo mailbox."""

    def connect(self) -> AbstractContextManager[Connection]:
        """Open a connection for one batch of messages. Raises Undelivered."""
