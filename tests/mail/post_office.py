"""A real mail server on loopback that takes letters, refuses some, and falls over when told to."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class PostOffice:
    """What the server does (change it while it runs) and what it has taken."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.callers: list[SMTP] = []
        # address -> what it is answered when it is named
        self.refused: dict[str, str] = {}
        # what every letter is answered once it is taken
        self.after: str = "250 OK"
        # called with the connection when a letter has been taken, before the answer
        self.when_taken: Callable[[SMTP], None] = lambda _server: None
        # called when an address is named
        self.when_named: Callable[[SMTP, str], None] = lambda _server, _address: None

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if server not in self.callers:
            self.callers.append(server)
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.when_named(server, address)
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        if self.after.startswith("250"):
            self.taken.append(message)
            self.to.append(envelope.rcpt_tos)
        self.when_taken(server)
        return self.after


def cut(server: SMTP) -> None:
    """Break off the connection without an answer."""
    server.transport.abort()


class _Controller(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="post.example", **self.SMTP_kwargs)


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    office: PostOffice,
    *,
    port: int | None = None,
    tls: ssl.SSLContext | None = None,
    password: str | None = None,
    smtps: bool = False,
    **settings: Any,
) -> Iterator[int]:
    """Run ``office`` on loopback and give its port.

    ``tls``: encryption is offered, or with ``smtps`` begun with. ``password``: letters are taken only from
    the user shop with it.
    """

    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        known = data.login == b"shop" and data.password == (password or "").encode()
        return AuthResult(success=known, handled=False)

    if password:
        settings |= {"authenticator": check, "auth_required": True}
    place = {"hostname": "127.0.0.1", "port": port or free_port()}
    if smtps:
        controller = _Controller(office, **place, ssl_context=tls, **settings)
    else:
        controller = _Controller(office, **place, tls_context=tls, **settings)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
