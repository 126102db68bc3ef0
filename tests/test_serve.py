"""The web server as it is shipped: stays up with stuck clients, finishes what is under way, leaves nobody behind."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from shop import clock
from shop.config import ROOT
from shop.db import open_engine
from shop.seed import seed
from tests.processes import Program, eventually, is_listening, is_running

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FORM = (
    b"POST /cart/country HTTP/1.1\r\nHost: 127.0.0.1\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\n"
)


@pytest.fixture
def server(tmp_path: Path, database_url: str) -> Iterator[Program]:
    engine = open_engine(database_url)
    seed(engine, live=False, now=clock.now())
    engine.dispose()
    program = Program(tmp_path, "serve", DATABASE_URL=database_url, SECRET_KEY="s" * 40)
    try:
        program.wait_until_ready()
        program.family()
        yield program
    finally:
        program.end()


def connect(server: Program, data: bytes = b"") -> socket.socket:
    """A client that says ``data`` and then nothing."""
    client = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    client.sendall(data)
    return client


def answer(client: socket.socket) -> bytes:
    """All that a client hears until the line is closed."""
    heard = b""
    while part := client.recv(65536):
        heard += part
    client.close()
    return heard


def status(server: Program, request: bytes) -> bytes:
    """The status line of an answer."""
    return answer(connect(server, request)).split(b"\r\n")[0]


def test_a_request_under_way_is_finished_before_the_server_stops(server: Program) -> None:
    slow = connect(server, FORM.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
    # The server asks for the body once the shop reads it: from then on the request is under way.
    assert slow.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    slow.sendall(b"count")
    os.kill(server.process.pid, signal.SIGTERM)
    # Looked at from outside: a client that knocks now may be let in and never be answered.
    assert eventually(lambda: not is_listening(server.port))
    slow.sendall(b"ry=US")
    assert answer(slow).startswith(b"HTTP/1.1 303 ")
    assert server.process.wait(20) == 0, "a worker had to be killed"
    assert not server.family()


def test_two_hundred_clients_that_never_finish_hold_nobody_up(server: Program) -> None:
    stuck = [connect(server, FORM + b"co") for _ in range(100)]
    stuck += [connect(server, b"GET / HTTP/1.1\r\nHost: x\r\n") for _ in range(50)]
    stuck += [connect(server) for _ in range(50)]
    assert [server.get(path) for path in ("/", "/cart", "/readyz", "/static/css/shop.css")] == [200] * 4
    for client in stuck:
        client.close()


def test_the_workers_end_when_the_main_process_is_killed(server: Program) -> None:
    workers = server.family() - {server.process.pid}
    assert len(workers) == 2
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert eventually(lambda: not any(is_running(pid) for pid in workers), seconds=10)


def test_a_worker_that_dies_is_replaced(server: Program) -> None:
    [victim, _] = server.family() - {server.process.pid}
    os.kill(victim, signal.SIGKILL)
    assert eventually(lambda: len(server.family() - {server.process.pid, victim}) == 2, seconds=30)
    assert eventually(lambda: server.get("/readyz") == 200)


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /cart/code HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nnonsense\r\n",
        b"POST /cart/code HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /cart/code HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\0b\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_and_the_server_stays(server: Program, request_: bytes) -> None:
    said = status(server, request_)
    assert said == b"" or b" 4" in said
    assert server.get("/") == 200
    assert "Traceback" not in server.said


def test_head_is_answered_with_a_length_and_no_body(server: Program) -> None:
    heard = answer(connect(server, b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
    head, _, body = heard.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == b""
    assert b"content-length: " in head.lower()


ORPHAN = """
import multiprocessing, os, threading
from shop.commands.serve import served
def worker(main):
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    while os.getppid() == main:
        threading.Event().wait(0.01)
    served()
    threading.Event().wait(60)
multiprocessing.set_start_method("fork")
started = multiprocessing.Process(target=worker, args=(os.getpid(),))
started.start()
print(started.pid, flush=True)
os._exit(0)
"""


def test_a_worker_ends_although_the_main_process_went_before_it_had_looked(
    tmp_path: Path, database_url: str
) -> None:
    settings = {"DATABASE_URL": database_url, "SECRET_KEY": "s" * 40, "HOME": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", ORPHAN],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        check=True,
    )
    worker = int(said.stdout)
    try:
        assert eventually(lambda: not is_running(worker), seconds=30)
    finally:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


STARTING = """
import multiprocessing, os, signal, threading
from shop.commands.serve import end_at_once_when_told
signal.signal(signal.SIGTERM, lambda *_: None)
os.register_at_fork(after_in_child=end_at_once_when_told)
def worker(started):
    started.set()
    threading.Event().wait(60)
fork = multiprocessing.get_context("fork")
started = fork.Event()
child = fork.Process(target=worker, args=(started,))
child.start()
started.wait()
child.terminate()
child.join(10)
print(child.exitcode, flush=True)
child.kill()
"""


@pytest.mark.usefixtures("database_url")
def test_a_worker_that_still_starts_ends_when_it_is_told_to() -> None:
    said = subprocess.run(
        [sys.executable, "-c", STARTING], cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, check=True
    )
    assert said.stdout == b"-15\n"
