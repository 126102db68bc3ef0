"""The way of a reader under test: a seeded shop on both databases, a clock that is moved, and a look at what was sent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, select

from shop.config import ROOT, Config
from shop.content import read_content
from shop.db import reading, writing
from shop.discounts.models import Code
from shop.mail.models import OutboxLetter
from shop.seed import seed
from shop.subscribers import queries
from shop.subscribers.models import Enrolment, Reader
from shop.tokens import token_of
from shop.welcome.ask import Wish, ask
from shop.welcome.confirm import confirm
from shop.welcome.desk import Desk

# A Friday, at noon in the shop's time zone.
MORNING = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
CONTENT = read_content(ROOT / "content")


@dataclass
class Room:
    """The desk, the database and the present moment."""

    engine: Engine
    desk: Desk
    now: datetime = MORNING
    email: str = "maya@example.com"
    tokens: list[str] = field(default_factory=list)

    def later(self, **span: float) -> None:
        """Move the clock on."""
        self.now += timedelta(**span)

    def asks(self, email: str = "", **wish: Any) -> None:
        """Somebody sends the form."""
        with writing(self.engine) as session:
            ask(session, self.desk, Wish(email or self.email, **wish), now=self.now)

    def confirms(self, email: str = "") -> Reader:
        """She presses the button behind the link of her newest letter."""
        with writing(self.engine) as session:
            reader = confirm(session, self.desk, self.token(email), network="192.0.2.0/24", now=self.now)
            session.expunge(reader)
        return reader

    def becomes_reader(self, email: str = "", **wish: Any) -> Reader:
        """She asks and confirms."""
        self.asks(email, **wish)
        return self.confirms(email)

    def token(self, email: str = "", kind: str = "chapter_url") -> str:
        """The token in the newest letter to an address."""
        seed = self.letters(email)[-1].blanks[kind]["seed"]
        return token_of(self.desk.config.secret_key, seed)

    def letters(self, email: str = "") -> list[OutboxLetter]:
        """The letters to an address, oldest first."""
        with reading(self.engine) as session:
            query = select(OutboxLetter).where(OutboxLetter.recipient == (email or self.email))
            return list(session.scalars(query.order_by(OutboxLetter.id)))

    def written(self, email: str = "") -> list[str]:
        """Their names."""
        return [letter.template for letter in self.letters(email)]

    def reader(self, email: str = "") -> Reader | None:
        """Who she is."""
        with reading(self.engine) as session:
            return queries.by_email(session, email or self.email)

    def codes(self) -> list[Code]:
        """The personal codes there are."""
        with reading(self.engine) as session:
            return list(session.scalars(select(Code).where(Code.bound_email.is_not(None))))

    def enrolments(self, email: str = "") -> dict[str, tuple[str, str, int]]:
        """Her series: state, why it ended, and which step comes next."""
        reader = self.reader(email)
        assert reader is not None
        with reading(self.engine) as session:
            rows = session.scalars(select(Enrolment).where(Enrolment.reader_id == reader.id))
            return {row.series: (row.state, row.why, row.position) for row in rows}


@pytest.fixture
def room(engine: Engine) -> Room:
    """A shop with demo goods and the welcome campaign."""
    seed(engine, live=False, now=MORNING)
    config = Config(base_url="https://shop.example.com", secret_key="k" * 40)
    return Room(engine, Desk(config, CONTENT))


@pytest.fixture
def at_once() -> Callable[[int, Callable[[int], Any]], list[Any]]:
    """Run something n times at the same moment in threads; a raised exception is returned in its place."""

    def run(times: int, work: Callable[[int], Any]) -> list[Any]:
        barrier, results = Barrier(times), [None] * times

        def one(number: int) -> None:
            barrier.wait()
            try:
                results[number] = work(number)
            except Exception as error:  # noqa: BLE001  the test judges it
                results[number] = error

        threads = [Thread(target=one, args=(number,)) for number in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    return run
