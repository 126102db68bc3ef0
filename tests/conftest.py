"""The ground of every test: both databases, no network, nobody's settings, and one folder per run."""

import fcntl
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

import flask.templating
import hypothesis
import pytest
import structlog
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine, make_url
from werkzeug.routing import Rule

from shop import clock
from shop.db import open_engine
from shop.migration import migrate
from shop.seed import seed
from tests import postgresql

pytest_plugins = ["tests.cast", "tests.reading_room"]

RUN_FOLDER = pytest.StashKey[Path]()
MEMORY, ROOM_BYTES = "/dev/shm", 3 * 2**30
SOMEBODYS_SETTINGS = re.compile(
    r"(SHOP|STRIPE|PG|HYPOTHESIS)[A-Z_]*|BASE_URL|PORT|DATABASE_URL|SECRET_KEY|SMTP_URL|ADMIN_EMAIL"
    r"|[a-z]+_proxy|[A-Z]+_PROXY"
)

# --- Nothing from the machine's owner ---

for _name in [name for name in os.environ if SOMEBODYS_SETTINGS.fullmatch(name)]:
    del os.environ[_name]
# A machine far from UTC, and not by whole hours: code that takes local time for UTC fails here, always.
os.environ["TZ"] = "Asia/Kathmandu"
time.tzset()


class ReachedOutside(Exception):
    """A test tried to reach another machine; the shop's tests need no network."""


def _loopback_only(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", "localhost") and not _is_loopback(str(name)):
        raise ReachedOutside(f"{event} to {name}: tests may only talk to this machine")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


sys.addaudithook(_loopback_only)

# The same examples on every run: red means a change of ours. `--hypothesis-profile=explore` looks further.
hypothesis.settings.register_profile("house", deadline=None, derandomize=True, max_examples=100)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=3000)
hypothesis.settings.load_profile("house")

# --- What every test would make again ---


class CompiledTemplates(BytecodeCache):
    """Templates are compiled once in a process, not once in every shop that a test opens."""

    compiled: ClassVar[dict[str, tuple[str, bytes]]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self.compiled.get(bucket.key, ("", b""))
        if checksum == bucket.checksum:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = (bucket.checksum, bucket.bytecode_to_string())


class TemplatesOfTests(flask.templating.Environment):
    """The environment of a shop's templates, with that memory."""

    def __init__(self, app: flask.Flask, **options: object) -> None:
        super().__init__(app, bytecode_cache=CompiledTemplates(), **options)


flask.Flask.jinja_environment = TemplatesOfTests


class RuleOfTests(Rule):
    """An address that a shop answers; what puts it together is compiled once in a process."""

    compiled: ClassVar[dict[object, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (tuple(self._trace), repr(self.defaults), append_unknown)
        if key not in self.compiled:
            self.compiled[key] = super()._compile_builder(append_unknown)
        return self.compiled[key]


flask.Flask.url_rule_class = RuleOfTests

# --- What a test would leave to the next ---


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command sets the log of its process up, and each logger then keeps where it writes to: both are forgotten."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()
        logger = type(structlog.get_logger())
        for name, module in list(sys.modules.items()):
            if name.startswith("shop.") and isinstance(log := getattr(module, "log", None), logger):
                vars(log).pop("bind", None)


# --- One run: its folder, its workers, its PostgreSQL ---


def pytest_configure(config: pytest.Config) -> None:
    """The first process makes the run's folder; the others are told where it is."""
    if hasattr(config, "workerinput"):
        config.stash[RUN_FOLDER] = Path(config.workerinput["run_folder"])
        return
    # PostgreSQL does not run as root: another account must be able to walk to its folder.
    as_root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="shop-tests-", dir=_in_memory() or ("/tmp" if as_root else None)))
    folder.chmod(0o711 if as_root else 0o700)
    (folder / "parent").write_text(str(os.getpid()))
    config.stash[RUN_FOLDER] = folder


def _in_memory() -> str | None:
    """A place in memory with room for the run's databases: a new one takes a twentieth of the time there."""
    with suppress(OSError):
        room = os.statvfs(MEMORY)
        if os.access(MEMORY, os.W_OK) and room.f_bavail * room.f_frsize > ROOM_BYTES:
            return MEMORY
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tells a worker of pytest-xdist where the run's folder is."""
    node.workerinput["run_folder"] = str(node.config.stash[RUN_FOLDER])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two workers at least, since tests also wait; four at most, since each may run servers of its own."""
    return max(2, min(4, len(os.sched_getaffinity(0))))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The first process stops the server and removes the folder."""
    if not hasattr(config, "workerinput") and RUN_FOLDER in config.stash:
        postgresql.stop(config.stash[RUN_FOLDER])
        shutil.rmtree(config.stash[RUN_FOLDER], ignore_errors=True)


@pytest.fixture(scope="session")
def run_folder(pytestconfig: pytest.Config) -> Path:
    """A directory that all workers of this run share."""
    return pytestconfig.stash[RUN_FOLDER]


# --- Databases ---


@pytest.fixture(scope="session")
def postgresql_url(run_folder: Path) -> str:
    """The address of an empty database on the run's PostgreSQL server; fails when there can be no server."""
    return postgresql.url_of_server(run_folder, int((run_folder / "parent").read_text()))


@pytest.fixture
def demo_goods() -> None:
    """Asked for by a test or a fixture, it puts the demo goods, as of this run, into the test's database."""


@pytest.fixture(scope="session")
def sqlite_templates(run_folder: Path) -> dict[bool, Path]:
    """SQLite files to be copied: with every migration and nothing else, and with the demo goods as well."""
    bare, stocked = run_folder / "template.sqlite", run_folder / "stocked.sqlite"
    with (run_folder / "sqlite.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stocked.exists():
            part = run_folder / "template.part"
            _fill(f"sqlite:///{part}", migrate)
            shutil.copy(part, bare)
            _fill(f"sqlite:///{part}", _stock)
            part.rename(stocked)
    return {False: bare, True: stocked}


@pytest.fixture(scope="session")
def postgresql_templates(run_folder: Path, postgresql_url: str) -> dict[bool, str]:
    """The same as names of PostgreSQL databases."""
    made = run_folder / "postgresql.migrated"
    with (run_folder / "postgresql.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _tell(postgresql_url, "CREATE DATABASE shop_template")
            _fill(_named(postgresql_url, "shop_template"), migrate)
            _tell(postgresql_url, "CREATE DATABASE shop_stocked TEMPLATE shop_template")
            _fill(_named(postgresql_url, "shop_stocked"), _stock)
            made.touch()
    return {False: "shop_template", True: "shop_stocked"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database of this test's own: once on SQLite, once on PostgreSQL.

    With ``demo_goods`` it holds those. For processes that a test starts. To stay on one of the two:
    `@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)`.
    """
    stocked = "demo_goods" in request.fixturenames
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("sqlite_templates")[stocked], tmp_path / "shop.sqlite")
        yield f"sqlite:///{copy}"
        return
    server, templates = (request.getfixturevalue(name) for name in ("postgresql_url", "postgresql_templates"))
    name = f"test_{uuid4().hex}"
    _tell(server, f"CREATE DATABASE {name} TEMPLATE {templates[stocked]} STRATEGY FILE_COPY")
    yield _named(server, name)
    _tell(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An open engine on a migrated, empty database: each test runs on SQLite and on PostgreSQL."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _fill(url: str, fill: Callable[[Engine], object]) -> None:
    engine = open_engine(url)
    fill(engine)
    engine.dispose()


def _stock(engine: Engine) -> None:
    seed(engine, live=False, now=clock.now())


@lru_cache
def _server(url: str) -> Engine:
    return create_engine(url, isolation_level="AUTOCOMMIT")


def _tell(server: str, statement: str) -> None:
    with _server(server).connect() as connection:
        connection.exec_driver_sql(statement)
