"""The letters of the series: which one, when, and what makes them wait or end."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from shop.config import ROOT
from shop.content import WordsRefused
from shop.content.series import read_series
from shop.db import reading, writing
from shop.discounts.models import Code
from shop.mail import actions as mail
from shop.mail.models import OutboxLetter
from shop.mail.rules import BY_DAY
from shop.orders.models import Order, Shipment
from shop.subscribers import actions as subscribers
from shop.subscribers.rules import is_open
from shop.welcome.rounds import go_round
from tests.orders.made import a_paid_order
from tests.rows import every_row
from tests.welcome.conftest import CONTENT, MORNING, Room


def days_pass(room: Room, days: float, *, hours: float = 2) -> None:
    """Let the worker go its rounds every two hours for some days; whatever it writes leaves at once."""
    until = room.now + timedelta(days=days)
    while room.now < until:
        room.later(hours=hours)
        while go_round(room.engine, room.desk, now=room.now):
            pass
        with writing(room.engine) as session:
            for letter in mail.claim(session, now=room.now, limit=100, lease_seconds=60):
                mail.mark_sent(session, letter, now=room.now)


def series_letters(room: Room, email: str = "") -> list[str]:
    """Her letters of series, in the order in which they left."""
    return [name for name in room.written(email) if name.startswith(("series", "bought"))]


def buys(room: Room, number: int = 1001, **columns: Any) -> None:
    """She places and pays an order now."""
    with writing(room.engine) as session:
        arrives = (room.now + timedelta(days=5)).date()
        columns = {"placed_at": room.now, "paid_at": room.now, "arrives_to_on": arrives} | columns
        a_paid_order(session, number, columns.pop("goods", None), **columns)


@pytest.mark.parametrize(
    ("source", "third_day"),
    [
        ("", "series_day"),
        ("hip-pain-from-sitting", "series_day_sit"),
        ("hip-pain-while-driving", "series_day_drive"),
        ("hip-pain-after-running", "series_day_run"),
        ("tight-hip-flexors-epidemic", "series_day"),
        ("hip-flexor-anatomy", "series_day"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_welcome_follows_what_a_reader_does_all_day(room: Room, source: str, third_day: str) -> None:
    room.becomes_reader(source=source)
    began = room.now
    days_pass(room, 20, hours=6)
    assert series_letters(room) == [
        "series_self_check",
        third_day,
        "series_which_tool",
        "series_five_doubts",
        "series_code_ends",
    ]
    written = [letter.created_at for letter in room.letters() if letter.priority == BY_DAY.first + 1]
    assert [(at.date() - began.date()).days for at in written] == [1, 3, 6, 10, 12]
    assert room.enrolments() == {"welcome": ("done", "", 5)}


def test_no_letter_leaves_at_night_and_no_two_on_one_day(room: Room) -> None:
    zone = room.desk.zone
    for hour in range(0, 24, 5):
        room.now = datetime(2026, 11, 27, hour, 30, tzinfo=UTC)
        room.becomes_reader(f"a{hour}@example.com")
        with writing(room.engine) as session:
            subscribers.start(session, 1, "bought", due_at=room.now, now=room.now)
    days_pass(room, 16, hours=3)
    with reading(room.engine) as session:
        letters = session.query(OutboxLetter).where(OutboxLetter.priority == 5).all()
    assert len(letters) > 20
    days: set[tuple[int | None, object]] = set()
    for letter in letters:
        assert is_open(letter.created_at, 9, 18, zone)
        day = (letter.reader_id, letter.created_at.astimezone(zone).date())
        assert day not in days
        days.add(day)


def test_a_round_that_is_repeated_or_run_by_two_workers_writes_nothing_twice(
    room: Room, at_once: Callable[..., list[object]]
) -> None:
    for number in range(6):
        room.becomes_reader(f"a{number}@example.com")
    room.later(days=1, hours=1)
    results = at_once(3, lambda _number: go_round(room.engine, room.desk, now=room.now))
    assert not [result for result in results if isinstance(result, Exception)]
    assert [series_letters(room, f"a{number}@example.com") for number in range(6)] == [
        ["series_self_check"]
    ] * 6
    before = every_row(room.engine)
    go_round(room.engine, room.desk, now=room.now)
    assert every_row(room.engine) == before


def test_a_letter_that_still_waits_holds_up_the_next_one(room: Room) -> None:
    room.becomes_reader()
    for _ in range(6):
        room.later(days=1)
        go_round(room.engine, room.desk, now=room.now)
    assert series_letters(room) == ["series_self_check"]
    days_pass(room, 3)
    assert series_letters(room) == ["series_self_check", "series_day"]


def test_a_purchase_ends_the_welcome_and_its_letters_wait_for_the_parcel(room: Room) -> None:
    room.becomes_reader()
    days_pass(room, 2)
    buys(room)
    days_pass(room, 2)
    assert series_letters(room) == ["series_self_check"]
    assert room.enrolments() == {"welcome": ("stopped", "bought", 1), "bought": ("active", "", 0)}
    with writing(room.engine) as session:
        session.execute(update(Order).values(shipping_state="shipped"))
        session.add(Shipment(order_id=1, shipped_at=room.now, by="test"))
    days_pass(room, 3)
    assert series_letters(room) == ["series_self_check"]
    with writing(room.engine) as session:
        session.execute(update(Order).values(shipping_state="delivered"))
        session.execute(update(Shipment).values(delivered_at=room.now))
    days_pass(room, 40)
    assert series_letters(room)[1:] == ["bought_first_session", "bought_what_is_normal", "bought_going_on"]


def test_a_parcel_of_which_nobody_hears_arrives_on_its_promised_day(room: Room) -> None:
    room.becomes_reader()
    buys(room, shipping_state="shipped")
    days_pass(room, 5)
    assert series_letters(room) == []
    days_pass(room, 3)
    assert series_letters(room) == ["bought_first_session"]


def test_a_second_parcel_makes_the_letters_rest_again(room: Room) -> None:
    room.becomes_reader()
    buys(room, goods={"BOOK-EB": 1}, shipping_state="nothing_to_ship", arrives_to_on=None)
    days_pass(room, 2)
    assert series_letters(room) == ["bought_first_session"]
    buys(room, 1002)
    days_pass(room, 14)
    assert series_letters(room) == ["bought_first_session"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_leaves_gets_nothing_more_and_who_bought_long_ago_no_first_session(room: Room) -> None:
    then = MORNING - timedelta(days=29)
    arrived_on = (then + timedelta(days=9)).date()
    buys(room, shipping_state="delivered", placed_at=then, paid_at=then, arrives_to_on=arrived_on)
    reader = room.becomes_reader()
    other = room.becomes_reader("b@example.com")
    with writing(room.engine) as session:
        subscribers.leave(session, subscribers.lock(session, other.id), "unsubscribed", now=room.now)
    days_pass(room, 15)
    assert series_letters(room) == series_letters(room, "b@example.com") == []
    assert room.enrolments()["welcome"][:2] == ("stopped", "bought")
    assert reader.code_id is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_last_note_is_for_a_code_that_still_waits(room: Room) -> None:
    room.becomes_reader()
    with writing(room.engine) as session:
        session.execute(update(Code).where(Code.bound_email.is_not(None)).values(redeemed=1))
    days_pass(room, 16, hours=6)
    assert series_letters(room)[-1] == "series_five_doubts"
    assert room.enrolments() == {"welcome": ("done", "", 5)}


def test_who_has_not_opened_the_chapter_is_reminded_once_and_forgotten_after_thirty_days(room: Room) -> None:
    room.asks()
    days_pass(room, 0.9)
    assert room.written() == ["chapter_confirm"]
    days_pass(room, 5)
    assert room.written() == ["chapter_confirm", "chapter_reminder"]
    days_pass(room, 23, hours=12)
    assert room.reader() is not None
    days_pass(room, 2, hours=12)
    assert room.reader() is None
    rows = every_row(room.engine)
    assert {table: rows[table] for table in ("readers", "consents", "reader_links", "outbox")} == {
        "readers": [],
        "consents": [],
        "reader_links": [],
        "outbox": [],
    }


def test_a_buyer_who_ticked_the_box_is_asked_to_confirm(room: Room) -> None:
    buys(room, letters_consent_at=room.now)
    buys(room, 1002, email="b@example.com", email_normalized="b@example.com")
    days_pass(room, 0.3)
    assert room.written() == ["chapter_confirm"]
    assert room.written("b@example.com") == []
    reader = room.confirms()
    assert (reader.state, reader.slot) == ("confirmed", "checkout")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_address_the_mail_server_does_not_know_is_left_alone(room: Room) -> None:
    room.becomes_reader()
    with writing(room.engine) as session:
        session.execute(
            update(OutboxLetter).values(
                state="failed", last_error="The mail server refused the address: 550 No such user"
            )
        )
    go_round(room.engine, room.desk, now=room.now)
    reader = room.reader()
    assert reader is not None
    assert (reader.state, reader.left_why) == ("left", "bounced")


def test_the_timing_is_data_and_a_mistake_in_it_names_its_line(tmp_path: Path) -> None:
    plan = tmp_path / "series.yaml"
    words = (ROOT / "content" / "series.yaml").read_text()
    plan.write_text(words.replace("day: 6", "day: 5"))
    letters = CONTENT.letters.keys()
    assert [step.day for step in read_series(tmp_path, letters).of("welcome")] == [1, 3, 5, 10, 12]
    for wrong in ("day: 2", "day: soon", "only: on Sundays"):
        plan.write_text(words.replace("day: 6", wrong, 1))
        with pytest.raises(WordsRefused, match=r"series.yaml, line \d+"):
            read_series(tmp_path, letters)
    plan.write_text(words.replace("letter: bought_going_on", "letter: bought_nothing"))
    with pytest.raises(WordsRefused, match=r"no letter emails.bought_nothing"):
        read_series(tmp_path, letters)
