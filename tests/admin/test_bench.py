"""The test bench says each rule in words, whatever came of it."""

from dataclasses import replace

import pytest
from flask import Flask

from shop.admin.bench import told
from shop.discounts import checks
from shop.discounts.rules import KINDS, CodeTerms, Customer, Goods, Terms
from tests.discounts.test_sentence import at

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NOW = at(2026, 11, 24, 12)
GOODS = [Goods("HOOK-1", 14900, 1), Goods("SET-FULL", 17900, 1, reduced=True)]
MAYA = Customer("maya@example.com", "US", known=True)
OPEN = Terms(1, "Open", "percent", "USD", percent_basis_points=1000)
# Every rule is asked, and each of them fails for somebody.
STRICT = Terms(
    1,
    "Strict",
    "percent",
    "JPY",
    amount=1,
    buy_quantity=9,
    get_quantity=1,
    active=False,
    skus=frozenset(["BALL-1"]),
    get_skus=frozenset(["BOOK-PB"]),
    excludes_reduced=True,
    countries=frozenset(["CA"]),
    minimum_subtotal_amount=99_900,
    minimum_quantity=9,
    first_order_only=True,
    max_uses=1,
    max_uses_per_customer=1,
    uses=1,
    budget_amount=100,
    spent_amount=100,
    starts_at=at(2026, 12, 1),
    ends_at=at(2026, 11, 1),
)
BOUND = CodeTerms(1, "CODE", active=False, bound_email="ann@example.com", max_uses=1, uses=1)


def test_every_rule_is_a_sentence_whether_it_holds_fails_or_asks_nothing(app: Flask) -> None:
    said: set[str] = set()
    with app.test_request_context("/admin/discounts"):
        for terms in (
            OPEN,
            STRICT,
            replace(STRICT, uses=0, max_uses=9, starts_at=at(2026, 1, 1), ends_at=at(2027, 1, 1)),
        ):
            for kind in KINDS:
                for who in (
                    MAYA,
                    replace(MAYA, orders_before=2, uses={1: 5}),
                    Customer(),
                    replace(MAYA, country="CA"),
                ):
                    for check in checks.checks(replace(terms, kind=kind), BOUND, GOODS, "USD", who, NOW):
                        sentence = told(check)
                        assert sentence.words.endswith(".")
                        assert "{" not in sentence.words
                        assert "None" not in sentence.words
                        said.add(sentence.words)
    assert len(said) > 35
    assert "It was used 1 times; 1 is the limit." in said
