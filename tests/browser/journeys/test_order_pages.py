"""What becomes of an order afterwards: refunds, links by mail, and people who have no business with it."""

import re

import pytest

from tests.browser.journeys.books import Books
from tests.browser.journeys.conftest import VisitorTo
from tests.browser.journeys.shops import RunningShop, eventually
from tests.browser.journeys.visitor import PAID, PAY, Visitor


def test_a_refund_made_at_the_payment_service_appears_on_the_order(buyer: Visitor, books: Books) -> None:
    buyer.buys()
    (payment,) = books.payments
    buyer.shop.service.control(f"charges/{payment.charge_id}/refund", amount=2500)
    eventually(lambda: books.refunds)
    buyer.opens(f"/orders/{books.order.access_token}")
    buyer.reads("$25.00 of this order was refunded.", "$25.00 refunded")
    assert books.flags == ["refunded_at_provider"]


def test_a_refund_from_the_command_line_appears_on_the_order_and_is_told_by_mail(
    buyer: Visitor, books: Books
) -> None:
    buyer.buys()
    number = str(books.order.number)
    said = buyer.shop.command("admin", "refund", number, "--amount", "12.50", "--note", "With our apologies.")
    assert f"Refunded $12.50 of order {number}" in said
    buyer.opens(f"/orders/{books.order.access_token}")
    buyer.reads("$12.50 of this order was refunded.")
    letter = buyer.letter(f"We have refunded $12.50 of your order {number}")
    assert "With our apologies." in letter
    buyer.shop.command("admin", "refund", number, "--restock")
    buyer.opens(f"/orders/{books.order.access_token}")
    assert buyer.headline.startswith("This order was refunded in full.")
    assert [refund.amount for refund in books.refunds] == [1250, 13650]


def test_a_parcel_from_the_command_line_moves_the_tracker_and_is_told_by_mail(
    buyer: Visitor, books: Books
) -> None:
    buyer.buys()
    number = str(books.order.number)
    buyer.shop.command("admin", "ship", number, "--carrier", "Parcel Post", "--tracking", "PP 123")
    buyer.opens(f"/orders/{books.order.access_token}")
    assert buyer.headline.startswith("Your order is on its way.")
    buyer.reads("Left our shelf", "Parcel Post", "PP 123")
    assert "PP 123" in buyer.letter(f"Your order {number} is on its way")


def test_a_buyer_in_europe_withdraws_without_a_login_and_staff_give_the_money_back(
    buyer: Visitor, books: Books, running_shop: RunningShop, visitor_to: VisitorTo
) -> None:
    buyer.puts_in_cart("hip-hook")
    buyer.goes_to_checkout(country="Germany")
    buyer.presses(PAY)
    buyer.presses(PAY)
    buyer.pays()
    buyer.reads(PAID)
    number = books.order.number
    # Without the link at hand, the foot of every page says where it is sent from.
    buyer.opens("/")
    buyer.follows("Withdraw from contract")
    buyer.follows("Withdraw from contract", within=buyer.page.locator("main"))
    assert buyer.headline == "Find your order"
    buyer.fills(**{"E-mail address": buyer.email})
    buyer.presses("Send me my order links")
    address = f"{buyer.shop.address}/orders/{books.order.access_token}"
    assert address in buyer.letter("Links to your orders")
    buyer.page.goto(address)
    buyer.follows("Withdraw from contract here")
    buyer.reads(f"Order {number}")
    buyer.presses("Confirm withdrawal")
    assert buyer.headline == "We have received your withdrawal."
    # On the way back there is no form that could be sent again.
    buyer.page.go_back()
    assert buyer.headline == "We have received your withdrawal."
    letter = buyer.letter(f"We have received your withdrawal from order {number}")
    assert re.search(r"Received: \w+ \d+, \d{4}, \d\d:\d\d:\d\d UTC", letter)
    assert "Hip Hook" in letter
    assert books.flags == ["withdrawn"]
    owner, password = running_shop.owner
    staff = visitor_to(running_shop)
    staff.opens("/admin/orders?view=attention")
    staff.fills(**{"E-mail address": owner, "Password": password})
    staff.presses("Sign in")
    staff.follows(str(number))
    staff.reads("The buyer has withdrawn from the contract for 1 × Hip Hook.")
    staff.follows("Refund it")
    staff.presses("Look at it before it goes")
    staff.presses(re.compile("^Refund|^Give"))
    eventually(lambda: books.refunds)
    assert [refund.amount for refund in books.refunds] == [books.order.total_amount]


def test_the_links_in_a_letter_lead_to_each_order(buyer: Visitor, books: Books) -> None:
    buyer.buys("hip-hook")
    buyer.buys("hip-release-ball")
    buyer.opens("/orders/find")
    buyer.fills(**{"E-mail address": buyer.email.upper()})
    buyer.presses("Send me my order links")
    letter = buyer.letter("Links to your orders")
    for order in books.orders:
        address = f"{buyer.shop.address}/orders/{order.access_token}"
        assert address in letter
        buyer.page.goto(address)
        assert buyer.headline.startswith(PAID)
        buyer.reads(f"Order {order.number}")


def test_asking_for_the_links_of_an_unknown_address_says_the_same_and_writes_nothing(
    buyer: Visitor, books: Books
) -> None:
    buyer.opens("/orders/find")
    buyer.fills(**{"E-mail address": buyer.email})
    buyer.presses("Send me my order links")
    buyer.reads("If there are orders under that address, links to them are on their way to it.")
    assert books.written == []


@pytest.mark.parametrize("path", ["", "/receipt"])
def test_a_stranger_with_a_wrong_link_sees_nothing_of_an_order(
    buyer: Visitor, books: Books, visitor_to: VisitorTo, path: str
) -> None:
    buyer.buys()
    token = books.order.access_token
    stranger = visitor_to(buyer.shop)
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), str(books.order.number), token.lower()):
        stranger.opens(f"/orders/{wrong}{path}")
        stranger.reads("We could not find this order.")
        words = stranger.page.locator("main").inner_text()
        assert not [secret for secret in ("Maya", buyer.email, "Orchard", "4242") if secret in words]


def test_a_stranger_cannot_open_the_back_office(buyer: Visitor) -> None:
    for path in ("/admin", "/admin/orders", "/admin/orders/1001", "/admin/outbox"):
        buyer.opens(path)
        assert buyer.headline == "Sign in to the back office"
    buyer.fills(**{"E-mail address": "owner@example.com", "Password": "not the password"})
    buyer.presses("Sign in")
    buyer.reads("That address and password do not match.")


def test_staff_find_a_days_order_and_its_letters(
    buyer: Visitor, books: Books, running_shop: RunningShop, visitor_to: VisitorTo
) -> None:
    buyer.buys()
    eventually(lambda: books.received)
    owner, password = running_shop.owner
    staff = visitor_to(running_shop)
    staff.opens("/admin/orders")
    staff.fills(**{"E-mail address": owner, "Password": password})
    staff.presses("Sign in")
    assert staff.headline == "Orders"
    staff.follows(str(books.order.number))
    staff.reads(buyer.email, "12 Orchard Road", "Order confirmed", "Visa")
    # The demo's history has a letter that did not arrive: the outbox begins with those.
    staff.follows(re.compile("^Outbox"))
    staff.follows(re.compile("^Sent"))
    staff.reads(buyer.email)
    staff.presses("Sign out")
    assert staff.headline == "Sign in to the back office"
    staff.opens("/admin")
    assert staff.headline == "Sign in to the back office"
