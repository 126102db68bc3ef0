"""Cookies that only the shop can write: the library's own format, made and read without its detours."""

import hmac
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode
from itsdangerous.signer import SigningAlgorithm
from werkzeug.wrappers import Response

# A shorter text does not become shorter by packing, but slower.
LONG_BYTES = 600
NOTICES_SALT = "notices"


class _Digest(SigningAlgorithm):
    """HMAC-SHA1, what the library uses too, in one call."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, "sha1")


class CookieSerializer(URLSafeTimedSerializer):
    """Writes and reads what ``URLSafeTimedSerializer(secret_key, salt=salt)`` does, several times faster.

    The library derives its key anew at every use, and tries to pack every text.
    """

    def __init__(self, secret_key: str, *, salt: str) -> None:
        super().__init__(secret_key, salt=salt, serializer=json)
        derived = TimestampSigner(secret_key, salt=salt).derive_key()
        self._signer = TimestampSigner(derived, key_derivation="none", algorithm=_Digest())

    def make_signer(self, salt: str | bytes | None = None) -> TimestampSigner:  # noqa: ARG002  the library's signature
        """Return the one signer."""
        return self._signer

    def iter_unsigners(self, salt: str | bytes | None = None) -> Iterator[TimestampSigner]:  # noqa: ARG002
        """Return the one signer: there are no older keys."""
        yield self._signer

    def dump_payload(self, obj: Any) -> bytes:
        """Pack only what is worth it."""
        text = json.dumps(obj, separators=(",", ":")).encode()
        return super().dump_payload(obj) if len(text) > LONG_BYTES else base64_encode(text)


@lru_cache(maxsize=8)
def serializer(secret_key: str, salt: str) -> CookieSerializer:
    """Return the serializer for one kind of cookie."""
    return CookieSerializer(secret_key, salt=salt)


def send_cookie(
    response: Response, name: str, value: str, *, secure: bool, httponly: bool, max_age: int | None = None
) -> None:
    """Send a cookie for the whole site, kept for ``max_age`` seconds or until the browser closes.

    Name and value are ASCII letters, digits and ``-_.=``: there is nothing to escape.
    """
    parts = [f"{name}={value}", "Path=/", "SameSite=Lax"]
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    if secure:
        parts.append("Secure")
    if httponly:
        parts.append("HttpOnly")
    response.headers.add("Set-Cookie", "; ".join(parts))


class NoticeSessions(SessionInterface):
    """Flask's session: a signed cookie that lives as long as there is something to say (see ``notices``)."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        """Return what the cookie holds; a forged or old one holds nothing."""
        text = request.cookies.get(self.get_cookie_name(app))
        if not text:
            return SecureCookieSession()
        max_age = int(app.permanent_session_lifetime.total_seconds())
        try:
            return SecureCookieSession(self._serializer(app).loads(text, max_age=max_age))
        except (BadData, ValueError, TypeError):
            return SecureCookieSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send what is to be said, or take the cookie away when it has been."""
        if session.accessed:
            response.headers.add("Vary", "Cookie")
        if not session.modified:
            return
        name, secure = self.get_cookie_name(app), self.get_cookie_secure(app)
        if session:
            value = str(self._serializer(app).dumps(dict(session)))
            send_cookie(response, name, value, secure=secure, httponly=True)
        else:
            response.delete_cookie(name, secure=secure, samesite="Lax", httponly=True)

    def _serializer(self, app: Flask) -> CookieSerializer:
        return serializer(str(app.secret_key), NOTICES_SALT)
