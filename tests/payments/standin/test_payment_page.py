"""The payment page as a buyer meets it, over HTTP and without a script."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
import requests
import stripe

from shop.payments.standin.cards import TEST_CARDS
from tests.payments.standin.conftest import Receiver, Running

Order = Callable[..., dict[str, Any]]


class Page(HTMLParser):
    """What matters of a page: its fields by id, its texts, and whatever a strict policy would block."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, dict[str, str | None]] = {}
        self.ids: list[str] = []
        self.labels: set[str | None] = set()
        self.blocked: list[str] = []
        self.options: list[str | None] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag in ("input", "select", "button") and given.get("name"):
            self.fields[str(given.get("id") or given["name"])] = given
        if tag == "label":
            self.labels.add(given.get("for"))
        if tag == "option":
            self.options.append(given.get("value"))
        if tag in ("script", "style", "iframe") or any(
            name == "style" or name.startswith("on") for name in given
        ):
            self.blocked.append(tag)


def post(session: Any, typed: dict[str, str], **changes: str) -> requests.Response:
    return requests.post(session.url, data={**typed, **changes}, allow_redirects=False, timeout=20)


def test_the_page_shows_the_order_and_asks_for_what_is_needed(
    standin: Running, client: stripe.StripeClient, order: Order
) -> None:
    client.v1.coupons.create({"id": "co-7", "amount_off": 1000, "currency": "usd", "name": "WELCOME10"})
    session = client.v1.checkout.sessions.create(order(discounts=[{"coupon": "co-7"}]))
    answer = requests.get(session.url, timeout=5)
    assert answer.status_code == 200
    for text in (
        "Hip Hook",
        "2 × $59.90",
        "WELCOME10",
        "−$10.00",
        "Standard",
        "3 to 5 business days",
        "$6.95",
    ):
        assert text in answer.text
    assert "no money moves" in answer.text
    assert re.search(r'id="pay"[^>]*>Pay \$116\.75<', answer.text)
    assert 'id="back" href="http://127.0.0.1:8000/cart"' in answer.text
    page = Page(answer.text)
    fields = (
        "email method card_number card_expiry card_cvc name line1 line2 city state postal_code country phone"
    )
    for name in fields.split():
        assert page.fields[name]["name"] == name
        assert name in page.labels
    assert len(page.ids) == len(set(page.ids))
    assert page.options[:2] == ["CA", "US"]
    assert re.search(r"value=.US. selected", answer.text)
    for card in TEST_CARDS.values():
        assert card.spaced in answer.text


def test_no_page_has_anything_that_a_strict_policy_blocks(
    standin: Running, session: Any, typed: dict[str, str]
) -> None:
    addresses = [session.url, f"{standin.address}/", f"{standin.address}/pay/none"]
    answers = [requests.get(address, timeout=5) for address in addresses]
    answers.append(post(session, typed, card_number="4000002500003155"))
    answers.append(requests.get(f"{session.url}/authenticate", timeout=5))
    for answer in answers:
        assert Page(answer.text).blocked == []
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'")
        assert "unsafe" not in policy
    assert "form-action 'self' http://127.0.0.1:8000" in answers[0].headers["Content-Security-Policy"]
    assert (
        requests.get(f"{standin.address}/standin/page.css", timeout=5)
        .headers["Content-Type"]
        .startswith("text/css")
    )
    assert requests.get(f"{standin.address}/standin/server.py", timeout=5).status_code == 404


def test_paying_leads_back_to_the_shop_with_the_session_in_the_address(
    client: stripe.StripeClient, session: Any, typed: dict[str, str]
) -> None:
    answer = post(session, typed)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://127.0.0.1:8000/orders/token?session_id={session.id}"
    found = client.v1.checkout.sessions.retrieve(session.id)
    assert (found.status, found.payment_status, found.url) == ("complete", "paid", None)
    assert found.customer_details.email == "ada@example.com"
    assert found.customer_details.phone == "+1 555 010 0100"
    assert found.collected_information.shipping_details.name == "Ada Buyer"
    assert found.collected_information.shipping_details.address.postal_code == "90210"


def test_the_shop_has_the_webhook_before_the_buyer_is_back(
    receiver: Receiver, session: Any, typed: dict[str, str]
) -> None:
    receiver.seconds = 0.2
    post(session, typed)
    assert "checkout.session.completed" in receiver.types


def test_a_held_webhook_does_not_hold_the_buyer(
    standin: Running, receiver: Receiver, session: Any, typed: dict[str, str]
) -> None:
    standin.control("webhooks", mode="hold")
    begin = time.monotonic()
    assert post(session, typed).status_code == 303
    assert time.monotonic() - begin < 2
    assert receiver.types == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "ada"),
        ("card_number", ""),
        ("card_number", "4111 1111 1111 1111"),
        ("card_number", "5555555555554444"),
        ("card_number", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"),
        ("card_expiry", ""),
        ("card_expiry", "13 / 30"),
        ("card_expiry", "01 / 20"),
        ("card_cvc", "12"),
        ("name", " "),
        ("line1", ""),
        ("city", ""),
        ("state", ""),
        ("postal_code", ""),
        ("country", "DE"),
        ("country", ""),
        ("phone", "soon"),
        ("method", "cash"),
        ("name", "x" * 201),
        ("name", "a\nb"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_typed_is_lost(
    client: stripe.StripeClient, session: Any, typed: dict[str, str], field: str, value: str
) -> None:
    answer = post(session, typed, **{field: value})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    page = Page(answer.text)
    kept = {"email", "card_expiry", "name", "line1", "city", "state", "postal_code", "phone"} - {field}
    assert {name: page.fields[name]["value"] for name in kept} == {name: typed[name] for name in kept}
    assert page.fields["card_number"]["value"] == page.fields["card_cvc"]["value"] == ""
    assert client.v1.checkout.sessions.retrieve(session.id).payment_intent is None


def test_a_number_that_is_no_test_card_is_stored_nowhere(
    standin: Running, session: Any, typed: dict[str, str]
) -> None:
    post(session, typed, card_number="4111111111111111")
    for path in standin.database.parent.iterdir():
        assert b"4111111111111111" not in path.read_bytes()


def test_a_decline_is_said_at_the_card_and_the_next_card_pays(session: Any, typed: dict[str, str]) -> None:
    declined = post(session, typed, card_number="4000 0000 0000 0002")
    assert declined.status_code == 402
    assert "Your card was declined." in declined.text
    assert 'value="ada@example.com"' in declined.text
    assert post(session, typed).status_code == 303


def test_a_wrong_security_code_is_said_at_its_field(session: Any, typed: dict[str, str]) -> None:
    assert 'id="card_cvc-error"' in post(session, typed, card_number="4000000000000127").text


def test_the_bank_can_ask_first(client: stripe.StripeClient, session: Any, typed: dict[str, str]) -> None:
    answer = post(session, typed, card_number="4000002500003155")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/pay/{session.id}/authenticate")
    found = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert found.payment_intent.status == "requires_action"
    page = requests.get(f"{session.url}/authenticate", timeout=5)
    assert {"complete", "fail"} <= set(Page(page.text).ids)
    failed = requests.post(f"{session.url}/authenticate", data={"action": "fail"}, timeout=5)
    assert "unable to authenticate" in failed.text
    assert 'value="1 Analytical Street"' in failed.text
    post(session, typed, card_number="4000002500003155")
    done = requests.post(
        f"{session.url}/authenticate", data={"action": "complete"}, allow_redirects=False, timeout=15
    )
    assert done.headers["Location"].startswith("http://127.0.0.1:8000/orders/token")
    again = requests.post(
        f"{session.url}/authenticate", data={"action": "complete"}, allow_redirects=False, timeout=15
    )
    assert again.headers["Location"] == done.headers["Location"]


def test_an_authentication_that_nobody_asked_for_leads_back_to_the_page(session: Any) -> None:
    for method in ("get", "post"):
        answer = requests.request(method, f"{session.url}/authenticate", allow_redirects=False, timeout=5)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/pay/{session.id}")


def test_a_bank_debit_needs_no_card(client: stripe.StripeClient, session: Any, typed: dict[str, str]) -> None:
    answer = post(session, typed, method="bank_debit", card_number="", card_expiry="", card_cvc="")
    assert answer.status_code == 303
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert "bank debit is on its way" in requests.get(session.url, timeout=5).text


def test_pressing_pay_many_times_at_once_pays_once(
    standin: Running, client: stripe.StripeClient, session: Any, typed: dict[str, str]
) -> None:
    answers: list[requests.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(post(session, typed))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(client.v1.charges.list().data) == 1


def test_a_completed_page_says_so(session: Any, typed: dict[str, str]) -> None:
    post(session, typed)
    page = requests.get(session.url, timeout=5)
    assert page.status_code == 200
    assert "You are all done here" in page.text
    assert f"session_id={session.id}" in page.text


def test_an_expired_page_takes_no_payment(
    client: stripe.StripeClient, standin: Running, session: Any, typed: dict[str, str]
) -> None:
    standin.control("clock", offset_seconds=24 * 3600 + 1)
    for answer in (requests.get(session.url, timeout=5), post(session, typed)):
        assert answer.status_code == 410
        assert "has expired" in answer.text
    assert client.v1.charges.list().data == []


@pytest.mark.parametrize(
    "path", ["/pay/cs_test_none", "/pay/cs_test_none/authenticate", "/pay/%00", "/pay/%FF"]
)
def test_an_unknown_page_is_not_found(standin: Running, path: str) -> None:
    assert requests.get(standin.address + path, timeout=5).status_code == 404
    assert requests.post(standin.address + path, timeout=5).status_code == 404


def test_looking_at_the_page_changes_nothing(standin: Running, session: Any) -> None:
    before = standin.state()
    requests.get(session.url, timeout=5)
    after = standin.state()
    assert {**before, "now": 0} == {**after, "now": 0}


def test_a_known_email_is_shown_and_cannot_be_changed(
    client: stripe.StripeClient, order: Order, typed: dict[str, str]
) -> None:
    session = client.v1.checkout.sessions.create(order(customer_email="known@example.com"))
    page = Page(requests.get(session.url, timeout=5).text)
    assert page.fields["email"]["value"] == "known@example.com"
    assert "readonly" in page.fields["email"]
    post(session, typed, email="other@example.com")
    assert client.v1.checkout.sessions.retrieve(session.id).customer_details.email == "known@example.com"


def test_without_shipping_the_page_asks_for_no_address(
    client: stripe.StripeClient, order: Order, typed: dict[str, str]
) -> None:
    session = client.v1.checkout.sessions.create(
        order(shipping_address_collection=None, shipping_options=None, phone_number_collection=None)
    )
    page = Page(requests.get(session.url, timeout=5).text)
    assert not {"line1", "country", "phone", "shipping_rate"} & page.fields.keys()
    wanted = {name: typed[name] for name in ("email", "card_number", "card_expiry", "card_cvc", "name")}
    assert post(session, wanted).status_code == 303
    assert client.v1.checkout.sessions.retrieve(session.id).collected_information.shipping_details is None


def test_another_delivery_changes_the_total_before_it_is_paid(
    client: stripe.StripeClient, order: Order, typed: dict[str, str]
) -> None:
    options = order()["shipping_options"]
    fast = {
        "display_name": "Express",
        "type": "fixed_amount",
        "fixed_amount": {"amount": 1500, "currency": "usd"},
    }
    session = client.v1.checkout.sessions.create(
        order(shipping_options=[*options, {"shipping_rate_data": fast}])
    )
    express = session.shipping_options[1].shipping_rate
    surprise = post(session, typed, shipping_rate=express, shown_total="12675")
    assert surprise.status_code == 422
    assert "the total is $134.80" in surprise.text
    shown = post(session, typed, shipping_rate=express, action="update")
    assert "Pay $134.80" in shown.text
    assert post(session, typed, shipping_rate=express, shown_total="13480").status_code == 303
    found = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert found.payment_intent.amount == found.amount_total == 13480
    assert found.shipping_cost.shipping_rate == express


def test_nothing_to_pay_asks_for_no_card(
    client: stripe.StripeClient, order: Order, typed: dict[str, str]
) -> None:
    free = {
        "price_data": {"currency": "usd", "unit_amount": 0, "product_data": {"name": "Gift"}},
        "quantity": 1,
    }
    session = client.v1.checkout.sessions.create(order(line_items=[free], shipping_options=None))
    page = requests.get(session.url, timeout=5)
    assert "Complete order" in page.text
    assert "card_number" not in Page(page.text).fields
    assert post(session, {**typed, "card_number": ""}).status_code == 303


def test_consent_is_asked_and_kept(
    client: stripe.StripeClient, standin: Running, order: Order, typed: dict[str, str]
) -> None:
    standin.control("account", terms_of_service_url="https://shop.example/terms")
    session = client.v1.checkout.sessions.create(
        order(consent_collection={"terms_of_service": "required", "promotions": "auto"})
    )
    assert post(session, typed).status_code == 422
    assert post(session, typed, consent_terms="on").status_code == 303
    consent = client.v1.checkout.sessions.retrieve(session.id).consent
    assert (consent.terms_of_service, consent.promotions) == ("accepted", "opt_out")


def test_markup_in_names_stays_text(client: stripe.StripeClient, order: Order, typed: dict[str, str]) -> None:
    evil = '<script>alert("1")</script>'
    item = {
        "price_data": {"currency": "usd", "unit_amount": 900, "product_data": {"name": evil}},
        "quantity": 1,
    }
    session = client.v1.checkout.sessions.create(order(line_items=[item]))
    answer = post(session, typed, name=f'"><{evil}', email="")
    assert Page(answer.text).blocked == []
    assert evil not in answer.text


def test_a_post_from_another_site_is_refused(session: Any, typed: dict[str, str]) -> None:
    answer = requests.post(session.url, data=typed, headers={"Sec-Fetch-Site": "cross-site"}, timeout=5)
    assert answer.status_code == 403


def test_another_host_name_is_refused(session: Any) -> None:
    assert requests.get(session.url, headers={"Host": "evil.example"}, timeout=5).status_code == 403
    assert requests.get(session.url, headers={"Host": "[::1"}, timeout=5).status_code in (400, 403)
