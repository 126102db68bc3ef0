"""What is turned away at the door, and that nothing strange makes the shop stumble."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PART = b"--b\r\nContent-Disposition: form-data; name=code\r\n\r\nx\r\n"


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize(
    ("headers", "taken"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "http://127.0.0.1:8000"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://[broken"}, False),
        ({}, True),
    ],
)
def test_a_form_is_taken_only_from_the_shops_own_pages(
    visitor: FlaskClient, headers: dict[str, str], taken: bool
) -> None:
    sent = visitor.post("/cart/country", data={"country": "US"}, headers=headers)
    assert (sent.status_code != 403) is taken


def test_a_refused_post_changes_nothing(visitor: FlaskClient) -> None:
    sent = visitor.post(
        "/cart/items", data={"sku": "HOOK", "quantity": "1"}, headers={"Origin": "https://evil.example"}
    )
    assert sent.status_code == 403
    assert "came from another website" in sent.text
    assert "Set-Cookie" not in sent.headers


def test_the_payment_service_may_post_from_elsewhere(visitor: FlaskClient) -> None:
    heard = visitor.post(
        "/webhooks/stripe",
        data=b"{}",
        headers={"Sec-Fetch-Site": "cross-site"},
        content_type="application/json",
    )
    assert heard.status_code == 400  # not signed, but not refused as cross-site


def test_a_visitor_may_follow_a_link_from_anywhere(visitor: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
    assert visitor.get("/shop", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/products/%00", 400),
        ("GET", "/products/hip-hook%00", 400),
        ("GET", "/cart?x=%00", 400),
        ("GET", "/products/%FF%FE", 404),
        ("GET", "/%C0%AF%C0%AF", 404),
        ("GET", "/products/%ED%A0%80", 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404),
        ("GET", "/static/../shop/config.py", 404),
        ("GET", "/static/%2e%2e/shop/config.py", 404),
        ("GET", "/static/", 404),
        ("GET", "/cart?" + "a=1&" * 5000, 200),
        ("GET", "/" + "x" * 5000, 404),
        ("POST", "/", 405),
        ("PUT", "/cart", 405),
        ("DELETE", "/products/hip-hook", 405),
        ("BREW", "/", 405),
        ("TRACE", "/", 405),
        ("get", "/nowhere", 404),
    ],
)
def test_odd_requests_get_a_plain_answer(visitor: FlaskClient, method: str, path: str, status: int) -> None:
    answered = visitor.open(path, method=method)
    assert answered.status_code == status
    if status == 405:
        assert "GET" in answered.headers["Allow"] or "POST" in answered.headers["Allow"]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/orders//find", "/orders/find"),
        ("/orders///find?a=%2F%2Fb", "/orders/find?a=%2F%2Fb"),
        ("/admin//login", "/admin/login"),
    ],
)
def test_a_forged_host_leads_nobody_away(visitor: FlaskClient, path: str, location: str) -> None:
    answered = visitor.get(path, headers={"Host": "elsewhere.example"})
    assert answered.headers["Location"] == location
    assert "elsewhere" not in answered.text


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"code=%00", "application/x-www-form-urlencoded", 400),
        (b"code=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"code=1&" * 200_000, "application/x-www-form-urlencoded", 413),
        (b"x" * 2_000_000, "text/plain", 413),
        (PART * 200 + b"--b--", "multipart/form-data; boundary=b", 413),
        (b"--b\r\nbroken", "multipart/form-data; boundary=b", None),
        (b"\xff\xfe=\xff", "application/x-www-form-urlencoded", None),
        (b"[" * 50_000, "application/json", None),
        (b"code=x", "nonsense/;;;", None),
    ],
)
def test_odd_bodies_get_a_plain_answer(
    visitor: FlaskClient, body: bytes, content_type: str, status: int | None
) -> None:
    answered = visitor.post("/cart/code", data=body, content_type=content_type)
    assert answered.status_code == status if status else answered.status_code < 500


def test_a_webhook_may_be_as_large_as_the_body_limit(visitor: FlaskClient) -> None:
    large, too_large = b"x" * 1_000_000, b"x" * 1_100_000
    assert visitor.post("/webhooks/stripe", data=large).status_code == 400
    assert visitor.post("/webhooks/stripe", data=too_large).status_code == 413
