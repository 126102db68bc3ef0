"""What any cart costs anybody at any moment, and why: by the engine that prices the shop's own carts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from shop.checkout.explain import Situation, explain, read_cart, situation_of
from shop.checkout.queries import price_cart
from shop.db import reading, writing
from shop.discounts import queries
from shop.discounts.rules import Terms
from shop.seed import seed
from tests.checkout.test_queries import a_cart
from tests.orders.made import NOW, a_paid_order
from tests.rows import every_row

HOOK = Situation({"HOOK-1": 1}, "RUN15", "", "US", NOW)
DRAFT = Terms(0, "Draft", "fixed_order", "USD", amount=2000, minimum_subtotal_amount=20_000)


@pytest.fixture
def shop(engine: Engine) -> Engine:
    seed(engine, live=False, now=NOW)
    return engine


def failed(engine: Engine, situation: Situation, draft: Terms | None = None) -> dict[str, list[str]]:
    """Campaign -> the rules that do not hold."""
    with reading(engine) as session:
        trials = explain(session, situation, draft).quote.trials
    return {trial.name: [check.rule for check in trial.checks if not check.passed] for trial in trials}


@pytest.mark.parametrize(
    ("text", "quantities", "unread"),
    [
        ("HOOK-1", {"HOOK-1": 1}, []),
        ("hook-1:2, ball-1", {"HOOK-1": 2, "BALL-1": 1}, []),
        ("2 x HOOK-1\n3 BALL-1", {"HOOK-1": 2, "BALL-1": 3}, []),
        ("HOOK-1 2; HOOK-1", {"HOOK-1": 3}, []),
        ("http://shop.example/buy/HOOK-1:1,BALL-1:2?code=RUN15", {"HOOK-1": 1, "BALL-1": 2}, []),
        ("BALL-1:0", {}, []),
        ("<b>, HOOK-1", {"HOOK-1": 1}, ["<b>"]),
        ("HOOK-1:99, HOOK-1:99", {"HOOK-1": 99}, []),
        (" \n,", {}, []),
    ],
)
def test_a_pasted_cart_is_read(text: str, quantities: dict[str, int], unread: list[str]) -> None:
    assert read_cart(text) == (quantities, unread)


def test_the_bench_and_the_cart_page_come_to_the_same_price(shop: Engine) -> None:
    cart = a_cart(("HOOK-1", 1), ("BALL-1", 2), code="RUN15")
    with reading(shop) as session:
        of_cart = price_cart(session, cart, now=NOW, email="maya@example.com", country="US").quote
        situation = replace(HOOK, quantities={"HOOK-1": 1, "BALL-1": 2}, email="maya@example.com")
        assert explain(session, situation).quote == of_cart


def test_every_rule_is_tried_for_somebody_and_for_a_moment(shop: Engine) -> None:
    assert failed(shop, HOOK) == {"15% off for podcast listeners": []}
    assert failed(shop, replace(HOOK, code="OLDCODE")) == {"10% off, last season": ["not_ended"]}
    back_then = replace(HOOK, code="OLDCODE", at=NOW - timedelta(days=60))
    assert failed(shop, back_then) == {"10% off, last season": []}
    first = replace(HOOK, code="CH-DEMO-10", email="maya@example.com")
    assert failed(shop, first) == {"10% off a first order": []}
    with writing(shop) as session:
        a_paid_order(session, 1001)
    assert failed(shop, first) == {"10% off a first order": ["first_order"]}


def test_a_draft_takes_the_place_of_what_is_kept(shop: Engine) -> None:
    assert failed(shop, HOOK, DRAFT) == {"15% off for podcast listeners": []}
    for code in ("", "NOSUCHCODE"):
        assert failed(shop, replace(HOOK, code=code), DRAFT) == {"Draft": ["minimum_subtotal"]}
    with reading(shop) as session:
        _, code_try = queries.offers_and_code(session, "RUN15", now=NOW)
        assert code_try is not None
        assert code_try.found is not None
        kept = code_try.found[1]
        found = explain(session, HOOK, replace(kept, percent_basis_points=5000)).quote
        assert found.discount_amount == 7450
        offer = explain(
            session, replace(HOOK, code=""), replace(DRAFT, automatic=True, minimum_subtotal_amount=0)
        )
        assert [(use.name, use.amount, use.code) for use in offer.quote.uses] == [("Draft", 2000, "")]


def test_what_was_weighed_is_told(shop: Engine) -> None:
    with reading(shop) as session:
        alone = replace(DRAFT, automatic=True, minimum_subtotal_amount=0, combinable=False, amount=1000)
        ways = explain(session, HOOK, alone).quote.ways
    assert [(way.names, way.total_amount, way.chosen) for way in ways] == [
        (("15% off for podcast listeners",), 12665, True),
        (("Draft",), 13900, False),
        ((), 14900, False),
    ]


def test_an_order_can_be_picked(shop: Engine) -> None:
    with writing(shop) as session:
        a_paid_order(session, 1001, {"HOOK-1": 1, "BALL-1": 2}, code="RUN15")
    with reading(shop) as session:
        picked = situation_of(session, 1001)
        assert picked is not None
        assert (picked.quantities, picked.code, picked.email) == (
            {"HOOK-1": 1, "BALL-1": 2},
            "RUN15",
            "maya@example.com",
        )
        assert situation_of(session, 9) is None


def test_explaining_changes_nothing(shop: Engine) -> None:
    before = every_row(shop)
    failed(shop, replace(HOOK, email="maya@example.com"), DRAFT)
    assert every_row(shop) == before
