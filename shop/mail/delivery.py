"""Sending what is due: take letters, send them, note each one's fate. No network inside a transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from shop.config import Config
from shop.content import Content
from shop.db import reading, writing
from shop.mail import actions
from shop.mail.mailbox import MailboxTransport
from shop.mail.rendering import mail_host, render
from shop.mail.rules import EVERYTHING, Lane, Letter
from shop.mail.smtp import smtp_transport
from shop.mail.transport import Connection, Transport, Undelivered
from shop.mail.words import LetterRefused

BATCH = 10
# A lease outlives a slow greeting and one slow letter; a letter with too little left of it goes back untried.
LEASE_SECONDS = 120.0
LETTER_SECONDS = 45.0

log = structlog.get_logger()


def transport_of(config: Config, engine: Engine, *, clock: Callable[[], datetime]) -> Transport:
    """Return what SMTP_URL names: a mail server, or the demo mailbox. Raises SettingRefused."""
    if config.smtp_url.startswith("mailbox:"):
        return MailboxTransport(engine, clock)
    return smtp_transport(config.smtp_url, local_name=mail_host(config))


def deliver(
    engine: Engine,
    transport: Transport,
    content: Content,
    config: Config,
    *,
    clock: Callable[[], datetime],
    random: Callable[[], float],
    lane: Lane = EVERYTHING,
) -> int:
    """Send one batch of due letters of a lane over one connection and return how many left.

    A letter leaves at least once: a worker that dies between the server's yes and its own note lets the letter
    leave again when its lease is over, under the same Message-ID. ``random`` (0 to 1) spreads the waits.
    Never raises because of a letter or a mail server; both are noted in the outbox.
    """
    with reading(engine) as session:
        if not actions.any_due(session, now=clock(), lane=lane):
            return 0
    with writing(engine) as session:
        letters = actions.claim(session, now=clock(), limit=BATCH, lease_seconds=LEASE_SECONDS, lane=lane)
    return _Batch(engine, transport, content, config, clock, random).send(letters) if letters else 0


@dataclass(frozen=True)
class _Batch:
    engine: Engine
    transport: Transport
    content: Content
    config: Config
    clock: Callable[[], datetime]
    random: Callable[[], float]

    def send(self, letters: list[Letter]) -> int:
        try:
            with self.transport.connect() as connection:
                return self._send_over(connection, letters)
        except Undelivered as undelivered:
            self._put_off(letters, undelivered)
            return 0

    def _send_over(self, connection: Connection, letters: list[Letter]) -> int:
        sent = 0
        for position, letter in enumerate(letters):
            if self.clock() + timedelta(seconds=LETTER_SECONDS) > letter.locked_until:
                self._give_back(letters[position:])
                break
            try:
                self._send_one(connection, letter)
            except Undelivered as undelivered:
                self._failed(letter, undelivered)
                if undelivered.lost:
                    self._give_back(letters[position + 1 :])
                    break
            else:
                sent += 1
        return sent

    def _send_one(self, connection: Connection, letter: Letter) -> None:
        try:
            message = render(letter, self.content, self.config)
        except LetterRefused as refused:
            raise Undelivered(str(refused), permanent=True) from refused
        except Exception as error:
            # One letter that trips over a mistake of ours must not hold up the others, nor be lost.
            log.exception("letter_not_rendered", letter=letter.id, template=letter.template)
            raise Undelivered(f"The letter could not be made ({type(error).__name__}).") from error
        connection.send(message)
        with writing(self.engine) as session:
            actions.mark_sent(session, letter, now=self.clock())
        log.info("letter_sent", letter=letter.id, template=letter.template, tries=letter.tries)

    def _failed(self, letter: Letter, undelivered: Undelivered) -> None:
        with writing(self.engine) as session:
            actions.mark_failed(
                session,
                letter,
                undelivered.sentence,
                permanent=undelivered.permanent,
                jitter=self.random(),
                now=self.clock(),
            )
        log.warning(
            "letter_not_sent",
            letter=letter.id,
            template=letter.template,
            tries=letter.tries,
            permanent=undelivered.permanent,
            error=undelivered.sentence,
        )

    def _put_off(self, letters: list[Letter], undelivered: Undelivered) -> None:
        with writing(self.engine) as session:
            for letter in letters:
                actions.put_off(session, letter, undelivered.sentence, jitter=self.random(), now=self.clock())
        log.warning("mail_server_away", letters=len(letters), error=undelivered.sentence)

    def _give_back(self, letters: list[Letter]) -> None:
        for letter in letters:
            with writing(self.engine) as session:
                actions.give_back(session, letter)
