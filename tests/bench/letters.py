"""Ten thousand letters through a real mail server, and what becomes of a letter about an order meanwhile.

    python -m tests.bench.letters [--count 10000] [--database postgresql] [--slow 0.05]

Two workers' loops run as the shop's worker runs them: one for what cannot wait, one for the letters of series. While
the long queue drains, the mail server is away for a while and comes back, and letters about orders are written now and
then. Printed are the pace, how long those took, and that every letter arrived exactly once. ``--slow`` makes the
server think for so many seconds about each letter.
"""

import argparse
import logging
import os
import random
import tempfile
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import structlog
from sqlalchemy import Engine, func, select

from shop import clock
from shop.config import ROOT
from shop.content import read_content
from shop.db import open_engine, reading, writing
from shop.mail import actions
from shop.mail.delivery import deliver, transport_of
from shop.mail.models import OutboxLetter
from shop.mail.rules import AT_ONCE, BY_DAY, ORDER, SERIES, Lane
from shop.migration import migrate
from tests import postgresql
from tests.mail.letters import CONFIG, SAMPLES
from tests.mail.post_office import PostOffice, free_port, running

CONTENT = read_content(ROOT / "content")
ORDERS = 20


def fill(engine: Engine, count: int) -> None:
    """Queue the letters of one morning."""
    for begin in range(0, count, 1000):
        with writing(engine) as session:
            for number in range(begin, min(begin + 1000, count)):
                _write(session, "series_day", f"a{number}@example.net", SERIES)


def _write(session: object, template: str, recipient: str, priority: int) -> None:
    actions.write(
        session,  # type: ignore[arg-type]
        template,
        recipient,
        SAMPLES[template],
        dedupe_key=f"{template}:{recipient}",
        now=clock.now(),
        priority=priority,
    )


class Run:
    """The loops of a worker against a post office, with a stop watch."""

    def __init__(self, engine: Engine, slow: float) -> None:
        self.engine, self.port = engine, free_port()
        self.office = PostOffice()
        self.office.when_taken = lambda _server: time.sleep(slow) if slow else None
        self.config = replace(CONFIG, smtp_url=f"smtp://127.0.0.1:{self.port}")
        self.transport = transport_of(self.config, engine, clock=clock.now)
        self.stopped = threading.Event()
        self.waits: list[float] = []

    def loop(self, lane: Lane, seconds: float) -> None:
        """Send a lane as the worker does, until stopped."""
        while not self.stopped.is_set():
            sent = deliver(
                self.engine,
                self.transport,
                CONTENT,
                self.config,
                clock=clock.now,
                random=random.random,
                lane=lane,
            )
            if not sent:
                self.stopped.wait(seconds)

    def order_mail(self, number: int) -> None:
        """Write one letter about an order, and wait until it has arrived."""
        address = f"buyer{number}@example.net"
        began = time.monotonic()
        with writing(self.engine) as session:
            _write(session, "order_shipped", address, ORDER)
        while [address] not in self.office.to[-200:] and time.monotonic() - began < 120:
            time.sleep(0.02)
        self.waits.append(time.monotonic() - began)

    def left(self) -> int:
        """How many letters have not left."""
        with reading(self.engine) as session:
            query = select(func.count()).select_from(OutboxLetter).where(OutboxLetter.state != "sent")
            return int(session.scalar(query) or 0)


def measure(engine: Engine, count: int, slow: float) -> None:
    """Fill, send, and print."""
    fill(engine, count)
    run = Run(engine, slow)
    loops = [
        threading.Thread(target=run.loop, args=(lane, seconds))
        for lane, seconds in ((AT_ONCE, 1.0), (BY_DAY, 1.0))
    ]
    began = time.monotonic()
    with running(run.office, port=run.port):
        for each in loops:
            each.start()
        for number in range(ORDERS):
            run.order_mail(number)
            time.sleep(0.2)
        while run.left() > count // 2:
            time.sleep(0.2)
        half = time.monotonic() - began
    print(f"  the first half in {half:.0f} s; the mail server goes away for 30 s")
    time.sleep(30)
    back = time.monotonic()
    with running(run.office, port=run.port):
        while run.left():
            time.sleep(0.5)
    finished = time.monotonic()
    run.stopped.set()
    for each in loops:
        each.join()
    arrived = Counter(to for (to,) in run.office.to)
    waits = sorted(run.waits)
    pace = count / (half + finished - back)
    print(f"  {pace:.0f} letters a second; all of them in {finished - began:.0f} s, pause included")
    print(f"  order mail meanwhile: median {waits[len(waits) // 2]:.2f} s, slowest {waits[-1]:.2f} s")
    print(
        f"  lost: {count + ORDERS - len(arrived)}, arrived twice: {sum(times > 1 for times in arrived.values())}"
    )


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--slow", type=float, default=0.0)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        url = f"sqlite:///{folder / 'letters.sqlite'}"
        if asked.database == "postgresql":
            url = postgresql.url_of_server(folder, os.getpid())
        engine = open_engine(url)
        try:
            migrate(engine)
            print(f"{asked.count} letters, {asked.database}, the mail server thinks for {asked.slow} s")
            measure(engine, asked.count, asked.slow)
        finally:
            engine.dispose()
            postgresql.stop(folder)


if __name__ == "__main__":
    main()
