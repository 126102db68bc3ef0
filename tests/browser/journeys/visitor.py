"""A person at a browser: reads words, fills in labelled fields, presses buttons, and looks at every page she meets."""

import re
from dataclasses import dataclass

from playwright.sync_api import Error, FrameLocator, Locator, Page, Route, expect

from tests.browser.accessibility import accessibility_faults
from tests.browser.journeys.shops import Shop, eventually

PAY = re.compile(r"^Pay \$")
PAID = "Thank you. Your order is paid"
CARD = "4242 4242 4242 4242"
DECLINED = "4000 0000 0000 0002"
ASKS_THE_BANK = "4000 0025 0000 3155"
ADDRESS = {
    "Full name": "Maya Lindqvist",
    "Street and house number": "12 Orchard Road",
    "City": "Albany",
    "State": "NY",
    "Postal code": "12207",
}
# What a page is made of, without its words: pages made alike are judged once.
SKELETON = """() => innerWidth + [...document.querySelectorAll("*")].map(
    (element) => element.tagName + element.className + element.getAttributeNames()).join()"""
_JUDGED: set[int] = set()


@dataclass
class Visitor:
    """Somebody with an e-mail address and a page open in her browser."""

    page: Page
    shop: Shop
    email: str
    # Without scripts axe cannot work; the pages are the same ones.
    scripts: bool = True

    # --- Pages ---

    def opens(self, path: str) -> None:
        """Go to a page of the shop."""
        self.page.goto(self.shop.address + path)
        self.judges()

    def judges(self) -> None:
        """Every page has one main heading and no fault that axe can find."""
        expect(self.page.get_by_role("heading", level=1)).to_have_count(1)
        if not self.scripts:
            return
        try:
            skeleton = hash(self.page.evaluate(SKELETON))
            if skeleton not in _JUDGED:
                found = accessibility_faults(self.page)
                assert not found, f"{self.page.url}: {found}"
                _JUDGED.add(skeleton)
        except Error as error:
            # A page that waits for a payment shows itself anew when word of it has come.
            if "context was destroyed" not in error.message:
                raise
            self.page.wait_for_load_state()

    def presses(self, name: str | re.Pattern[str], within: Locator | FrameLocator | None = None) -> None:
        """Press a button that leads to another page."""
        with self.page.expect_event("load"):
            (within or self.page).get_by_role("button", name=name).click()
        self.judges()

    def follows(self, name: str | re.Pattern[str], within: Locator | FrameLocator | None = None) -> None:
        """Follow a link."""
        with self.page.expect_event("load"):
            (within or self.page).get_by_role("link", name=name).click()
        self.judges()

    def fills(self, **fields: str) -> None:
        """Fill in fields by the words at their labels."""
        for label, words in fields.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(words)

    @property
    def headline(self) -> str:
        """The main heading."""
        return self.page.get_by_role("heading", level=1).inner_text()

    def reads(self, *sentences: str | re.Pattern[str]) -> None:
        """Fail unless these words stand on the page, or come to stand there soon."""
        for sentence in sentences:
            expect(self.page.locator("main")).to_contain_text(sentence, use_inner_text=True)

    # --- The way of a purchase ---

    def puts_in_cart(self, slug: str, quantity: int = 1) -> None:
        """From a product's page into the cart."""
        self.opens(f"/products/{slug}")
        if quantity != 1:
            self.page.get_by_label("Quantity", exact=True).fill(str(quantity))
        self.adds("is in your cart")

    def adds(self, said: str) -> None:
        """Press "Add to cart", read what the drawer says (without scripts: the cart's page), and go to the cart."""
        if not self.scripts:
            self.presses("Add to cart")
            self.reads(said)
            return
        self.page.get_by_role("button", name="Add to cart").first.click()
        expect(self.drawer).to_contain_text(said)
        self.opens("/cart")

    @property
    def drawer(self) -> Locator:
        """The cart beside the page."""
        return self.page.get_by_role("dialog", name="Your cart")

    def goes_to_checkout(self, country: str = "") -> None:
        """From the cart to the last page before the payment page."""
        self.follows("Check out")
        self.page.get_by_label("E-mail address").fill(self.email)
        if country:
            self.page.get_by_label(re.compile("^Country")).select_option(country)

    def goes_to_pay(self, **more: str) -> str:
        """From the cart to the payment page; return its address."""
        self.goes_to_checkout(**more)
        self.presses(PAY)
        assert self.page.url.startswith(self.shop.service.address)
        return self.page.url

    def fills_in_address(self) -> None:
        """Fill in what the payment page asks for beside the card."""
        for label, words in ADDRESS.items():
            place = self.page.get_by_label(label)
            if place.count():
                place.fill(words)

    def fills_in_card(self, card: str = CARD) -> None:
        """Fill in the payment page."""
        self.fills_in_address()
        self.fills(Card_number=card, Expiry_date="12 / 34", Security_code="123")

    def pays(self, card: str = CARD) -> None:
        """Fill in the payment page and press pay."""
        self.fills_in_card(card)
        self.presses(PAY)

    def pays_and_never_returns(self) -> None:
        """Pay, and lose the line before the answer has come."""
        self.fills_in_card()

        def lose_the_answer(route: Route) -> None:
            route.fetch(max_redirects=0)
            route.abort()

        self.page.route("**/pay/*", lose_the_answer)
        with self.page.expect_event("requestfailed"):
            self.page.get_by_role("button", name=PAY).click(no_wait_after=True)
        self.page.close()

    def buys(self, slug: str = "hip-hook") -> None:
        """The shortest way from a product to a paid order."""
        self.puts_in_cart(slug)
        self.goes_to_pay()
        self.pays()
        self.reads(PAID)

    def changes_quantity(self, name: str, quantity: int) -> None:
        """Set how many pieces of something lie in the cart, on the cart's page."""
        self.page.get_by_role("spinbutton", name=f"Quantity of {name}").fill(str(quantity))
        self.presses(re.compile("^Update"), within=self.line(name))
        self.reads(f"The quantity of {name} is now {quantity}.")

    def line(self, name: str) -> Locator:
        """The cart's line of something."""
        named = self.page.get_by_role("heading", level=2, name=name, exact=True)
        return self.page.get_by_role("listitem").filter(has=named)

    # --- Letters ---

    def letter(self, subject: str) -> str:
        """Open the mailbox, wait for a letter with that subject, and return its text."""

        def found() -> Locator | None:
            self.page.goto(f"{self.shop.address}/demo/mailbox?q={self.email}")
            link = self.page.get_by_role("link", name=subject)
            return link.first if link.count() else None

        eventually(found)
        self.judges()
        self.follows(subject)
        return self.page.locator("pre").inner_text()

    def another_tab(self) -> "Visitor":
        """The same person with the same cookies in another tab."""
        return Visitor(self.page.context.new_page(), self.shop, self.email)
