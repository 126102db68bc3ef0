"""Checkout Sessions and coupons: what may be asked for, the sums, how a session ends unpaid."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
import stripe

from tests.payments.standin.conftest import Receiver, Running

Order = Callable[..., dict[str, Any]]


def line(amount: int = 5990, quantity: int = 1, currency: str = "usd", **product: Any) -> dict[str, Any]:
    name = {"name": "Hip Hook", **product}
    return {
        "price_data": {"currency": currency, "unit_amount": amount, "product_data": name},
        "quantity": quantity,
    }


def rate(amount: int = 500, currency: str = "usd", name: str = "Standard") -> dict[str, Any]:
    fixed = {"amount": amount, "currency": currency}
    return {"shipping_rate_data": {"display_name": name, "type": "fixed_amount", "fixed_amount": fixed}}


def refusal(client: stripe.StripeClient, parameters: dict[str, Any]) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(parameters)
    return refused.value


def test_a_new_session_is_open_with_a_page_and_no_payment(
    standin: Running, session: stripe.checkout.Session
) -> None:
    assert session.id.startswith("cs_test_")
    assert session.url == f"{standin.address}/pay/{session.id}"
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert session.livemode is False
    assert session.client_reference_id == "1042"
    assert session.metadata.to_dict() == {"attempt": "7"}
    assert session.payment_method_types == ["card", "us_bank_account"]
    assert session.expires_at - session.created == 24 * 3600


def test_the_sums_are_lines_less_coupon_plus_shipping(client: stripe.StripeClient, order: Order) -> None:
    client.v1.coupons.create({"id": "co-7", "amount_off": 1000, "currency": "usd", "name": "WELCOME10"})
    session = client.v1.checkout.sessions.create(
        order(
            line_items=[line(5990, 2), line(1000)],
            discounts=[{"coupon": "co-7"}],
            expand=[
                "line_items",
                "total_details.breakdown",
                "discounts.coupon",
                "shipping_cost.shipping_rate",
            ],
        )
    )
    assert session.amount_subtotal == 12980
    assert session.total_details.amount_discount == 1000
    assert session.total_details.amount_shipping == 695
    assert session.amount_total == 12980 - 1000 + 695
    assert [item.amount_discount for item in session.line_items.data] == [923, 77]
    assert sum(item.amount_total for item in session.line_items.data) == 11980
    assert session.total_details.breakdown.discounts[0].discount.source.coupon == "co-7"
    assert session.discounts[0].coupon.name == "WELCOME10"
    assert session.shipping_cost.shipping_rate.display_name == "Standard"


def test_a_coupon_never_takes_more_than_the_lines(client: stripe.StripeClient, order: Order) -> None:
    client.v1.coupons.create({"id": "co-7", "amount_off": 99999, "currency": "usd"})
    session = client.v1.checkout.sessions.create(order(discounts=[{"coupon": "co-7"}]))
    assert session.total_details.amount_discount == session.amount_subtotal
    assert session.amount_total == 695


def test_a_percentage_is_taken_off_the_lines_only(client: stripe.StripeClient, order: Order) -> None:
    client.v1.coupons.create({"id": "co-7", "percent_off": 12.5})
    session = client.v1.checkout.sessions.create(
        order(line_items=[line(999)], discounts=[{"coupon": "co-7"}])
    )
    assert session.total_details.amount_discount == 125
    assert session.amount_total == 999 - 125 + 695


def test_nothing_to_pay_needs_no_payment(client: stripe.StripeClient, standin: Running, order: Order) -> None:
    session = client.v1.checkout.sessions.create(order(line_items=[line(0)], shipping_options=None))
    assert session.payment_status == "no_payment_required"
    standin.control(f"sessions/{session.id}/pay")
    session = client.v1.checkout.sessions.retrieve(session.id)
    assert (session.status, session.payment_status, session.payment_intent) == (
        "complete",
        "no_payment_required",
        None,
    )


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"ui_mode": "hosted"}, "ui_mode"),
        ({"ui_mode": "embedded"}, "ui_mode"),
        ({"mode": None}, "mode"),
        ({"mode": "subscription"}, None),
        ({"success_url": None}, "success_url"),
        ({"success_url": "orders/1"}, "success_url"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"return_url": "https://shop.example/"}, "return_url"),
        ({"ui_mode": "embedded_page", "return_url": "https://shop.example/"}, "success_url"),
        ({"line_items": None}, "line_items"),
        ({"line_items": [line()] * 101}, "line_items"),
        ({"line_items": [line(), line(currency="eur")]}, "line_items"),
        ({"currency": "eur"}, "line_items"),
        ({"line_items": [{"price_data": line()["price_data"]}]}, "line_items[0]"),
        ({"line_items": [line(quantity=0)]}, "line_items[0][quantity]"),
        ({"line_items": [line(amount=-1)]}, "line_items[0][price_data][unit_amount]"),
        ({"line_items": [line(amount=100_000_000)]}, "line_items[0][price_data][unit_amount]"),
        ({"line_items": [line(currency="abc")]}, "line_items[0][price_data][currency]"),
        ({"line_items": [line(name="")]}, "line_items[0][price_data][product_data][name]"),
        (
            {"line_items": [line(images=["http://shop.example/a.png"])]},
            "line_items[0][price_data][product_data][images][0]",
        ),
        (
            {"line_items": [line(images=["https://shop.example/a.png"] * 9)]},
            "line_items[0][price_data][product_data][images]",
        ),
        ({"line_items": [{"price": "price_1", "quantity": 1}]}, "line_items[0][price]"),
        ({"line_items": [{**line(), "price": "price_1"}]}, "line_items[0]"),
        ({"line_items": [{"quantity": 1}]}, "line_items[0][price_data]"),
        (
            {"line_items": [{**line(), "adjustable_quantity": {"enabled": True}}]},
            "line_items[0][adjustable_quantity]",
        ),
        ({"customer": "cus_1", "customer_email": "a@example.com"}, "customer_email"),
        ({"customer": "cus_1"}, "customer"),
        ({"customer_email": "nobody"}, "customer_email"),
        ({"allow_promotion_codes": True, "discounts": [{"coupon": "co-7"}]}, "allow_promotion_codes"),
        ({"discounts": [{"coupon": "co-none"}]}, "discounts[0][coupon]"),
        ({"discounts": [{"promotion_code": "promo_1"}]}, "discounts[0][promotion_code]"),
        ({"discounts": [{"coupon": "co-1"}, {"coupon": "co-2"}]}, "discounts"),
        ({"shipping_options": [rate()] * 6}, "shipping_options"),
        (
            {"shipping_options": [rate(currency="eur")]},
            "shipping_options[0][shipping_rate_data][fixed_amount][currency]",
        ),
        ({"shipping_options": [{"shipping_rate": "shr_1"}]}, "shipping_options[0][shipping_rate]"),
        ({"shipping_options": [{**rate(), "shipping_rate": "shr_1"}]}, "shipping_options[0]"),
        (
            {"shipping_address_collection": {"allowed_countries": ["XX"]}},
            "shipping_address_collection[allowed_countries][0]",
        ),
        ({"client_reference_id": "x" * 201}, "client_reference_id"),
        ({"metadata": {"k" * 41: "v"}}, f"metadata[{'k' * 41}]"),
        ({"metadata": {"k": "v" * 501}}, "metadata[k]"),
        ({"metadata": {f"k{n}": "v" for n in range(51)}}, "metadata"),
        (
            {"payment_intent_data": {"statement_descriptor": "SHOP"}},
            "payment_intent_data[statement_descriptor]",
        ),
        (
            {"payment_intent_data": {"statement_descriptor_suffix": "x" * 23}},
            "payment_intent_data[statement_descriptor_suffix]",
        ),
        ({"payment_intent_data": {"capture_method": "manual"}}, None),
        ({"consent_collection": {"terms_of_service": "required"}}, "consent_collection[terms_of_service]"),
        ({"excluded_payment_method_types": ["card", "us_bank_account"]}, "excluded_payment_method_types"),
        (
            {"automatic_tax": {"enabled": True}, "line_items": [line()]},
            "line_items[0][price_data][tax_behavior]",
        ),
        ({"automatic_tax": {"liability": {"type": "self"}}}, "automatic_tax[liability]"),
        ({"phone_number_collection": {"enabled": "1"}}, "phone_number_collection[enabled]"),
        ({"locale": "en-US"}, "locale"),
    ],
)
def test_what_stripe_refuses_is_refused_with_its_parameter(
    client: stripe.StripeClient, standin: Running, order: Order, changes: dict[str, Any], param: str | None
) -> None:
    refused = refusal(client, order(**changes))
    assert refused.http_status == 400
    assert refused.param == param or (param is None and refused.param)
    assert standin.state()["sessions"] == []


@pytest.mark.parametrize(
    ("currency", "amount", "fine"),
    [
        ("usd", 49, False),
        ("usd", 50, True),
        ("gbp", 29, False),
        ("gbp", 30, True),
        ("jpy", 50, True),
        ("jpy", 49, False),
    ],
)
def test_less_than_the_smallest_charge_is_refused(
    client: stripe.StripeClient, order: Order, currency: str, amount: int, fine: bool
) -> None:
    wanted = order(line_items=[line(amount, currency=currency)], shipping_options=None)
    if fine:
        assert client.v1.checkout.sessions.create(wanted).amount_total == amount
    else:
        assert refusal(client, wanted).code == "amount_too_small"


@pytest.mark.parametrize(("seconds", "fine"), [(1700, False), (1810, True), (86390, True), (86500, False)])
def test_a_session_lasts_from_half_an_hour_to_a_day(
    client: stripe.StripeClient, order: Order, seconds: int, fine: bool
) -> None:
    wanted = order(expires_at=int(time.time()) + seconds)
    if fine:
        assert client.v1.checkout.sessions.create(wanted).expires_at == wanted["expires_at"]
    else:
        assert refusal(client, wanted).param == "expires_at"


def test_one_hundred_lines_are_fine(client: stripe.StripeClient, order: Order) -> None:
    session = client.v1.checkout.sessions.create(order(line_items=[line(100)] * 100))
    first = client.v1.checkout.sessions.line_items.list(session.id, {"limit": 60})
    assert (len(first.data), first.has_more) == (60, True)
    rest = client.v1.checkout.sessions.line_items.list(
        session.id, {"limit": 60, "starting_after": first.data[-1].id}
    )
    assert (len(rest.data), rest.has_more) == (40, False)
    assert first.data[0].price.unit_amount == 100


def test_an_embedded_session_has_a_secret_and_no_page(client: stripe.StripeClient, order: Order) -> None:
    session = client.v1.checkout.sessions.create(
        order(ui_mode="embedded_page", return_url="https://shop.example/r", success_url=None, cancel_url=None)
    )
    assert session.url is None
    assert session.client_secret.startswith(session.id)


def test_many_settings_come_back_as_they_were_sent(
    client: stripe.StripeClient, standin: Running, order: Order
) -> None:
    standin.control("account", terms_of_service_url="https://shop.example/terms")
    session = client.v1.checkout.sessions.create(
        order(
            adaptive_pricing={"enabled": False},
            after_expiration={"recovery": {"enabled": True}},
            automatic_tax={"enabled": True},
            billing_address_collection="auto",
            branding_settings={"display_name": "Aletha", "button_color": "#A81F3D"},
            consent_collection={"terms_of_service": "required", "promotions": "auto"},
            custom_text={"submit": {"message": "Thank you."}},
            customer_creation="if_required",
            customer_email="ada@example.com",
            locale="en",
            origin_context="web",
            submit_type="pay",
        )
    )
    assert session.customer_email == session.customer_details.email == "ada@example.com"
    assert session.automatic_tax.status == "requires_location_inputs"
    assert session.custom_text.submit.message == "Thank you."
    assert session.after_expiration.recovery.enabled
    assert session.branding_settings.display_name == "Aletha"


class TestUpdate:
    def test_metadata_is_merged_and_an_empty_value_removes(
        self, client: stripe.StripeClient, session: stripe.checkout.Session
    ) -> None:
        updated = client.v1.checkout.sessions.update(session.id, {"metadata": {"attempt": "", "order": "1"}})
        assert updated.metadata.to_dict() == {"order": "1"}

    def test_another_shipping_option_changes_the_total(
        self, client: stripe.StripeClient, session: stripe.checkout.Session
    ) -> None:
        updated = client.v1.checkout.sessions.update(session.id, {"shipping_options": [rate(1500)]})
        assert updated.amount_total == session.amount_total - 695 + 1500

    def test_what_may_not_change_is_refused(
        self, client: stripe.StripeClient, session: stripe.checkout.Session
    ) -> None:
        with pytest.raises(stripe.InvalidRequestError, match="unknown parameter: success_url"):
            client.v1.checkout.sessions.update(session.id, {"success_url": "https://shop.example"})

    def test_a_closed_session_only_takes_metadata(
        self, client: stripe.StripeClient, session: stripe.checkout.Session
    ) -> None:
        client.v1.checkout.sessions.expire(session.id)
        client.v1.checkout.sessions.update(session.id, {"metadata": {"a": "b"}})
        with pytest.raises(stripe.InvalidRequestError, match="only its metadata"):
            client.v1.checkout.sessions.update(session.id, {"shipping_options": [rate()]})


class TestExpiry:
    def test_an_expired_session_has_no_page_and_says_so_in_an_event(
        self, client: stripe.StripeClient, receiver: Receiver, session: stripe.checkout.Session
    ) -> None:
        expired = client.v1.checkout.sessions.expire(session.id)
        assert (expired.status, expired.url, expired.payment_status) == ("expired", None, "unpaid")
        assert receiver.wait_for(1) == ["checkout.session.expired"]

    def test_only_an_open_session_can_be_expired(
        self, client: stripe.StripeClient, standin: Running, session: stripe.checkout.Session
    ) -> None:
        standin.control(f"sessions/{session.id}/pay")
        with pytest.raises(stripe.InvalidRequestError, match="has a status of `complete`"):
            client.v1.checkout.sessions.expire(session.id)

    def test_a_session_expires_when_its_time_is_over(
        self,
        client: stripe.StripeClient,
        standin: Running,
        receiver: Receiver,
        session: stripe.checkout.Session,
    ) -> None:
        standin.control("clock", offset_seconds=24 * 3600 + 1)
        assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
        assert receiver.wait_for(1) == ["checkout.session.expired"]

    def test_a_session_that_nobody_asks_about_expires_all_the_same(
        self, standin: Running, receiver: Receiver, session: stripe.checkout.Session
    ) -> None:
        assert session.status == "open"
        account = standin.app.extensions["standin"]
        with account.store.transaction():
            account.move_clock(24 * 3600 + 1)
        assert receiver.wait_for(1) == ["checkout.session.expired"]

    def test_an_expired_session_cancels_the_payment_that_was_begun(
        self, client: stripe.StripeClient, standin: Running, session: stripe.checkout.Session
    ) -> None:
        standin.control(f"sessions/{session.id}/pay", card="4000000000000002")
        expired = client.v1.checkout.sessions.expire(session.id, {"expand": ["payment_intent"]})
        assert expired.payment_intent.status == "canceled"

    def test_a_recovery_link_opens_a_copy(
        self, client: stripe.StripeClient, standin: Running, order: Order
    ) -> None:
        session = client.v1.checkout.sessions.create(order(after_expiration={"recovery": {"enabled": True}}))
        assert session.after_expiration.recovery.url is None
        expired = client.v1.checkout.sessions.expire(session.id)
        page = requests.get(expired.after_expiration.recovery.url, timeout=5)
        copy = client.v1.checkout.sessions.retrieve(page.url.rpartition("/")[2])
        assert (copy.recovered_from, copy.status, copy.amount_total) == (
            session.id,
            "open",
            session.amount_total,
        )
        assert copy.metadata.to_dict() == session.metadata.to_dict()
        standin.control(f"sessions/{copy.id}/pay")
        assert client.v1.checkout.sessions.retrieve(copy.id).payment_status == "paid"

    def test_a_session_without_recovery_has_no_such_link(
        self, client: stripe.StripeClient, standin: Running, session: stripe.checkout.Session
    ) -> None:
        client.v1.checkout.sessions.expire(session.id)
        assert requests.get(f"{standin.address}/recover/{session.id}", timeout=5).status_code == 404


class TestCoupons:
    def test_an_id_can_be_taken_once(self, client: stripe.StripeClient) -> None:
        wanted = {
            "id": "co-7",
            "amount_off": 500,
            "currency": "usd",
            "duration": "once",
            "max_redemptions": 1,
        }
        assert client.v1.coupons.create(wanted).id == "co-7"
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.coupons.create(wanted)
        assert refused.value.code == "resource_already_exists"

    @pytest.mark.parametrize(
        "wanted",
        [
            {},
            {"amount_off": 500},
            {"amount_off": 500, "percent_off": 5, "currency": "usd"},
            {"amount_off": 0, "currency": "usd"},
            {"percent_off": 0},
            {"percent_off": 100.5},
            {"percent_off": 5, "name": "x" * 41},
            {"percent_off": 5, "redeem_by": 1},
            {"percent_off": 5, "duration": "sometimes"},
            {"percent_off": 5, "id": "a b"},
        ],
    )
    def test_a_wrong_coupon_is_refused(self, client: stripe.StripeClient, wanted: dict[str, Any]) -> None:
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.coupons.create(wanted)

    def test_it_is_counted_when_a_session_is_completed_and_then_used_up(
        self, client: stripe.StripeClient, standin: Running, order: Order
    ) -> None:
        client.v1.coupons.create({"id": "co-7", "percent_off": 10, "max_redemptions": 1})
        first = client.v1.checkout.sessions.create(order(discounts=[{"coupon": "co-7"}]))
        second = client.v1.checkout.sessions.create(order(discounts=[{"coupon": "co-7"}]))
        assert client.v1.coupons.retrieve("co-7").times_redeemed == 0
        standin.control(f"sessions/{first.id}/pay")
        used = client.v1.coupons.retrieve("co-7")
        assert (used.times_redeemed, used.valid) == (1, False)
        assert refusal(client, order(discounts=[{"coupon": "co-7"}])).code == "coupon_expired"
        assert standin.control(f"sessions/{second.id}/pay")["state"] == "declined"

    def test_it_is_invalid_after_its_last_day(
        self, client: stripe.StripeClient, standin: Running, order: Order
    ) -> None:
        client.v1.coupons.create({"id": "co-7", "percent_off": 10, "redeem_by": int(time.time()) + 3600})
        assert client.v1.coupons.retrieve("co-7").valid
        standin.control("clock", offset_seconds=3601)
        assert not client.v1.coupons.retrieve("co-7").valid
        assert refusal(client, order(discounts=[{"coupon": "co-7"}])).code == "coupon_expired"

    def test_one_in_another_currency_is_refused(self, client: stripe.StripeClient, order: Order) -> None:
        client.v1.coupons.create({"id": "co-7", "amount_off": 500, "currency": "eur"})
        assert refusal(client, order(discounts=[{"coupon": "co-7"}])).param == "discounts[0][coupon]"

    def test_a_deleted_one_is_gone(self, client: stripe.StripeClient) -> None:
        client.v1.coupons.create({"id": "co-7", "percent_off": 10})
        assert client.v1.coupons.delete("co-7").deleted
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.coupons.retrieve("co-7")
        assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_sessions_are_listed_newest_first_and_sought_by_status_and_email(
    client: stripe.StripeClient, standin: Running, order: Order
) -> None:
    made = [client.v1.checkout.sessions.create(order()).id for _ in range(5)]
    standin.control(f"sessions/{made[1]}/pay", email="ada@example.com")
    sessions = client.v1.checkout.sessions
    assert [found.id for found in sessions.list().data] == made[::-1]
    assert [found.id for found in sessions.list({"status": "complete"}).data] == [made[1]]
    assert [found.id for found in sessions.list({"customer_details": {"email": "ada@example.com"}}).data] == [
        made[1]
    ]
    first = sessions.list({"limit": 2})
    assert first.has_more
    assert [found.id for found in first.auto_paging_iter()] == made[::-1]
    before = sessions.list({"limit": 2, "ending_before": made[1]})
    assert [found.id for found in before.data] == [made[3], made[2]]
    with pytest.raises(stripe.InvalidRequestError):
        sessions.list({"starting_after": made[0], "ending_before": made[1]})
