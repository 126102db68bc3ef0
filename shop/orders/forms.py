"""What a buyer may send about an order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from shop import email_address
from shop.checkout.withdraw import Statement
from shop.errors import Reason, Refused

LONGEST_NAME, LONGEST_REASON = 200, 1000
FIELD_OF = {
    Reason.NAME_MISSING: "name",
    Reason.EMAIL_MISSING: "email",
    Reason.EMAIL_INVALID: "email",
    Reason.WITHDRAWAL_NOTHING: "goods",
}


@dataclass(frozen=True)
class WithdrawalForm:
    """A statement of withdrawal as it was typed; it survives a refusal. ``pieces``: line id -> pieces.

    ``number``: which statement about this order it is, 1 for the first.
    """

    name: str = ""
    email: str = ""
    reason: str = ""
    number: int = 1
    pieces: Mapping[int, int] = field(default_factory=dict)


def read(fields: Mapping[str, str]) -> WithdrawalForm:
    """Take the fields of the form; nothing is judged yet."""
    number = fields.get("number", "")
    return WithdrawalForm(
        # What no database keeps in a text goes, so that a statement is never lost for it.
        name=" ".join(fields.get("name", "").replace("\0", "").split())[:LONGEST_NAME],
        email=fields.get("email", "").strip()[:400],
        reason=fields.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON],
        number=int(number) if re.fullmatch(r"[1-9][0-9]{0,3}", number, re.ASCII) else 1,
        pieces=pieces(fields),
    )


def statement(form: WithdrawalForm) -> Statement:
    """Return what the buyer says, her address as mail is sent to it. Raises Refused(NAME_MISSING or EMAIL_…)."""
    if not form.name:
        raise Refused(Reason.NAME_MISSING)
    return Statement(form.number, form.name, email_address.parse(form.email), form.reason, form.pieces)


def pieces(fields: Mapping[str, str]) -> dict[int, int]:
    """Return the pieces of each line (by line id) that a form names; nonsense and 0 are left out."""
    named = {
        name.removeprefix("pieces-"): value.strip()
        for name, value in fields.items()
        if name.startswith("pieces-")
    }
    return {
        int(line): int(number)
        for line, number in named.items()
        if re.fullmatch(r"[0-9]{1,9}", line, re.ASCII)
        and re.fullmatch(r"0*[1-9][0-9]{0,5}", number, re.ASCII)
    }
