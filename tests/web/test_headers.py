"""Every response carries the security headers, and only public pages may be kept."""

from dataclasses import replace

import pytest
from flask import Flask

from shop.config import Config
from shop.web.headers import content_security_policy, security_headers

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "path", ["/", "/shop", "/products/hip-hook", "/cart", "/nothing", "/healthz", "/static/js/shop.js"]
)
def test_every_response_carries_the_security_headers(app: Flask, config: Config, path: str) -> None:
    answered = app.test_client().get(path)
    for name, value in security_headers(config):
        assert answered.headers.getlist(name) == [value]


def test_the_policy_allows_nothing_from_elsewhere_and_the_way_to_the_payment_page(config: Config) -> None:
    policy = dict(rule.split(" ", 1) for rule in content_security_policy(config).split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self' http://127.0.0.1:8001"
    stripe = content_security_policy(replace(config, stripe_api_base=""))
    assert "form-action 'self' https://checkout.stripe.com" in stripe
    assert "unsafe" not in stripe


def test_only_a_shop_on_https_asks_browsers_to_stay_there(config: Config) -> None:
    https = replace(config, base_url="https://shop.example.com")
    assert "Strict-Transport-Security" not in dict(security_headers(config))
    assert dict(security_headers(https))["Strict-Transport-Security"] == "max-age=31536000"
    assert "upgrade-insecure-requests" in content_security_policy(https)


@pytest.mark.parametrize("path", ["/cart", "/orders/find", "/admin/login", "/nothing", "/healthz"])
def test_a_page_not_marked_public_is_kept_by_nobody(app: Flask, path: str) -> None:
    assert app.test_client().get(path).headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/", "/shop", "/products/hip-hook"])
def test_a_public_page_may_be_kept_for_a_second_and_sets_no_cookie(app: Flask, path: str) -> None:
    answered = app.test_client().get(path)
    assert answered.headers["Cache-Control"] == "public, max-age=0, s-maxage=1, must-revalidate"
    assert "Set-Cookie" not in answered.headers
    assert "Cookie" not in answered.headers.get("Vary", "")
