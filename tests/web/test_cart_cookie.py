"""The cart cookie: what goes in comes out, and nothing else does."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask, Response, request
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from shop.app import create_app
from shop.cart.rules import MAX_CODE_LENGTH, MAX_ENTRIES, MAX_QUANTITY, MAX_SKU_LENGTH, Cart, Entry
from shop.config import load
from shop.errors import Reason
from shop.web.cart_cookie import MAX_BYTES, clear_cart, read_cart, write_cart

SECRET = "tests" * 8

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=MAX_SKU_LENGTH)
entries = st.builds(Entry, texts, st.integers(1, MAX_QUANTITY), st.integers(0, 10**7))
carts = st.builds(
    Cart,
    key=st.text("0123456789abcdef", min_size=32, max_size=32),
    entries=st.lists(entries, max_size=5, unique_by=lambda entry: entry.sku).map(tuple),
    code=st.text(max_size=MAX_CODE_LENGTH),
    country=st.sampled_from(["", "US", "GB"]),
    code_from_link=st.booleans(),
)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An app that asks its database nothing."""
    folder = tmp_path_factory.mktemp("shop")
    app = create_app(load({"DATABASE_URL": f"sqlite:///{folder}/shop.sqlite", "SECRET_KEY": SECRET}))
    yield app
    app.extensions["shop"].engine.dispose()


def sent(app: Flask, cart: Cart) -> Response:
    with app.test_request_context("/cart"):
        return write_cart(Response(), cart)


def value(response: Response) -> str:
    return response.headers.getlist("Set-Cookie")[0].split(";")[0].removeprefix("cart=")


def read(app: Flask, cookie: str) -> tuple[Cart, Reason | None]:
    with app.test_request_context("/cart", headers={"Cookie": f"cart={cookie}"}):
        cart, refused = read_cart(request)
        return cart, refused.reason if refused else None


def signed(payload: object, *, secret: str = SECRET, salt: str = "cart") -> str:
    return str(URLSafeTimedSerializer(secret, salt=salt, serializer=json).dumps(payload))


@given(carts)
def test_a_cart_comes_back_as_it_was_sent(app: Flask, cart: Cart) -> None:
    assert read(app, value(sent(app, cart))) == (cart, None)


def test_the_fullest_cart_fits_into_a_cookie(app: Flask) -> None:
    lines = tuple(
        Entry(f"{n:02}{'ÄX7' * 12}"[:MAX_SKU_LENGTH], MAX_QUANTITY, 9_999_999) for n in range(MAX_ENTRIES)
    )
    cart = Cart("0123456789abcdef" * 2, lines, "Ω" * MAX_CODE_LENGTH, "US", True)
    assert len(value(sent(app, cart))) < MAX_BYTES
    assert read(app, value(sent(app, cart))) == (cart, None)


def test_no_cookie_is_an_empty_cart_without_a_word(app: Flask) -> None:
    with app.test_request_context("/cart"):
        assert read_cart(request) == (Cart(), None)


GOOD = ["a" * 32, [["HOOK-1", 1, 14900]], "", "US", 0]


def test_the_payload_of_the_next_test_is_readable(app: Flask) -> None:
    assert read(app, signed(GOOD))[1] is None


def test_what_somebody_else_wrote_is_an_empty_cart_and_a_reason(app: Flask) -> None:
    forgeries = {
        "nothing of ours": "x",
        "another key": signed(GOOD, secret="another " * 5),
        "another purpose": signed(GOOD, salt="session"),
        "cut short": signed(GOOD)[:-1],
        "a dot less": signed(GOOD).replace(".", "", 1),
        "too long": "x" * (MAX_BYTES + 1),
    }
    for how, cookie in forgeries.items():
        assert read(app, cookie) == (Cart(), Reason.CART_UNREADABLE), how


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        "HOOK-1",
        GOOD[:4],
        [*GOOD, 1],
        ["A" * 32, *GOOD[1:]],
        [None, *GOOD[1:]],
        [GOOD[0], [["HOOK-1", 0, 100]], "", "US", 0],
        [GOOD[0], [["HOOK-1", 100, 100]], "", "US", 0],
        [GOOD[0], [["HOOK-1", 1.5, 100]], "", "US", 0],
        [GOOD[0], [["HOOK-1", True, 100]], "", "US", 0],
        [GOOD[0], [["HOOK-1", 1, "100"]], "", "US", 0],
        [GOOD[0], [["", 1, 100]], "", "US", 0],
        [GOOD[0], [["X" * 41, 1, 100]], "", "US", 0],
        [GOOD[0], [["HOOK-1", 1, 100], ["HOOK-1", 1, 100]], "", "US", 0],
        [GOOD[0], [["HOOK-1", 1]], "", "US", 0],
        [GOOD[0], [[f"X{number}", 1, 100] for number in range(21)], "", "US", 0],
        [GOOD[0], [], "X" * 41, "US", 0],
        [GOOD[0], [], None, "US", 0],
        [GOOD[0], [], "", "usa", 0],
    ],
)
def test_what_another_version_of_the_shop_wrote_is_an_empty_cart_and_a_reason(
    app: Flask, payload: object
) -> None:
    assert read(app, signed(payload)) == (Cart(), Reason.CART_UNREADABLE)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_empty_cart(app: Flask, noise: bytes) -> None:
    with app.test_request_context(
        "/cart", environ_overrides={"HTTP_COOKIE": b"cart=".decode() + noise.decode("latin-1")}
    ):
        assert read_cart(request)[0] == Cart()


def test_the_cart_is_for_the_server_alone_and_its_count_for_the_header(app: Flask) -> None:
    cart = Cart("a" * 32, (Entry("HOOK-1", 2, 100), Entry("BALL-1", 3, 100)))
    kept, count = sent(app, cart).headers.getlist("Set-Cookie")
    assert "HttpOnly" in kept
    assert count.startswith("cart_count=5;")
    assert "HttpOnly" not in count
    for cookie in (kept, count):
        assert "SameSite=Lax" in cookie
        assert "Max-Age=2592000" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie


def test_over_https_the_cookies_are_sent_over_https_only(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("secure")
    url = f"sqlite:///{folder}/shop.sqlite"
    app = create_app(load({"DATABASE_URL": url, "SECRET_KEY": SECRET, "BASE_URL": "https://shop.example"}))
    response = sent(app, Cart("a" * 32, (Entry("HOOK-1", 1, 100),)))
    with app.test_request_context("/cart"):
        taken_away = clear_cart(Response())
    for cookies in (response.headers.getlist("Set-Cookie"), taken_away.headers.getlist("Set-Cookie")):
        assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-cart", "__Host-cart_count"]
        assert all("Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie for cookie in cookies)


def test_over_https_a_cart_that_another_host_planted_is_not_seen(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('planted')}/shop.sqlite"
    app = create_app(load({"DATABASE_URL": url, "SECRET_KEY": SECRET, "BASE_URL": "https://shop.example"}))
    (own, _) = sent(app, Cart("a" * 32, (Entry("HOOK-1", 1, 100),))).headers.getlist("Set-Cookie")
    value = own.partition("=")[2].partition(";")[0]
    for name, entries in (("cart", 0), ("__Host-cart", 1)):
        with app.test_request_context("/cart", headers={"Cookie": f"{name}={value}"}):
            assert len(read_cart(request)[0].entries) == entries
    app.extensions["shop"].engine.dispose()


def test_an_empty_cart_takes_the_cookies_away(app: Flask) -> None:
    with app.test_request_context("/cart"):
        for response in (write_cart(Response(), Cart()), clear_cart(Response())):
            cookies = response.headers.getlist("Set-Cookie")
            assert [cookie.split("=")[0] for cookie in cookies] == ["cart", "cart_count"]
            assert all("Max-Age=0" in cookie for cookie in cookies)
