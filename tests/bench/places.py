"""What is measured: the bare view and the shop, each a server pinned to one core, on a database of its own."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from flask import Flask, make_response
from sqlalchemy import Engine, create_engine, text

from shop import clock
from shop.app import create_app
from shop.cart.rules import Cart, Entry
from shop.catalog import actions as stock
from shop.catalog import queries as catalog
from shop.checkout.queries import price_cart
from shop.commands.serve import THREADS, WORKERS
from shop.config import ROOT, Config, load
from shop.db import open_engine, reading, writing
from shop.migration import migrate
from shop.seed import seed
from shop.staff import actions as staff
from shop.web.cart_cookie import write_cart
from tests.processes import children_of, free_port

CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]
SECRET = "b" * 40
PLENTY = 1_000_000
SERVE = (
    "import sys; from shop.commands.serve import listen; "
    "listen(sys.argv[1], '127.0.0.1', int(sys.argv[2]), {workers}, {threads}, factory=sys.argv[3] == 'factory')"
)


class Place:
    """A server and all its processes."""

    def __init__(
        self, folder: Path, name: str, command: Sequence[str], port: int, settings: Mapping[str, str]
    ) -> None:
        self.port = port
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
        self.log = folder / f"{name}-{port}.log"
        self.began = time.perf_counter()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=kept | {"PYTHONPATH": os.pathsep.join(sys.path)} | dict(settings),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
            )

    def processes(self) -> list[int]:
        """The ids of the server's processes, the main one first."""
        return [self.process.pid, *children_of(self.process.pid)]

    def busy_seconds(self) -> float:
        """How long its processes have kept a core busy so far."""
        ticks = 0
        for pid in self.processes():
            with suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def bare_view(folder: Path) -> Place:
    """The bare view under the server that the shop uses, with the same settings."""
    port, code = free_port(), SERVE.format(workers=WORKERS, threads=THREADS)
    command = [sys.executable, "-c", code, "tests.bench.bare:app", str(port), "module"]
    return Place(folder, "bare", command, port, {})


def bare_view_under_gunicorn(folder: Path) -> Place | None:
    """The bare view under gunicorn's gthread worker, where gunicorn is installed."""
    if find_spec("gunicorn") is None:
        return None
    port = free_port()
    options = [
        "-k",
        "gthread",
        "-w",
        "2",
        "--threads",
        "4",
        "-b",
        f"127.0.0.1:{port}",
        "--log-level",
        "error",
    ]
    return Place(
        folder, "gunicorn", [sys.executable, "-m", "gunicorn", *options, "tests.bench.bare:app"], port, {}
    )


class ShopPlace:
    """A shop with demo goods and plenty of them, an owner who is signed in, and its server."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.settings = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET, "PORT": str(free_port())}
        self.config: Config = load(self.settings)
        self.engine: Engine = open_engine(database_url)
        migrate(self.engine)
        seed(self.engine, live=False, now=clock.now())
        with writing(self.engine) as session:
            for sku in ("HOOK-1", "BALL-1", "BOOK-PB"):
                stock.move(session, sku, PLENTY, "received", by="bench", note="", now=clock.now())
        self.app: Flask = create_app(self.config)
        code = SERVE.format(workers=WORKERS, threads=THREADS)
        command = [sys.executable, "-c", code, "tests.bench.instant:served", str(self.config.port), "factory"]
        self.place = Place(folder, "shop", command, self.config.port, self.settings)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.config.port

    def cart_cookie(self, *skus: str, code: str = "") -> tuple[str, Cart]:
        """A cart as a visitor would carry it, new each time, and the cookie for it."""
        with reading(self.engine) as session:
            items = catalog.items(session)
        entries = tuple(Entry(sku, 1, items[sku].unit_amount) for sku in skus)
        cart = Cart(key=secrets.token_hex(16), entries=entries, code=code, country="US")
        return self.signed(cart), cart

    def signed(self, cart: Cart) -> str:
        """The cookie of a cart."""
        with self.app.test_request_context():
            response = write_cart(make_response(""), cart)
        return "; ".join(line.split(";")[0] for line in response.headers.getlist("Set-Cookie"))

    def carts(self, number: int, *skus: str, code: str = "") -> list[str]:
        """Cookies of ``number`` carts with the same goods."""
        _, cart = self.cart_cookie(*skus, code=code)
        return [self.signed(replace(cart, key=secrets.token_hex(16))) for _ in range(number)]

    def total(self, *skus: str, code: str = "") -> int:
        """What the checkout form shows for such a cart, in cents."""
        _, cart = self.cart_cookie(*skus, code=code)
        with reading(self.engine) as session:
            return price_cart(session, cart, now=clock.now(), country="US").quote.total_amount

    def staff_cookie(self) -> str:
        """The cookie of an owner who has signed in."""
        token, now = secrets.token_urlsafe(32), clock.now()
        with writing(self.engine) as session:
            member = staff.create_member(
                session,
                f"{secrets.token_hex(4)}@example.com",
                name="",
                role="owner",
                password="a long password",
                now=now,
            )
            staff.sign_in(session, member.id, token, device="bench", now=now)
        return f"staff={token}"

    def change(self) -> None:
        """Change something that public pages show."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(writes=True)
            connection.execute(text("UPDATE public_version SET number = number + 1"))
            connection.commit()

    def attempts(self) -> list[tuple[str, str]]:
        """Page id and key of every attempt that is open."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT page_id, idempotency_key FROM checkout_attempts WHERE state = 'open' ORDER BY id"
                )
            )
            return [(row[0], row[1]) for row in rows]

    def count(self, what: str) -> int:
        """How many rows ``what`` (a table with a condition) has."""
        with self.engine.connect() as connection:
            return int(connection.scalar(text(f"SELECT count(*) FROM {what}")) or 0)

    def stop(self) -> None:
        """End the server and let the database go."""
        self.place.stop()
        self.app.extensions["shop"].engine.dispose()
        self.engine.dispose()


def new_database(server_url: str, name: str) -> str:
    """The address of a new database on a PostgreSQL server."""
    engine = create_engine(
        server_url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return server_url.rsplit("/", 1)[0] + f"/{name}"


def event(page_id: str) -> bytes:
    """The body of the webhook that says a page was paid."""
    return json.dumps(
        {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "type": "checkout.session.completed",
            "created": int(time.time()),
            "livemode": False,
            "data": {"object": {"id": page_id, "object": "checkout.session", "metadata": {}}},
        }
    ).encode()


def memory_of(pids: Sequence[int]) -> tuple[float, float]:
    """What processes hold, in MiB: their fair share of what is shared, and the sum of all they see."""
    share = seen = 0.0
    for pid in pids:
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                share += int(line.split()[1]) / 1024 if line.startswith("Pss:") else 0
                seen += int(line.split()[1]) / 1024 if line.startswith("Rss:") else 0
    return share, seen
