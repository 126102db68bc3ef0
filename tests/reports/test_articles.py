"""Money per article: what was read, who asked, who bought, what is left of it."""

from datetime import date, timedelta

from shop.articles import actions as articles
from shop.db import reading, writing
from shop.reports.articles import ArticleMoney, orders_from, per_article, reads_by_week
from shop.reports.readers import counts, growth, listed
from tests.orders.made import a_paid_order, a_payment, a_refund
from tests.queries import counted
from tests.welcome.conftest import MORNING, Room, room

__all__ = ["room"]

SIT, RUN = "hip-pain-from-sitting", "hip-pain-after-running"
TODAY = date(2026, 11, 27)


def report(room: Room, from_on: date = TODAY, to_on: date = TODAY) -> dict[str, ArticleMoney]:
    with reading(room.engine) as session, counted(room.engine) as statements:
        rows = per_article(session, [SIT, RUN], from_on=from_on, to_on=to_on, zone=room.desk.zone)
    assert len(statements) == 3
    return {row.slug: row for row in rows}


def test_an_article_is_worth_what_its_readers_paid_less_what_went_back(room: Room) -> None:
    with writing(room.engine) as session:
        articles.count_visits(session, {(SIT, "", TODAY): 40, (SIT, "inline", TODAY): 5, (RUN, "", TODAY): 9})
        articles.count_visits(session, {(SIT, "", TODAY): 2, (SIT, "", TODAY - timedelta(days=1)): 100})
    room.becomes_reader("maya@example.com", source=SIT)
    room.becomes_reader("b@example.com", source=SIT)
    room.asks("c@example.com", source=RUN)
    room.becomes_reader("d@example.com", slot="footer")
    with writing(room.engine) as session:
        later = {"placed_at": MORNING, "paid_at": MORNING + timedelta(days=3)}
        first = a_paid_order(session, 1, total_amount=13410, discount_amount=1490, **later)
        a_paid_order(session, 2, paid_at=MORNING + timedelta(days=9))
        a_refund(session, a_payment(session, first, provider_id="pi_x"), 5000)
        a_refund(session, a_payment(session, first, provider_id="pi_y"), 700, state="failed")
        # A second payment was never counted as sold, and its way back takes nothing from it.
        a_refund(session, a_payment(session, first, provider_id="pi_z"), 14400, source="automatic")
        a_paid_order(session, 3, paid_at=MORNING - timedelta(days=9))
        a_paid_order(session, 4, email="x@example.com", email_normalized="x@example.com")
        a_paid_order(session, 5, email="D@example.com", email_normalized="d@example.com", paid_at=MORNING)
    rows = report(room)
    sit, run, elsewhere = rows[SIT], rows[RUN], rows[""]
    assert (sit.reads, sit.clicks, sit.sign_ups, sit.confirmed, sit.opened) == (42, {"inline": 5}, 2, 2, 2)
    assert (sit.buyers, sit.orders, sit.revenue, sit.discount, sit.refunded) == (1, 2, 28310, 1490, 5000)
    assert (sit.net, sit.days_to_buy) == (23310, 3.0)
    assert (run.reads, run.sign_ups, run.confirmed, run.buyers, run.days_to_buy) == (9, 1, 0, 0, None)
    assert (elsewhere.sign_ups, elsewhere.buyers, elsewhere.net) == (1, 1, 14900)
    assert list(rows) == [SIT, "", RUN]
    yesterday = report(room, TODAY - timedelta(days=1), TODAY - timedelta(days=1))[SIT]
    assert (yesterday.reads, yesterday.sign_ups, yesterday.net) == (100, 0, 0)


def test_an_article_has_the_orders_of_its_readers_and_its_reads_by_week(room: Room) -> None:
    with writing(room.engine) as session:
        days = {(SIT, "", TODAY - timedelta(days=back)): 10 + back for back in (0, 6, 7, 14)}
        articles.count_visits(session, {**days, (SIT, "end", TODAY): 5, (RUN, "", TODAY): 9})
    room.becomes_reader("maya@example.com", source=SIT)
    with writing(room.engine) as session:
        for number, paid_after in ((1, -1), (2, 3), (3, 20)):
            a_paid_order(session, number, paid_at=MORNING + timedelta(days=paid_after))
        a_paid_order(session, 4, email="x@example.com", email_normalized="x@example.com")
    with reading(room.engine) as session:
        span = {"from_on": TODAY, "to_on": TODAY, "zone": room.desk.zone, "limit": 9}
        found = [(order.number, order.days) for order in orders_from(session, SIT, **span)]
        assert orders_from(session, RUN, **span) == []
        weeks = reads_by_week(session, SIT, last_on=TODAY, weeks=2)
    assert found == [(3, 20), (2, 3)]
    assert [count for _, count in weeks] == [17, 26]


def test_readers_are_listed_found_and_counted(room: Room) -> None:
    room.becomes_reader("maya@example.com", source=SIT)
    room.later(minutes=1)
    room.asks("mayor@example.com")
    room.later(days=8)
    room.asks("other_one@example.com", source=RUN)
    with reading(room.engine) as session:
        assert [row.email for row in listed(session, limit=2)] == [
            "other_one@example.com",
            "mayor@example.com",
        ]
        assert [row.email for row in listed(session, typed="MAY", limit=9)] == [
            "mayor@example.com",
            "maya@example.com",
        ]
        assert [row.email for row in listed(session, typed="Maya@example.com", limit=9)] == [
            "maya@example.com"
        ]
        assert [row.email for row in listed(session, typed="other%", limit=9)] == []
        [one] = listed(session, view="confirmed", source=SIT, limit=9)
        assert (one.code is not None, one.code_used) == (True, 0)
        assert counts(session) == {"confirmed": 1, "pending": 2, "left": 0}
        weeks = growth(session, today=date(2026, 12, 6), weeks=3, zone=room.desk.zone)
    assert [(week.begins_on.day, week.asked, week.confirmed) for week in weeks] == [
        (16, 0, 0),
        (23, 2, 1),
        (30, 1, 0),
    ]
