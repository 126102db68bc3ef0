"""A letter of every kind, as the shop writes them: the blanks that each one is promised."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shop.config import Config
from shop.mail.rules import Letter, message_id
from shop.mail.samples import samples

SHOP = "https://shop.example.com"
CONFIG = Config(base_url=SHOP, admin_email="owner@example.com", secret_key="s" * 32)
MOMENT = datetime(2026, 11, 27, 20, 4, tzinfo=UTC)

ORDER_URL = f"{SHOP}/orders/Zk3vX9mQ2pLr7TdYcB4hWn"
SAMPLES: dict[str, dict[str, Any]] = samples(SHOP)


def letter(template: str, recipient: str = "maya@example.net", **blanks: Any) -> Letter:
    """A letter in a worker's hand, with the sample's blanks and whatever differs from them."""
    return Letter(
        id=1,
        template=template,
        recipient=recipient,
        blanks={**SAMPLES[template], **blanks},
        message_id=message_id(f"{template}:1001"),
        tries=1,
        locked_until=MOMENT + timedelta(minutes=2),
        created_at=MOMENT,
    )
