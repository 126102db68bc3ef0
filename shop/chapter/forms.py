"""What a visitor may send to get the chapter."""

import re
from collections.abc import Collection, Mapping

from shop import email_address
from shop.subscribers.rules import coarse_network
from shop.welcome.ask import Wish

# The places that have the form.
SLOTS = frozenset(["side", "end", "footer", "landing", "link", "index"])


def wish(fields: Mapping[str, str], *, articles: Collection[str], network: str) -> Wish:
    """Return what was asked for. Raises Refused(EMAIL_MISSING or EMAIL_INVALID); an unknown source is none."""
    return Wish(
        email=email_address.parse(fields.get("email", "")),
        source=source(fields.get("source", ""), articles),
        slot=slot(fields.get("slot", "")),
        network=coarse_network(network),
    )


def source(text: str, articles: Collection[str]) -> str:
    """Return the slug of the article that a reader came from, or nothing when there is no such article."""
    return text if text in articles else ""


def slot(text: str) -> str:
    """Return the place of the form that was filled in, or nothing when there is no such place."""
    return text if text in SLOTS else ""


def origin(text: str) -> tuple[str, str]:
    """Return article and place as the address of the landing page names them: ``hip-pain.side``."""
    match = re.fullmatch(r"([a-z0-9-]{1,100})(?:\.([a-z]{1,20}))?", text, re.ASCII)
    return (match[1], match[2] or "") if match else ("", "")
