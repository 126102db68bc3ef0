"""Security headers, on every response: nothing from elsewhere is loaded or told where visitors are."""

from collections.abc import Callable, Iterable
from typing import Any

from shop.config import Config
from shop.web.pages import PRIVATE

Application = Callable[..., Iterable[bytes]]

PASSKEYS = "publickey-credentials-get"
# Features no page of the shop asks for.
UNUSED_FEATURES = (
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "microphone",
    "payment",
    PASSKEYS,
    "usb",
)

# A letter has its styles in its tags. They apply there only, nothing else of it does, and only our page frames it.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
)


def security_headers(config: Config) -> list[tuple[str, str]]:
    """Return the headers that every response carries."""
    headers = [
        ("Content-Security-Policy", content_security_policy(config)),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", without_features()),
        # Order links hold a token: no other site ever learns the address of a page. ("no-referrer" would also
        # blank the Origin of the shop's own forms, which the cross-site guard reads.)
        ("Referrer-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if config.https:
        headers.append(("Strict-Transport-Security", "max-age=31536000"))
    return headers


def without_features(but: str = "") -> str:
    """Return the policy that turns off every feature no page asks for, except ``but``."""
    return ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES if feature != but)


def content_security_policy(config: Config) -> str:
    """Return the policy. ``connect-src`` is for audits that fetch robots.txt from within the page."""
    # The checkout form answers with a redirect to the payment page; browsers apply form-action to it.
    rules = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        f"form-action 'self' {config.payment_origin}",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    if config.https:
        rules.append("upgrade-insecure-requests")
    return "; ".join(rules)


class Secured:
    """A WSGI application around the app that puts the headers on every answer; what a view has set stays.

    A page not marked public is kept by nobody. (As a hook of the app's, each header would be checked and copied twice.)
    """

    def __init__(self, app: Application, config: Config) -> None:
        self.app = app
        always = [("Cache-Control", PRIVATE), *security_headers(config)]
        self.always = [(name.lower(), (name, value)) for name, value in always]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass the request on, and its answer back."""

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            given = {name.lower() for name, _ in headers}
            secured = [*headers, *(header for name, header in self.always if name not in given)]
            return start_response(status, secured, exc_info)

        return self.app(environ, start)
