"""The shop with a payment service that answers at once, in the same process.

So that a row shows what an order or a payment costs the shop, and not how fast the local payment page is.
Signatures of webhooks are checked as always.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from shop import logs
from shop.app import create_app, in_front, warm
from shop.config import from_environment
from shop.payments.gateway import PageSnapshot, PaymentPage, PaymentSnapshot
from shop.payments.stripe import StripeGateway
from shop.web.static_files import StaticFiles


class InstantGateway(StripeGateway):
    """Every page is paid as soon as it is read; its id carries the amounts."""

    def open_page(self, parameters: Mapping[str, Any], key: str) -> PaymentPage:
        """Make no page: only say that there is one."""
        session = parameters["session"]
        lines = session["line_items"]
        subtotal = sum(line["quantity"] * line["price_data"]["unit_amount"] for line in lines)
        discount = (parameters["coupon"] or {}).get("amount_off", 0)
        options = session.get("shipping_options") or [{"shipping_rate_data": {"fixed_amount": {"amount": 0}}}]
        shipping = options[0]["shipping_rate_data"]["fixed_amount"]["amount"]
        attempt = session["metadata"]["attempt"]
        return PaymentPage(
            id=f"cs_{attempt}.{subtotal}.{discount}.{shipping}",
            url="http://127.0.0.1:1/pay",
            status="open",
            total_amount=subtotal - discount + shipping,
            currency="USD",
            livemode=False,
            expires_at=datetime.now(UTC) + timedelta(minutes=31),
        )

    def read_page(self, page_id: str, *, hurried: bool = False) -> PageSnapshot:
        """Say that the page was paid."""
        attempt, *amounts = page_id.removeprefix("cs_").split(".")
        subtotal, discount, shipping = (int(amount) for amount in amounts)
        total = subtotal - discount + shipping
        payment = PaymentSnapshot(
            f"pi_{attempt}",
            f"ch_{attempt}",
            "succeeded",
            total,
            "USD",
            False,
            "card",
            "visa",
            "4242",
            attempt,
        )
        return PageSnapshot(
            id=page_id,
            status="complete",
            payment_status="paid",
            mode="payment",
            currency="USD",
            subtotal_amount=subtotal,
            discount_amount=discount,
            shipping_amount=shipping,
            tax_amount=0,
            total_amount=total,
            livemode=False,
            ours=True,
            attempt_key=attempt,
            email="",
            name="Maya Lindqvist",
            phone="",
            address={"line1": "12 Orchard Road", "city": "Albany", "postal_code": "12207", "country": "US"},
            payment=payment,
        )


def served() -> StaticFiles:
    """What a worker process of the server runs."""
    config = from_environment()
    logs.configure(live=config.live)
    app = create_app(config, InstantGateway.of(config))
    warm(app)
    return in_front(app)
