"""Letters of series have a lane of their own, and a mail server that is away for an hour costs nobody anything."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from shop.config import ROOT
from shop.content import read_content
from shop.db import reading, writing
from shop.mail import actions
from shop.mail.delivery import BATCH, deliver, transport_of
from shop.mail.models import OutboxLetter
from shop.mail.rules import AT_ONCE, BY_DAY, EVERYTHING, ORDER, SERIES, Lane
from tests.mail.letters import CONFIG, MOMENT, SAMPLES
from tests.mail.post_office import PostOffice, free_port, running

CONTENT = read_content(ROOT / "content")


class Outbox:
    """An outbox, a clock that is moved, and a mail server's port."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.now, self.port = engine, MOMENT, free_port()

    def write(self, template: str, *recipients: str, priority: int) -> None:
        with writing(self.engine) as session:
            for each in recipients:
                actions.write(
                    session,
                    template,
                    each,
                    SAMPLES[template],
                    dedupe_key=f"{template}:{each}",
                    now=self.now,
                    priority=priority,
                )

    def send(self, lane: Lane = EVERYTHING) -> int:
        config = replace(CONFIG, smtp_url=f"smtp://127.0.0.1:{self.port}")
        transport = transport_of(config, self.engine, clock=lambda: self.now)
        return deliver(
            self.engine, transport, CONTENT, CONFIG, clock=lambda: self.now, random=lambda: 0.5, lane=lane
        )


@pytest.fixture
def outbox(engine: Engine) -> Outbox:
    return Outbox(engine)


def many(count: int) -> list[str]:
    return [f"a{number}@example.net" for number in range(count)]


def test_order_mail_leaves_at_once_however_many_letters_wait(outbox: Outbox) -> None:
    outbox.write("series_day", *many(3 * BATCH), priority=SERIES)
    outbox.write("order_shipped", "maya@example.net", priority=ORDER)
    office = PostOffice()
    with running(office, port=outbox.port):
        assert outbox.send(AT_ONCE) == 1
        assert outbox.send(AT_ONCE) == 0
        assert [str(message["To"]) for message in office.taken] == ["maya@example.net"]
        assert [outbox.send(BY_DAY) for _ in range(4)] == [BATCH] * 3 + [0]
    assert len(office.taken) == 3 * BATCH + 1


def test_an_hour_without_a_mail_server_loses_nothing_and_doubles_nothing(outbox: Outbox) -> None:
    outbox.write("series_day", *many(25), priority=SERIES)
    outbox.write("order_shipped", "maya@example.net", priority=ORDER)
    until = outbox.now + timedelta(hours=1)
    while outbox.now < until:
        assert outbox.send() == 0
        outbox.now += timedelta(seconds=20)
    with reading(outbox.engine) as session:
        rows = session.scalars(select(OutboxLetter)).all()
        assert {row.state for row in rows} == {"queued"}
        assert {row.tries for row in rows} == {0}
        assert all("cannot be reached" in row.last_error for row in rows)
    office, back_at = PostOffice(), outbox.now
    with running(office, port=outbox.port):
        outbox.now += timedelta(seconds=60)
        assert outbox.send() == BATCH
        assert str(office.taken[0]["To"]) == "maya@example.net"
        while outbox.send():
            pass
    assert Counter(str(message["To"]) for message in office.taken) == Counter([*many(25), "maya@example.net"])
    assert outbox.now - back_at <= timedelta(minutes=1)
