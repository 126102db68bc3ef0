"""The worker: outbox, expiry and reconcile loops. Each step only calls one action; several workers may run."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import DBAPIError

from shop.catalog import low_stock, prices
from shop.checkout import reconcile
from shop.checkout.till import Till
from shop.db import reading, writing
from shop.mail.delivery import deliver, transport_of
from shop.mail.rules import AT_ONCE, BY_DAY, Lane
from shop.payments.gateway import GatewayError
from shop.subscribers.rules import is_open
from shop.welcome.desk import Desk
from shop.welcome.rounds import go_round

log = structlog.get_logger()


@dataclass(frozen=True)
class Step:
    """One thing done again and again: what, and after how many seconds; at once again while there is more."""

    name: str
    run: Callable[[], int]
    seconds: float
    most_seconds: float = 60.0


def steps(till: Till) -> list[Step]:
    """Return the worker's steps. Mail has its own loop, so that a slow mail server holds up no payment."""
    transport = transport_of(till.config, till.engine, clock=till.clock)
    desk, hours = Desk(till.config, till.content), till.content.series

    def send(lane: Lane) -> int:
        return deliver(
            till.engine,
            transport,
            till.content,
            till.config,
            clock=till.clock,
            random=random.random,
            lane=lane,
        )

    def send_by_day() -> int:
        is_day = is_open(till.clock(), hours.opens, hours.closes, till.config.time_zone)
        return send(BY_DAY) if is_day else 0

    def apply_prices() -> int:
        with reading(till.engine) as session:
            if not prices.any_due(session, now=till.clock()):
                return 0
        with writing(till.engine) as session:
            return prices.apply_due(session, now=till.clock())

    return [
        Step("mail", lambda: send(AT_ONCE), 1.0),
        # Thousands of them, or a slow mail server, hold up no letter about an order: this loop is another one.
        Step("letters", send_by_day, 5.0),
        Step("readers", lambda: go_round(till.engine, desk, now=till.clock()), 20.0),
        Step("prices", apply_prices, 5.0),
        Step("stock", lambda: low_stock.look(till.engine, till.config, now=till.clock()), 60.0, 600.0),
        Step("webhooks", lambda: reconcile.hear_waiting(till), 1.0),
        Step("refunds", lambda: reconcile.send_refunds(till), 2.0),
        Step("attempts", lambda: reconcile.check_attempts(till), 5.0),
        Step("events", lambda: reconcile.fetch_events(till), reconcile.EVENTS_EVERY.total_seconds()),
    ]


def work(till: Till, stopped: threading.Event) -> None:
    """Run every step in a loop of its own until ``stopped`` is set; a step under way is finished first."""
    loops = [
        threading.Thread(target=_loop, args=(step, stopped), name=step.name, daemon=True)
        for step in steps(till)
    ]
    for loop in loops:
        loop.start()
    log.info("worker_started", steps=[loop.name for loop in loops])
    for loop in loops:
        loop.join()


def _loop(step: Step, stopped: threading.Event) -> None:
    failures = 0
    while not stopped.is_set():
        try:
            done, failures = step.run(), 0
        except (GatewayError, DBAPIError) as problem:
            # The payment service or the database is away: wait longer each time, never give up.
            done, failures = 0, failures + 1
            log.warning("step_failed", step=step.name, problem=str(problem)[:300], failures=failures)
        except Exception:  # a broken step is told and tried again later; the others go on
            done, failures = 0, failures + 1
            log.exception("step_broken", step=step.name, failures=failures)
        if not done:
            wait = step.seconds * 2 ** min(failures, 6)
            stopped.wait(max(step.seconds, min(wait, step.most_seconds)))
