"""Which parameters each endpoint takes: one table per request, written by hand from the API reference of the
pinned version. Tests compare every name, every required mark and every word with the types of Stripe's own
SDK.
"""

from __future__ import annotations

from shop.payments.standin.amounts import CURRENCIES, LARGEST_AMOUNT
from shop.payments.standin.parameters import (
    Boolean,
    Currency,
    Email,
    Fields,
    Integer,
    Kind,
    Many,
    Metadata,
    Moments,
    Number,
    OneOf,
    Text,
    Url,
    words,
)

COUNTRIES = words(
    "AC AD AE AF AG AI AL AM AO AQ AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS "
    "BT BV BW BY BZ CA CD CF CG CH CI CK CL CM CN CO CR CV CW CY CZ DE DJ DK DM DO DZ EC EE EG EH ER "
    "ES ET FI FJ FK FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HN HR HT HU ID "
    "IE IL IM IN IO IQ IS IT JE JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR LS LT LU LV "
    "LY MA MC MD ME MF MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NU "
    "NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL "
    "SM SN SO SR SS ST SV SX SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA "
    "VC VE VG VN VU WF WS XK YE YT ZA ZM ZW ZZ"
)
LOCALES = words(
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb "
    "nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
)
METHODS = ("card", "us_bank_account", "sepa_debit")
_OTHER_METHODS = words(
    "acss_debit affirm afterpay_clearpay alipay alma amazon_pay au_becs_debit bacs_debit bancontact "
    "billie bizum blik boleto cashapp crypto customer_balance eps fpx giropay grabpay ideal kakao_pay "
    "klarna konbini kr_card link mb_way mobilepay multibanco naver_pay nz_bank_account oxxo p24 "
    "pay_by_bank payco paynow paypal paypay payto pix promptpay revolut_pay samsung_pay satispay "
    "scalapay sequra sofort sunbit swish twint upi wechat_pay zip"
)

_AMOUNT = Integer(0, LARGEST_AMOUNT)
_MOMENT = Integer(0, 99_999_999_999)
_CURRENCY = Currency(CURRENCIES)
_EXPAND = Many(Text(500), most=20)
_TAX_BEHAVIOR = OneOf(("exclusive", "inclusive", "unspecified"))
_ON_OFF = Fields({"enabled": Boolean()}, required=("enabled",))
_MESSAGE = Fields({"message": Text(1200)}, required=("message",), unset=True)

_PRODUCT_DATA = Fields(
    {
        "name": Text(250),
        "description": Text(40_000),
        "images": Many(Url(schemes=("https",), longest=2048), most=8),
        "metadata": Metadata(),
        "tax_code": Text(40, r"txcd_[0-9]{8}"),
        "unit_label": Text(12),
    },
    required=("name",),
    unmodelled=frozenset({"tax_details"}),
)
_PRICE_DATA = Fields(
    {
        "currency": _CURRENCY,
        "product_data": _PRODUCT_DATA,
        "product": Text(255),
        "tax_behavior": _TAX_BEHAVIOR,
        "unit_amount": _AMOUNT,
    },
    required=("currency",),
    unmodelled=frozenset({"recurring", "unit_amount_decimal"}),
)
_LINE_ITEM = Fields(
    {
        "price": Text(255),
        "price_data": _PRICE_DATA,
        "quantity": Integer(1, 999_999),
        "metadata": Metadata(),
    },
    unmodelled=frozenset({"adjustable_quantity", "tax_rates"}),
)
_BOUND = Fields(
    {"unit": OneOf(("business_day", "day", "hour", "month", "week")), "value": Integer(1, 1000)},
    required=("unit", "value"),
)
_SHIPPING_OPTION = Fields(
    {
        "shipping_rate": Text(255),
        "shipping_rate_data": Fields(
            {
                "display_name": Text(100),
                "type": OneOf(("fixed_amount",)),
                "fixed_amount": Fields(
                    {"amount": _AMOUNT, "currency": _CURRENCY},
                    required=("amount", "currency"),
                    unmodelled=frozenset({"currency_options"}),
                ),
                "delivery_estimate": Fields({"minimum": _BOUND, "maximum": _BOUND}),
                "metadata": Metadata(),
                "tax_behavior": _TAX_BEHAVIOR,
                "tax_code": Text(40, r"txcd_[0-9]{8}"),
            },
            required=("display_name",),
        ),
    }
)
_ADDRESS: dict[str, Kind] = {
    "line1": Text(),
    "line2": Text(),
    "city": Text(),
    "state": Text(),
    "postal_code": Text(),
    "country": Text(2),
}
_PAYMENT_INTENT_DATA = Fields(
    {
        "capture_method": OneOf(("automatic", "automatic_async"), unmodelled=("manual",)),
        "description": Text(1000),
        "metadata": Metadata(),
        "receipt_email": Email(),
        "shipping": Fields(
            {
                "address": Fields(_ADDRESS, required=("line1",)),
                "name": Text(),
                "phone": Text(),
                "carrier": Text(),
                "tracking_number": Text(),
            },
            required=("address", "name"),
        ),
        "statement_descriptor": Text(22),
        "statement_descriptor_suffix": Text(22, r"[^<>\\'\"*]+"),
    },
    unmodelled=frozenset(
        {"application_fee_amount", "on_behalf_of", "setup_future_usage", "transfer_data", "transfer_group"}
    ),
)

SESSION_CREATE = Fields(
    {
        "adaptive_pricing": Fields({"enabled": Boolean()}),
        "after_expiration": Fields(
            {
                "recovery": Fields(
                    {"enabled": Boolean(), "allow_promotion_codes": Boolean()}, required=("enabled",)
                )
            }
        ),
        "allow_promotion_codes": Boolean(),
        "allowed_payment_method_types": Many(OneOf(METHODS, _OTHER_METHODS), least=1),
        "automatic_tax": Fields(
            {"enabled": Boolean()}, required=("enabled",), unmodelled=frozenset({"liability"})
        ),
        "billing_address_collection": OneOf(("auto", "required")),
        "branding_settings": Fields(
            {
                "background_color": Text(20, r"#[0-9A-Fa-f]{6}"),
                "border_style": OneOf(("pill", "rectangular", "rounded")),
                "button_color": Text(20, r"#[0-9A-Fa-f]{6}"),
                "display_name": Text(50),
                "font_family": OneOf(("default",)),
            },
            unmodelled=frozenset({"icon", "logo"}),
        ),
        "cancel_url": Url(),
        "client_reference_id": Text(200),
        "consent_collection": Fields(
            {"promotions": OneOf(("auto", "none")), "terms_of_service": OneOf(("none", "required"))},
            unmodelled=frozenset({"payment_method_reuse_agreement"}),
        ),
        "currency": _CURRENCY,
        "custom_text": Fields(
            {
                "after_submit": _MESSAGE,
                "shipping_address": _MESSAGE,
                "submit": _MESSAGE,
                "terms_of_service_acceptance": _MESSAGE,
            }
        ),
        "customer": Text(255),
        "customer_creation": OneOf(("if_required",), unmodelled=("always",)),
        "customer_email": Email(),
        "discounts": Many(Fields({"coupon": Text(255), "promotion_code": Text(255)}), most=1),
        "excluded_payment_method_types": Many(
            OneOf(tuple(method for method in (*METHODS, *_OTHER_METHODS) if method != "link"))
        ),
        "expand": _EXPAND,
        "expires_at": _MOMENT,
        "integration_identifier": Text(255),
        "invoice_creation": Fields(
            {"enabled": Boolean()}, required=("enabled",), unmodelled=frozenset({"invoice_data"})
        ),
        "line_items": Many(_LINE_ITEM, most=100, least=1),
        "locale": OneOf(LOCALES),
        "metadata": Metadata(),
        "mode": OneOf(("payment",), unmodelled=("setup", "subscription")),
        "origin_context": OneOf(("mobile_app", "web")),
        "payment_intent_data": _PAYMENT_INTENT_DATA,
        "phone_number_collection": _ON_OFF,
        "redirect_on_completion": OneOf(("always", "if_required", "never")),
        "return_url": Url(),
        "shipping_address_collection": Fields(
            {"allowed_countries": Many(OneOf(COUNTRIES), most=len(COUNTRIES), least=1)},
            required=("allowed_countries",),
        ),
        "shipping_options": Many(_SHIPPING_OPTION, most=5),
        "submit_type": OneOf(("auto", "book", "donate", "pay"), unmodelled=("subscribe",)),
        "success_url": Url(),
        "ui_mode": OneOf(("elements", "embedded_page", "form", "hosted_page")),
    },
    required=("line_items", "mode"),
    unmodelled=frozenset(
        words(
            "custom_fields customer_account customer_update managed_payments name_collection "
            "optional_items payment_method_collection payment_method_configuration payment_method_data "
            "payment_method_options permissions saved_payment_method_options setup_intent_data "
            "subscription_data tax_id_collection wallet_options"
        )
    ),
)
SESSION_UPDATE = Fields(
    {
        "collected_information": Fields(
            {
                "shipping_details": Fields(
                    {"address": Fields(_ADDRESS, required=("country", "line1")), "name": Text()},
                    required=("address", "name"),
                )
            }
        ),
        "expand": _EXPAND,
        "metadata": Metadata(),
        "payment_intent_data": Fields(
            {
                "description": Text(1000, unset=True),
                "metadata": Metadata(),
                "statement_descriptor_suffix": Text(22, unset=True),
            },
            unmodelled=frozenset({"setup_future_usage", "statement_descriptor"}),
        ),
        "shipping_options": Many(_SHIPPING_OPTION, most=5, unset=True),
    },
    unmodelled=frozenset({"line_items"}),
)
COUPON_CREATE = Fields(
    {
        "id": Text(200, r"[A-Za-z0-9_-]+"),
        "amount_off": Integer(1, LARGEST_AMOUNT),
        "currency": _CURRENCY,
        "duration": OneOf(("forever", "once"), unmodelled=("repeating",)),
        "expand": _EXPAND,
        "max_redemptions": Integer(1, 99_999_999),
        "metadata": Metadata(),
        "name": Text(40),
        "percent_off": Number(0.01, 100),
        "redeem_by": _MOMENT,
    },
    unmodelled=frozenset({"applies_to", "currency_options", "duration_in_months"}),
)
REFUND_CREATE = Fields(
    {
        "amount": Integer(1, LARGEST_AMOUNT),
        "charge": Text(255),
        "expand": _EXPAND,
        "metadata": Metadata(),
        "payment_intent": Text(255),
        "reason": OneOf(("duplicate", "fraudulent", "requested_by_customer")),
    },
    unmodelled=frozenset(
        words("currency customer instructions_email origin refund_application_fee reverse_transfer")
    ),
)
ENDPOINT_CREATE = Fields(
    {
        "api_version": Text(40),
        "description": Text(5000, unset=True),
        "enabled_events": Many(Text(100, r"\*|[a-z0-9_.]+"), most=300, least=1),
        "expand": _EXPAND,
        "metadata": Metadata(),
        "url": Url(),
    },
    required=("enabled_events", "url"),
    unmodelled=frozenset({"connect"}),
)
EXPAND_ONLY = Fields({"expand": _EXPAND})
NOTHING = Fields({})

_PAGE: dict[str, Kind] = {
    "ending_before": Text(255),
    "expand": _EXPAND,
    "limit": Integer(1, 100),
    "starting_after": Text(255),
}
PLAIN_LIST = Fields(_PAGE)
_DATED: dict[str, Kind] = {**_PAGE, "created": Moments()}
COUPON_LIST = Fields(_DATED)
SESSION_LIST = Fields(
    {
        **_DATED,
        "customer_details": Fields({"email": Email()}, required=("email",)),
        "payment_intent": Text(255),
        "status": OneOf(("complete", "expired", "open")),
    },
    unmodelled=frozenset({"customer", "customer_account", "payment_link", "subscription"}),
)
PAYMENT_INTENT_LIST = Fields(_DATED, unmodelled=frozenset({"customer", "customer_account"}))
CHARGE_LIST = Fields(
    {**_DATED, "payment_intent": Text(255)}, unmodelled=frozenset({"customer", "transfer_group"})
)
REFUND_LIST = Fields({**_DATED, "charge": Text(255), "payment_intent": Text(255)})
DISPUTE_LIST = REFUND_LIST
EVENT_LIST = Fields(
    {
        **_DATED,
        "delivery_success": Boolean(),
        "type": Text(100),
        "types": Many(Text(100), most=20),
    }
)
