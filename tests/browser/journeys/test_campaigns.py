"""A code campaign: made in one page, tried before anybody uses it, used by a buyer, read from its sheet, ended."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW
from tests.browser.journeys.conftest import VisitorTo
from tests.browser.journeys.shops import RunningShop
from tests.browser.journeys.visitor import PAID, Visitor


def signed_in(shop: RunningShop, page: Page, *, scripts: bool = True) -> Visitor:
    """The owner, at her desk."""
    owner, password = shop.owner
    staff = Visitor(page, shop, owner, scripts=scripts)
    staff.opens("/admin/login?next=/admin/discounts")
    staff.fills(**{"E-mail address": owner, "Password": password})
    staff.presses("Sign in")
    return staff


def test_a_code_campaign_is_made_and_tested(
    shop: RunningShop, open_page: Callable[..., Page], visitor_to: VisitorTo
) -> None:
    code, name = f"FAIR{uuid4().hex[:6]}".upper(), f"Fair {uuid4().hex[:8]}"
    staff = signed_in(shop, open_page())
    staff.follows("New campaign")
    page = staff.page
    sentence = page.locator(".campaign-sentence")
    # The sentence follows the fields, and what nobody could explain is said before anything is saved.
    staff.fills(Name=name, Percent_off="100")
    expect(sentence).to_have_text("With a code, 100% off the whole order; it combines with other offers.")
    staff.reads("100% off without a limit gives the shop away.")
    staff.fills(**{"Percent off": "20", "At most, per order": "25", "From this amount on": "50"})
    expect(sentence).to_have_text(
        "With a code, 20% off the whole order, up to $25.00 an order, when the goods come to $50.00 or more;"
        " it combines with other offers."
    )
    # Fields of other kinds are out of the way.
    page.get_by_label("Kind").select_option("fixed_order")
    expect(page.get_by_label("Percent off")).to_be_hidden()
    page.get_by_label("Kind").select_option("percent")
    # The bench prices a pasted cart with what is not saved yet.
    page.get_by_label(re.compile("^Cart")).fill("BALL-1")
    staff.reads("No: What it is for comes to $29.00, which is $21.00 short of $50.00.")
    page.get_by_label(re.compile("^Cart")).fill("HOOK-1:1, BALL-1:1")
    staff.reads("Takes off $25.00", "Total $153.00")
    page.get_by_label(re.compile("^First code")).fill(code.lower())
    staff.presses("Save campaign")
    staff.reads(f"{name} is made.", code, "Live")

    # A buyer comes by the link of the code, on a phone.
    buyer = visitor_to(shop, size=NARROW, has_touch=True)
    buyer.puts_in_cart("hip-hook")
    buyer.opens(f"/go/{code}?to=/cart")
    buyer.reads("$124.00")
    buyer.goes_to_pay()
    buyer.pays()
    buyer.reads(PAID)

    staff.follows("Sheet")
    staff.reads("1 new, 0 returning", "$124.00")
    staff.follows(re.compile("^Codes"))
    staff.follows(code)
    expect(page.get_by_role("img", name=f"Link of the code {code}")).to_be_visible()
    staff.opens(f"/admin/discounts?q={code}")
    staff.follows(name)
    staff.presses("End now")
    staff.reads(f"{name} has ended.", "Ended")
    staff.presses("Undo")
    staff.reads(f"{name} ends when it did before.", "Live")
    staff.presses("Pause")
    staff.follows("History")
    staff.reads("paused it", "took the end back", "ended it", "made it")


def test_a_campaign_can_be_tested_without_scripts(shop: RunningShop, page_without_javascript: Page) -> None:
    staff = signed_in(shop, page_without_javascript, scripts=False)
    staff.opens("/admin/discounts/run15")
    staff.page.get_by_label(re.compile("^Cart")).fill("HOOK-1")
    staff.page.get_by_role("button", name="Preview and test").click()
    staff.reads("With a code, 15% off the whole order", "Takes off $22.35")
