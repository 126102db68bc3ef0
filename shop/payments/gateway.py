"""Our own words for what a payment service does; only the service's own module knows its dialect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol


class GatewayError(Exception):
    """The payment service did not do what was asked."""


class GatewayRefused(GatewayError):
    """It answered no, and would say no again: nothing was done."""


class GatewayUnknown(GatewayError):
    """No usable answer came (timeout, 5xx, cut line): it may have been done or not. Ask again, same key."""


class NotificationRefused(Exception):
    """A webhook that is not signed by the payment service, is too old, or is not an event."""


@dataclass(frozen=True)
class PageLine:
    """One line of a payment page: what, how many, at what unit amount (minor units)."""

    sku: str
    name: str
    unit_amount: int
    quantity: int


@dataclass(frozen=True)
class PageRequest:
    """All that a payment page needs. Amounts are minor units; ``expires_at`` is aware UTC."""

    attempt_key: str
    order_number: int
    currency: str
    lines: Sequence[PageLine]
    discount_amount: int
    discount_name: str
    shipping_amount: int
    shipping_name: str
    shipping_countries: Sequence[str]
    ships: bool
    email: str
    success_url: str
    cancel_url: str
    expires_at: datetime


@dataclass(frozen=True)
class PaymentPage:
    """A page on which a buyer can pay."""

    id: str
    url: str | None
    status: Literal["open", "complete", "expired"]
    total_amount: int
    currency: str
    livemode: bool
    expires_at: datetime


@dataclass(frozen=True)
class RefundSnapshot:
    """A refund as the service knows it now. ``key`` is ours, if we asked for it."""

    id: str
    amount: int
    currency: str
    state: Literal["pending", "requires_action", "succeeded", "failed", "canceled"]
    key: str
    failure: str
    created_at: datetime


@dataclass(frozen=True)
class DisputeSnapshot:
    """A dispute as the service knows it now."""

    id: str
    amount: int
    currency: str
    reason: str
    status: str
    due_by_at: datetime | None
    opened_at: datetime


@dataclass(frozen=True)
class PaymentSnapshot:
    """A payment as the service knows it now."""

    id: str
    charge_id: str | None
    state: Literal["processing", "succeeded", "failed"]
    amount: int
    currency: str
    livemode: bool
    method: str
    card_brand: str
    card_last4: str
    attempt_key: str
    refunds: Sequence[RefundSnapshot] = ()
    disputes: Sequence[DisputeSnapshot] = ()


@dataclass(frozen=True)
class PageSnapshot:
    """A payment page, read again: what the buyer did there and what became of the money."""

    id: str
    status: Literal["open", "complete", "expired"]
    payment_status: Literal["paid", "unpaid", "no_payment_required"]
    mode: str
    currency: str
    subtotal_amount: int
    discount_amount: int
    shipping_amount: int
    tax_amount: int
    total_amount: int
    livemode: bool
    ours: bool
    attempt_key: str
    email: str
    name: str
    phone: str
    address: Mapping[str, Any] | None
    payment: PaymentSnapshot | None


@dataclass(frozen=True)
class Notification:
    """What a webhook says: only ids and the moment are taken from it."""

    id: str
    type: str
    object_id: str
    created_at: datetime
    livemode: bool
    page_id: str = ""
    payment_id: str = ""
    attempt_key: str = ""


@dataclass(frozen=True)
class RefundRequest:
    """A refund to be made; ``key`` is committed in its row before the call."""

    key: str
    payment_id: str
    amount: int
    reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


class Gateway(Protocol):
    """A payment service. Every method may raise GatewayRefused or GatewayUnknown."""

    def page_parameters(self, request: PageRequest) -> dict[str, Any]:
        """Return the exact parameters (JSON) for ``open_page``; pure, no call is made."""

    def open_page(self, parameters: Mapping[str, Any], key: str) -> PaymentPage:
        """Make the payment page, or return the one that ``key`` already made."""

    def read_page(self, page_id: str, *, hurried: bool = False) -> PageSnapshot:
        """Read a page with its payment, without refunds and disputes; ``hurried`` gives up within 3 s."""

    def find_page(self, attempt_key: str, created_at: datetime) -> str | None:
        """Return the id of the page made for an attempt at ``created_at``, if any."""

    def expire_page(self, page_id: str, key: str) -> None:
        """Close a page; quietly does nothing when it is not open. Read it afterwards to learn what it is."""

    def read_payment(self, payment_id: str) -> PaymentSnapshot:
        """Read one payment with its refunds and disputes."""

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Send money back, once per key."""

    def hear(self, body: bytes, signature: str) -> Notification:
        """Check a webhook's signature and return what it is about; raises NotificationRefused."""

    def read_notification(self, event_id: str) -> Mapping[str, Any]:
        """Read what a notification said, without its secrets. Raises GatewayRefused when it is not kept any more."""

    def notifications_since(self, moment: datetime) -> Sequence[Notification]:
        """Return what happened since ``moment`` (oldest first), for a shop whose webhooks were lost."""
