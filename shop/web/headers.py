"""Security headers, on every response: nothing from elsewhere is loaded or told where visitors are."""

from flask import Flask, Response

from shop.config import Config
from shop.web.pages import PRIVATE

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


def install(app: Flask, config: Config) -> None:
    """Put the headers on every response of ``app``; a page not marked public is kept by nobody."""
    always = [("Cache-Control", PRIVATE), *security_headers(config)]

    @app.after_request
    def secure(response: Response) -> Response:
        # Looked through once: asking for each header by its name goes through all of them each time.
        set_by_view = {name.lower() for name, _ in response.headers}
        response.headers.extend([header for header in always if header[0].lower() not in set_by_view])
        return response
