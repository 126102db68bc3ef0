"""The buyer, and what the buyer pays with: a test card or a bank debit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from shop.payments.standin.account import Account
from shop.payments.standin.cards import TEST_CARDS, TestCard
from shop.payments.standin.resources import Resource, build, new_id
from shop.payments.standin.store import Record

BANK_DEBIT: Final = "bank_debit"
ADDRESS_FIELDS: Final = ("city", "country", "line1", "line2", "postal_code", "state")


@dataclass(frozen=True)
class Buyer:
    """What the buyer typed and chose. `card` is None for a bank debit; `shipping_rate` None keeps the chosen
    one.
    """

    email: str
    name: str
    card: TestCard | None
    expiry: tuple[int, int] = (12, 2030)
    phone: str | None = None
    address: dict[str, str | None] = field(default_factory=dict)
    shipping_rate: str | None = None
    promotions: bool | None = None
    terms: bool = False

    def stored(self) -> dict[str, Any]:
        """Return the buyer as JSON, for the time of an authentication; of the card only the test number."""
        return {**self.__dict__, "card": self.card.number if self.card else None}


def stored_buyer(stored: dict[str, Any]) -> Buyer:
    """Return the buyer whom `Buyer.stored` wrote."""
    card = TEST_CARDS[stored["card"]] if stored["card"] else None
    return Buyer(**{**stored, "card": card, "expiry": tuple(stored["expiry"])})


def address_of(buyer: Buyer) -> dict[str, str | None]:
    """Return the buyer's address with null for what was not typed."""
    return {name: buyer.address.get(name) or None for name in ADDRESS_FIELDS}


def payment_method(account: Account, intent: Record, buyer: Buyer) -> Resource:
    """Keep and return what the buyer pays with. Inside a transaction."""
    billing = {
        "address": address_of(buyer),
        "email": buyer.email,
        "name": buyer.name,
        "phone": buyer.phone,
        "tax_id": None,
    }
    kind, details = _method_details(intent.resource["currency"], buyer)
    method = build(
        "payment_method",
        id=new_id("pm_1"),
        billing_details=billing,
        created=account.now(),
        type=kind,
        **{kind: details},
    )
    account.store.save(Record(method))
    return method


def _method_details(currency: str, buyer: Buyer) -> tuple[str, dict[str, Any]]:
    if buyer.card is None and currency == "eur":
        return "sepa_debit", {
            "bank_code": "37040044",
            "branch_code": "",
            "country": "DE",
            "fingerprint": "localstandin",
            "generated_from": {"charge": None, "setup_attempt": None},
            "last4": "3000",
        }
    if buyer.card is None:
        return "us_bank_account", {
            "account_holder_type": "individual",
            "account_type": "checking",
            "bank_name": "STRIPE TEST BANK",
            "financial_connections_account": None,
            "fingerprint": "localstandin",
            "last4": "6789",
            "networks": {"preferred": "ach", "supported": ["ach"]},
            "routing_number": "110000000",
            "status_details": {},
        }
    month, year = buyer.expiry
    return "card", {
        "brand": "visa",
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": "visa",
        "exp_month": month,
        "exp_year": year,
        "fingerprint": f"localstandin{buyer.card.last4}",
        "funding": "credit",
        "generated_from": None,
        "last4": buyer.card.last4,
        "networks": {"available": ["visa"], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def charge_details(method: Resource) -> dict[str, Any]:
    """Return what a charge says about the payment method."""
    kind = method["type"]
    known = method[kind]
    names: tuple[str, ...]
    if kind == "card":
        names = (
            "brand",
            "checks",
            "country",
            "exp_month",
            "exp_year",
            "fingerprint",
            "funding",
            "last4",
            "wallet",
        )
        details = {name: known[name] for name in names}
        unset = dict.fromkeys(("installments", "mandate", "network_token", "three_d_secure"))
        details = {**details, **unset, "network": "visa", "network_transaction_id": "100000000000000"}
    elif kind == "us_bank_account":
        names = ("account_holder_type", "account_type", "bank_name", "fingerprint", "last4", "routing_number")
        details = {name: known[name] for name in names}
        details = {**details, "expected_debit_date": None, "mandate": None, "payment_reference": None}
    else:
        names = ("bank_code", "branch_code", "country", "fingerprint", "last4")
        details = {name: known[name] for name in names}
        details = {**details, "expected_debit_date": None, "mandate": None}
    return {kind: details, "type": kind}
