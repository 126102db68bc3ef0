"""A day in the back office, by keyboard: ship fourteen, take it back, refund a line, two editors."""

import re
import sys
import time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from shop.db import reading
from shop.mail.models import OutboxLetter
from shop.orders.models import Order, Refund, Shipment
from shop.subscribers.models import Reader
from tests.browser.journeys.books import Books
from tests.browser.journeys.conftest import VisitorTo
from tests.browser.journeys.shops import RunningShop, eventually
from tests.browser.journeys.visitor import Visitor

# What the program of a carrier gives: a column to copy.
COLUMN = "\n".join(f"94001118992231974284{number:02}" for number in range(14))
PASTE = """(column) => {
  const data = new DataTransfer();
  data.setData("text", column);
  const event = {clipboardData: data, bubbles: true, cancelable: true};
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", event));
}"""


class Hands:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, *keys: str) -> None:
        """Press keys one after another; a combination is as many as its keys."""
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += key.count("+") + 1

    def paste(self, text: str) -> None:
        """What Ctrl+V does."""
        self.page.evaluate(PASTE, text)
        self.pressed += 2


@pytest.fixture
def staff(shop: RunningShop, visitor_to: VisitorTo) -> Visitor:
    """The owner, signed in."""
    return signed_in(shop, visitor_to)


def signed_in(shop: RunningShop, visitor_to: VisitorTo) -> Visitor:
    owner, password = shop.owner
    visitor = visitor_to(shop)
    visitor.opens("/admin/orders?view=to_ship&tag=demo")
    visitor.fills(**{"E-mail address": owner, "Password": password})
    visitor.presses("Sign in")
    assert visitor.headline == "Orders"
    return visitor


def sent(shop: RunningShop, numbers: list[int]) -> list[tuple[int, str]]:
    """The parcels of these orders that count, of those that the carrier's program knows: order and tracking number."""
    with reading(shop.engine) as session:
        rows = session.execute(
            select(Order.number, Shipment.tracking_number)
            .join(Order, Order.id == Shipment.order_id)
            .where(
                Order.number.in_(numbers),
                Shipment.undone_at.is_(None),
                Shipment.tracking_number.in_(COLUMN.split("\n")),
            )
            .order_by(Order.number)
        )
        return [(number, tracking) for number, tracking in rows]


def waiting(shop: RunningShop) -> list[str]:
    """The letters about parcels that have not left."""
    with reading(shop.engine) as session:
        letters = select(OutboxLetter).where(
            OutboxLetter.template == "order_shipped", OutboxLetter.state == "queued"
        )
        return [letter.blanks["order_number"] for letter in session.scalars(letters)]


def test_fourteen_orders_ship_in_few_keys_and_undo_takes_them_and_their_mails_back(
    shop: RunningShop, staff: Visitor
) -> None:
    page = staff.page
    hands = Hands(page)
    began = time.monotonic()
    hands.press("j", "x", *["Shift+ArrowDown"] * 13)
    expect(page.locator("[data-bar-count]")).to_contain_text("14 of")
    numbers = sorted(int(box.get_attribute("value")) for box in page.locator("[name=n]:checked").all())
    with page.expect_event("load"):
        hands.press("f")
    staff.judges()
    assert staff.headline == "Pack and ship 14 orders"
    hands.paste(COLUMN)
    expect(page.get_by_role("button", name=re.compile("^Ship 14"))).to_be_focused()
    with page.expect_event("load"):
        hands.press("Enter")
    staff.reads("14 orders are shipped. The e-mails leave in 60 seconds.")
    seconds = time.monotonic() - began
    sys.stdout.write(f"14 orders shipped with {hands.pressed} keys in {seconds:.1f} seconds\n")
    assert hands.pressed <= 40
    assert seconds < 180
    assert sent(shop, numbers) == list(zip(numbers, COLUMN.split("\n"), strict=True))
    assert len(waiting(shop)) == 14
    staff.presses("Undo")
    staff.reads("Taken back. 14 e-mails stay here.")
    assert sent(shop, numbers) == []
    assert waiting(shop) == []
    staff.opens(f"/admin/orders/{numbers[-1]}")
    staff.reads("Shipping undone", "Nothing has left yet.")


def test_a_line_is_refunded_after_a_look_at_the_mail(
    shop: RunningShop, buyer: Visitor, books: Books, visitor_to: VisitorTo
) -> None:
    buyer.puts_in_cart("hip-release-ball", 2)
    buyer.goes_to_pay()
    buyer.pays()
    number = books.order.number
    staff = signed_in(shop, visitor_to)
    staff.opens(f"/admin/orders/{number}")
    staff.follows(re.compile("^Refund$"))
    staff.page.get_by_role("spinbutton").fill("1")
    staff.fills(**{"A sentence for the buyer (optional)": "One ball came scratched."})
    staff.page.get_by_label("The goods are back on the shelf").check()
    staff.presses("Look at it before it goes")
    assert staff.headline == "Refund $29.00 to Maya Lindqvist?"
    staff.reads("One ball came scratched.", "$29.00 is on its way back to you.")
    staff.page.get_by_role("button", name="Refund $29.00").dblclick()
    staff.reads("$29.00 is on its way back to the buyer.", "Part refunded")
    with reading(shop.engine) as session:
        order = select(Order.id).where(Order.number == number)
        made = session.scalars(select(Refund).where(Refund.order_id.in_(order))).all()
    assert [(refund.amount, refund.state) for refund in made] == [(2900, "succeeded")]
    eventually(lambda: [subject for subject in books.received if "refunded $29.00" in subject])


def test_the_second_editor_is_told_what_the_first_changed(
    shop: RunningShop, staff: Visitor, visitor_to: VisitorTo
) -> None:
    number = staff.page.locator("[data-row] a").first.inner_text()
    second = signed_in(shop, visitor_to)
    for editor in (staff, second):
        editor.opens(f"/admin/orders/{number}")
        editor.page.keyboard.press("e")
    for editor, street in ((staff, "9 Oak Road"), (second, "1 Second Street")):
        editor.page.get_by_label("Street").fill(street)
        editor.presses("Save the address")
    second.reads("Somebody else changed this order meanwhile", "9 Oak Road")
    expect(second.page.get_by_label("Street")).to_have_value("1 Second Street")
    staff.opens(f"/admin/orders/{number}")
    staff.reads("9 Oak Road")


def test_question_mark_lists_the_keys_and_they_can_be_turned_off(staff: Visitor) -> None:
    page = staff.page
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_contain_text("Ship what is chosen")
    expect(sheet).to_contain_text("Go to Today")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    with page.expect_event("load"):
        page.keyboard.press("g")
        page.keyboard.press("t")
    assert staff.headline == "Today"
    staff.opens("/admin/account")
    page.get_by_label("Single keys act by themselves").uncheck()
    staff.presses(
        "Save", within=page.get_by_role("region").or_(page.locator("section")).filter(has_text="Single keys")
    )
    staff.opens("/admin/orders?view=to_ship&tag=demo")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[name=n]:checked").count() == 0
    staff.opens("/admin/account")
    page.get_by_label("Single keys act by themselves").check()
    staff.presses("Save", within=page.locator("section").filter(has_text="Single keys"))


def test_an_invented_order_of_the_demo_is_refunded_like_any_other(shop: RunningShop, staff: Visitor) -> None:
    staff.opens("/admin/orders?view=shipped&payment=paid&tag=demo")
    number = int(staff.page.locator("[data-row] a").first.inner_text())
    staff.opens(f"/admin/orders/{number}/refund?all=1")
    staff.presses("Look at it before it goes")
    staff.page.get_by_role("button", name=re.compile(r"^Refund \$")).click()
    staff.reads("is on its way back to the buyer.", "Refund succeeded")
    with reading(shop.engine) as session:
        made = select(Refund.state).join(Order, Order.id == Refund.order_id).where(Order.number == number)
        assert session.scalars(made).all() == ["succeeded"]


def test_a_reader_is_erased_only_when_her_address_is_typed(shop: RunningShop, staff: Visitor) -> None:
    staff.opens("/admin/readers?view=left")
    email = staff.page.locator("[data-row] a").first.inner_text()
    staff.follows(email)
    staff.fills(**{"Type the address to confirm": "somebody@example.com"})
    staff.presses(f"Erase {email}")
    staff.reads("That is not the address of this reader, so nobody was erased.")
    staff.fills(**{"Type the address to confirm": email})
    staff.presses(f"Erase {email}")
    staff.reads("Erased. The money rows stay, without a name.")
    staff.opens(f"/admin/readers?q={email}")
    staff.reads("Nobody fits.")
    with reading(shop.engine) as session:
        assert session.scalars(select(Reader.id).where(Reader.email == email)).all() == []
