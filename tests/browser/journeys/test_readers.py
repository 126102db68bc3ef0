"""From an article to a paid order with the welcome code, and the way out, in a real browser."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from shop.articles.models import ArticleVisits
from shop.db import reading
from shop.subscribers.models import Reader
from tests.browser.conftest import NARROW
from tests.browser.journeys.books import Books
from tests.browser.journeys.conftest import VisitorTo
from tests.browser.journeys.shops import Shop, eventually
from tests.browser.journeys.visitor import PAID, Visitor

ARTICLE = "/learn/hip-pain-from-sitting"
CODE = re.compile(r"CH-[A-Z2-9]{4}-[A-Z2-9]{2}")


def link_in(letter: str, path: str) -> str:
    """The path of the link in a letter that begins so."""
    found = re.search(rf"http://127\.0\.0\.1:\d+({path}\S+)", letter)
    assert found, letter
    return found[1].rstrip(")")


def asks(visitor: Visitor, place: str) -> None:
    """She fills in the form of an article and sends it at once, faster than a person could."""
    form = visitor.page.locator(f"#sign-up-{place}-form")
    form.get_by_label("Your e-mail").fill(visitor.email)
    visitor.presses("Send me chapter one", within=form)
    visitor.reads("Look in your inbox")


def reads_of(shop: Shop) -> int:
    with reading(shop.engine) as session:
        slug = ARTICLE.rpartition("/")[2]
        visits = select(ArticleVisits.visits).where(ArticleVisits.slug == slug, ArticleVisits.slot == "")
        return sum(session.scalars(visits))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_from_an_article_to_a_paid_order_with_the_welcome_code(
    shop: Shop, visitor_to: VisitorTo, scripts: bool
) -> None:
    reader = visitor_to(shop, size=NARROW, java_script_enabled=scripts)
    before = reads_of(shop)
    reader.opens(ARTICLE)
    if scripts:
        asks(reader, "end")
    else:
        form = reader.page.locator("#sign-up-end-form")
        form.get_by_label("Your e-mail").fill(reader.email)
        reader.presses("Send me chapter one", within=form)
    reader.opens(link_in(reader.letter("Your free chapter is ready to open"), "/free-chapter/"))
    reader.presses("Open chapter one")
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("The muscle you never met")
    code = CODE.search(reader.page.locator("main").inner_text())
    assert code
    reader.follows("Use it in the shop")
    reader.puts_in_cart("hip-release-ball", quantity=2)
    reader.reads(code[0], "$5.80")
    reader.goes_to_pay()
    reader.pays()
    reader.reads(PAID, code[0])
    books = Books(shop.engine, reader.email)
    assert books.order.code == code[0]
    assert books.order.discount_amount == 580
    assert books.redemptions == ["redeemed"]
    with reading(shop.engine) as session:
        known = session.scalars(select(Reader).where(Reader.email == reader.email)).one()
    assert (known.state, known.source, known.slot) == ("confirmed", "hip-pain-from-sitting", "end")
    eventually(lambda: reads_of(shop) > before)


def test_the_code_is_for_its_reader_alone(shop: Shop, visitor_to: VisitorTo) -> None:
    reader, other = visitor_to(shop), visitor_to(shop)
    reader.opens("/free-chapter")
    asks(reader, "landing")
    link = link_in(reader.letter("Your free chapter is ready to open"), "/free-chapter/")
    reader.opens(link)
    reader.presses("Open chapter one")
    code = CODE.search(reader.page.locator("main").inner_text())
    assert code
    other.opens(f"/buy/HOOK-1:1?code={code[0]}")
    other.goes_to_checkout()
    other.presses(re.compile("^Pay"))
    other.reads("This code is meant for another e-mail address.")


def test_the_way_out_asks_once_and_the_way_in_stays_open(shop: Shop, visitor_to: VisitorTo) -> None:
    reader = visitor_to(shop)
    reader.opens(ARTICLE)
    asks(reader, "side")
    letter = reader.letter("Your free chapter is ready to open")
    reader.opens(link_in(letter, "/free-chapter/"))
    reader.presses("Open chapter one")
    reader.opens(link_in(letter, "/unsubscribe/"))
    reader.presses("Stop the letters")
    reader.reads("We send no more letters to")
    reader.opens(link_in(letter, "/free-chapter/"))
    reader.reads("Your chapter is ready.")
