"""What every step of the money path needs at hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from shop.config import Config
from shop.content import Content
from shop.orders.models import Order
from shop.payments.gateway import Gateway


@dataclass(frozen=True)
class Till:
    """The database, the payment service, the settings, the words, and a clock (aware UTC)."""

    engine: Engine
    gateway: Gateway
    config: Config
    content: Content
    clock: Callable[[], datetime]

    def order_url(self, order: Order) -> str:
        """Return the absolute address of an order's page, built from BASE_URL and nothing else."""
        return f"{self.config.base_url.rstrip('/')}/orders/{order.access_token}"
