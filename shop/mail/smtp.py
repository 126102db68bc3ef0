"""Sending through a mail server, with what it answers put in sentences."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from shop.errors import SettingRefused
from shop.mail.transport import Connection, Undelivered

# For each step of the conversation; a letter takes four, opening the connection up to five.
STEP_SECONDS = 10.0
# Service not available, closing transmission channel (RFC 5321, section 4.2.2).
CLOSING = 421


@dataclass(frozen=True)
class SmtpTransport:
    """A mail server: ``smtp`` takes up encryption when it is offered, ``smtps`` begins with it."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    # What the shop calls itself; asking the machine for its name can hang on a broken resolver.
    local_name: str
    step_seconds: float = STEP_SECONDS

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """Open one connection for a batch. Raises Undelivered, never permanent, when that fails."""
        server = self._open()
        try:
            yield SmtpConnection(server)
        finally:
            # Whatever was accepted stays accepted; a server that is gone needs no goodbye.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _open(self) -> smtplib.SMTP:
        with self._failures_in_words():
            server = self._greet()
            try:
                self._introduce(server)
            except BaseException:
                server.close()
                raise
            return server

    @contextmanager
    def _failures_in_words(self) -> Iterator[None]:
        name = f"The mail server {self.host}:{self.port}"
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            raise Undelivered(f"{name} refused the name or password in SMTP_URL: {_answer(error)}") from error
        except smtplib.SMTPResponseException as error:
            raise Undelivered(f"{name} answered: {_answer(error)}") from error
        except ssl.SSLError as error:
            raise Undelivered(f"{name} was reached, but not encrypted: {_reason(error)}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(f"{name} cannot be reached: {_reason(error)}") from error

    def _greet(self) -> smtplib.SMTP:
        if self.scheme == "smtp":
            return smtplib.SMTP(self.host, self.port, self.local_name, self.step_seconds)
        context = ssl.create_default_context()
        timeout = self.step_seconds
        return smtplib.SMTP_SSL(self.host, self.port, self.local_name, timeout=timeout, context=context)

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        if self.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=self._context())
            server.ehlo()
        elif self.scheme == "smtp" and self.user:
            raise Undelivered("The mail server offers no encryption, so the password was not sent.")
        if self.user:
            server.login(self.user, self.password)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.user:
            # A relay without a password may show any certificate, as between mail servers (RFC 7435):
            # encrypted to somebody is better than not encrypted.
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


@dataclass(frozen=True)
class SmtpConnection:
    """One open conversation with a mail server."""

    server: smtplib.SMTP

    def send(self, message: EmailMessage) -> None:
        """Hand ``message`` to the server. Raises Undelivered, permanent if address or letter is refused."""
        try:
            self.server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _refused("The mail server refused the address", code, answer) from error
        except smtplib.SMTPSenderRefused as error:
            # The fault is in the shop's own settings: put right, the letter leaves with its next try.
            sentence = f"The mail server refused the sender {error.sender}: {_answer(error)}"
            raise Undelivered(sentence, lost=error.smtp_code == CLOSING) from error
        except smtplib.SMTPNotSupportedError as error:
            sentence = "The mail server cannot send to an address with letters beyond English ones."
            raise Undelivered(sentence, permanent=True) from error
        except smtplib.SMTPDataError as error:
            raise _refused("The mail server refused the letter", error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            sentence = f"The connection to the mail server broke off: {_reason(error)}"
            raise Undelivered(sentence, lost=True) from error


def smtp_transport(url: str, *, local_name: str) -> SmtpTransport:
    """Return the transport that SMTP_URL names: ``smtp://user:password@host:587`` or ``smtps://…:465``.

    The name and the password may be percent-encoded. Raises SettingRefused.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingRefused("SMTP_URL has a port that is not a number.") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SettingRefused("SMTP_URL must look like smtp://user:password@host:587.")
    return SmtpTransport(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or (465 if parts.scheme == "smtps" else 587),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        local_name=local_name,
    )


def _refused(what: str, code: int, answer: bytes | str) -> Undelivered:
    return Undelivered(f"{what}: {code} {_words(answer)}", permanent=code >= 500, lost=code == CLOSING)


def _answer(error: smtplib.SMTPResponseException) -> str:
    return f"{error.smtp_code} {_words(error.smtp_error)}"


def _words(answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time."
    return " ".join(str(error).split()) or type(error).__name__
