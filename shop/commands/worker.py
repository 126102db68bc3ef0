"""The worker: mail, unpaid orders, payments that nobody told us about."""

import signal
import threading
from argparse import ArgumentParser, Namespace

from shop import clock
from shop.checkout.till import Till
from shop.config import ROOT, Config
from shop.content import read_content
from shop.db import open_engine
from shop.heap import share_one_heap
from shop.payments.stripe import StripeGateway
from shop.preflight import refuse_missing_tables
from shop.worker import work


def arguments(_parser: ArgumentParser) -> None:
    """There is nothing to choose."""


def command(config: Config, _asked: Namespace) -> int:
    """Work until told to stop; a step under way is finished first."""
    refuse_missing_tables(config)
    share_one_heap()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    engine = open_engine(config.database_url)
    content = read_content(ROOT / "content")
    work(Till(engine, StripeGateway.of(config), config, content, clock.now), stopped)
    engine.dispose()
    return 0
