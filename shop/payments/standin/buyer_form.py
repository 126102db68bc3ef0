"""The form of the payment page: what a buyer may type, and the sentences for what is missing or wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from babel import Locale

from shop.payments.standin.accepted import COUNTRIES
from shop.payments.standin.buyer import BANK_DEBIT, Buyer
from shop.payments.standin.cards import TestCard, listed_card
from shop.payments.standin.parameters import is_email, words
from shop.payments.standin.resources import Resource

FIELDS: Final = (
    "email",
    "name",
    "country",
    "line1",
    "line2",
    "city",
    "state",
    "postal_code",
    "phone",
    "shipping_rate",
    "method",
    "card_number",
    "card_expiry",
    "card_cvc",
    "consent_promotions",
    "consent_terms",
)
SECRET_FIELDS: Final = ("card_number", "card_cvc")
_LONGEST: Final = 200
_WITH_STATE: Final = frozenset({"AU", "CA", "US"})
_WITHOUT_POSTAL_CODE: Final = frozenset(
    words(
        "AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CM DJ DM ER FJ GA GD GH GM GQ GY HK IE JM KE KI KM KN "
        "KR LC ML MO MR MW NR PA QA RW SB SC SL SO SR SS ST SV SY TD TG TL TO TT TV TZ UG VU YE ZW"
    )
)
_EXPIRY: Final = re.compile(r"\s*(0?[1-9]|1[0-2])\s*[/\- ]\s*(?:20)?([0-9]{2})\s*\Z", re.ASCII)
_TERRITORIES: Final = Locale("en").territories


def country_choices(session: Resource) -> list[tuple[str, str]]:
    """Return the countries that the buyer may choose from, as code and English name, sorted by name."""
    collection = session["shipping_address_collection"]
    codes = collection["allowed_countries"] if collection else COUNTRIES
    return sorted(((code, _TERRITORIES.get(code, code)) for code in codes), key=lambda choice: choice[1])


def wants_address(session: Resource) -> bool:
    """Tell whether the page asks for an address."""
    return bool(session["shipping_address_collection"]) or session["billing_address_collection"] == "required"


def wants_promotions(session: Resource) -> bool:
    """Tell whether the page asks for consent to marketing."""
    return (session["consent_collection"] or {}).get("promotions") == "auto"


def wants_terms(session: Resource) -> bool:
    """Tell whether the page asks for consent to the terms of service."""
    return (session["consent_collection"] or {}).get("terms_of_service") == "required"


def read(form: Mapping[str, str], session: Resource, now: int) -> tuple[Buyer | None, dict[str, str]]:
    """Return the buyer and no errors, or None and a sentence per field.

    `now` is the stand-in's time; a card must not have expired by it.
    """
    typed = {name: form.get(name, "").strip() for name in FIELDS}
    errors: dict[str, str] = {}
    for name, value in typed.items():
        if len(value) > _LONGEST or re.search(r"[\x00-\x1f\x7f]", value):
            errors[name] = f"Use at most {_LONGEST} characters, without line breaks."
    if session["customer_email"]:
        typed["email"] = session["customer_email"]
    elif not is_email(typed["email"]):
        errors["email"] = "Enter your e-mail address, such as name@example.com."
    card, expiry = _payment(typed, session, now, errors)
    if not typed["name"]:
        errors["name"] = "Enter your full name."
    address = _address(typed, session, errors) if wants_address(session) else {}
    if session["phone_number_collection"]["enabled"] and not re.fullmatch(
        r"\+?[0-9 ()./-]{6,30}", typed["phone"]
    ):
        errors["phone"] = "Enter a phone number for questions about the delivery."
    if wants_terms(session) and not typed["consent_terms"]:
        errors["consent_terms"] = "Agree to the terms of service to pay."
    if errors:
        return None, {name: errors[name] for name in FIELDS if name in errors}
    buyer = Buyer(
        email=typed["email"],
        name=typed["name"],
        card=card,
        expiry=expiry,
        phone=typed["phone"] or None if session["phone_number_collection"]["enabled"] else None,
        address=address,
        shipping_rate=typed["shipping_rate"] or None,
        promotions=bool(typed["consent_promotions"]) if wants_promotions(session) else None,
        terms=bool(typed["consent_terms"]),
    )
    return buyer, {}


def _payment(
    typed: dict[str, str], session: Resource, now: int, errors: dict[str, str]
) -> tuple[TestCard | None, tuple[int, int]]:
    nothing = (None, (12, 2030))
    if session["amount_total"] == 0:
        return nothing
    methods = session["payment_method_types"]
    if typed["method"] == BANK_DEBIT and len(set(methods) - {"card"}) > 0:
        return nothing
    if typed["method"] not in ("", "card") or "card" not in methods:
        errors["method"] = "Choose one of the listed ways to pay."
        return nothing
    card = listed_card(typed["card_number"])
    if card is None:
        errors["card_number"] = (
            "This is not one of the listed test cards. Never type a real card number here."
        )
    match = _EXPIRY.match(typed["card_expiry"])
    month, year = (int(match[1]), 2000 + int(match[2])) if match else (0, 0)
    today = datetime.fromtimestamp(now, UTC)
    if not match:
        errors["card_expiry"] = "Enter the expiry date as month and year, such as 12 / 30."
    elif (year, month) < (today.year, today.month):
        errors["card_expiry"] = "This expiry date is in the past. Any date in the future will do."
    if not re.fullmatch(r"[0-9]{3}", typed["card_cvc"], re.ASCII):
        errors["card_cvc"] = "Enter any three digits as the security code."
    return card, (month, year)


def _address(typed: dict[str, str], session: Resource, errors: dict[str, str]) -> dict[str, str | None]:
    country = typed["country"]
    if country not in {code for code, _ in country_choices(session)}:
        errors["country"] = "Choose one of the listed countries."
    if not typed["line1"]:
        errors["line1"] = "Enter street and house number."
    if not typed["city"]:
        errors["city"] = "Enter the town or city."
    if country in _WITH_STATE and not typed["state"]:
        errors["state"] = "Enter the state or province."
    if country not in _WITHOUT_POSTAL_CODE and not typed["postal_code"]:
        errors["postal_code"] = "Enter the postal code."
    return {
        name: typed[name] or None for name in ("line1", "line2", "city", "state", "postal_code", "country")
    }


def sample(session: Resource, wanted: Mapping[str, Any]) -> dict[str, str]:
    """Return a whole form for a buyer of whom only some fields are given, for purchases made by a program."""
    collection = session["shipping_address_collection"]
    country = collection["allowed_countries"][0] if collection else "US"
    form = {
        "email": "buyer@example.com",
        "method": "card",
        "card_number": "4242424242424242",
        "card_expiry": "12 / 99",
        "card_cvc": "123",
        "name": "Test Buyer",
        "line1": "1 Test Street",
        "city": "Testville",
        "state": "CA",
        "postal_code": "90210",
        "country": country,
        "phone": "+1 555 0100",
        "consent_terms": "on",
    }
    form.update({name: str(value) for name, value in wanted.items() if name in FIELDS})
    if "card" in wanted:
        form["card_number"] = str(wanted["card"])
    return form
