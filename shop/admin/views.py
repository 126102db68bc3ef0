"""The back office: one blueprint, one guard, and one module per noun."""

from shop.admin import account, entrance, orders, outbox, password, people, today
from shop.admin.desk import blueprint

__all__ = ["account", "blueprint", "entrance", "orders", "outbox", "password", "people", "today"]
