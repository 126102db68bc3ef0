"""No input whatever is a server error."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop.payments.standin import accepted, create_standin
from shop.payments.standin.amounts import spread, written
from shop.payments.standin.errors import ApiError
from shop.payments.standin.parameters import Fields, Many, parsed

HEADERS = {"Authorization": "Bearer sk_test_local_any", "Stripe-Version": "2026-10-28.endive"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def names(table: Fields, prefix: str = "") -> list[str]:
    """Return the full names of a table's parameters, as they stand in a form."""
    found = []
    for name, kind in table.known.items():
        full = f"{prefix}[{name}]" if prefix else name
        found.append(full)
        if isinstance(kind, Many):
            full, kind = f"{full}[0]", kind.member
            found.append(full)
        if isinstance(kind, Fields):
            found += names(kind, full)
    return found


NAMES = sorted({*names(accepted.SESSION_CREATE), *names(accepted.COUPON_CREATE), *names(accepted.EVENT_LIST)})
name_of = st.one_of(
    st.sampled_from(NAMES), st.text(max_size=20), st.from_regex(r"[a-z]{1,3}(\[[a-z0-9]?\]){0,9}")
)
value_of = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            "true",
            "usd",
            "payment",
            "hosted_page",
            "US",
            "card",
            "0",
            "-1",
            "1e9",
            "9" * 40,
            "１",
            "http://[",
            "\x00",
        ]
    ),
    st.integers().map(str),
)
pairs_of = st.lists(st.tuples(name_of, value_of), max_size=12)
WHOLE = [
    ("mode", "payment"),
    ("success_url", "http://127.0.0.1:8000/"),
    ("line_items[0][quantity]", "1"),
    ("line_items[0][price_data][currency]", "usd"),
    ("line_items[0][price_data][unit_amount]", "500"),
    ("line_items[0][price_data][product_data][name]", "Hip Hook"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[FlaskClient]:
    with tempfile.TemporaryDirectory() as folder:
        app = create_standin(
            Path(folder) / "s.db",
            webhook_url="http://127.0.0.1:9/",
            webhook_secret="whsec",
            accepted_key="sk_test_local_any",
        )
        yield app.test_client()
        app.extensions["standin"].store.close()


def many(test: Any) -> Any:
    return settings(
        max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )(test)


@many
@given(pairs=pairs_of, whole=st.booleans())
def test_no_parameters_are_a_server_error(
    browser: FlaskClient, pairs: list[tuple[str, str]], whole: bool
) -> None:
    body = urlencode((WHOLE if whole else []) + pairs, errors="replace")
    for path in ("/v1/checkout/sessions", "/v1/coupons", "/v1/refunds", "/v1/webhook_endpoints"):
        assert browser.post(path, data=body, headers={**HEADERS, **FORM}).status_code < 500
    for path in ("/v1/events", "/v1/checkout/sessions"):
        assert browser.get(f"{path}?{body}", headers=HEADERS).status_code < 500


@many
@given(body=st.binary(max_size=200), path=st.text(max_size=20))
def test_no_bytes_and_no_path_are_a_server_error(browser: FlaskClient, body: bytes, path: str) -> None:
    for address in (
        "/v1/coupons",
        "/control/clock",
        "/control/faults",
        "/control/webhooks/wait",
        "/pay/none",
    ):
        for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data", "", "x"):
            answer = browser.post(address, data=body, headers={**HEADERS, "Content-Type": kind})
            assert answer.status_code < 500
    safe = path.encode("utf-8", "replace").decode().replace("?", "").replace("#", "").lstrip("/")
    for start in ("/v1/", "/v1/coupons/", "/pay/", "/control/", "/"):
        assert browser.get(start + safe, headers=HEADERS).status_code < 500


@many
@given(
    typed=st.dictionaries(
        st.sampled_from(["email", "card_number", "card_expiry", "name", "country"]), value_of
    )
)
def test_nothing_typed_into_the_page_is_a_server_error(browser: FlaskClient, typed: dict[str, str]) -> None:
    made = browser.post("/v1/checkout/sessions", data=urlencode(WHOLE), headers={**HEADERS, **FORM}).json
    body = urlencode(typed, errors="replace")
    assert browser.post(f"/pay/{made['id']}", data=body, headers=FORM).status_code == 422


@given(pairs=pairs_of)
def test_parsing_gives_a_tree_or_a_refusal(pairs: list[tuple[str, str]]) -> None:
    with contextlib.suppress(ApiError):
        assert isinstance(parsed(pairs), dict)


def test_names_in_brackets_become_a_tree() -> None:
    tree = parsed([("a[0][b]", "1"), ("a[0][c]", "2"), ("a[1][b]", "3"), ("t[]", "x"), ("t[]", "y")])
    assert tree == {"a": {"0": {"b": "1", "c": "2"}, "1": {"b": "3"}}, "t": {"0": "x", "1": "y"}}


def test_more_than_five_thousand_parameters_are_refused() -> None:
    with pytest.raises(ApiError, match="Too many"):
        parsed((f"a{n}", "") for n in range(5001))


@given(amount=st.integers(0, 10**8), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_the_parts_of_a_discount_sum_to_it(amount: int, weights: list[int]) -> None:
    parts = spread(amount, weights)
    assert sum(parts) == (amount if sum(weights) else 0)
    assert all(part >= 0 for part in parts)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (5990, "usd", "$59.90"),
        (123456789, "usd", "$1,234,567.89"),
        (500, "jpy", "¥500"),
        (1500, "kwd", "1.500 KWD"),
    ],
)
def test_amounts_are_written_as_people_read_them(amount: int, currency: str, text: str) -> None:
    assert written(amount, currency) == text
