"""The way of a reader over HTTP: one answer for everybody, links that nothing but a press acts on, one way out."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update

from shop import clock
from shop.cart import links as links_to_cart
from shop.db import reading, writing
from shop.mail import actions as mail
from shop.mail.delivery import deliver, transport_of
from shop.mail.models import MailboxMessage, OutboxLetter
from shop.mail.samples import samples
from shop.subscribers import actions
from shop.subscribers.models import Reader, ReaderLink, Suppression
from shop.web.pace import STEADY_SECONDS
from shop.web.tools import Tools
from shop.welcome import letters
from shop.welcome.ask import Wish, ask
from shop.welcome.desk import Desk
from tests.orders.made import a_paid_order
from tests.rows import every_row

HOME = "http://127.0.0.1:8000"


@pytest.fixture
def mailbox(app: Flask, engine: Engine) -> Callable[[str], list[MailboxMessage]]:
    """Delivers what waits, and returns what an address has received."""
    tools: Tools = app.extensions["shop"]
    transport = transport_of(tools.config, engine, clock=clock.now)

    def received(address: str) -> list[MailboxMessage]:
        while deliver(engine, transport, tools.content, tools.config, clock=clock.now, random=lambda: 0.5):
            pass
        with reading(engine) as session:
            mine = select(MailboxMessage).where(MailboxMessage.recipient == address)
            return list(session.scalars(mine.order_by(MailboxMessage.id)))

    return received


def links(text: str, path: str = "") -> list[str]:
    """The links of a letter that lead to a path of the shop, without the shop's address."""
    return [link.removeprefix(HOME) for link in re.findall(rf"{HOME}{path}[^\s)]*", text)]


def asked_a_while_ago(app: Flask, engine: Engine, address: str) -> None:
    """Somebody has sent the form some minutes ago."""
    tools: Tools = app.extensions["shop"]
    with writing(engine) as session:
        desk, earlier = Desk(tools.config, tools.content), clock.now() - timedelta(minutes=5)
        ask(session, desk, Wish(address), now=earlier)


@pytest.fixture
def kinds(
    app: Flask, engine: Engine, stranger: FlaskClient, mailbox: Callable[[str], list[MailboxMessage]]
) -> dict[str, str]:
    """An address of every kind."""
    made = {kind: f"{kind}@example.com" for kind in ("pending", "known", "left", "bounced")}
    for kind, address in made.items():
        asked_a_while_ago(app, engine, address)
        if kind != "pending":
            stranger.post(links(mailbox(address)[-1].text, "/free-chapter/")[0])
    stranger.post(links(mailbox(made["left"])[-1].text, "/unsubscribe/")[0])
    with writing(engine) as session:
        actions.suppress(session, made["bounced"], "bounced", "550", now=clock.now())
    return made | {"new": "new@example.com"}


def test_the_answer_is_the_same_whoever_asks_and_takes_as_long(
    kinds: dict[str, str], stranger: FlaskClient, mailbox: Callable[[str], list[MailboxMessage]]
) -> None:
    took: dict[str, float] = {}
    answers = set()
    for kind, address in kinds.items():
        began = time.perf_counter()
        answer = stranger.post("/free-chapter", data={"email": address, "source": "x", "slot": "footer"})
        took[kind] = time.perf_counter() - began
        kept = [header for header in answer.headers if header[0] not in ("X-Request-Id", "Date")]
        answers.add((answer.status_code, answer.data, tuple(kept)))
    assert len(answers) == 1
    assert answers.pop()[0] == 200
    # Whatever was found and written fits into the time that every answer takes (see shop.web.pace).
    assert min(took.values()) >= STEADY_SECONDS
    subjects = {kind: [each.subject for each in mailbox(address)] for kind, address in kinds.items()}
    assert subjects == {
        "new": ["Your free chapter is ready to open"],
        "pending": ["Your free chapter is ready to open"] * 2,
        "known": ["Your free chapter is ready to open", "Your chapter, to keep", "Your link to chapter one"],
        "left": [
            "Your free chapter is ready to open",
            "Your chapter, to keep",
            "Your free chapter is ready to open",
        ],
        "bounced": ["Your free chapter is ready to open", "Your chapter, to keep"],
    }


@pytest.mark.parametrize(
    ("typed", "sent_to"),
    [
        ("Maya@ExAmple.com", "Maya@example.com"),
        ("  maya+hips@example.com ", "maya+hips@example.com"),
        ("maya@bücher.example", "maya@xn--bcher-kva.example"),
        ("", None),
        ("maya", None),
        ("maya@example.com\r\nBcc: everyone@example.com", None),
        ("maya lee@example.com", None),
        ("maya@example.com,you@example.com", None),
        ("mäya@example.com", None),
        ("m" * 308 + "@example.com", None),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_odd_addresses_are_understood_or_refused_with_a_sentence(
    typed: str, sent_to: str | None, stranger: FlaskClient, engine: Engine
) -> None:
    before = every_row(engine)
    answer = stranger.post("/free-chapter", data={"email": typed, "slot": "landing"})
    if sent_to is None:
        assert answer.status_code == 422
        assert every_row(engine) == before
        assert 'aria-invalid="true"' in answer.text
        assert "e-mail address" in answer.text
        return
    with reading(engine) as session:
        assert session.scalars(select(OutboxLetter.recipient)).all() == [sent_to]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_robot_gets_the_same_answer_and_nothing_is_written(stranger: FlaskClient, engine: Engine) -> None:
    before = every_row(engine)
    robots = ({"website": "https://buy.example"}, {"seconds": "0.3"}, {"seconds": "soon"})
    answers = [
        stranger.post("/free-chapter", data={"email": "maya@example.com", **robot}) for robot in robots
    ]
    assert every_row(engine) == before
    person = stranger.post("/free-chapter", data={"email": "maya@example.com", "seconds": "4.2"})
    assert {answer.data for answer in answers} == {person.data}
    assert every_row(engine) != before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_mailbox_is_not_flooded_and_one_network_not_let_through_without_end(
    stranger: FlaskClient, engine: Engine
) -> None:
    tries = [
        stranger.post("/free-chapter", data={"email": "maya@example.com"}).status_code for _ in range(10)
    ]
    assert tries == [200] * 8 + [429] * 2
    for number in range(60):
        last = stranger.post(
            "/free-chapter",
            data={"email": f"a{number}@example.com"},
            environ_base={"REMOTE_ADDR": "192.0.2.7"},
        )
    assert last.status_code == 200
    over = stranger.post(
        "/free-chapter", data={"email": "b@example.com"}, environ_base={"REMOTE_ADDR": "192.0.2.7"}
    )
    assert over.status_code == 429
    assert "too often" in over.text


def test_opening_every_link_of_every_letter_changes_nothing(
    kinds: dict[str, str],
    app: Flask,
    engine: Engine,
    stranger: FlaskClient,
    mailbox: Callable[[str], list[MailboxMessage]],
) -> None:
    write_every_other_letter(app, engine, kinds["known"])
    assert {message.subject for message in mailbox(kinds["known"])} >= {
        "Two minutes on the floor",
        "Your cart is kept",
    }
    with reading(engine) as session:
        texts = list(session.scalars(select(MailboxMessage.text)))
    opened = {link for text in texts for link in links(text)}
    assert sum(link.startswith("/unsubscribe/") for link in opened) == 4
    assert sum(link.startswith("/free-chapter/") for link in opened) >= 7
    opened |= {
        f"{link}/{more}"
        for link in opened
        if link.startswith("/free-chapter/")
        for more in ("read", "chapter.pdf")
    }
    stranger.get("/search?q=psoas")
    before = _rows(engine)
    with_cookies = app.test_client()
    for browser in (with_cookies, None):
        for link in sorted(opened):
            for method in ("GET", "HEAD", "GET", "HEAD"):
                answer = (browser or app.test_client()).open(link or "/", method=method)
                assert answer.status_code < 400 or link.startswith("/admin/password"), link
    assert _rows(engine) == before


def write_every_other_letter(app: Flask, engine: Engine, address: str) -> None:
    """To a reader who has bought something: every letter of a series, and every one about an order."""
    tools: Tools = app.extensions["shop"]
    desk, now, base = Desk(tools.config, tools.content), clock.now(), tools.config.base_url
    signed = links_to_cart.signed([("HOOK-1", 1)], "", secret_key=tools.config.secret_key)
    with writing(engine) as session:
        reader = session.scalars(select(Reader).where(Reader.email == address)).one()
        order = a_paid_order(session, 1001, email=address, email_normalized=address)
        own = {
            "order_url": f"{base}/orders/{order.access_token}",
            "links": [],
            "cart_url": f"{base}/buy/again/{signed}",
        }
        own |= {"admin_url": f"{base}/admin/orders/1001", "link": f"{base}/admin/password/x"}
        for name, blanks in samples(base).items():
            if name.startswith(("series", "bought")):
                letters.of_series(session, desk, reader, name, key=name, now=now)
            elif not name.startswith(("chapter", "welcome")):
                filled = {key: own.get(key, value) for key, value in blanks.items() if key != "leave_url"}
                mail.write(session, name, address, filled, dedupe_key=name, now=now)


def _rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    # How often a code was tried is counted also when it comes by a link.
    return {table: found for table, found in every_row(engine).items() if table != "throttles"}


def test_the_button_confirms_opens_and_leads_to_the_chapter(
    engine: Engine, stranger: FlaskClient, mailbox: Callable[[str], list[MailboxMessage]]
) -> None:
    stranger.post("/free-chapter", data={"email": "maya@example.com"})
    (link,) = links(mailbox("maya@example.com")[0].text, "/free-chapter/")
    assert stranger.get(f"{link}/read").headers["Location"] == link
    assert stranger.get(f"{link}/chapter.pdf").headers["Location"] == link
    assert 'method="post"' in stranger.get(link).text
    answer = stranger.post(link)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{link}/read")
    page = stranger.get(answer.headers["Location"])
    assert page.status_code == 200
    assert re.search(r"CH-[A-Z2-9]{4}-[A-Z2-9]{2}", page.text)


def test_a_link_whose_time_is_over_sends_a_fresh_one_with_one_press(
    app: Flask, engine: Engine, stranger: FlaskClient, mailbox: Callable[[str], list[MailboxMessage]]
) -> None:
    asked_a_while_ago(app, engine, "maya@example.com")
    (link,) = links(mailbox("maya@example.com")[0].text, "/free-chapter/")
    with writing(engine) as session:
        session.execute(update(ReaderLink).where(ReaderLink.kind == "chapter").values(expires_at=clock.now()))
    for path in (link, f"{link}/read", f"{link}/chapter.pdf"):
        answer = stranger.get(path)
        assert answer.status_code == 410
        assert f'action="{link}" method="post"' in answer.text
    assert stranger.post(link).status_code == 200
    fresh = mailbox("maya@example.com")[-1].text
    assert stranger.post(links(fresh, "/free-chapter/")[0]).status_code == 303
    with reading(engine) as session:
        assert session.scalars(select(Reader.state)).one() == "confirmed"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_wrong_link_gets_a_kind_page_and_tells_nothing(stranger: FlaskClient, engine: Engine) -> None:
    for token in ("x" * 43, "short", "x" * 4000, "%00"):
        for path in (f"/free-chapter/{token}", f"/free-chapter/{token}/read", f"/unsubscribe/{token}"):
            answer = stranger.get(path)
            assert answer.status_code in (400, 404), path
    page = stranger.get(f"/free-chapter/{'x' * 43}").text
    assert 'action="/free-chapter" method="post"' in page
    assert stranger.post(f"/free-chapter/{'x' * 43}").status_code == 404
    assert stranger.post(f"/unsubscribe/{'x' * 43}").status_code == 404


def test_one_click_leaves_without_cookies_and_the_page_only_asks(
    kinds: dict[str, str], app: Flask, engine: Engine, mailbox: Callable[[str], list[MailboxMessage]]
) -> None:
    (link,) = links(mailbox(kinds["known"])[-1].text, "/unsubscribe/")
    page = app.test_client().get(link)
    assert "k…@example.com" in page.text
    assert "known@example.com" not in page.text
    program = app.test_client(use_cookies=False)
    for _ in range(2):
        answer = program.post(
            link,
            data={"List-Unsubscribe": "One-Click"},
            headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"},
        )
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    with reading(engine) as session:
        states = dict(session.execute(select(Reader.email, Reader.state)).all())
    assert states["known@example.com"] == "left"
    assert states["pending@example.com"] == "pending"


def test_the_mail_service_says_who_bounced_when_it_knows_the_secret(
    app: Flask, engine: Engine, stranger: FlaskClient
) -> None:
    asked_a_while_ago(app, engine, "maya@example.com")
    events = [
        {"type": "bounced", "email": "MAYA@example.com", "detail": "550 5.1.1"},
        {"type": "delivered", "email": "b@example.com"},
        {"type": "complained", "email": "nonsense"},
    ]
    send = {"json": {"events": events}, "headers": {"Authorization": f"Bearer {'s' * 32}"}}
    assert stranger.post("/webhooks/mail", **send).status_code == 404
    tools: Tools = app.extensions["shop"]
    app.extensions["shop"] = replace(tools, config=replace(tools.config, mail_webhook_secret="s" * 32))
    before = every_row(engine)
    for wrong in ("", "Bearer x", "Bearer é"):
        answer = stranger.post("/webhooks/mail", json={"events": events}, headers={"Authorization": wrong})
        assert answer.status_code == 401
    for body in ([], {"events": "all"}, {"events": [1]}):
        assert stranger.post("/webhooks/mail", json=body, headers=send["headers"]).status_code == 400
    assert every_row(engine) == before
    assert [stranger.post("/webhooks/mail", **send).status_code for _ in range(2)] == [204, 204]
    with reading(engine) as session:
        assert session.execute(select(Reader.state, Reader.left_why)).all() == [("left", "bounced")]
        assert session.scalars(select(OutboxLetter.state)).all() == ["cancelled"]
        assert session.scalars(select(Suppression.detail)).all() == ["550 5.1.1"]
