"""The types of Stripe's own SDK, read as rules: what an answer must look like, what a request may hold."""

from __future__ import annotations

import importlib
import types
import typing
from decimal import Decimal
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import stripe
from stripe._list_object import ListObject
from stripe._request_options import RequestOptions
from stripe._stripe_object import StripeObject, UntypedStripeObject

from shop.payments.standin.parameters import (
    Boolean,
    Fields,
    Integer,
    Kind,
    Many,
    Metadata,
    Moments,
    Number,
    OneOf,
)

RESOURCES: dict[str, type] = {
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "coupon": stripe.Coupon,
    "discount": stripe.Discount,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "price": stripe.Price,
    "product": stripe.Product,
    "refund": stripe.Refund,
    "shipping_rate": stripe.ShippingRate,
    "webhook_endpoint": stripe.WebhookEndpoint,
}


def problems(value: Any, *, place: str = "") -> list[str]:
    """Return what is wrong with an answer of the API, compared with the SDK's types."""
    if not isinstance(value, dict):
        return [f"{place}: not an object"]
    kind = value.get("object")
    if kind == "list":
        found = (
            [] if value.keys() == {"object", "data", "has_more", "url"} else [f"{place}: fields of a list"]
        )
        for number, member in enumerate(value["data"]):
            found += problems(member, place=f"{place}[{number}]")
        return found
    if value.get("deleted"):
        return [] if value.keys() == {"id", "object", "deleted"} else [f"{place}: fields of a deleted object"]
    if kind not in RESOURCES:
        return [f"{place}: unknown object {kind!r}"]
    found = _of_class(value, RESOURCES[kind], place or kind)
    if kind == "event":
        found += problems(value["data"]["object"], place=f"{value['type']}.object")
    return found


def _of_class(value: Any, cls: type, place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place}: {value!r} is not an object"]
    fields = {name: kind for name, kind in cls.__annotations__.items() if name != "OBJECT_NAME"}
    found = [f"{place}.{name}: the SDK knows no such field" for name in value.keys() - fields.keys()]
    for name, kind in fields.items():
        if name in value:
            found += _of_kind(value[name], kind, f"{place}.{name}")
        elif type(None) not in get_args(kind):
            found.append(f"{place}.{name}: missing")
    return found


def _of_kind(value: Any, kind: Any, place: str) -> list[str]:
    if get_origin(kind) in (Union, types.UnionType):
        return _of_union(value, get_args(kind), place)
    if kind is Any:
        return []
    if get_origin(kind) is Literal:
        return [] if value in get_args(kind) else [f"{place}: {value!r} is not one of the SDK's words"]
    if get_origin(kind) is list:
        if not isinstance(value, list):
            return [f"{place}: {value!r} is not a list"]
        return [
            line
            for n, member in enumerate(value)
            for line in _of_kind(member, get_args(kind)[0], f"{place}[{n}]")
        ]
    if get_origin(kind) is ListObject:
        return problems(value, place=place)
    if get_origin(kind) is UntypedStripeObject:
        return [] if isinstance(value, dict) else [f"{place}: {value!r} is not an object"]
    if isinstance(kind, (ForwardRef, str)):
        return problems(value, place=place)
    if isinstance(kind, type) and issubclass(kind, StripeObject):
        return _of_class(value, kind, place)
    wanted = {Decimal: str, float: (int, float)}.get(kind, kind)
    right = isinstance(value, wanted) and (kind is bool or not isinstance(value, bool))
    return [] if right else [f"{place}: {value!r} is not {kind}"]


def _of_union(value: Any, kinds: tuple[Any, ...], place: str) -> list[str]:
    if value is None:
        return [] if type(None) in kinds else [f"{place}: null, but the SDK wants a value"]
    words = [kind for kind in kinds if get_origin(kind) is Literal]
    # `Literal[...] | str` is how the SDK writes an enumeration that may grow: to us it is closed.
    others = [kind for kind in kinds if kind is not type(None) and not (words and kind is str)]
    tries = [_of_kind(value, kind, place) for kind in others]
    return [] if any(not lines for lines in tries) else tries[-1]


def request_class(path: str) -> type:
    """Return the SDK's parameter class, such as `checkout._session_create_params.SessionCreateParams`."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(f"stripe.params.{module}"), name)


def hints(cls: type) -> dict[str, Any]:
    """Return the parameters of a class of the SDK and their types, without the request's own options."""
    own = {
        name: kind for name, kind in cls.__annotations__.items() if name not in RequestOptions.__annotations__
    }
    holder = type(cls.__name__, (), {"__annotations__": own, "__module__": cls.__module__})
    return typing.get_type_hints(holder)


def table_problems(table: Fields, cls: type, place: str = "") -> list[str]:
    """Return where a table of accepted parameters differs from the SDK's class; nothing for an equal one."""
    known = hints(cls)
    ours = set(table.known) | set(table.unmodelled)
    found = [f"{place}{name}: only in our table" for name in sorted(ours - known.keys())]
    found += [f"{place}{name}: missing in our table" for name in sorted(known.keys() - ours)]
    needed = cls.__required_keys__ - RequestOptions.__annotations__.keys()
    found += [f"{place}{name}: required by Stripe" for name in needed - set(table.required)]
    for name, kind in table.known.items():
        if name in known:
            found += _kind_problems(kind, known[name], f"{place}{name}")
    return found


def _kind_problems(ours: Kind, theirs: Any, place: str) -> list[str]:
    options = list(get_args(theirs)) if get_origin(theirs) in (Union, types.UnionType) else [theirs]
    if isinstance(ours, Fields):
        classes = [kind for kind in options if isinstance(kind, type) and hasattr(kind, "__required_keys__")]
        return table_problems(ours, classes[0], f"{place}.") if classes else [f"{place}: no object at Stripe"]
    if isinstance(ours, Many):
        lists = [kind for kind in options if get_origin(kind) is list]
        return (
            _kind_problems(ours.member, get_args(lists[0])[0], f"{place}[]")
            if lists
            else [f"{place}: no list"]
        )
    if isinstance(ours, OneOf):
        words = {word for kind in options if get_origin(kind) is Literal for word in get_args(kind)}
        return [
            f"{place}: {word!r} is no word of Stripe's" for word in {*ours.words, *ours.unmodelled} - words
        ]
    wanted: dict[type, type] = {Boolean: bool, Integer: int, Number: float}
    if isinstance(ours, Metadata):
        right = any(get_origin(kind) is dict for kind in options)
    elif isinstance(ours, Moments):
        right = int in options
    else:
        right = wanted.get(type(ours), str) in options or any(get_origin(kind) is Literal for kind in options)
    return [] if right else [f"{place}: {type(ours).__name__} is not {theirs}"]
