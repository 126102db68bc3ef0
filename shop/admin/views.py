"""The back office: one blueprint, one guard, and one module per noun."""

from shop.admin import entrance, orders, outbox, today
from shop.admin.desk import blueprint

__all__ = ["blueprint", "entrance", "orders", "outbox", "today"]
