"""Uses of codes, on both databases: never more than allowed, and the counters are the rows."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shop.db import reading, writing
from shop.discounts import actions as discounts
from shop.discounts.models import Campaign, Code, Redemption
from shop.errors import Reason, Refused
from shop.seed import seed
from shop.together import ask
from tests.orders.made import NOW, an_order
from tests.rows import every_row

MAYA = "maya@example.com"
BUYERS = 12


@dataclass(frozen=True)
class Use:
    """A campaign that an order makes use of."""

    campaign_id: int
    code_id: int | None = None
    code: str = ""
    amount: int = 500


@pytest.fixture
def shop(engine: Engine) -> Iterator[Engine]:
    """A shop with orders to place; whatever a test did, the counters are the rows at its end."""
    seed(engine, live=False, now=NOW)
    yield engine
    with reading(engine) as session:
        for table, column in ((Campaign, Redemption.campaign_id), (Code, Redemption.code_id)):
            for row in session.scalars(select(table)):
                for state in ("held", "redeemed"):
                    counted = select(func.count()).where(column == row.id, Redemption.state == state)
                    assert getattr(row, state) == session.scalar(counted), (row, state)
        spent = select(func.coalesce(func.sum(Redemption.amount), 0)).where(
            Redemption.campaign_id == Campaign.id, Redemption.state != "released"
        )
        astray = select(Campaign.name).where(Campaign.spent_amount != spent.scalar_subquery())
        assert session.scalars(astray).all() == []


def a_campaign(engine: Engine, *, code: dict[str, Any] | None = None, **columns: Any) -> Use:
    """A campaign of $5 off with one code, and the use of it."""
    values = {"kind": "fixed_order", "amount": 500, "currency": "USD", "created_at": NOW}
    with writing(engine) as session:
        number = session.scalar(select(func.count()).select_from(Campaign))
        campaign = Campaign(**{"name": f"Campaign {number}"} | values | columns)
        session.add(campaign)
        session.flush()
        if code is None:
            return Use(campaign.id)
        row = Code(**{"campaign_id": campaign.id, "code": f"CODE{number}", "created_at": NOW} | code)
        session.add(row)
        session.flush()
        return Use(campaign.id, row.id, row.code)


def orders(engine: Engine, count: int) -> list[int]:
    """Some pending orders."""
    with writing(engine) as session:
        return [an_order(session, 1000 + number).id for number in range(count)]


def hold(engine: Engine, order_id: int, *uses: Use, email: str = MAYA) -> None:
    with writing(engine) as session:
        discounts.hold(session, order_id, uses, email, now=NOW)


def counts(engine: Engine, use: Use) -> tuple[int, int, int | None, int | None]:
    """Held and redeemed of the campaign, then of the code."""
    with reading(engine) as session:
        campaign = session.get_one(Campaign, use.campaign_id)
        code = session.get(Code, use.code_id) if use.code_id else None
        return (
            campaign.held,
            campaign.redeemed,
            code.held if code else None,
            code.redeemed if code else None,
        )


def test_a_use_is_held_then_redeemed(shop: Engine) -> None:
    use = a_campaign(shop, code={"max_uses": 1})
    [order] = orders(shop, 1)
    hold(shop, order, use)
    assert counts(shop, use) == (1, 0, 1, 0)
    for _ in range(2):
        with writing(shop) as session:
            discounts.redeem(session, order, now=NOW)
        assert counts(shop, use) == (0, 1, 0, 1)
    with writing(shop) as session:
        discounts.release(session, order, now=NOW)
    assert counts(shop, use) == (0, 1, 0, 1)


def test_an_order_never_paid_gives_its_code_back(shop: Engine) -> None:
    use = a_campaign(shop, code={"max_uses": 1}, max_uses=1)
    first, second = orders(shop, 2)
    hold(shop, first, use)
    for _ in range(2):
        with writing(shop) as session:
            discounts.release(session, first, now=NOW)
        assert counts(shop, use) == (0, 0, 0, 0)
    hold(shop, second, use, email="ann@example.com")
    assert counts(shop, use) == (1, 0, 1, 0)


def test_an_order_refunded_in_full_gives_its_code_back(shop: Engine) -> None:
    use = a_campaign(shop, code={})
    [order] = orders(shop, 1)
    hold(shop, order, use)
    for _ in range(2):
        with writing(shop) as session:
            discounts.redeem(session, order, now=NOW)
            discounts.release(session, order, now=NOW, redeemed=True)
        assert counts(shop, use) == (0, 0, 0, 0)


def test_holding_again_replaces_what_was_held(shop: Engine) -> None:
    one, other = a_campaign(shop, code={}), a_campaign(shop)
    [order] = orders(shop, 1)
    hold(shop, order, one)
    hold(shop, order, one, other)
    assert counts(shop, one) == (1, 0, 1, 0)
    assert counts(shop, other)[:2] == (1, 0)
    hold(shop, order, other)
    assert counts(shop, one) == (0, 0, 0, 0)
    with reading(shop) as session:
        assert session.scalar(select(func.count()).select_from(Redemption)) == 2


@pytest.mark.parametrize(
    ("campaign", "code", "reason"),
    [
        ({"max_uses": 0}, {}, Reason.CODE_USED_UP),
        ({"budget_amount": 499}, {}, Reason.CODE_USED_UP),
        ({"budget_amount": 499}, None, Reason.TOTAL_CHANGED),
        ({}, {"max_uses": 0}, Reason.CODE_USED_UP),
        ({"active": False}, {}, Reason.CODE_DISABLED),
        ({"active": False}, None, Reason.TOTAL_CHANGED),
        ({}, {"active": False}, Reason.CODE_DISABLED),
        ({}, {"bound_email": "Ann@Example.com"}, Reason.CODE_FOR_ANOTHER_ADDRESS),
        ({"max_uses_per_customer": 0}, {}, Reason.CODE_USED_BY_YOU),
    ],
)
def test_a_use_that_is_refused_leaves_every_row_as_it_was(
    shop: Engine, campaign: dict[str, Any], code: dict[str, Any] | None, reason: Reason
) -> None:
    fine, use = a_campaign(shop), a_campaign(shop, code=code, **campaign)
    [order] = orders(shop, 1)
    before = every_row(shop)
    with pytest.raises(Refused) as refused:
        hold(shop, order, fine, use)
    assert refused.value.reason is reason
    assert every_row(shop) == before


def test_a_bound_code_is_for_its_owner_however_she_spells_her_address(shop: Engine) -> None:
    use = a_campaign(shop, code={"bound_email": "Ma.Ya+hips@Gmail.com"})
    [order] = orders(shop, 1)
    hold(shop, order, use, email="maya@gmail.com")
    assert counts(shop, use) == (1, 0, 1, 0)


@pytest.mark.parametrize("rule", [{"max_uses_per_customer": 1}, {"first_order_only": True}])
def test_a_customer_uses_it_once_and_another_one_still_may(shop: Engine, rule: dict[str, Any]) -> None:
    use = a_campaign(shop, code={}, **rule)
    first, second, third = orders(shop, 3)
    hold(shop, first, use)
    with pytest.raises(Refused) as refused:
        hold(shop, second, use)
    assert refused.value.reason is Reason.CODE_USED_BY_YOU
    hold(shop, third, use, email="ann@example.com")
    with writing(shop) as session:
        discounts.release(session, first, now=NOW)
    hold(shop, second, use)
    assert counts(shop, use)[:2] == (2, 0)


def test_an_order_that_is_paid_late_takes_its_uses_again(shop: Engine) -> None:
    use = a_campaign(shop, code={"max_uses": 1}, max_uses_per_customer=1)
    [order] = orders(shop, 1)
    hold(shop, order, use)
    with writing(shop) as session:
        discounts.release(session, order, now=NOW)
        session.execute(update(Campaign).where(Campaign.id == use.campaign_id).values(active=False))
    for _ in range(2):
        with writing(shop) as session:
            assert discounts.retake(session, order, now=NOW)
        assert counts(shop, use) == (1, 0, 1, 0)


def test_an_order_that_is_paid_too_late_takes_nothing_rather_than_a_part(shop: Engine) -> None:
    free, last = a_campaign(shop), a_campaign(shop, code={"max_uses": 1})
    late, quick = orders(shop, 2)
    hold(shop, late, free, last)
    with writing(shop) as session:
        discounts.release(session, late, now=NOW)
    hold(shop, quick, last, email="ann@example.com")
    before = every_row(shop)
    with writing(shop) as session:
        assert not discounts.retake(session, late, now=NOW)
    assert every_row(shop) == before


def test_a_late_order_does_not_pass_its_customers_limit(shop: Engine) -> None:
    use = a_campaign(shop, max_uses_per_customer=1)
    late, quick = orders(shop, 2)
    hold(shop, late, use)
    with writing(shop) as session:
        discounts.release(session, late, now=NOW)
    hold(shop, quick, use)
    with writing(shop) as session:
        assert not discounts.retake(session, late, now=NOW)


def test_an_order_without_uses_has_nothing_to_take_again(shop: Engine) -> None:
    [order] = orders(shop, 1)
    with writing(shop) as session:
        assert discounts.retake(session, order, now=NOW)


# --- Everybody at once ---


def race(engine: Engine, work: Callable[[Session, int], None], order_ids: list[int]) -> int:
    """How many orders got through when all tried at the same moment."""
    start = Barrier(len(order_ids))

    def one(order_id: int) -> bool:
        start.wait()
        try:
            with writing(engine) as session:
                work(session, order_id)
        except (Refused, DBAPIError):
            return False
        return True

    with ThreadPoolExecutor(len(order_ids)) as threads:
        return sum(threads.map(one, order_ids))


def taking(use: Use, *, same_buyer: bool) -> Callable[[Session, int], None]:
    """Hold the use for an order of one buyer, or of a buyer of its own."""

    def take(session: Session, order_id: int) -> None:
        email = MAYA if same_buyer else f"buyer-{order_id}@example.com"
        discounts.hold(session, order_id, [use], email, now=NOW)

    return take


@pytest.mark.parametrize(
    ("campaign", "code"), [({}, {"max_uses": 1}), ({"max_uses": 1}, {}), ({"max_uses": 1}, None)]
)
def test_a_code_for_one_is_used_by_exactly_one(
    shop: Engine, campaign: dict[str, Any], code: dict[str, Any] | None
) -> None:
    use = a_campaign(shop, code=code, **campaign)
    assert race(shop, taking(use, same_buyer=False), orders(shop, BUYERS)) == 1
    assert counts(shop, use)[0] == 1


def test_a_budget_is_never_passed_however_many_buy_at_once(shop: Engine) -> None:
    use = a_campaign(shop, code={}, budget_amount=5 * 500 + 499)
    placed = orders(shop, BUYERS)
    assert race(shop, taking(use, same_buyer=False), placed) == 5
    with reading(shop) as session:
        [spending] = session.scalars(
            select(Redemption.order_id).where(Redemption.campaign_id == use.campaign_id).limit(1)
        )
        assert session.get_one(Campaign, use.campaign_id).spent_amount == 2500
    with writing(shop) as session:
        discounts.redeem(session, spending, now=NOW)
        discounts.release(session, spending, now=NOW, redeemed=True)
        late = an_order(session, 2000).id
    assert race(shop, taking(use, same_buyer=False), [late]) == 1


@pytest.mark.parametrize("rule", [{"max_uses_per_customer": 2}, {"first_order_only": True}])
def test_one_customer_in_many_windows_does_not_pass_her_limit(shop: Engine, rule: dict[str, Any]) -> None:
    use = a_campaign(shop, **rule)
    most = rule.get("max_uses_per_customer", 1)
    assert race(shop, taking(use, same_buyer=True), orders(shop, BUYERS)) == most
    assert counts(shop, use)[0] == most


def test_orders_with_the_same_two_offers_do_not_lock_each_other_out(shop: Engine) -> None:
    one, other = a_campaign(shop, code={}), a_campaign(shop)

    def take(session: Session, order_id: int) -> None:
        uses = [one, other] if order_id % 2 else [other, one]
        discounts.hold(session, order_id, uses, f"buyer-{order_id}@example.com", now=NOW)

    assert race(shop, take, orders(shop, BUYERS)) == BUYERS
    assert counts(shop, other)[0] == BUYERS


def test_redeeming_and_releasing_at_once_ends_in_one_of_the_two(shop: Engine) -> None:
    use = a_campaign(shop, code={})
    order, *others = orders(shop, 4)
    for each in (order, *others):
        hold(shop, each, use, email=f"buyer-{each}@example.com")

    def end(session: Session, turn: int) -> None:
        work = discounts.redeem if turn % 2 else discounts.release
        work(session, order, now=NOW)

    race(shop, end, list(range(8)))
    assert counts(shop, use) in ((3, 1, 3, 1), (3, 0, 3, 0))


def test_who_looked_before_somebody_else_ended_it_ends_nothing(shop: Engine) -> None:
    use = a_campaign(shop, code={})
    [order] = orders(shop, 1)
    hold(shop, order, use)
    with reading(shop) as session:
        [seen] = discounts._rows(session, order)
    with writing(shop) as session:
        discounts.redeem(session, order, now=NOW)
    with writing(shop) as session:
        assert not discounts._become(session, seen, "released", NOW)
    assert counts(shop, use) == (0, 1, 0, 1)


# --- The same without the guards: these races are real ---


def reader_then_writer(engine: Engine, check: str, change: str, values: dict[str, Any]) -> list[bool]:
    """Two buyers who each look first and write later, the second look before the first write."""
    looked = Barrier(2)

    def one(_: int) -> bool:
        with engine.connect() as connection:
            free = connection.execute(text(check), values).scalar_one()
            connection.rollback()
        looked.wait()
        if not free:
            return False
        with writing(engine) as session:
            session.execute(text(change), values)
        return True

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(one, range(2)))


def test_without_the_conditional_update_two_would_take_the_last_use(shop: Engine) -> None:
    use = a_campaign(shop, max_uses=2)
    both = reader_then_writer(
        shop,
        "SELECT held + redeemed < 1 FROM campaigns WHERE id = :id",
        "UPDATE campaigns SET held = held + 1 WHERE id = :id",
        {"id": use.campaign_id},
    )
    assert both == [True, True]
    assert counts(shop, use)[0] == 2
    with writing(shop) as session:
        session.execute(text("UPDATE campaigns SET held = 0 WHERE id = :id"), {"id": use.campaign_id})


def test_without_the_lock_of_the_campaign_one_customer_would_pass_her_limit(shop: Engine) -> None:
    use = a_campaign(shop, max_uses_per_customer=1)
    pair = iter(orders(shop, 2))
    looked, once = Barrier(2), discounts._Limits(max_uses_per_customer=1, first_order_only=False)

    def one(order_id: int) -> bool:
        with reading(shop) as session:
            may = discounts._customer_may(session, use.campaign_id, once, MAYA)
            session.rollback()
        looked.wait()
        with writing(shop) as session:
            if may:
                taking = discounts._take(use.campaign_id, None, use.amount, only_active=True)
                ask(session, [*taking, discounts._write(order_id, use, MAYA, None, NOW)])
        return may

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(one, pair)) == [True, True]


def test_the_database_itself_refuses_a_use_too_many(shop: Engine) -> None:
    use = a_campaign(shop, max_uses=1)
    with pytest.raises(DBAPIError), writing(shop) as session:
        session.execute(text("UPDATE campaigns SET held = 2 WHERE id = :id"), {"id": use.campaign_id})
