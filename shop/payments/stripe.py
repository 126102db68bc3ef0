"""Stripe, spoken through its official library. The only module that imports it.

Where a rule comes from Stripe, the page is named. The library is pinned to 16.x and the API version to
``API_VERSION``: both move together, by hand, after the tests in tests/payments have been read again.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self, cast

import stripe

from shop.config import Config
from shop.payments import answers
from shop.payments.gateway import (
    GatewayRefused,
    GatewayUnknown,
    Notification,
    NotificationRefused,
    PageRequest,
    PageSnapshot,
    PaymentPage,
    PaymentSnapshot,
    RefundRequest,
    RefundSnapshot,
)

API_VERSION = "2026-10-28.endive"
# Seconds to connect and to wait for an answer; the library's own default is 80.
TIMEOUT = (3, 15)
HURRIED_TIMEOUT = (1, 2)
# https://docs.stripe.com/api/checkout/sessions/create: a card shows 22 characters, a coupon's name 40.
COUPON_NAME_LENGTH = 40
SHIPPING_TAX_CODE = "txcd_92010001"
EVENT_TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "radar.early_fraud_warning.created",
    "payment_intent.payment_failed",
)

# Without this the library writes a file under the home folder and sends platform data on its first call.
stripe.enable_telemetry = False


class StripeGateway:
    """A Gateway that talks to Stripe, or to whatever answers like it at ``api_base``."""

    def __init__(self, key: str, *, api_base: str, webhook_secrets: Sequence[str], environment: str) -> None:
        """Make the clients. ``environment`` (the shop's address) goes into the metadata of what is made."""
        self._webhook_secrets = tuple(webhook_secrets)
        self._environment = environment
        # StripeClient retries nothing unless told to; repeats carry the same idempotency key.
        self._stripe = _client(key, api_base, timeout=TIMEOUT, retries=2)
        self._hurried = _client(key, api_base, timeout=HURRIED_TIMEOUT, retries=0)

    @classmethod
    def of(cls, config: Config) -> Self:
        """Return the gateway that the settings name."""
        return cls(
            config.stripe_secret_key,
            api_base=config.stripe_api_base,
            webhook_secrets=config.webhook_secrets,
            environment=config.base_url,
        )

    def page_parameters(self, request: PageRequest) -> dict[str, Any]:
        """Return ``{"coupon": ... or None, "session": ...}`` as they will be sent."""
        expires = int(request.expires_at.timestamp())
        metadata = {
            "order": str(request.order_number),
            "attempt": request.attempt_key,
            "environment": self._environment,
        }
        session: dict[str, Any] = {
            "mode": "payment",
            "line_items": [_line_item(line, request.currency) for line in request.lines],
            "customer_email": request.email,
            "client_reference_id": str(request.order_number),
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata, "description": f"Order {request.order_number}"},
            "expires_at": expires,
            "success_url": request.success_url,
            "cancel_url": request.cancel_url,
            "submit_type": "pay",
            "locale": "en",
            "billing_address_collection": "auto",
            "adaptive_pricing": {"enabled": False},
            "origin_context": "web",
        }
        if request.ships:
            session |= _shipping(request)
        coupon = None
        if request.discount_amount:
            coupon = {
                "id": f"co-{request.attempt_key}",
                "name": request.discount_name[:COUPON_NAME_LENGTH] or "Discount",
                "amount_off": request.discount_amount,
                "currency": request.currency.lower(),
                "duration": "once",
                "max_redemptions": 1,
                "redeem_by": expires + 3600,
            }
            session["discounts"] = [{"coupon": coupon["id"]}]
        return {"coupon": coupon, "session": session}

    def open_page(self, parameters: Mapping[str, Any], key: str) -> PaymentPage:
        """Make the one-off coupon, then the page. Repeating with the same key returns the same page."""
        if parameters["coupon"]:
            self._make_coupon(parameters["coupon"], key)
        with _translated():
            made = self._stripe.v1.checkout.sessions.create(
                cast(Any, parameters["session"]), {"idempotency_key": key}
            )
        return PaymentPage(
            id=made.id,
            url=made.url,
            status=cast(Any, made.status),
            total_amount=made.amount_total or 0,
            currency=(made.currency or "").upper(),
            livemode=made.livemode,
            expires_at=answers.moment(made.expires_at),
        )

    def _make_coupon(self, parameters: Mapping[str, Any], key: str) -> None:
        try:
            with _translated():
                self._stripe.v1.coupons.create(cast(Any, parameters), {"idempotency_key": f"co-{key}"})
        except GatewayRefused as refused:
            # Our own id makes a second coupon impossible, even after Stripe forgot the key (24 h).
            cause = refused.__cause__
            if not (isinstance(cause, stripe.StripeError) and cause.code == "resource_already_exists"):
                raise

    def read_page(self, page_id: str, *, hurried: bool = False) -> PageSnapshot:
        """Read a Checkout Session with its payment and charge in one call."""
        client = self._hurried if hurried else self._stripe
        with _translated():
            session = client.v1.checkout.sessions.retrieve(
                page_id, {"expand": ["payment_intent.latest_charge"]}
            ).to_dict()
        return answers.page_snapshot(session, self._environment)

    def find_page(self, attempt_key: str, created_at: datetime) -> str | None:
        """Look through the sessions made within a day of ``created_at``."""
        window = {
            "gte": int((created_at - timedelta(minutes=5)).timestamp()),
            "lte": int((created_at + timedelta(days=1)).timestamp()),
        }
        with _translated():
            sessions = self._stripe.v1.checkout.sessions.list({"created": cast(Any, window), "limit": 100})
            for session in sessions.auto_paging_iter():
                if (session.to_dict().get("metadata") or {}).get("attempt") == attempt_key:
                    return session.id
        return None

    def expire_page(self, page_id: str, key: str) -> None:
        """Expire a session; one that is complete or expired already is left as it is."""
        try:
            with _translated():
                self._stripe.v1.checkout.sessions.expire(page_id, None, {"idempotency_key": f"exp-{key}"})
        except GatewayRefused as refused:
            if not isinstance(refused.__cause__, stripe.InvalidRequestError):
                raise

    def read_payment(self, payment_id: str) -> PaymentSnapshot:
        """Read a PaymentIntent, its refunds (charge.refunds is not relied on) and its disputes."""
        with _translated():
            intent = self._stripe.v1.payment_intents.retrieve(
                payment_id, {"expand": ["latest_charge"]}
            ).to_dict()
            refunds = self._stripe.v1.refunds.list({"payment_intent": payment_id, "limit": 100})
            found = [answers.refund_snapshot(refund.to_dict()) for refund in refunds.auto_paging_iter()]
            disputes = self._stripe.v1.disputes.list({"payment_intent": payment_id, "limit": 100})
            disputed = [
                answers.dispute_snapshot(dispute.to_dict()) for dispute in disputes.auto_paging_iter()
            ]
        return answers.payment_snapshot(intent, refunds=found, disputes=disputed)

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Refund part or all of a PaymentIntent."""
        parameters: dict[str, Any] = {
            "payment_intent": request.payment_id,
            "amount": request.amount,
            "metadata": {**request.metadata, "refund": request.key},
        }
        if request.reason in ("duplicate", "fraudulent", "requested_by_customer"):
            parameters["reason"] = request.reason
        with _translated():
            made = self._stripe.v1.refunds.create(cast(Any, parameters), {"idempotency_key": request.key})
        return answers.refund_snapshot(made.to_dict())

    def hear(self, body: bytes, signature: str) -> Notification:
        """Check the signature with each secret that is valid now, and take the ids from the body."""
        if not any(_signed(body, signature, secret) for secret in self._webhook_secrets):
            raise NotificationRefused("The signature does not match, or is older than five minutes.")
        try:
            event = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise NotificationRefused("The body is not JSON.") from error
        return answers.notification(event)

    def read_notification(self, event_id: str) -> Mapping[str, Any]:
        """Read what an event said, as it was sent, but for what opens or pays something; Stripe keeps it 30 days."""
        with _translated():
            event = self._stripe.v1.events.retrieve(event_id)
        return cast(Mapping[str, Any], answers.without_secrets(event.to_dict()))

    def notifications_since(self, moment: datetime) -> Sequence[Notification]:
        """Read the events of the subscribed types since ``moment``; Stripe keeps them 30 days."""
        created = {"gte": int(moment.timestamp())}
        with _translated():
            events = self._stripe.v1.events.list(
                {"types": list(EVENT_TYPES), "created": cast(Any, created), "limit": 100}
            )
            found = [answers.notification(event.to_dict()) for event in events.auto_paging_iter()]
        return sorted(found, key=lambda notification: notification.created_at)


def _client(key: str, api_base: str, *, timeout: tuple[int, int], retries: int) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses={"api": api_base} if api_base else {},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=timeout),
    )


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the library's errors into ours: refused for good, or unknown and worth asking again.

    A 409 comes as plain APIError, so it counts as unknown, as it should (https://docs.stripe.com/error-low-level).
    """
    try:
        yield
    except (stripe.RateLimitError, stripe.APIConnectionError) as error:
        raise GatewayUnknown(_said(error)) from error
    except (
        stripe.InvalidRequestError,
        stripe.CardError,
        stripe.IdempotencyError,
        stripe.AuthenticationError,
        stripe.PermissionError,
    ) as error:
        raise GatewayRefused(_said(error)) from error
    except stripe.StripeError as error:
        raise GatewayUnknown(_said(error)) from error


def _said(error: stripe.StripeError) -> str:
    return f"{error.user_message or error} ({error.code or error.http_status or 'no answer'})"[:400]


def _line_item(line: Any, currency: str) -> dict[str, Any]:
    return {
        "quantity": line.quantity,
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": line.unit_amount,
            "product_data": {"name": line.name, "metadata": {"sku": line.sku}},
        },
    }


def _shipping(request: PageRequest) -> dict[str, Any]:
    rate = {
        "display_name": request.shipping_name,
        "type": "fixed_amount",
        "fixed_amount": {"amount": request.shipping_amount, "currency": request.currency.lower()},
        "tax_code": SHIPPING_TAX_CODE,
        "metadata": {"method": request.shipping_name},
    }
    return {
        "shipping_address_collection": {"allowed_countries": list(request.shipping_countries)},
        "shipping_options": [{"shipping_rate_data": rate}],
    }


def _signed(body: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=300)
    # TypeError: the library compares text, and text that is not ASCII cannot be compared in constant time.
    except (stripe.SignatureVerificationError, ValueError, TypeError, AttributeError, IndexError):
        return False
    return True
