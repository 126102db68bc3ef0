"""A letter of every kind, as the shop writes them: the blanks that each one is promised."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shop.config import Config
from shop.mail.rules import Letter, message_id

SHOP = "https://shop.example.com"
CONFIG = Config(base_url=SHOP, admin_email="owner@example.com", secret_key="s" * 32)
MOMENT = datetime(2026, 11, 27, 20, 4, tzinfo=UTC)
ORDER_URL = f"{SHOP}/orders/Zk3vX9mQ2pLr7TdYcB4hWn"
TO_AN_ORDER = {"order_number": "1001", "order_url": ORDER_URL}

SAMPLES: dict[str, dict[str, Any]] = {
    "order_confirmed": {
        **TO_AN_ORDER,
        "name": "Maya Okafor",
        "status_sentence": "Thank you. Your order is paid, and we are packing it.",
        "lines": [["Hip Hook × 1", "$149.00"], ["Tight Hip, Twisted Core, paperback × 2", "$49.90"]],
        "totals": [
            ["Subtotal", "$198.90"],
            ["Code RUN15", "−$29.84"],
            ["Shipping", "Free"],
            ["Total", "$169.06"],
        ],
        "address": "Maya Okafor\n12 Alder Street, Apt 4\nPortland, OR 97201\nUnited States",
        "shipping_name": "Standard shipping",
        "arrives": "Tue, Dec 1 – Fri, Dec 4",
    },
    "order_processing": {**TO_AN_ORDER, "total": "$169.06"},
    "order_payment_failed": {**TO_AN_ORDER, "total": "$169.06"},
    "order_refunded": {
        **TO_AN_ORDER,
        "amount": "$49.90",
        "sentence": "We have taken back the two books, as you asked.",
    },
    "payment_returned": {
        **TO_AN_ORDER,
        "amount": "$169.06",
        "sentence": "Your order was already paid, so we sent this second payment back at once.",
    },
    "order_shipped": {
        **TO_AN_ORDER,
        "carrier": "USPS",
        "tracking_number": "9400 1000 0000 0000 0000 00",
        "arrives": "Tue, Dec 1 – Fri, Dec 4",
    },
    "order_links": {
        "links": [
            ["Order 1001, Nov 27, 2026", ORDER_URL],
            ["Order 1017, Dec 3, 2026", f"{SHOP}/orders/b8Rq5sVw1xNf6JtGzMhKyA"],
        ],
    },
    "staff_password": {"link": f"{SHOP}/admin/password/a-token"},
    "order_flagged": {
        "order_number": "1001",
        "sentence": "This order was paid twice. The second payment was sent back.",
        "admin_url": f"{SHOP}/admin/orders/1001",
        "total": "$169.06",
    },
}


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
