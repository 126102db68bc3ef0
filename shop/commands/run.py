"""`make run`: the whole shop on this machine under one parent, which starts and stops everything together."""

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser, Namespace
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from shop import clock
from shop.commands.local_payment import tell_of_the_past
from shop.config import Config
from shop.db import open_engine, reading, writing
from shop.demo.history import fill
from shop.errors import SettingRefused
from shop.migration import migrate
from shop.preflight import HOST, first_line, refuse_taken_port, refuse_unwritable_folder
from shop.seed import seed
from shop.staff import actions as staff
from shop.staff.queries import any_member

READY_SECONDS = 60.0
# All children are gone within five seconds of Ctrl-C.
STOP_SECONDS = 4.0
LOOK_SECONDS = 0.05


@dataclass(frozen=True)
class Child:
    """A part of the shop in a process of its own."""

    name: str
    process: subprocess.Popen[bytes]


class Stop:
    """Ctrl-C, a closed terminal, or a polite kill: noticed once, acted on by the parent's loop."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked.set()


def arguments(_parser: ArgumentParser) -> None:
    """There is nothing to choose: settings pass through the environment."""


def command(config: Config, _asked: Namespace) -> int:
    """Prepare everything, start the parts, say where they are, and stay until told to stop.

    Returns the exit status: 0 when told to stop, 1 when a part ended by itself. Raises SettingRefused with
    one sentence when something is in the way.
    """
    stop = Stop()
    refuse_unwritable_folder(config)
    refuse_taken_port(HOST, config.port)
    local_payment = bool(config.stripe_api_base)
    if local_payment:
        refuse_taken_port(HOST, urlsplit(config.stripe_api_base).port or 80)
    children: list[Child] = []
    try:
        if local_payment:
            say("Starting the local payment page ...")
            children.append(start("payment page", "standin"))
        password = prepare(config)
        say("Starting the worker and the web server ...")
        children += [start("worker", "worker"), start("web server", "serve", "--host", HOST)]
        if not wait_until_ready(config, children, stop):
            return 0 if stop.asked.is_set() else 1
        if local_payment:
            tell_payment_page(config)
        say_addresses(config, password)
        return watch(children, stop)
    finally:
        stop_all(children)


def prepare(config: Config) -> str:
    """Bring the tables up, fill them once, make the first owner; return her password if she is new."""
    say("Preparing the database ...")
    engine = open_engine(config.database_url)
    try:
        migrate(engine)
        if not config.live and seed(engine, live=config.live, now=clock.now()):
            fill(engine, live=config.live, base_url=config.base_url, now=clock.now())
            say("Added the demo goods, shipping and codes, and 90 days of invented orders and readers.")
        return first_owner(engine, config.admin_email)
    except DBAPIError as error:
        message = f"The database cannot be used ({first_line(error)}); DATABASE_URL says where it is."
        raise SettingRefused(message) from error
    finally:
        engine.dispose()


def first_owner(engine: Engine, email: str) -> str:
    """Make an owner when nobody runs the shop yet; return the password, or nothing when somebody does."""
    with reading(engine) as session:
        if any_member(session):
            return ""
    password = secrets.token_urlsafe(12)
    with writing(engine) as session:
        staff.create_member(session, email, name="", role="owner", password=password, now=clock.now())
    return password


def start(name: str, *command: str) -> Child:
    """Start one part as ``python -m shop <command>``; it ends when this process does."""
    # A session of its own: Ctrl-C reaches only this process, which then stops the parts in order.
    process = subprocess.Popen(
        [sys.executable, "-m", "shop", "--end-with", str(os.getpid()), *command], start_new_session=True
    )
    return Child(name, process)


def wait_until_ready(config: Config, children: list[Child], stop: Stop) -> bool:
    """Wait until everything answers; False when a part ended, time ran out, or somebody asked to stop."""
    waited_for = [(config.port, "/readyz")]
    if config.stripe_api_base:
        waited_for.append((urlsplit(config.stripe_api_base).port or 80, "/"))
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if stop.asked.is_set() or ended(children):
            return False
        port, path = waited_for[0]
        with suppress(URLError, OSError), urlopen(f"http://{HOST}:{port}{path}", timeout=2):
            del waited_for[0]
        if not waited_for:
            return True
        stop.asked.wait(LOOK_SECONDS)
    say(f"The shop did not become ready within {READY_SECONDS:.0f} seconds.")
    return False


def tell_payment_page(config: Config) -> None:
    """Make the invented orders' payments known to the local payment page: staff can try refunds on them."""
    engine = open_engine(config.database_url)
    try:
        if not tell_of_the_past(config, engine):
            say("The local payment page did not take the invented payments; their orders cannot be refunded.")
    finally:
        engine.dispose()


def watch(children: list[Child], stop: Stop) -> int:
    """Stay until somebody asks to stop (0) or a part ends by itself (1)."""
    while not stop.asked.wait(LOOK_SECONDS * 4):
        if ended(children):
            return 1
    say("Stopping ...")
    return 0


def ended(children: list[Child]) -> bool:
    """Say which part has ended by itself, if one has."""
    for child in children:
        status = child.process.poll()
        if status is not None:
            say(f"The {child.name} ended by itself (status {status}), so everything stops.")
            return True
    return False


def stop_all(children: list[Child]) -> None:
    """Ask every part to stop, and kill what has not after a few seconds."""
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    until = time.monotonic() + STOP_SECONDS
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, until - time.monotonic()))
        # Its own children too, if it has left any.
        with suppress(ProcessLookupError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def say_addresses(config: Config, password: str) -> None:
    """Print where everything is."""
    base = config.base_url.rstrip("/")
    lines = [("Shop", base + "/")]
    if config.stripe_api_base:
        lines.append(("Payment control page", config.stripe_api_base.rstrip("/") + "/"))
    if config.smtp_url.startswith("mailbox:"):
        lines.append(("Mailbox", base + "/demo/mailbox"))
    lines.append(("Admin", base + "/admin"))
    say("\nThe shop is ready. Ctrl-C stops it.\n")
    for name, address in lines:
        say(f"  {name:<22}{address}")
    if password:
        say(f"  {'':<22}sign in as {config.admin_email} with {password} (shown only this once)")
    else:
        say(f"  {'':<22}forgotten the password? python -m shop admin password --email {config.admin_email}")
    say("")


def say(line: str) -> None:
    """Print a line for the person at the terminal, at once even when it goes to a file."""
    print(line, flush=True)
