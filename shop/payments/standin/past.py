"""Payments of before: an account that has been used for a while, told of what was paid there and given back."""

from __future__ import annotations

from typing import Any, Final

from shop.payments.standin import paying, refunds
from shop.payments.standin.account import Account
from shop.payments.standin.buyer import Buyer, charge_details, payment_method
from shop.payments.standin.cards import TEST_CARDS
from shop.payments.standin.parameters import Fields, Integer, Many, Text
from shop.payments.standin.resources import Resource, build, new_id
from shop.payments.standin.store import Record

_MOMENT: Final = Integer(1, 99_999_999_999)
_BACK: Final = Fields(
    {"id": Text(100, r"re_\w+"), "amount": Integer(1), "created": _MOMENT},
    required=("id", "amount", "created"),
)
_PAYMENT: Final = Fields(
    {
        "id": Text(100, r"pi_\w+"),
        "charge": Text(100, r"ch_\w+"),
        "amount": Integer(1),
        "currency": Text(3, r"[a-z]{3}"),
        "created": _MOMENT,
        "last4": Text(4, r"[0-9]{4}"),
        "email": Text(320),
        "refunds": Many(_BACK, most=10),
    },
    required=("id", "charge", "amount", "currency", "created", "last4", "email"),
)
PAST: Final = Fields({"payments": Many(_PAYMENT, most=5000)}, required=("payments",))


def remember(account: Account, payments: list[dict[str, Any]]) -> int:
    """Add card payments that succeeded; return how many were new. Nobody is notified. Inside a transaction."""
    new = [paid for paid in payments if account.store.find("payment_intent", paid["id"]) is None]
    for paid in new:
        _remember(account, paid)
    return len(new)


def _remember(account: Account, paid: dict[str, Any]) -> None:
    intent = Record(
        build(
            "payment_intent",
            id=paid["id"],
            amount=paid["amount"],
            amount_received=paid["amount"],
            capture_method="automatic_async",
            client_secret=f"{paid['id']}_secret_{new_id('')}",
            created=paid["created"],
            currency=paid["currency"],
            latest_charge=paid["charge"],
            payment_method_types=["card"],
            status="succeeded",
        )
    )
    card = TEST_CARDS["4242424242424242"]
    method = payment_method(account, intent, Buyer(paid["email"], "", card))
    method["card"]["last4"], method["created"] = paid["last4"], paid["created"]
    account.store.save(Record(method))
    intent.resource["payment_method"] = method["id"]
    account.store.save(intent)
    charge = Record(_charge(intent.resource, method), {"card": card.number})
    paying.book(account, charge, at=paid["created"])
    for back in paid.get("refunds", []):
        refunds.remember(account, charge, back["id"], back["amount"], back["created"])


def _charge(intent: Resource, method: Resource) -> Resource:
    return build(
        "charge",
        id=intent["latest_charge"],
        amount=intent["amount"],
        billing_details=method["billing_details"],
        captured=True,
        created=intent["created"],
        currency=intent["currency"],
        paid=True,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=charge_details(method),
        status="pending",
    )
