"""What the shop's books say of one person: read from the database, beside what she sees."""

from dataclasses import dataclass

from sqlalchemy import Engine, select

from shop.catalog.models import Stock, StockHold
from shop.checkout.models import CheckoutAttempt
from shop.db import reading
from shop.discounts.models import Redemption
from shop.mail.models import MailboxMessage, OutboxLetter
from shop.orders.models import Order, OrderFlag, Payment, Refund


@dataclass(frozen=True)
class Books:
    """The books of a shop, opened at one person's page."""

    engine: Engine
    email: str

    @property
    def orders(self) -> list[Order]:
        """Her orders, oldest first."""
        with reading(self.engine) as session:
            return list(session.scalars(select(Order).where(Order.email == self.email).order_by(Order.id)))

    @property
    def order(self) -> Order:
        """Her only order."""
        (order,) = self.orders
        return order

    @property
    def attempts(self) -> list[CheckoutAttempt]:
        """Her payment pages, oldest first."""
        return self._of_orders(CheckoutAttempt)

    @property
    def payments(self) -> list[Payment]:
        """Her payments, oldest first."""
        return self._of_orders(Payment)

    @property
    def refunds(self) -> list[Refund]:
        """What went back to her, oldest first."""
        return self._of_orders(Refund)

    @property
    def flags(self) -> list[str]:
        """Why a person must look at her orders."""
        return [flag.reason for flag in self._of_orders(OrderFlag)]

    @property
    def redemptions(self) -> list[str]:
        """What became of the codes she used."""
        return [redemption.state for redemption in self._of_orders(Redemption)]

    @property
    def holds(self) -> list[tuple[str, int, str]]:
        """What is or was set aside for her: SKU, pieces, state."""
        return sorted((hold.sku, hold.quantity, hold.state) for hold in self._of_orders(StockHold))

    @property
    def written(self) -> list[str]:
        """The letters written to her, by template, oldest first."""
        with reading(self.engine) as session:
            letters = select(OutboxLetter).where(OutboxLetter.recipient == self.email)
            return [letter.template for letter in session.scalars(letters.order_by(OutboxLetter.id))]

    @property
    def received(self) -> list[str]:
        """The subjects of the letters that reached her, oldest first."""
        with reading(self.engine) as session:
            messages = select(MailboxMessage).where(MailboxMessage.recipient == self.email)
            return [message.subject for message in session.scalars(messages.order_by(MailboxMessage.id))]

    def _of_orders(self, table: type) -> list:
        with reading(self.engine) as session:
            mine = select(Order.id).where(Order.email == self.email)
            return list(session.scalars(select(table).where(table.order_id.in_(mine)).order_by(table.id)))


def free(engine: Engine, sku: str) -> int:
    """Pieces of a SKU that nobody has bought or set aside."""
    with reading(engine) as session:
        stock = session.get_one(Stock, sku)
        return stock.on_hand - stock.held
