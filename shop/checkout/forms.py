"""What a buyer may send at checkout."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shop import email_address
from shop.checkout.place import Details
from shop.errors import Reason, Refused
from shop.orders import gift_note


@dataclass(frozen=True)
class CheckoutForm:
    """The checkout form as it was typed; it survives a refusal."""

    email: str = ""
    country: str = ""
    method: str = ""
    consent: bool = False
    total: str = ""
    gift_note: str = ""


def read(fields: Mapping[str, str]) -> CheckoutForm:
    """Take the fields of the form; nothing is judged yet."""
    return CheckoutForm(
        email=fields.get("email", "").strip()[:400],
        country=fields.get("country", "").strip().upper()[:2],
        method=fields.get("shipping", "").strip()[:20],
        consent=fields.get("consent", "") not in ("", "no", "0"),
        total=fields.get("total", "").strip()[:20],
        # Cut where it is surely too long already, so that the refusal gives back what was typed.
        gift_note=fields.get("gift_note", "")[: 4 * gift_note.LONGEST],
    )


def details(form: CheckoutForm) -> Details:
    """Return what the buyer said, or raise Refused(EMAIL_…, COUNTRY_MISSING, TOTAL_CHANGED or GIFT_NOTE_…)."""
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
        gift_note=gift_note.read(form.gift_note),
    )


def field_of(reason: Reason) -> str:
    """Return the field of the form that a refusal is about, or nothing when it is about the cart."""
    fields = ("email", "country", "shipping", "gift_note")
    return next((name for name in fields if reason.value.startswith(f"{name}_")), "")
