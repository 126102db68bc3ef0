"""A shop with the demo goods on its shelves."""

import pytest
from sqlalchemy import Engine

from shop.seed import seed
from tests.orders.made import NOW


@pytest.fixture
def shelf(engine: Engine) -> Engine:
    """The database, with the demo goods in it."""
    seed(engine, live=False, now=NOW)
    return engine
