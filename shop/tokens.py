"""Tokens in links: unguessable, and never written down. A row keeps the token's hash, and the seed it is made of.

A token is made of 32 random bytes (its seed) and the shop's secret. Who reads the database alone cannot make a link
of it, so a letter may wait in the outbox with the seed in it. Links that have left go on working when the secret is
changed: they are looked up by their hash.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode


def fresh_seed() -> str:
    """Return 32 random bytes as text of 43 characters."""
    return secrets.token_urlsafe(32)


def token_of(secret_key: str, seed: str) -> str:
    """Return the token that belongs to ``seed``: 43 characters that fit into an address."""
    digest = hmac.digest(f"link\0{secret_key}".encode(), seed.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> str:
    """Return what is written down of ``token``."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_shaped(token: str) -> bool:
    """Whether ``token`` could be one; anything else is not worth asking the database."""
    return re.fullmatch(r"[A-Za-z0-9_-]{43}", token) is not None
