"""The back office: who may open what, and what stands on its pages."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from shop import clock
from shop.app import create_app
from shop.articles import actions as articles
from shop.catalog import actions as stock
from shop.checkout.models import CheckoutAttempt, UnmatchedPayment, WebhookEvent
from shop.config import Config
from shop.db import reading, writing
from shop.mail import actions as mail
from shop.mail.models import OutboxLetter
from shop.orders.models import Order, OrderEvent, OrderFlag
from shop.staff import actions as staff_actions
from tests.cast import PASSWORD
from tests.meanwhile import meanwhile
from tests.orders.made import NOW, a_dispute, a_paid_order, a_payment, a_refund, an_order
from tests.rows import every_row

PAGES = ["/admin", "/admin/orders", "/admin/orders?view=attention", "/admin/orders/1001", "/admin/outbox"]
POSTS = ["/admin/orders/1001/flags/{flag}/resolve", "/admin/outbox/{letter}/retry"]


@pytest.fixture
def busy(app: Flask, engine: Engine) -> dict[str, int]:
    """A shop on a day on which everything needs a person. Ids of a flag and of a failed letter."""
    with writing(engine) as session:
        order = a_paid_order(session, 1001)
        an_order(session, 1002)
        flag = OrderFlag(
            order_id=order.id, reason="refund_failed", detail={"failure": "card closed"}, raised_at=NOW
        )
        session.add(flag)
        session.add(OrderEvent(order_id=order.id, kind="paid", detail={"amount": 14900}, by="shop", at=NOW))
        add_everything(session, order)
        session.flush()
        letter = session.scalars(select(OutboxLetter)).one()
        return {"flag": flag.id, "letter": letter.id}


def add_everything(session: Session, order: Order) -> None:
    payment = a_payment(session, order, provider_id="pi_twice")
    a_refund(session, payment, 500)
    a_dispute(session, payment)
    session.add(UnmatchedPayment(provider_id="pi_lost", amount=4600, currency="USD", seen_at=NOW))
    session.add_all(
        WebhookEvent(
            id=f"evt_{age}",
            type="charge.refunded",
            object_id="ch_1",
            state="failed",
            error="No such charge.",
            created_at=clock.now() - timedelta(days=age),
            received_at=clock.now() - timedelta(days=age),
            run_at=clock.now(),
        )
        for age in (1, 31)
    )
    session.add(
        CheckoutAttempt(
            order_id=order.id,
            number=1,
            state="complete",
            idempotency_key="attempt-1",
            parameters={},
            page_id="cs_1",
            created_at=NOW,
            expires_at=NOW + timedelta(hours=1),
            checked_at=NOW,
        )
    )
    stock.move(session, "HOOK-1", -100, "damaged", by="staff", note="", now=NOW)
    mail.write(
        session, "order_confirmed", "maya@example.com", {}, dedupe_key="paid:1001", now=NOW, order_id=order.id
    )
    session.execute(OutboxLetter.__table__.update().values(state="failed", last_error="mailbox full"))


def posts(busy: dict[str, int]) -> list[str]:
    return [path.format(**busy) for path in POSTS]


# --- Who may open what ---


def test_a_stranger_sees_the_sign_in_and_nothing_else(
    stranger: FlaskClient, engine: Engine, busy: dict[str, int]
) -> None:
    before = every_row(engine)
    for path in PAGES:
        answer = stranger.get(path)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/admin/login")
    for path in posts(busy):
        assert stranger.post(path).headers["Location"] == "/admin/login"
    assert stranger.get("/admin/login").status_code == 200
    assert every_row(engine) == before


def test_a_buyer_with_an_order_link_is_a_stranger_to_the_back_office(
    stranger: FlaskClient, engine: Engine, busy: dict[str, int]
) -> None:
    with reading(engine) as session:
        token = session.scalars(select(Order.access_token).where(Order.number == 1001)).one()
    stranger.get(f"/orders/{token}")
    stranger.set_cookie("staff", token, path="/admin")
    assert stranger.get("/admin").status_code == 303


@pytest.mark.parametrize("role", ["owner", "staff", "read_only"])
def test_every_member_sees_every_page(
    member: Callable[[str], FlaskClient], busy: dict[str, int], role: str
) -> None:
    browser = member(role)
    for path in PAGES:
        page = browser.get(path)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "private, no-store"
        assert "noindex" in page.headers["X-Robots-Tag"]


@pytest.mark.parametrize("role", ["owner", "staff"])
def test_owner_and_staff_may_change_things(
    member: Callable[[str], FlaskClient], busy: dict[str, int], role: str
) -> None:
    browser = member(role)
    for path in posts(busy):
        assert browser.post(path).status_code == 303


def test_who_may_only_look_changes_nothing_and_is_offered_no_button(
    onlooker: FlaskClient, engine: Engine, busy: dict[str, int]
) -> None:
    before = every_row(engine)
    for path in posts(busy):
        assert onlooker.post(path).status_code == 403
    for path in PAGES:
        page = onlooker.get(path).text
        assert re.findall(r'<form method="post" action="([^"]+)"', page) == [
            "/admin/account/density",
            "/admin/logout",
        ]
    assert every_row(engine) == before


def test_who_may_only_look_may_sign_out(onlooker: FlaskClient) -> None:
    assert onlooker.post("/admin/logout").status_code == 303
    assert onlooker.get("/admin").status_code == 303


def test_a_post_from_another_site_changes_nothing(
    owner: FlaskClient, engine: Engine, busy: dict[str, int]
) -> None:
    before = every_row(engine)
    for path in [*posts(busy), "/admin/logout", "/admin/login"]:
        assert owner.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert every_row(engine) == before


def test_looking_changes_nothing(owner: FlaskClient, engine: Engine, busy: dict[str, int]) -> None:
    before = every_row(engine)
    for path in PAGES:
        owner.get(path)
    assert every_row(engine) == before


# --- Sign in ---


@pytest.fixture
def known(app: Flask, engine: Engine) -> None:
    with writing(engine) as session:
        staff_actions.create_member(
            session, "ada@example.com", name="Ada", role="owner", password=PASSWORD, now=NOW
        )


def knock(visitor: FlaskClient, email: str, password: str, **more: str) -> tuple[int, str]:
    answer = visitor.post("/admin/login", data={"email": email, "password": password, **more})
    return answer.status_code, answer.headers.get("Location", answer.text)


def test_the_right_password_opens_the_page_that_was_asked_for(stranger: FlaskClient, known: None) -> None:
    asked = stranger.get("/admin/orders?view=all")
    form = stranger.get(asked.headers["Location"]).text
    (onward,) = re.findall(r'name="next" value="([^"]+)"', form)
    assert knock(stranger, "ada@example.com", PASSWORD, next=onward) == (303, "/admin/orders?view=all")
    page = stranger.get("/admin/orders?view=all")
    assert page.status_code == 200
    assert "Ada" in page.text


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(stranger: FlaskClient, known: None) -> None:
    answer = stranger.post("/admin/login", data={"email": "ada@example.com", "password": PASSWORD})
    (cookie,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("staff=")]
    assert {"HttpOnly", "SameSite=Lax", "Path=/admin"} <= set(cookie.split("; "))


def test_over_https_the_cookie_cannot_be_planted_without_encryption_and_goes_with_the_sign_out(
    config: Config, known: None
) -> None:
    app = create_app(replace(config, base_url="https://shop.example"))
    browser = app.test_client()
    answer = browser.post(
        "/admin/login",
        data={"email": "ada@example.com", "password": PASSWORD},
        base_url="https://shop.example",
    )
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Secure-staff=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/admin"} <= set(cookie.split("; "))
    assert browser.get("/admin", base_url="https://shop.example").status_code == 200
    (gone,) = browser.post("/admin/logout", base_url="https://shop.example").headers.getlist("Set-Cookie")
    assert gone.startswith("__Secure-staff=;")
    assert "Secure" in gone.split("; ")
    app.extensions["shop"].engine.dispose()


@pytest.mark.parametrize(
    "onward",
    [
        "https://evil.example",
        "//evil.example",
        "/admin//evil.example/../..",
        "/admin\\@evil",
        "/cart",
        "/administer",
    ],
)
def test_the_sign_in_never_leads_out_of_the_back_office(
    stranger: FlaskClient, known: None, onward: str
) -> None:
    _, location = knock(stranger, "ada@example.com", PASSWORD, next=onward)
    assert re.fullmatch(r"/admin(/.*)?", location)
    assert "evil" not in location or location.startswith("/admin//")


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(app: Flask, known: None) -> None:
    wrong = knock(app.test_client(), "ada@example.com", "wrong password")
    unknown = knock(app.test_client(), "eve@example.com", "wrong password")
    assert wrong[0] == unknown[0] == 400
    assert wrong[1].replace("ada@", "eve@") == unknown[1]
    assert "That address and password do not match" in wrong[1]
    assert "wrong password" not in wrong[1]


def test_guessing_a_password_is_stopped_even_for_who_then_guesses_right(app: Flask, known: None) -> None:
    answers = [knock(app.test_client(), "ada@example.com", f"guess {n}")[0] for n in range(11)]
    assert answers == [400] * 10 + [429]
    assert knock(app.test_client(), "ada@example.com", PASSWORD)[0] == 429


def test_signing_in_again_ends_the_session_of_before(app: Flask, stranger: FlaskClient, known: None) -> None:
    knock(stranger, "ada@example.com", PASSWORD)
    old = stranger.get_cookie("staff", path="/admin")
    assert old is not None
    knock(stranger, "ada@example.com", PASSWORD)
    thief = app.test_client()
    thief.set_cookie("staff", old.value, path="/admin")
    assert thief.get("/admin").status_code == 303
    assert stranger.get("/admin").status_code == 200


def test_a_session_planted_by_somebody_else_is_never_taken_over(stranger: FlaskClient, known: None) -> None:
    stranger.set_cookie("staff", "planted", path="/admin")
    knock(stranger, "ada@example.com", PASSWORD)
    given = stranger.get_cookie("staff", path="/admin")
    assert given is not None
    assert given.value != "planted"
    assert len(given.value) >= 43


def test_signing_out_ends_the_session_on_the_server(app: Flask, stranger: FlaskClient, known: None) -> None:
    knock(stranger, "ada@example.com", PASSWORD)
    cookie = stranger.get_cookie("staff", path="/admin")
    assert cookie is not None
    stranger.post("/admin/logout")
    thief = app.test_client()
    thief.set_cookie("staff", cookie.value, path="/admin")
    assert thief.get("/admin").status_code == 303


# --- What stands on the pages ---


def test_today_counts_what_needs_a_person(owner: FlaskClient, busy: dict[str, int]) -> None:
    page = owner.get("/admin").text
    counts = dict(re.findall(r'<a href="([^"]+)"><strong>(\d+)</strong>', page))
    assert counts == {
        "/admin/orders?view=to_ship": "1",
        "/admin/orders?view=attention": "1",
        "/admin/outbox?view=failed": "1",
        "#unmatched": "1",
        "#disputes": "1",
        "#events": "1",
        "#low-stock": "1",
    }
    assert "<span>failed letter</span>" in page, "one is one"
    assert "card closed" in page
    assert "pi_lost" in page
    assert "HOOK-1" in page
    assert "evt_1" in page
    assert "evt_31" not in page


def test_a_quiet_day_says_so(owner: FlaskClient) -> None:
    page = owner.get("/admin").text
    assert "Nothing waits for a person." in page
    assert "All clear: to ship, need attention, disputes, unmatched payments, failed letters" in page
    assert "<table" not in page


def test_today_shows_two_weeks_and_what_articles_brought(owner: FlaskClient, engine: Engine) -> None:
    slug, now = "hip-pain-from-sitting", clock.now()
    day = now.date() - timedelta(days=2)
    with writing(engine) as session:
        articles.count_visits(session, {(slug, "", day): 40, ("hip-pain-while-driving", "", day): 10})
        for number in (1, 2):
            a_paid_order(
                session, number, placed_at=now - timedelta(days=3), total_amount=5000, subtotal_amount=5000
            )
    page = owner.get("/admin").text
    assert "Revenue: the 14 days before today, between $0.00 and $100.00, yesterday $0.00" in page
    assert "Orders: the 14 days before today, between 0 and 2, yesterday 0" in page
    funnel = page[page.index('id="funnel"') :]
    address = re.escape(f"/admin/articles/{slug}?")
    assert re.search(rf'href="{address}[^"]+#funnel">40<span class="visually-hidden"> read</span>', funnel)
    assert 'width="25"' in funnel, "ten reads are a quarter of forty"
    assert f'href="/admin/readers?view=confirmed&amp;from={slug}"' in funnel


def test_today_leaves_out_an_article_that_was_taken_away_since_it_was_counted(
    app: Flask, owner: FlaskClient, engine: Engine
) -> None:
    slug, tools = "hip-pain-from-sitting", app.extensions["shop"]
    with writing(engine) as session:
        day = clock.now().date() - timedelta(days=2)
        articles.count_visits(session, {(slug, "", day): 40, ("hip-pain-while-driving", "", day): 10})
    assert f"/admin/articles/{slug}" in owner.get("/admin").text
    left = {each: article for each, article in tools.content.articles.items() if each != slug}
    app.extensions["shop"] = replace(tools, content=replace(tools.content, articles=left))
    page = owner.get("/admin")
    assert page.status_code == 200
    assert f"/admin/articles/{slug}" not in page.text
    assert "/admin/articles/hip-pain-while-driving" in page.text


def test_a_flag_whose_words_are_gone_is_still_shown(
    owner: FlaskClient, engine: Engine, busy: dict[str, int]
) -> None:
    with writing(engine) as session:
        session.get_one(OrderFlag, busy["flag"]).reason = "an_older_reason"
    assert "An older reason" in owner.get("/admin").text
    assert "An older reason" in owner.get("/admin/orders/1001").text


def test_the_order_page_shows_everything_about_an_order(owner: FlaskClient, busy: dict[str, int]) -> None:
    page = owner.get("/admin/orders/1001").text
    for told in (
        "Hip Hook",
        "pi_twice",
        "$5.00",
        "dp_1",
        "cs_1",
        "maya@example.com",
        "mailbox full",
        "Maya Lee",
    ):
        assert told in page


@pytest.mark.parametrize(
    "path",
    [
        "/admin/orders/999999",
        "/admin/orders/99999999999999999999",
        "/admin/orders?view=nonsense",
        "/admin/outbox?view=nonsense",
    ],
)
def test_what_is_not_there_is_not_found(owner: FlaskClient, busy: dict[str, int], path: str) -> None:
    assert owner.get(path).status_code == 404


@pytest.mark.parametrize("before", ["abc", "-1", "1e9", "9" * 40, "１"])
def test_a_senseless_page_mark_shows_the_first_page(
    owner: FlaskClient, busy: dict[str, int], before: str
) -> None:
    page = owner.get("/admin/orders", query_string={"view": "all", "before": before})
    assert page.status_code == 200
    assert "/admin/orders/1001" in page.text


@pytest.mark.parametrize("path", ["/admin/orders?view=all", "/admin/reports?", "/admin/articles?"])
@pytest.mark.parametrize(
    "days", [("9999-12-31", "9999-12-31"), ("0001-01-01", "0001-01-01"), ("0900-01-01", "2026-01-01")]
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_day_of_no_year_of_ours_narrows_nothing(
    owner: FlaskClient, busy: dict[str, int], path: str, days: tuple[str, str]
) -> None:
    names = ("from_on", "to_on") if "orders" in path else ("from", "to")
    for name, day in zip(names, days, strict=True):
        assert owner.get(f"{path}&{name}={day}").status_code == 200
    both = owner.get(f"{path}&{names[0]}={days[0]}&{names[1]}={days[1]}")
    assert both.status_code == 200
    assert f'value="{days[0]}"' not in both.text


def test_a_flag_is_resolved_by_whoever_presses_the_button(
    staff: FlaskClient, engine: Engine, busy: dict[str, int]
) -> None:
    staff.post(f"/admin/orders/1001/flags/{busy['flag']}/resolve")
    with reading(engine) as session:
        flag = session.get_one(OrderFlag, busy["flag"])
    assert flag.resolved_by == "staff@example.com"
    assert "Dealt with by staff@example.com" in staff.get("/admin/orders/1001").text


def test_a_flag_resolved_by_two_people_in_the_same_moment_is_resolved_once(
    member: Callable[[str], FlaskClient], app: Flask, engine: Engine, busy: dict[str, int]
) -> None:
    first, second = member("owner"), member("staff")
    path = f"/admin/orders/1001/flags/{busy['flag']}/resolve"
    with meanwhile(app.extensions["shop"].engine, "UPDATE order_flags", lambda: second.post(path)):
        first.post(path)
    with reading(engine) as session:
        resolved = session.scalars(select(OrderEvent.by).where(OrderEvent.kind == "flag_resolved")).all()
    assert resolved == ["owner@example.com"]


@pytest.mark.parametrize(
    "path", ["/admin/orders/1002/flags/{flag}/resolve", "/admin/orders/7/flags/{flag}/resolve"]
)
def test_a_flag_is_resolved_only_at_its_own_order(
    staff: FlaskClient, engine: Engine, busy: dict[str, int], path: str
) -> None:
    before = every_row(engine)
    assert staff.post(path.format(**busy)).status_code == 404
    assert staff.post("/admin/orders/1001/flags/99999999999/resolve").status_code == 404
    assert every_row(engine) == before


def test_a_failed_letter_is_sent_again_at_the_press_of_a_button(
    staff: FlaskClient, engine: Engine, busy: dict[str, int]
) -> None:
    assert "mailbox full" in staff.get("/admin/outbox").text
    staff.post(f"/admin/outbox/{busy['letter']}/retry")
    with reading(engine) as session:
        assert session.get_one(OutboxLetter, busy["letter"]).state == "queued"
    for missing in ("999999", "99999999999"):
        assert staff.post(f"/admin/outbox/{missing}/retry").status_code == 404


def test_the_outbox_is_paged(owner: FlaskClient, engine: Engine, app: Flask) -> None:
    with writing(engine) as session:
        for number in range(53):
            mail.write(
                session, "order_links", "a@example.com", {}, dedupe_key=f"key:{number}", now=clock.now()
            )
    first = owner.get("/admin/outbox").text
    assert "Waiting (53)" in first
    (onward,) = re.findall(r'<a href="([^"]+)" rel="next"', first)
    rest = owner.get(onward.replace("&amp;", "&")).text
    assert len(re.findall(r">Order links</a></td>", rest)) == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_owners_alone_read_what_an_event_said_and_are_told_when_it_cannot_be_had(
    owner: FlaskClient, staff: FlaskClient, engine: Engine, busy: dict[str, int]
) -> None:
    page = owner.get("/admin/events/evt_1")
    assert page.status_code == 200
    assert "The payment service does not answer" in page.text
    assert "No such charge." in page.text
    assert '<a class="admin-way" href="/admin">Today</a>' in page.text, (
        "the way back of what is about no order"
    )
    refused = staff.get("/admin/events/evt_1")
    assert refused.status_code == 403
    assert "An owner can change that" in refused.text
    assert owner.get("/admin/events/evt_none").status_code == 404
