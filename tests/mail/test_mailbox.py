"""The demo mailbox as its visitors see it, and as strangers to a live shop do not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shop.app import create_app
from shop.config import ROOT, Config
from shop.content import read_content
from shop.mail.mailbox import MailboxTransport
from shop.mail.rendering import render
from tests.mail.letters import CONFIG, MOMENT, letter
from tests.rows import every_row

CONTENT = read_content(ROOT / "content")
LIVE = {
    "shop_mode": "live",
    "smtp_url": "smtps://shop:secret@mail.example.com",
    "stripe_secret_key": "sk_live_x",
    "stripe_webhook_secret": "whsec_x",
    "stripe_api_base": "",
}
PAGES = ["/demo/mailbox", "/demo/mailbox?q=maya", "/demo/mailbox/1", "/demo/mailbox/1/html"]


@pytest.fixture
def shop(database_url: str) -> Iterator[Callable[..., FlaskClient]]:
    """A visitor of a shop with the given settings."""
    apps: list[Flask] = []

    def visitor(**settings: str) -> FlaskClient:
        config: Config = replace(CONFIG, database_url=database_url, **settings)
        apps.append(create_app(config))
        return apps[-1].test_client()

    yield visitor
    for app in apps:
        app.extensions["shop"].engine.dispose()


def keep(engine: Engine, *recipients: str, template: str = "order_shipped", **blanks: object) -> None:
    """Put letters into the mailbox, as the worker does."""
    with MailboxTransport(engine, lambda: MOMENT).connect() as connection:
        for recipient in recipients:
            message: EmailMessage = render(letter(template, recipient, **blanks), CONTENT, CONFIG)
            message.replace_header("Message-ID", f"<{recipient}@shop.example.com>")
            connection.send(message)


def test_an_empty_mailbox_says_how_to_fill_it(shop: Callable[..., FlaskClient]) -> None:
    answer = shop().get("/demo/mailbox")
    assert answer.status_code == 200
    assert "No letter yet" in answer.text


def test_the_mailbox_lists_letters_newest_first(shop: Callable[..., FlaskClient], engine: Engine) -> None:
    keep(engine, "first@example.net", "second@example.net")
    page = shop().get("/demo/mailbox").text
    assert page.index("second@example.net") < page.index("first@example.net")
    assert "Your order 1001 is on its way" in page
    assert "Nov 27, 2026, 3:04 PM" in page


def test_letters_are_found_by_address(shop: Callable[..., FlaskClient], engine: Engine) -> None:
    keep(engine, "Maya@example.net", "ada@example.net")
    visitor = shop()
    for address in ("maya", "MAYA@", " maya@example.net "):
        page = visitor.get("/demo/mailbox", query_string={"q": address}).text
        assert "Maya@example.net" in page
        assert "ada@example.net" not in page


def test_a_search_that_finds_nothing_says_so(shop: Callable[..., FlaskClient], engine: Engine) -> None:
    keep(engine, "maya@example.net")
    visitor = shop()
    for address in ("%", "_", "\\", "'", "nobody", "<script>", "x" * 5000, "🦴"):
        page = visitor.get("/demo/mailbox", query_string={"q": address}).text
        assert "There is no letter to an address" in page, address
        assert "<script>" not in page


def test_a_long_list_goes_on_on_an_older_page(shop: Callable[..., FlaskClient], engine: Engine) -> None:
    keep(engine, *(f"a{number}@example.net" for number in range(51)))
    visitor = shop()
    first = visitor.get("/demo/mailbox?q=example").text
    assert "a0@example.net" not in first
    assert 'href="/demo/mailbox?q=example&amp;before=2"' in first
    older = visitor.get("/demo/mailbox?q=example&before=2").text
    assert "a0@example.net" in older
    assert "a1@example.net" not in older
    assert "Show older letters" not in older


def test_a_letter_is_shown_as_text_and_in_a_frame(shop: Callable[..., FlaskClient], engine: Engine) -> None:
    keep(engine, "maya@example.net", carrier="<b>USPS</b>")
    answer = shop().get("/demo/mailbox/1")
    assert 'src="/demo/mailbox/1/html"' in answer.text
    assert 'sandbox="allow-top-navigation-by-user-activation"' in answer.text
    assert "Carrier: &lt;b&gt;USPS&lt;/b&gt;" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "style-src 'self';" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_frame_has_its_styles_and_nothing_else(shop: Callable[..., FlaskClient], engine: Engine) -> None:
    keep(engine, "maya@example.net")
    answer = shop().get("/demo/mailbox/1/html")
    assert answer.mimetype == "text/html"
    assert '<base target="_top">' in answer.text
    assert "Your order 1001 is on its way." in answer.text
    policy = answer.headers.get_all("Content-Security-Policy")
    assert policy == [
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
    ]


def test_a_letter_that_is_not_there_is_not_found(shop: Callable[..., FlaskClient]) -> None:
    visitor = shop()
    for path in (
        "/99",
        "/99/html",
        "/99999999999999999999",
        "/0",
        "/-1",
        "/x",
        "?before=-1",
        f"?before={10**20}",
    ):
        assert visitor.get(f"/demo/mailbox{path}").status_code == 404, path


@pytest.mark.parametrize(
    "settings",
    [LIVE, LIVE | {"smtp_url": "mailbox:"}, {"smtp_url": "smtp://127.0.0.1:2525"}],
    ids=["live", "live with a mailbox all the same", "demo with a mail server"],
)
def test_a_live_shop_and_one_that_sends_its_mail_show_none(
    shop: Callable[..., FlaskClient], engine: Engine, settings: dict[str, str]
) -> None:
    keep(engine, "maya@example.net")
    stranger = shop(**settings)
    assert [stranger.get(path).status_code for path in PAGES] == [404] * len(PAGES)


def test_looking_at_the_mailbox_changes_nothing(shop: Callable[..., FlaskClient], engine: Engine) -> None:
    keep(engine, "maya@example.net")
    before = every_row(engine)
    visitor = shop()
    for path in PAGES:
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]
    assert every_row(engine) == before
