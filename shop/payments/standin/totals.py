"""The sums of a Checkout Session: lines, discount, shipping, total. Integers of minor units."""

from __future__ import annotations

from typing import Any

from shop.payments.standin.amounts import LARGEST_AMOUNT, share_of, smallest_charge, spread, written
from shop.payments.standin.call import Call
from shop.payments.standin.errors import ApiError, missing_parameter, no_such
from shop.payments.standin.parameters import merged_metadata
from shop.payments.standin.resources import Resource, build, new_id
from shop.payments.standin.store import Record


def line_items(call: Call, wanted: list[dict[str, Any]]) -> list[Resource]:
    """Return the items of a session, without discounts; keep their products. Raise ApiError if wrong."""
    return [_line_item(call, line, f"line_items[{place}]") for place, line in enumerate(wanted)]


def _line_item(call: Call, line: dict[str, Any], param: str) -> Resource:
    if "price" in line and "price_data" in line:
        raise ApiError("You may only specify one of these parameters: price, price_data.", param=param)
    if "price" in line:
        raise no_such("price", line["price"], param=f"{param}[price]", status=400)
    if "price_data" not in line:
        message = f"{param}[price_data]"
        raise missing_parameter(message)
    if "quantity" not in line:
        message = f"Quantity is required. Add `quantity` to `{param}`"
        raise ApiError(message, param=param)
    wanted = line["price_data"]
    product = _product(call, wanted, f"{param}[price_data]")
    if "unit_amount" not in wanted:
        message = f"{param}[price_data][unit_amount]"
        raise missing_parameter(message)
    price = build(
        "price",
        id=new_id("price_1"),
        created=call.now,
        currency=wanted["currency"],
        product=product["id"],
        tax_behavior=wanted.get("tax_behavior", "unspecified"),
        unit_amount=wanted["unit_amount"],
        unit_amount_decimal=str(wanted["unit_amount"]),
    )
    subtotal = wanted["unit_amount"] * line["quantity"]
    if subtotal > LARGEST_AMOUNT:
        raise ApiError("The amount of this line is too large.", code="amount_too_large", param=param)
    return build(
        "item",
        id=new_id("li_1"),
        amount_subtotal=subtotal,
        amount_total=subtotal,
        currency=wanted["currency"],
        description=product["name"],
        metadata=merged_metadata({}, line.get("metadata", {})),
        price=price,
        quantity=line["quantity"],
    )


def _product(call: Call, wanted: dict[str, Any], param: str) -> Resource:
    if "product" in wanted and "product_data" in wanted:
        raise ApiError("You may only specify one of these parameters: product, product_data.", param=param)
    if "product" in wanted:
        raise no_such("product", wanted["product"], param=f"{param}[product]", status=400)
    if "product_data" not in wanted:
        message = f"{param}[product_data]"
        raise missing_parameter(message)
    values = dict(wanted["product_data"])
    values["metadata"] = merged_metadata({}, values.get("metadata", {}))
    product = build("product", id=new_id("prod_", 14), created=call.now, updated=call.now, **values)
    call.store.save(Record(product))
    return product


def one_currency(items: list[Resource], named: str | None) -> str:
    """Return the currency of all items; raise ApiError when there are several or another was named."""
    currencies = {str(item["currency"]) for item in items} | ({named} if named else set())
    if len(currencies) > 1:
        raise ApiError(
            "All line items of a Checkout Session must have the same currency.", param="line_items"
        )
    return currencies.pop()


def shipping_rates(call: Call, wanted: list[dict[str, Any]], currency: str) -> list[Resource]:
    """Keep and return the shipping rates on offer; raise ApiError for what is incomplete or in another
    currency.
    """
    rates = []
    for place, option in enumerate(wanted):
        param = f"shipping_options[{place}]"
        if ("shipping_rate" in option) == ("shipping_rate_data" in option):
            raise ApiError("You must specify one of shipping_rate or shipping_rate_data.", param=param)
        if "shipping_rate" in option:
            raise no_such(
                "shipping_rate", option["shipping_rate"], param=f"{param}[shipping_rate]", status=400
            )
        values = dict(option["shipping_rate_data"])
        if "fixed_amount" not in values:
            message = f"{param}[shipping_rate_data][fixed_amount]"
            raise missing_parameter(message)
        if values["fixed_amount"]["currency"] != currency:
            message = f"The currency of {param} must be that of the line items, {currency}."
            raise ApiError(message, param=f"{param}[shipping_rate_data][fixed_amount][currency]")
        values["metadata"] = merged_metadata({}, values.get("metadata", {}))
        if "delivery_estimate" in values:
            values["delivery_estimate"] = {"maximum": None, "minimum": None, **values["delivery_estimate"]}
        rate = build("shipping_rate", id=new_id("shr_1"), created=call.now, **values)
        call.store.save(Record(rate))
        rates.append(rate)
    return rates


def apply_discount(items: list[Resource], coupon: Resource | None) -> int:
    """Spread the coupon's discount over the items and return it; a coupon does not reduce shipping."""
    subtotals = [item["amount_subtotal"] for item in items]
    if coupon is None:
        discount = 0
    elif coupon["amount_off"] is not None:
        discount = min(coupon["amount_off"], sum(subtotals))
    else:
        discount = share_of(sum(subtotals), coupon["percent_off"])
    for item, part in zip(items, spread(discount, subtotals), strict=True):
        item["amount_discount"] = part
        item["amount_total"] = item["amount_subtotal"] - part
    return discount


def set_totals(session: Resource, items: list[Resource], shipping: Resource | None) -> None:
    """Write the sums of the items and of the chosen shipping rate into the session."""
    amount = shipping["fixed_amount"]["amount"] if shipping else 0
    discount = sum(item["amount_discount"] for item in items)
    session["amount_subtotal"] = sum(item["amount_subtotal"] for item in items)
    session["amount_total"] = session["amount_subtotal"] - discount + amount
    session["total_details"] = {"amount_discount": discount, "amount_shipping": amount, "amount_tax": 0}
    session["shipping_cost"] = None
    if shipping:
        session["shipping_cost"] = {
            "amount_subtotal": amount,
            "amount_tax": 0,
            "amount_total": amount,
            "shipping_rate": shipping["id"],
        }


def check_total(total: int, currency: str) -> None:
    """Raise ApiError when the total can not be charged; nothing to pay is fine."""
    if total > LARGEST_AMOUNT:
        message = (
            f"The Checkout Session's total amount must be no more than {written(LARGEST_AMOUNT, currency)}."
        )
        raise ApiError(message, code="amount_too_large")
    if 0 < total < smallest_charge(currency):
        message = (
            "The Checkout Session's total amount due must add up to at least "
            f"{written(smallest_charge(currency), currency)} {currency}."
        )
        raise ApiError(message, code="amount_too_small")
