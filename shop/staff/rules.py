"""Roles, passwords and how long a sign-in lasts: values in, values out."""

import hashlib
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

ROLES = ("owner", "staff", "read_only")
MAY_CHANGE = ("owner", "staff")
SESSION_LENGTH = timedelta(days=14)
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
