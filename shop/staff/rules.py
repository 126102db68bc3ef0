"""Roles, passwords, one-time codes and how long a sign-in lasts: values in, values out."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

# In this order: most browsers name the others as well.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)
ROLES = ("owner", "staff", "read_only")
MAY_CHANGE = ("owner", "staff")
SESSION_LENGTH = timedelta(days=14)
# Money, exports and roles ask who is longer away than this to prove once more who they are.
STEP_UP_LASTS = timedelta(minutes=15)
RESET_LASTS = timedelta(minutes=30)
# A code is good for 30 seconds; a phone's clock may be half a minute off (RFC 6238, 5.2).
CODE_SECONDS = 30
RECOVERY_CODES = 10
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200

# OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# What an unknown address is checked against, so that it takes as long as a known one.
NOBODYS_HASH = HASHER.hash("nobody has this password")


def password_hash(password: str) -> str:
    """Return the Argon2id hash of a password, parameters and salt included. Takes about 20 ms on purpose."""
    return HASHER.hash(password)


def password_matches(kept: str, password: str) -> bool:
    """Whether ``password`` is the one behind the hash ``kept``; an unreadable hash matches nothing."""
    if len(password) > LONGEST_PASSWORD:
        password = ""
    try:
        return HASHER.verify(kept, password)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


def token_hash(token: str) -> str:
    """Return what is kept of a session's token. The token is random, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def may_change(role: str) -> bool:
    """Whether a role may do more than look."""
    return role in MAY_CHANGE


def totp_secret(secret_key: str, nonce: str) -> str:
    """Return the secret an authenticator app shares with the shop, in base 32.

    It is made from the shop's key and what the database holds, so that a copy of the database alone opens no
    door. Whoever changes SECRET_KEY has to set the apps up again; recovery codes still work.
    """
    digest = hmac.new(secret_key.encode(), f"totp:{nonce}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:20]).decode()


def totp_step(secret: str, code: str, *, now: datetime) -> int | None:
    """Return the time step ``code`` belongs to, now or one step to either side, or None when it is wrong."""
    typed = "".join(code.split())
    if not (len(typed) == 6 and typed.isascii() and typed.isdigit()):
        return None
    present = int(now.timestamp()) // CODE_SECONDS
    app = pyotp.TOTP(secret, interval=CODE_SECONDS)
    fitting = [
        step
        for step in (present - 1, present, present + 1)
        if hmac.compare_digest(app.generate_otp(step), typed)
    ]
    return fitting[-1] if fitting else None


def totp_address(secret: str, *, member: str, shop: str) -> str:
    """Return what an authenticator app reads from the square code."""
    return pyotp.TOTP(secret, interval=CODE_SECONDS).provisioning_uri(name=member, issuer_name=shop)


def recovery_code(random: bytes) -> str:
    """Return 10 random bytes as people copy them: ``abcd-efgh-ijkl-mnop``."""
    letters = base64.b32encode(random).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def recovery_hash(code: str) -> str:
    """Return what is kept of a recovery code, however it was typed. It has 80 random bits: SHA-256 is enough."""
    return hashlib.sha256("".join(filter(str.isalnum, code.lower())).encode()).hexdigest()


def reset_mark(kept_hash: str) -> str:
    """Return what ties a reset link to the password of the moment: once that is changed, the link is worth nothing."""
    return hashlib.sha256(f"reset:{kept_hash}".encode()).hexdigest()[:32]


def owners_left(roles: Sequence[str]) -> bool:
    """Whether somebody would still be an owner."""
    return "owner" in roles


def device_words(user_agent: str) -> str:
    """Return a browser's words about itself as a person would put them: ``Firefox on Windows``."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " on ".join(part for part in (browser, system) if part) or user_agent or "Unknown device"
