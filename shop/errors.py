"""Refusals: what the shop says no to, each with a reason of its own and a sentence in content/phrases.yaml."""

from enum import StrEnum


class Reason(StrEnum):
    """Every reason for which the shop refuses something. The value is the key of its sentence."""

    # cart
    ITEM_UNKNOWN = "item_unknown"
    ITEM_NOT_FOR_SALE = "item_not_for_sale"
    QUANTITY_NOT_A_NUMBER = "quantity_not_a_number"
    QUANTITY_OUT_OF_RANGE = "quantity_out_of_range"
    SOLD_OUT = "sold_out"
    NOT_ENOUGH_STOCK = "not_enough_stock"
    CART_FULL = "cart_full"
    CART_EMPTY = "cart_empty"
    CART_UNREADABLE = "cart_unreadable"
    CART_TOO_OLD = "cart_too_old"
    # discount codes
    CODE_EMPTY = "code_empty"
    CODE_UNKNOWN = "code_unknown"
    CODE_DISABLED = "code_disabled"
    CODE_NOT_STARTED = "code_not_started"
    CODE_ENDED = "code_ended"
    CODE_USED_UP = "code_used_up"
    CODE_USED_BY_YOU = "code_used_by_you"
    CODE_FIRST_ORDER_ONLY = "code_first_order_only"
    CODE_FOR_ANOTHER_ADDRESS = "code_for_another_address"
    CODE_BELOW_SUBTOTAL = "code_below_subtotal"
    CODE_BELOW_QUANTITY = "code_below_quantity"
    CODE_NO_MATCHING_ITEM = "code_no_matching_item"
    CODE_NOT_FOR_THIS_CART = "code_not_for_this_cart"
    CODE_NOT_FOR_THIS_COUNTRY = "code_not_for_this_country"
    CODE_NOT_FOR_REDUCED = "code_not_for_reduced"
    CODE_NOTHING_TO_REDUCE = "code_nothing_to_reduce"
    CODE_OFFER_IS_BETTER = "code_offer_is_better"
    CODE_OTHER_CURRENCY = "code_other_currency"
    # campaigns and their codes, told to staff
    CAMPAIGN_UNKNOWN = "campaign_unknown"
    CAMPAIGN_NAME_TAKEN = "campaign_name_taken"
    CODE_TAKEN = "code_taken"
    BATCH_SIZE = "batch_size"
    CODES_GUESSABLE = "codes_guessable"
    CODE_UNFIT = "code_unfit"
    PREFIX_UNFIT = "prefix_unfit"
    NUMBER_OUT_OF_RANGE = "number_out_of_range"
    DAY_UNREADABLE = "day_unreadable"
    # checkout
    EMAIL_MISSING = "email_missing"
    EMAIL_INVALID = "email_invalid"
    COUNTRY_MISSING = "country_missing"
    COUNTRY_NOT_SERVED = "country_not_served"
    SHIPPING_UNKNOWN = "shipping_unknown"
    TOTAL_CHANGED = "total_changed"
    GIFT_NOTE_LETTERS = "gift_note_letters"
    GIFT_NOTE_LONG = "gift_note_long"
    GIFT_NOTE_LINES = "gift_note_lines"
    TOTAL_TOO_SMALL = "total_too_small"
    PAYMENT_UNAVAILABLE = "payment_unavailable"
    ALREADY_PAID = "already_paid"
    # orders, refunds
    ORDER_UNKNOWN = "order_unknown"
    ORDER_NOT_PAID = "order_not_paid"
    ORDER_ALREADY_SHIPPED = "order_already_shipped"
    ORDER_CHANGED = "order_changed"
    ORDER_ON_HOLD = "order_on_hold"
    ADDRESS_INCOMPLETE = "address_incomplete"
    ORDER_NOT_HELD = "order_not_held"
    ORDER_DISPUTED = "order_disputed"
    UNDO_TOO_LATE = "undo_too_late"
    REFUND_NOTHING = "refund_nothing"
    REFUND_TOO_MUCH = "refund_too_much"
    REFUND_DISPUTED = "refund_disputed"
    REFUND_LINE_UNKNOWN = "refund_line_unknown"
    NAME_MISSING = "name_missing"
    WITHDRAWAL_NOTHING = "withdrawal_nothing"
    WITHDRAWAL_NOT_HERE = "withdrawal_not_here"
    WITHDRAWAL_MADE = "withdrawal_made"
    WITHDRAWAL_OVER = "withdrawal_over"
    # readers
    LINK_UNKNOWN = "link_unknown"
    LINK_EXPIRED = "link_expired"
    READER_UNKNOWN = "reader_unknown"
    ORDER_UNDER_WAY = "order_under_way"
    # everywhere
    TOO_MANY_TRIES = "too_many_tries"
    CROSS_SITE = "cross_site"
    SIGN_IN_FAILED = "sign_in_failed"
    SECOND_STEP_WRONG = "second_step_wrong"
    PASSKEY_REFUSED = "passkey_refused"
    RESET_LINK_OLD = "reset_link_old"
    PASSWORD_UNFIT = "password_unfit"  # noqa: S105  a reason, no password


class Refused(Exception):
    """The shop says no. ``reason`` names the sentence, ``values`` fill its blanks (ready for people)."""

    def __init__(self, reason: Reason, **values: object) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.values = values


class SettingRefused(Exception):
    """A setting is missing or senseless; the message names the variable and says what to write there."""
