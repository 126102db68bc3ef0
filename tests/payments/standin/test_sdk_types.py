"""The stand-in cannot drift from Stripe: its tables are the SDK's types."""

import pytest
import stripe

from shop.payments.standin import accepted, resources, tables
from tests.payments.standin.sdk_types import RESOURCES, problems, request_class, table_problems

REQUESTS = {
    "_coupon_create_params.CouponCreateParams": accepted.COUPON_CREATE,
    "_coupon_list_params.CouponListParams": accepted.COUPON_LIST,
    "_coupon_retrieve_params.CouponRetrieveParams": accepted.EXPAND_ONLY,
    "_coupon_delete_params.CouponDeleteParams": accepted.NOTHING,
    "checkout._session_create_params.SessionCreateParams": accepted.SESSION_CREATE,
    "checkout._session_update_params.SessionUpdateParams": accepted.SESSION_UPDATE,
    "checkout._session_list_params.SessionListParams": accepted.SESSION_LIST,
    "checkout._session_retrieve_params.SessionRetrieveParams": accepted.EXPAND_ONLY,
    "checkout._session_expire_params.SessionExpireParams": accepted.EXPAND_ONLY,
    "checkout._session_list_line_items_params.SessionListLineItemsParams": accepted.PLAIN_LIST,
    "_payment_intent_list_params.PaymentIntentListParams": accepted.PAYMENT_INTENT_LIST,
    "_charge_list_params.ChargeListParams": accepted.CHARGE_LIST,
    "_charge_retrieve_params.ChargeRetrieveParams": accepted.EXPAND_ONLY,
    "_refund_create_params.RefundCreateParams": accepted.REFUND_CREATE,
    "_refund_list_params.RefundListParams": accepted.REFUND_LIST,
    "_refund_retrieve_params.RefundRetrieveParams": accepted.EXPAND_ONLY,
    "_dispute_list_params.DisputeListParams": accepted.DISPUTE_LIST,
    "_dispute_retrieve_params.DisputeRetrieveParams": accepted.EXPAND_ONLY,
    "_event_list_params.EventListParams": accepted.EVENT_LIST,
    "_event_retrieve_params.EventRetrieveParams": accepted.EXPAND_ONLY,
    "_webhook_endpoint_create_params.WebhookEndpointCreateParams": accepted.ENDPOINT_CREATE,
    "_webhook_endpoint_list_params.WebhookEndpointListParams": accepted.PLAIN_LIST,
}
# Fields of the SDK's types that Stripe does not send unless they are expanded or apply.
NOT_ALWAYS_SENT = {
    "charge": {"level3", "refunds", "transfer"},
    "checkout.session": {"line_items"},
    "coupon": {"applies_to", "currency_options", "deleted"},
    "discount": {"deleted"},
    "item": {"discounts", "taxes"},
    # Of the fields that belong to one kind of method, only that kind's is sent.
    "payment_method": {
        name
        for name, kind in stripe.PaymentMethod.__annotations__.items()
        if "_payment_method.PaymentMethod." in str(kind) and name != "billing_details"
    },
    "price": {"currency_options", "deleted", "tiers"},
    "product": {"deleted"},
    "refund": {
        "description",
        "failure_balance_transaction",
        "failure_reason",
        "instructions_email",
        "next_action",
        "pending_reason",
        "presentment_details",
    },
    "webhook_endpoint": {"deleted", "secret"},
}


@pytest.mark.parametrize("name", REQUESTS)
def test_what_an_endpoint_accepts_is_what_the_sdk_can_send(name: str) -> None:
    assert table_problems(REQUESTS[name], request_class(name)) == []


@pytest.mark.parametrize("kind", RESOURCES)
def test_a_resource_has_the_fields_that_the_sdk_reads(kind: str) -> None:
    ours = set(tables.TABLES[kind]) | {"object"}
    theirs = set(RESOURCES[kind].__annotations__) - {"OBJECT_NAME"} - NOT_ALWAYS_SENT.get(kind, set())
    assert ours == theirs


def test_every_resource_of_the_stand_in_is_compared_with_the_sdk() -> None:
    assert tables.TABLES.keys() == RESOURCES.keys()


def test_the_pinned_version_is_the_one_of_the_sdk() -> None:
    assert stripe.api_version is None or stripe.api_version == tables.API_VERSION
    assert stripe.StripeClient("sk_test_local")._requestor._options.stripe_version == tables.API_VERSION


def test_the_comparison_sees_a_field_too_many_one_missing_and_a_word_too_many() -> None:
    coupon = resources.build("coupon", id="co-1", created=1)
    assert problems(coupon) == []
    assert problems({**coupon, "colour": "red"}) == ["coupon.colour: the SDK knows no such field"]
    assert problems({**coupon, "duration": "weekly"}) == [
        "coupon.duration: 'weekly' is not one of the SDK's words"
    ]
    assert problems({**coupon, "created": "1"}) == ["coupon.created: '1' is not <class 'int'>"]
    del coupon["valid"]
    assert problems(coupon) == ["coupon.valid: missing"]


def test_a_slip_in_a_resource_is_seen_at_once() -> None:
    with pytest.raises(TypeError, match="colour"):
        resources.build("coupon", id="co-1", created=1, colour="red")
    with pytest.raises(TypeError, match="created"):
        resources.build("coupon", id="co-1")
