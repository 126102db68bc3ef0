"""The shop as real processes on free ports, with its stand-in's controls and its database at hand."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

import requests
from sqlalchemy import Engine

from shop.checkout.till import Till
from shop.clock import now
from shop.config import ROOT, load
from shop.content import read_content
from shop.db import open_engine
from shop.payments.stripe import StripeGateway
from shop.seed import seed
from tests.payment_service import Service

KEY = "sk_test_local_journeys"
SECRET = "whsec_local_journeys"
READY_SECONDS = 60.0
STANDIN = """
import sys
from pathlib import Path
from shop.payments.standin import serve
port, shop, database, secret, key = sys.argv[1:]
hook = shop + "/webhooks/stripe"
serve(port=int(port), database=Path(database), webhook_url=hook, webhook_secret=secret, accepted_key=key)
"""
Found = TypeVar("Found")


def eventually(look: Callable[[], Found], seconds: float = 20.0) -> Found:
    """Look again and again until something true is there, and return it; fails when time is up."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, f"waited {seconds:.0f} seconds in vain"
        time.sleep(0.03)
    return found


def free_ports() -> int:
    """A port that is free together with the one after it, where the system gives out none by itself."""
    while True:
        port = random.randrange(20_000, 30_000, 2)
        with suppress(OSError), closing(socket.socket()) as one, closing(socket.socket()) as other:
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 1))
            return port


class Shop:
    """A shop that runs. ``address`` is its own, ``service`` its payment service, ``engine`` its database."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        port = free_ports()
        self.address = f"http://127.0.0.1:{port}"
        self.service = Service(f"http://127.0.0.1:{port + 1}", KEY)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TZ": os.environ["TZ"],
            "PORT": str(port),
            "DATABASE_URL": database_url,
            "SECRET_KEY": "the secret of the journeys, long enough",
            "STRIPE_SECRET_KEY": KEY,
            "STRIPE_WEBHOOK_SECRET": SECRET,
        }
        self.engine: Engine = open_engine(database_url, pool_size=2)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def output(self) -> str:
        """What all its processes have printed."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def command(self, *words: str) -> str:
        """Run a command of the shop to its end; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "shop", *words],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def till(self) -> Till:
        """What the shop's own programs do business with, for what no page offers."""
        config = load(self.environment)
        return Till(self.engine, StripeGateway.of(config), config, read_content(ROOT / "content"), now)

    def launch(self, name: str, *words: str) -> None:
        """Start one process in a group of its own."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *words],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal to a process and its own children; SIGKILL is waited for."""
        os.killpg(self.processes[name].pid, number)
        if number == signal.SIGKILL:
            self.processes.pop(name).wait()

    def must_run(self) -> None:
        """Fail when a process has ended by itself."""
        ended = [name for name, process in self.processes.items() if process.poll() is not None]
        assert not ended, f"{ended} ended by itself:\n{self.output[-4000:]}"

    def wait_until(self, address: str) -> None:
        """Wait until an address answers well; fails at once when a process has ended."""

        def answers() -> bool:
            self.must_run()
            with suppress(requests.ConnectionError):
                return requests.get(address, timeout=5).ok
            return False

        eventually(answers, READY_SECONDS)

    def stop(self) -> None:
        """End every process, politely first."""
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
            process.terminate()
        for process in self.processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(8)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.engine.dispose()


class RunningShop(Shop):
    """The shop as ``make run`` starts it: one parent with everything under it."""

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.launch("run", "-m", "shop", "run")
        self.wait_until(f"{self.address}/readyz")

    @property
    def owner(self) -> tuple[str, str]:
        """The first owner's address and password, as they are printed when everything is ready."""
        found = eventually(lambda: re.search(r"sign in as (\S+) with (\S+)", self.output))
        return found[1], found[2]


class ShopInParts(Shop):
    """The shop as a server's supervisor runs it: each part can be killed and started again by itself."""

    def start(self) -> None:
        """Fill the migrated database with demo goods, start every part, and wait for the web server."""
        seed(self.engine, live=False, now=now())
        for part in ("standin", "worker", "web"):
            self.start_part(part)

    def start_part(self, part: str) -> None:
        """Start one part: standin, worker or web; servers are waited for."""
        if part == "standin":
            port = self.service.address.rpartition(":")[2]
            database = str(self.folder / "payment-service.sqlite")
            self.launch(part, "-c", STANDIN, port, self.address, database, SECRET, KEY)
            self.wait_until(f"{self.service.address}/control/state")
        elif part == "web":
            self.launch(part, "-m", "shop", "serve", "--workers", "2", "--threads", "8")
            self.wait_until(f"{self.address}/readyz")
        else:
            self.launch(part, "-m", "shop", "worker")
