"""E-mail addresses: what a visitor typed, and the form in which two spellings of one mailbox are equal."""

import re
from urllib.parse import unquote_plus

from shop.errors import Reason, Refused

# RFC 5321, 4.5.3.1: 64 octets before the @ and 254 in all (a path of 256 with its angle brackets).
MAX_LENGTH = 254
MAX_LOCAL_LENGTH = 64

# The dot-atom of RFC 5322, 3.2.3. A quoted local part is legal and never a buyer's; one that is not ASCII
# needs an extension (RFC 6531) that many mail servers and the payment service do not speak.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_TOP_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")

# Providers whose mailboxes are the same with and without what follows a plus sign.
_PLUS_TAGS = frozenset(
    [
        "fastmail.com",
        "gmail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mac.com",
        "me.com",
        "msn.com",
        "outlook.com",
        "pm.me",
        "proton.me",
        "protonmail.com",
        "yandex.com",
        "zoho.com",
    ],
)
# Providers that also ignore dots (https://support.google.com/mail/answer/7436150, https://proton.me/support/addresses-and-aliases).
_NO_DOTS = frozenset(["gmail.com", "pm.me", "proton.me", "protonmail.com"])
_SAME_PROVIDER = {"googlemail.com": "gmail.com", "protonmail.com": "proton.me", "pm.me": "proton.me"}


def parse(text: str) -> str:
    """Return the address in ``text`` as mail is sent to it: the local part as typed, the domain in lower case
    and, when it is an international one, in punycode.

    Raises Refused(EMAIL_MISSING) for nothing, Refused(EMAIL_INVALID) for anything else that is no address:
    among them every line break and every character that could end a mail header.
    """
    text = text.strip(" \t")
    if not text:
        raise Refused(Reason.EMAIL_MISSING)
    if len(text) > MAX_LENGTH:
        raise Refused(Reason.EMAIL_INVALID)
    local, _, domain = text.rpartition("@")
    domain = _ascii_domain(domain)
    address = f"{local}@{domain}"
    if (
        not _LOCAL.fullmatch(local)
        or len(local) > MAX_LOCAL_LENGTH
        or not _is_domain(domain)
        or len(address) > MAX_LENGTH
    ):
        raise Refused(Reason.EMAIL_INVALID)
    return address


def normalize(address: str) -> str:
    """Return the one spelling of a mailbox by which limits per customer are counted.

    Lower case; an international domain as punycode; for the big providers without dots and plus tags where
    these do not make another mailbox. Never send mail to it. Applying it twice changes nothing.
    """
    local, _, domain = address.strip().lower().rpartition("@")
    domain = _ascii_domain(domain)
    if domain in _PLUS_TAGS or domain in _SAME_PROVIDER:
        domain = _SAME_PROVIDER.get(domain, domain)
        # An address that is nothing but a tag keeps it: an empty name would make strangers one customer.
        local = local.partition("+")[0] or local
        if domain in _NO_DOTS:
            local = local.replace(".", "") or local
    return f"{local}@{domain}"


def _ascii_domain(domain: str) -> str:
    """Return ``domain`` in lower-case ASCII, or an empty text when it has no such form."""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def _is_domain(domain: str) -> bool:
    labels = domain.split(".")
    return (
        len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and bool(_TOP_LABEL.fullmatch(labels[-1]))
    )


def named_in(text: str, address: str) -> bool:
    """Whether ``text`` names this very address, in capitals or not; "maya@example.com" does not name "a@example.com".

    In the query of an address of the shop (``q=maya%40example.com``) it is looked for as it is read.
    """
    plain = unquote_plus(text) if "%40" in text else text
    # What can go on a local part before it, and a domain behind it; a full stop may end a sentence as well.
    whole = rf"(?<![\w.+-])(?<!\w'){re.escape(address)}(?![\w-]|\.\w)"
    return re.search(whole, plain, re.IGNORECASE) is not None
