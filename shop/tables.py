"""Every table of the shop, so that foreign keys find each other and migrations can be compared."""

from shop.articles import models as articles
from shop.catalog import models as catalog
from shop.checkout import models as checkout
from shop.db import Base
from shop.discounts import models as discounts
from shop.mail import models as mail
from shop.orders import models as orders
from shop.search import models as search
from shop.shipping import models as shipping
from shop.staff import models as staff
from shop.subscribers import models as subscribers
from shop.web import models as web
from shop.welcome import models as welcome

metadata = Base.metadata

__all__ = [
    "articles",
    "catalog",
    "checkout",
    "discounts",
    "mail",
    "metadata",
    "orders",
    "search",
    "shipping",
    "staff",
    "subscribers",
    "web",
    "welcome",
]
