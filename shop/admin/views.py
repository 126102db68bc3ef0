"""The back office: one blueprint, one guard, and one module per noun."""

from shop.admin import (
    account,
    campaigns,
    codes,
    entrance,
    order,
    order_desk,
    orders,
    outbox,
    packing,
    passkeys,
    password,
    people,
    products,
    readers,
    refunds,
    reports,
    today,
)
from shop.admin.desk import blueprint

__all__ = [
    "account",
    "blueprint",
    "campaigns",
    "codes",
    "entrance",
    "order",
    "order_desk",
    "orders",
    "outbox",
    "packing",
    "passkeys",
    "password",
    "people",
    "products",
    "readers",
    "refunds",
    "reports",
    "today",
]
