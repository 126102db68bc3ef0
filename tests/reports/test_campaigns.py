"""The sheet of a campaign and of a code: what it brought, what it cost, who came by it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from shop.db import reading, writing
from shop.discounts import actions as discounts
from shop.discounts import tries
from shop.discounts.models import Code
from shop.orders.models import Order
from shop.reports import campaigns as reports
from shop.reports.campaigns import Recent, Sheet
from shop.seed import seed
from shop.subscribers.models import Reader
from tests.discounts.test_actions import Use
from tests.orders.made import NOW, a_paid_order, a_payment, a_refund, an_order
from tests.queries import counted


@pytest.fixture
def shop(engine: Engine) -> Engine:
    """Four paid orders, two of them with RUN15: one by a reader who had bought before, one refunded in part."""
    seed(engine, live=False, now=NOW)
    with writing(engine) as session:
        run15 = session.scalars(select(Code).where(Code.code == "RUN15")).one()
        other = session.scalars(select(Code).where(Code.code == "PTPRO20")).one()
        before = a_paid_order(
            session, 1001, email_normalized="ann@example.com", paid_at=NOW - timedelta(days=30)
        )
        before.placed_at = NOW - timedelta(days=30)
        bought(session, 1002, run15, "ann@example.com", minutes=1)
        a_paid_order(session, 1003, email_normalized="bob@example.com", placed_at=NOW + timedelta(minutes=2))
        refunded = bought(session, 1004, run15, "maya@example.com", minutes=3, country="CA")
        a_refund(session, a_payment(session, refunded, provider_id="pi_again"), 5000)
        # A second payment was never counted as sold, and its way back takes nothing from it.
        twice = a_payment(session, refunded, provider_id="pi_twice")
        a_refund(session, twice, 12900, source="automatic")
        bought(session, 1005, other, "zoe@example.com", minutes=4)
        waiting = an_order(session, 1006, code="RUN15")
        hold(session, waiting, run15)
        session.add(
            Reader(
                key="k", email="ann@example.com", email_normalized="ann@example.com", state="confirmed", seed="s",
                source="hip-pain-while-driving", asked_at=NOW, confirmed_at=NOW,
            )
        )  # fmt: skip
        for outcome in ("", "", "code_below_subtotal", "code_ended", "code_ended"):
            tries.count(session, run15.campaign_id, run15.id, outcome, on=NOW.date())
    return engine


def hold(session: Session, order: Order, code: Code) -> None:
    use = Use(code.campaign_id, code.id, code.code, amount=order.discount_amount)
    discounts.hold(session, order.id, [use], order.email_normalized, now=NOW)


def bought(
    session: Session, number: int, code: Code, email: str, *, minutes: int, country: str = "US"
) -> Order:
    """A paid order of a Hip Hook with a code that takes off $20."""
    order = a_paid_order(
        session,
        number,
        email_normalized=email,
        code=code.code,
        discount_amount=2000,
        total_amount=12900,
        country=country,
        placed_at=NOW + timedelta(minutes=minutes),
        paid_at=NOW + timedelta(minutes=minutes),
    )
    hold(session, order, code)
    discounts.redeem(session, order.id, now=NOW)
    return order


def of(engine: Engine, code: str, *, one_code: bool = False) -> Sheet:
    with reading(engine) as session:
        row = session.scalars(select(Code).where(Code.code == code)).one()
        return reports.sheet(session, row.campaign_id, code_id=row.id if one_code else None)


@pytest.mark.parametrize("one_code", [False, True])
def test_the_sheet_says_what_came_in_what_it_cost_and_who_came(shop: Engine, one_code: bool) -> None:
    sheet = of(shop, "RUN15", one_code=one_code)
    assert (sheet.held, sheet.redeemed, sheet.released, sheet.orders) == (1, 2, 0, 2)
    assert (sheet.gross_amount, sheet.given_amount, sheet.paid_amount) == (29800, 4000, 25800)
    assert (sheet.refunded_amount, sheet.net_amount) == (5000, 20800)
    assert (sheet.new_buyers, sheet.returning_buyers) == (1, 1)
    # Without it, between its first order and its last: the one of 1003.
    assert (sheet.average_with_amount, sheet.average_without_amount) == (12900, 14900)
    assert (sheet.taken, sheet.refused) == (2, [("code_ended", 2), ("code_below_subtotal", 1)])
    assert sheet.sources == [("", 1, 7900), ("hip-pain-while-driving", 1, 12900)]
    assert sheet.countries == [("CA", 1, 7900), ("US", 1, 12900)]


def test_a_campaign_nobody_used_has_a_sheet_of_nothing(shop: Engine) -> None:
    sheet = of(shop, "HOOK40")
    assert (sheet.orders, sheet.net_amount, sheet.average_with_amount, sheet.sources) == (0, 0, None, [])


def test_an_order_refunded_in_full_stays_on_the_sheet(shop: Engine) -> None:
    with writing(shop) as session:
        order = session.scalars(select(Order.id).where(Order.number == 1005)).one()
        discounts.release(session, order, now=NOW, redeemed=True)
    sheet = of(shop, "PTPRO20")
    assert (sheet.redeemed, sheet.released, sheet.orders, sheet.given_amount) == (0, 1, 1, 2000)


def test_the_file_has_one_row_for_each_paid_order(shop: Engine) -> None:
    with reading(shop) as session:
        campaign_id = session.scalars(select(Code.campaign_id).where(Code.code == "RUN15")).one()
        rows = reports.every_order(session, campaign_id)
    assert [(row[0], *row[2:]) for row in rows] == [
        (1002, "US", "RUN15", 14900, 2000, 12900, 0, "USD"),
        (1004, "CA", "RUN15", 14900, 2000, 12900, 5000, "USD"),
    ]


def test_a_list_says_what_a_campaign_did_of_late(shop: Engine) -> None:
    late = NOW + timedelta(days=30, minutes=2)
    with counted(shop) as statements, reading(shop) as session:
        ids = dict(session.execute(select(Code.code, Code.campaign_id)).all())
        recent = reports.recent(session, [ids["RUN15"], ids["HOOK40"]], NOW)
        assert reports.recent(session, [ids["RUN15"]], late)[ids["RUN15"]].orders == 0
    assert len(statements) == 7
    assert recent == {
        ids["RUN15"]: Recent(2, 20800, NOW),
        ids["HOOK40"]: Recent(0, 0, None),
    }


@pytest.mark.parametrize("one_code", [False, True])
def test_uses_are_told_week_by_week_from_the_first_of_them(shop: Engine, one_code: bool) -> None:
    zone = ZoneInfo("America/New_York")
    with writing(shop) as session:
        code = session.scalars(select(Code).where(Code.code == "RUN15")).one()
        # Monday morning in UTC is still Sunday in New York.
        monday = datetime(2026, 11, 9, 3, tzinfo=UTC)
        session.execute(update(Order).where(Order.number == 1004).values(placed_at=monday))
        weeks = reports.weeks(session, code.campaign_id, NOW, zone, code_id=code.id if one_code else None)
    assert [(week.starts_on.isoformat(), week.orders, week.paid_amount) for week in weeks] == [
        ("2026-11-02", 1, 12900),
        ("2026-11-09", 0, 0),
        ("2026-11-16", 0, 0),
        ("2026-11-23", 1, 12900),
    ]


def test_a_sheet_costs_a_fixed_number_of_queries(shop: Engine) -> None:
    with counted(shop) as statements, reading(shop) as session:
        reports.sheet(session, 1)
    assert len(statements) <= 6
