"""What a buyer may send at checkout."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shop import email_address
from shop.checkout.place import Details
from shop.errors import Reason, Refused


@dataclass(frozen=True)
class CheckoutForm:
    """The checkout form as it was typed; it survives a refusal."""

    email: str = ""
    country: str = ""
    method: str = ""
    consent: bool = False
    total: str = ""


def read(fields: Mapping[str, str]) -> CheckoutForm:
    """Take the fields of the form; nothing is judged yet."""
    return CheckoutForm(
        email=fields.get("email", "").strip()[:400],
        country=fields.get("country", "").strip().upper()[:2],
        method=fields.get("shipping", "").strip()[:20],
        consent=fields.get("consent", "") not in ("", "no", "0"),
        total=fields.get("total", "").strip()[:20],
    )


def details(form: CheckoutForm) -> Details:
    """Return what the buyer said, or raise Refused(EMAIL_…, COUNTRY_MISSING or TOTAL_CHANGED)."""
    address = email_address.parse(form.email)
    if not form.country:
        raise Refused(Reason.COUNTRY_MISSING)
    # Only plain digits: int() would also read "１２" and "1_2".
    if not re.fullmatch(r"[0-9]{1,10}", form.total, re.ASCII):
        raise Refused(Reason.TOTAL_CHANGED)
    return Details(
        email=address,
        country=form.country,
        method=form.method,
        letters_consent=form.consent,
        seen_total=int(form.total),
    )


def field_of(reason: Reason) -> str:
    """Return the field of the form that a refusal is about, or nothing when it is about the cart."""
    name = reason.value.partition("_")[0]
    return name if name in ("email", "country", "shipping") else ""
