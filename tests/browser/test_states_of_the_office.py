"""What the back office looks like when something was refused, is asked again, goes wrong or is empty: for everyone."""

from collections.abc import Callable, Iterator

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine

from shop.db import writing
from shop.mail import actions as mail
from shop.orders.models import OrderFlag
from tests.browser.accessibility import accessibility_faults
from tests.browser.test_office import SMALL_TARGETS
from tests.cast import PASSWORD
from tests.orders.made import NOW, a_dispute, a_paid_order, a_payment

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SIZES = [({"width": 390, "height": 844}, "dark"), ({"width": 1440, "height": 900}, "light")]
LISTS = (
    *("/admin", "/admin/orders", "/admin/orders?view=all", "/admin/orders?view=attention", "/admin/readers"),
    *("/admin/articles", "/admin/reports", "/admin/outbox", "/admin/outbox?view=failed", "/admin/audit"),
)
HOSTILE = '<script>alert(1)</script>\nשלום "&" ' + "x" * 120


@pytest.fixture(params=SIZES, ids=["phone", "desk"])
def look(
    request: pytest.FixtureRequest, open_page: Callable[..., Page]
) -> Iterator[tuple[Page, Callable[[str], None]]]:
    """A page by dark on a phone or by light on a desk, and what looks at it and keeps what is wrong."""
    size, scheme = request.param
    page, wrong = open_page(size=size, color_scheme=scheme), []

    def judge(state: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults = [*([f"{wide} px too wide"] if wide > 0 else []), *accessibility_faults(page)]
        small = page.evaluate(SMALL_TARGETS, 44) if size["width"] < 500 else []
        wrong.extend(f"{state}: {fault}" for fault in [*faults, *small])

    yield page, judge
    assert not wrong, "\n".join(wrong)


def follow(page: Page, control: Locator) -> None:
    """Press what leads to another page, and wait until that is there."""
    with page.expect_event("load"):
        control.click()


def sign_in(page: Page, address: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}/admin/login")
    page.get_by_label("E-mail address").fill("owner@example.com")
    page.get_by_label("Password").fill(password)
    follow(page, page.get_by_role("button", name="Sign in"))


def test_the_door_in_all_its_states(
    address: str, owner: FlaskClient, look: tuple[Page, Callable[[str], None]]
) -> None:
    page, judge = look
    sign_in(page, address, "not the right password")
    expect(page.get_by_role("alert")).to_be_visible()
    judge("refused")
    follow(page, page.get_by_role("link", name="Forgotten the password?"))
    judge("forgotten")
    page.get_by_label("Your e-mail address").fill("owner@example.com")
    follow(page, page.get_by_role("button", name="Send me a link"))
    expect(page.get_by_role("status")).to_contain_text("a link is on its way")
    judge("asked")
    page.goto(f"{address}/admin/password/{'x' * 43}")
    judge("a link that is too old")
    sign_in(page, address)
    page.goto(f"{address}/admin/account")
    follow(page, page.get_by_role("button", name="Set up an authenticator app"))
    if page.get_by_label("Your password").is_visible():
        judge("asked once more")
        page.get_by_label("Your password").fill(PASSWORD)
        follow(page, page.get_by_role("button", name="Confirm"))
        follow(page, page.get_by_role("button", name="Set up an authenticator app"))
    judge("an app is set up")
    secret = page.locator("#main li code").inner_text().replace(" ", "")
    page.get_by_label("The code it shows now").fill("000000")
    follow(page, page.get_by_role("button", name="Turn it on"))
    judge("a wrong code")
    page.get_by_label("The code it shows now").fill(pyotp.TOTP(secret).now())
    follow(page, page.get_by_role("button", name="Turn it on"))
    codes = page.locator(".admin-codes code").all_inner_texts()
    judge("recovery codes")
    page.context.clear_cookies()
    sign_in(page, address)
    judge("second step")
    page.get_by_label("Code").fill("123456")
    follow(page, page.get_by_role("button", name="Go on"))
    judge("second step refused")
    page.get_by_label("Code").fill(codes[0])
    follow(page, page.get_by_role("button", name="Go on"))
    expect(page.get_by_text(f"You have {len(codes) - 1} left")).to_be_visible()
    judge("after a recovery code")
    page.goto(f"{address}/admin/account")
    judge("account with a second step")


@pytest.fixture
def troubles(app: Flask, engine: Engine) -> None:
    """An order with a note, one that is disputed and flagged, and a letter that did not arrive."""
    with writing(engine) as session:
        a_paid_order(session, 1001, {"SET-FULL": 1, "BOOK-PB": 2}, gift_note=HOSTILE)
        disputed = a_paid_order(session, 1002, payment_state="disputed", shipping_state="delivered")
        payment = a_payment(session, disputed, provider_id="pi_disputed")
        a_dispute(session, payment, due_by_at=NOW)
        session.add(OrderFlag(order_id=disputed.id, reason="dispute_opened", raised_at=NOW))
        letter = mail.write(
            session,
            "order_links",
            "m" * 60 + "@example.com",
            {},
            dedupe_key="key",
            now=NOW,
            order_id=disputed.id,
        )
        assert letter


def test_what_is_refused_or_goes_wrong(
    address: str,
    troubles: None,
    signed_in: Callable[[Page], Page],
    look: tuple[Page, Callable[[str], None]],
) -> None:
    page, judge = look
    signed_in(page)
    for path in (
        *("/admin", "/admin/orders?view=all", "/admin/orders/1001", "/admin/orders/1002"),
        *(
            "/admin/packing?n=1001",
            "/admin/outbox?view=waiting",
            "/admin/outbox/1",
            "/admin/orders/1002/refund",
        ),
        *("/admin/nothing", f"/admin/orders?q={'x' * 1001}"),
    ):
        page.goto(address + path)
        judge(path[:40])
    page.goto(f"{address}/admin/orders/1001")
    page.get_by_text("Change the note").click()
    page.get_by_label("Note in the parcel").fill("1\n2\n3\n4\n5\n6\n7")
    follow(page, page.get_by_role("button", name="Save the note"))
    expect(page.get_by_role("alert")).to_contain_text("more than 6 lines")
    expect(page.get_by_label("Note in the parcel")).to_have_value("1\n2\n3\n4\n5\n6\n7")
    judge("a note refused")
    page.goto(f"{address}/admin/orders/1001/refund")
    follow(page, page.get_by_role("button", name="Look at it before it goes"))
    judge("a refund of nothing")
    page.get_by_role("spinbutton").first.fill("1")
    follow(page, page.get_by_role("button", name="Look at it before it goes"))
    expect(page.get_by_role("region", name="The e-mail to the buyer")).to_be_visible()
    judge("a refund before it goes")
    page.goto(f"{address}/admin/products/HOOK-1")
    page.get_by_label("Place in the store room").fill("=1+1")
    follow(page, page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_role("alert")).to_contain_text("Please write a place")
    judge("a place refused")


def test_lists_with_nothing_in_them(
    address: str, signed_in: Callable[[Page], Page], look: tuple[Page, Callable[[str], None]]
) -> None:
    page, judge = look
    signed_in(page)
    for path in LISTS:
        page.goto(address + path)
        judge(path)
