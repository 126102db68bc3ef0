"""The back office: one blueprint, one guard, and one module per noun."""

from shop.admin import account, entrance, order, orders, outbox, packing, password, people, today
from shop.admin.desk import blueprint

__all__ = [
    "account",
    "blueprint",
    "entrance",
    "order",
    "orders",
    "outbox",
    "packing",
    "password",
    "people",
    "today",
]
