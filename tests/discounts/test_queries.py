"""Reading offers and codes, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from shop.db import reading, writing
from shop.discounts import actions as discounts
from shop.discounts import queries
from shop.discounts.models import Campaign, CampaignCountry, CampaignItem, Code
from shop.seed import seed
from tests.discounts.test_actions import Use
from tests.orders.made import NOW, an_order
from tests.queries import counted

DAY = timedelta(days=1)


@pytest.fixture
def shop(engine: Engine) -> Engine:
    seed(engine, live=False, now=NOW)
    return engine


def an_offer(engine: Engine, name: str, **columns: Any) -> int:
    values = {"kind": "percent", "percent_basis_points": 500, "currency": "USD", "created_at": NOW}
    with writing(engine) as session:
        campaign = Campaign(**{"name": name, "automatic": True} | values | columns)
        session.add(campaign)
        session.flush()
        return campaign.id


def test_only_offers_that_run_now_are_read(shop: Engine) -> None:
    always = an_offer(shop, "Always")
    running = an_offer(shop, "Running", starts_at=NOW, ends_at=NOW + DAY)
    an_offer(shop, "Over", ends_at=NOW)
    an_offer(shop, "Not yet", starts_at=NOW + DAY)
    an_offer(shop, "Off", active=False)
    an_offer(shop, "Waits for its code", automatic=False)
    with reading(shop) as session:
        offers, code_try = queries.offers_and_code(session, "", now=NOW)
    assert [terms.campaign_id for terms in offers] == [always, running]
    assert code_try is None
    assert all(terms.automatic for terms in offers)


def test_a_code_is_found_with_everything_its_campaign_says(shop: Engine) -> None:
    values = {"first_order_only": True, "max_uses": 9, "max_uses_per_customer": 1, "ends_at": NOW + DAY}
    campaign = an_offer(shop, "Whole", automatic=False, combinable=False, public=True, **values)
    with writing(shop) as session:
        session.add_all(CampaignItem(campaign_id=campaign, sku=sku) for sku in ("HOOK-1", "BALL-1"))
        session.add_all(CampaignCountry(campaign_id=campaign, country=code) for code in ("US", "CA"))
        ends = NOW + 2 * DAY
        code = {"code": "CH-7K2M-4P", "bound_email": "Ma.Ya@Gmail.com", "max_uses": 1, "ends_at": ends}
        session.add(Code(campaign_id=campaign, created_at=NOW, **code))
    with reading(shop) as session:
        _, code_try = queries.offers_and_code(session, "CH-7K2M-4P", now=NOW, from_link=True)
    assert code_try is not None
    assert code_try.from_link
    assert code_try.found is not None
    found, terms = code_try.found
    assert (found.code, found.bound_email, found.max_uses, found.ends_at) == (
        "CH-7K2M-4P",
        "maya@gmail.com",
        1,
        ends,
    )
    assert terms.skus == {"HOOK-1", "BALL-1"}
    assert terms.countries == {"US", "CA"}
    assert (terms.combinable, terms.public, terms.automatic, terms.active) == (False, True, False, True)
    assert (terms.first_order_only, terms.max_uses, terms.max_uses_per_customer) == (True, 9, 1)
    assert terms.ends_at == NOW + DAY


def test_a_code_that_is_not_there_is_a_try_without_a_find(shop: Engine) -> None:
    with reading(shop) as session:
        _, code_try = queries.offers_and_code(session, "NOPE", now=NOW)
    assert code_try is not None
    assert (code_try.typed, code_try.found) == ("NOPE", None)


def test_what_the_buyers_own_unpaid_order_holds_is_not_counted_against_her(shop: Engine) -> None:
    campaign = an_offer(shop, "Once", automatic=False, max_uses_per_customer=1)
    with writing(shop) as session:
        code = Code(campaign_id=campaign, code="ONCE", max_uses=1, created_at=NOW)
        session.add(code)
        session.flush()
        order = an_order(session, 1001)
        use = Use(campaign, code.id, "ONCE")
        discounts.hold(session, order.id, [use], "maya@example.com", now=NOW)
        order_id = order.id
    with reading(shop) as session:
        for own, uses in ((None, 1), (order_id, 0)):
            _, code_try = queries.without_order(
                session, own, *queries.offers_and_code(session, "ONCE", now=NOW)
            )
            assert code_try is not None
            assert code_try.found is not None
            assert (code_try.found[0].uses, code_try.found[1].uses) == (uses, uses)
            counted_uses = queries.uses_of_customer(
                session, "maya@example.com", [campaign], without_order_id=own
            )
            assert counted_uses.get(campaign, 0) == uses


def test_offers_are_read_once_until_one_is_changed_and_then_a_cart_costs_one_query(shop: Engine) -> None:
    for number in range(30):
        an_offer(shop, f"Offer {number}")

    # The version, the offers, the code; then only the version and the code.
    assert [queries_of(shop), queries_of(shop)] == [3, 2]
    limited = an_offer(shop, "Limited", max_uses=5)
    # With a limit its uses are asked for.
    assert [queries_of(shop), queries_of(shop)] == [4, 3]
    with writing(shop) as session:
        order = an_order(session, 1000).id
        discounts.hold(session, order, [Use(limited, amount=700)], "maya@example.com", now=NOW)
    # Counting a use reads no offer anew.
    assert queries_of(shop) == 3


def queries_of(engine: Engine) -> int:
    with counted(engine) as statements, reading(engine) as session:
        queries.offers_and_code(session, "RUN15", now=NOW)
    return len(statements)


def test_the_uses_of_a_limited_offer_are_always_those_of_now(shop: Engine) -> None:
    limited = an_offer(shop, "Limited", max_uses=5, budget_amount=10_000)
    with reading(shop) as session:
        [terms], _ = queries.offers_and_code(session, "", now=NOW)
    assert (terms.uses, terms.spent_amount) == (0, 0)
    with writing(shop) as session:
        order = an_order(session, 1000).id
        discounts.hold(session, order, [Use(limited, amount=700)], "maya@example.com", now=NOW)
    with reading(shop) as session:
        [terms], _ = queries.offers_and_code(session, "", now=NOW)
        assert (terms.uses, terms.spent_amount) == (1, 700)
        [own], _ = queries.without_order(session, order, *queries.offers_and_code(session, "", now=NOW))
        assert (own.uses, own.spent_amount) == (0, 0)
