"""From a letter in the outbox and its words in content/emails to one finished e-mail."""

from collections.abc import Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it.token import Token
from markupsafe import Markup

from shop.config import ROOT, Config
from shop.content import Content, LetterWords, WordsMissing
from shop.mail.html import LetterRenderer
from shop.mail.plain import plain
from shop.mail.rules import Letter
from shop.mail.words import MARKDOWN, LetterRefused, filled, line, one_line
from shop.tokens import token_of

# The blank that holds the way to leave; a letter that has it may be left with one click.
LEAVE = "leave_url"
# A folded address would be no address any more; lines may be so long (RFC 5322, 2.1.1).
POLICY = SMTP.clone(max_line_length=998)

TEMPLATES = Environment(
    loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined
)


def render(letter: Letter, content: Content, config: Config) -> EmailMessage:
    """Return ``letter`` as a message to one recipient, with text and HTML that say the same.

    The same letter always gives the same message. Raises LetterRefused when its words, its blanks or its
    recipient do not make a letter.
    """
    words = _words(content, letter.template)
    blanks = {
        **{name: _whole(value, config) for name, value in letter.blanks.items()},
        "shop_name": config.shop_name,
        "shop_url": config.base_url.rstrip("/"),
    }
    leave_url = str(blanks.get(LEAVE, ""))
    subject = line(words.subject, blanks)
    body = filled(words.body, blanks, config.base_url)
    foot = filled(_foot(content, config, may_leave=bool(leave_url)), blanks, config.base_url)
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(one_line(config.shop_name), addr_spec=config.public_email)
    message["To"] = _recipient(letter.recipient)
    message["Subject"] = subject
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = f"<{letter.message_id}@{mail_host(config)}>"
    # A machine wrote this: vacation answers and other machines need not reply (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    if leave_url:
        # One click in the mail program, without cookies and without a page (RFC 2369, RFC 8058).
        message["List-Unsubscribe"] = f"<{leave_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_text(body, foot, config), cte="quoted-printable")
    html = _html(subject, body, foot, config)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def body_of(message: EmailMessage, kind: str) -> str:
    """Return one part of a message, ``plain`` or ``html``, as a mail program shows it."""
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def mail_host(config: Config) -> str:
    """Return the name under which the shop speaks to mail servers: the host of its address."""
    name = urlsplit(config.base_url).hostname or "localhost"
    return f"[IPv6:{name}]" if ":" in name else name


def _words(content: Content, name: str) -> LetterWords:
    try:
        return content.letter(name)
    except WordsMissing as error:
        raise LetterRefused(str(error)) from error


def _whole(value: Any, config: Config) -> Any:
    """Return a blank as it is, or the address that a blank with a seed stands for."""
    if not isinstance(value, dict):
        return value
    path = str(value["path"]).format(token_of(config.secret_key, str(value["seed"])))
    return f"{config.base_url.rstrip('/')}{path}"


def _foot(content: Content, config: Config, *, may_leave: bool) -> str:
    lines = ["**{shop_name}**  \n[{shop_url}]({shop_url})", content.phrase("mail.questions")]
    if may_leave:
        lines.append(f"{content.phrase('mail.why')} [{content.phrase('mail.leave')}]({{leave_url}})")
    if config.postal_lines:
        # A commercial letter names a postal address (CAN-SPAM Act, 16 CFR 316; EU Directive 2000/31, article 5).
        lines.append(", ".join(config.postal_lines))
    elif not config.live:
        lines.append(content.phrase("mail.demo_address").replace("; ", ", "))
    if not config.live:
        lines.append(content.phrase("mail.demo"))
    return "\n\n".join(lines)


def _recipient(address: str) -> Address:
    name, _, domain = address.rpartition("@")
    try:
        return Address(addr_spec=f"{name}@{domain.encode('idna').decode()}")
    except (ValueError, IndexError, MessageError) as error:
        raise LetterRefused(f"{one_line(address)[:100]!r} is not an address to send a letter to.") from error


def _text(body: list[Token], foot: list[Token], config: Config) -> str:
    # "-- " begins what mail programs know as a signature (RFC 3676, section 4.3).
    parts = (
        one_line(config.shop_name) + "\n",
        plain(body, config.base_url),
        f"-- \n{plain(foot, config.base_url)}",
    )
    return "\n".join(parts)


def _html(subject: str, body: Sequence[Token], foot: Sequence[Token], config: Config) -> str:
    renderer = LetterRenderer(config.base_url)
    page = TEMPLATES.get_template("mail/letter.html").render(
        subject=subject,
        shop_name=one_line(config.shop_name),
        body=Markup(renderer.render(body, MARKDOWN.options, {})),  # noqa: S704 - the renderer escapes every value
        foot=Markup(renderer.render(foot, MARKDOWN.options, {})),  # noqa: S704
    )
    # Styles go into the tags, for clients that drop <style>; dark and narrow screens stay there.
    return css_inline.inline(page, keep_at_rules=True, load_remote_stylesheets=False)
