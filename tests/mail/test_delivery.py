"""From the outbox to a real mail server or the demo mailbox, whatever happens in between."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from shop.config import ROOT
from shop.content import read_content
from shop.db import reading, writing
from shop.mail import actions
from shop.mail.delivery import BATCH, LEASE_SECONDS, deliver, transport_of
from shop.mail.mailbox import MailboxTransport
from shop.mail.models import MailboxMessage, OutboxLetter
from shop.mail.rendering import render
from tests.mail.letters import CONFIG, MOMENT, SAMPLES, letter
from tests.mail.post_office import PostOffice, cut, free_port, running

CONTENT = read_content(ROOT / "content")

# A worker of its own: sends one batch and ends, if it is let.
WORKER = """
import sys
from datetime import datetime
from random import random
import shop.tables
from shop.config import ROOT
from shop.content import read_content
from shop.db import open_engine
from shop.mail.delivery import deliver, transport_of
from tests.mail.letters import CONFIG
from dataclasses import replace
database_url, smtp_url, now = sys.argv[1:]
engine, config = open_engine(database_url), replace(CONFIG, smtp_url=smtp_url)
clock = lambda: datetime.fromisoformat(now)
transport = transport_of(config, engine, clock=clock)
deliver(engine, transport, read_content(ROOT / "content"), config, clock=clock, random=random)
"""


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = MOMENT

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def write(engine: Engine, *recipients: str, template: str = "order_shipped") -> None:
    with writing(engine) as session:
        for recipient in recipients:
            actions.write(
                session,
                template,
                recipient,
                SAMPLES[template],
                dedupe_key=f"{template}:{recipient}",
                now=MOMENT,
            )


def run(engine: Engine, clock: Callable[[], datetime], smtp_url: str = "mailbox:") -> int:
    config = replace(CONFIG, smtp_url=smtp_url)
    transport = transport_of(config, engine, clock=clock)
    return deliver(engine, transport, CONTENT, config, clock=clock, random=lambda: 0.5)


def states(engine: Engine) -> dict[str, str]:
    with reading(engine) as session:
        return {row.recipient: row.state for row in session.scalars(select(OutboxLetter))}


def errors(engine: Engine) -> set[str]:
    with reading(engine) as session:
        return set(session.scalars(select(OutboxLetter.last_error)))


def kept(engine: Engine) -> list[MailboxMessage]:
    with reading(engine) as session:
        return list(session.scalars(select(MailboxMessage).order_by(MailboxMessage.id)))


def test_an_empty_outbox_opens_no_connection(engine: Engine, clock: Clock) -> None:
    assert run(engine, clock, f"smtp://127.0.0.1:{free_port()}") == 0


def test_letters_leave_one_connection_a_batch(engine: Engine, clock: Clock, office: PostOffice) -> None:
    write(engine, *(f"a{number}@example.net" for number in range(BATCH + 2)))
    with running(office) as port:
        counts = [run(engine, clock, f"smtp://127.0.0.1:{port}") for _ in range(3)]
    assert counts == [BATCH, 2, 0]
    assert len(office.callers) == 2
    assert set(states(engine).values()) == {"sent"}
    assert sorted(office.to) == sorted([f"a{number}@example.net"] for number in range(BATCH + 2))


def test_one_refused_address_holds_up_nobody_else(engine: Engine, clock: Clock, office: PostOffice) -> None:
    write(engine, "a@example.net", "gone@example.net", "later@example.net", "b@example.net")
    office.refused = {"gone@example.net": "550 No such user", "later@example.net": "451 Greylisted"}
    with running(office) as port:
        assert run(engine, clock, f"smtp://127.0.0.1:{port}") == 2
        assert states(engine) == {
            "a@example.net": "sent",
            "b@example.net": "sent",
            "gone@example.net": "failed",
            "later@example.net": "queued",
        }
        office.refused = {}
        clock.move(60)
        assert run(engine, clock, f"smtp://127.0.0.1:{port}") == 1
    assert states(engine)["later@example.net"] == "sent"
    assert states(engine)["gone@example.net"] == "failed"
    assert "The mail server refused the address: 550 No such user" in errors(engine)


def test_a_server_that_is_down_and_then_up_gets_every_letter(
    engine: Engine, clock: Clock, office: PostOffice
) -> None:
    write(engine, "a@example.net", "b@example.net")
    port = free_port()
    assert run(engine, clock, f"smtp://127.0.0.1:{port}") == 0
    assert set(states(engine).values()) == {"queued"}
    assert all("cannot be reached" in error for error in errors(engine))
    clock.move(60)
    with running(office, port=port):
        assert run(engine, clock, f"smtp://127.0.0.1:{port}") == 2
    assert errors(engine) == {""}


def test_a_cut_connection_costs_one_letter_a_try_and_the_others_nothing(
    engine: Engine, clock: Clock, office: PostOffice
) -> None:
    write(engine, "a@example.net", "b@example.net", "c@example.net")
    office.when_named = lambda server, address: cut(server) if address == "b@example.net" else None
    with running(office) as port:
        assert run(engine, clock, f"smtp://127.0.0.1:{port}") == 1
        with reading(engine) as session:
            tries = dict(session.execute(select(OutboxLetter.recipient, OutboxLetter.tries)).all())
        assert tries == {"a@example.net": 1, "b@example.net": 1, "c@example.net": 0}
        assert run(engine, clock, f"smtp://127.0.0.1:{port}") == 1
        office.when_named = lambda _server, _address: None
        clock.move(60)
        assert run(engine, clock, f"smtp://127.0.0.1:{port}") == 1
    assert set(states(engine).values()) == {"sent"}


def test_a_letter_whose_yes_was_lost_leaves_again_under_the_same_message_id(
    engine: Engine, clock: Clock, office: PostOffice
) -> None:
    write(engine, "a@example.net")
    office.when_taken = cut
    with running(office) as port:
        assert run(engine, clock, f"smtp://127.0.0.1:{port}") == 0
        office.when_taken = lambda _server: None
        clock.move(60)
        assert run(engine, clock, f"smtp://127.0.0.1:{port}") == 1
    first, second = office.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]


def test_a_worker_killed_after_the_server_said_yes_loses_nothing(
    database_url: str, engine: Engine, clock: Clock, office: PostOffice
) -> None:
    write(engine, "a@example.net", "b@example.net")
    killed = threading.Event()
    worker: list[subprocess.Popen[bytes]] = []

    def kill(_server: object) -> None:
        killed.set()
        os.kill(worker[0].pid, signal.SIGKILL)
        worker[0].wait(10)

    office.when_taken = kill
    with running(office) as port:
        url = f"smtp://127.0.0.1:{port}"
        command = [sys.executable, "-c", WORKER, database_url, url, MOMENT.isoformat()]
        worker.append(subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}))
        worker[0].wait(60)
        assert killed.is_set()
        office.when_taken = lambda _server: None
        assert run(engine, clock, url) == 0
        assert set(states(engine).values()) == {"sending"}
        clock.move(LEASE_SECONDS)
        assert run(engine, clock, url) == 2
    assert [to for (to,) in office.to] == ["a@example.net", "a@example.net", "b@example.net"]
    assert office.taken[0]["Message-ID"] == office.taken[1]["Message-ID"]
    assert set(states(engine).values()) == {"sent"}


def test_several_workers_send_each_letter_once(engine: Engine, clock: Clock, office: PostOffice) -> None:
    write(engine, *(f"a{number}@example.net" for number in range(50)))
    start = threading.Barrier(4)

    def work(url: str) -> int:
        start.wait()
        sent = 0
        while count := run(engine, clock, url):
            sent += count
        return sent

    with running(office) as port, ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, [f"smtp://127.0.0.1:{port}"] * 4)) == 50
    assert sorted(office.to) == sorted([f"a{number}@example.net"] for number in range(50))


def test_letters_whose_lease_runs_out_go_back_untried(
    engine: Engine, clock: Clock, office: PostOffice
) -> None:
    write(engine, "a@example.net", "b@example.net", "c@example.net")
    office.when_taken = lambda _server: clock.move(LEASE_SECONDS - 50)
    with running(office) as port:
        assert run(engine, clock, f"smtp://127.0.0.1:{port}") == 2
        assert sorted(states(engine).values()) == ["queued", "sent", "sent"]
        assert run(engine, clock, f"smtp://127.0.0.1:{port}") == 1
    assert len(office.taken) == 3


def test_a_letter_that_cannot_be_made_fails_with_a_sentence_and_the_others_leave(
    engine: Engine, clock: Clock
) -> None:
    with writing(engine) as session:
        for number, (template, recipient, blanks) in enumerate(
            [
                ("order_shipped", "a@example.net", {"order_number": "1"}),
                ("no_such_letter", "b@example.net", {}),
                ("order_links", "not an address", SAMPLES["order_links"]),
                ("order_links", "c@example.net", {"links": [["only one"]]}),
                ("order_links", "d@example.net", SAMPLES["order_links"]),
            ]
        ):
            actions.write(session, template, recipient, blanks, dedupe_key=str(number), now=MOMENT)
    assert run(engine, clock) == 1
    assert [message.recipient for message in kept(engine)] == ["d@example.net"]
    assert errors(engine) == {
        "",
        "The letter has a blank {arrives} for which there is no value.",
        "There is no letter 'no_such_letter': write content/emails/no_such_letter.md.",
        "'not an address' is not an address to send a letter to.",
        "The letter could not be made (ValueError).",
    }
    assert states(engine)["a@example.net"] == "failed"
    assert states(engine)["c@example.net"] == "queued"


# --- The demo mailbox ---


def test_the_demo_keeps_the_finished_letter_with_both_its_parts(engine: Engine, clock: Clock) -> None:
    write(engine, "maya@example.net")
    assert run(engine, clock) == 1
    (message,) = kept(engine)
    assert message.recipient == "maya@example.net"
    assert message.subject == "Your order 1001 is on its way"
    assert message.text.startswith("Aletha\n\nYour order 1001 is on its way.\n")
    assert message.html.startswith("<!DOCTYPE html>")
    assert message.received_at == MOMENT


def test_the_demo_keeps_a_letter_that_comes_twice_once(engine: Engine, clock: Clock) -> None:
    message = render(letter("order_shipped"), CONTENT, CONFIG)
    with MailboxTransport(engine, clock).connect() as connection:
        connection.send(message)
        connection.send(message)
    assert len(kept(engine)) == 1
