"""The stand-in as a process: it starts, refuses, stops, and comes back after a kill with all that it knew."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from shop.payments.standin import Standin, create_standin, serve
from tests.payments.standin.conftest import KEY, SECRET, VERSION, Receiver, Running

PROGRAM = """
import sys
import threading
from pathlib import Path
from shop.payments.standin import serve
database, url, secret, key = sys.argv[1:]
serve(port=0, database=Path(database), webhook_url=url, webhook_secret=secret, accepted_key=key)
"""


class Process:
    def __init__(self, database: Path, url: str) -> None:
        command = [sys.executable, "-c", PROGRAM, str(database), url, SECRET, KEY]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.line = self.process.stdout.readline()
        match = re.search(r"listening on (http://127\.0\.0\.1:\d+)", self.line)
        assert match, self.line
        self.address = match[1]

    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient(KEY, stripe_version=VERSION, base_addresses={"api": self.address})

    def end(self, number: int) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, errors = self.process.communicate(timeout=10)
        return self.process.returncode, out, errors


@pytest.fixture
def started() -> Iterator[list[Process]]:
    processes: list[Process] = []
    yield processes
    for one in processes:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_one_line_and_stops_cleanly(
    tmp_path: Path, receiver: Receiver, started: list[Process], number: int
) -> None:
    one = Process(tmp_path / "s.db", receiver.url)
    started.append(one)
    assert requests.get(f"{one.address}/", timeout=5).status_code == 200
    assert requests.get(f"{one.address}/nothing", timeout=5).status_code == 404
    assert one.end(number) == (0, "", "")


def test_a_kill_loses_nothing_that_was_answered(
    tmp_path: Path, receiver: Receiver, started: list[Process], order: Any
) -> None:
    one = Process(tmp_path / "s.db", receiver.url)
    started.append(one)
    requests.post(f"{one.address}/control/webhooks", json={"mode": "hold"}, timeout=5)
    session = one.client().v1.checkout.sessions.create(order(), {"idempotency_key": "k1"})
    requests.post(f"{one.address}/control/sessions/{session.id}/pay", json={}, timeout=5)
    one.end(signal.SIGKILL)
    two = Process(tmp_path / "s.db", receiver.url)
    started.append(two)
    found = two.client().v1.checkout.sessions.retrieve(session.id)
    assert found.payment_status == "paid"
    assert two.client().v1.checkout.sessions.create(order(), {"idempotency_key": "k1"}).id == session.id
    requests.post(f"{two.address}/control/webhooks/release", json={}, timeout=5)
    assert receiver.wait_for(3)[-1] == "checkout.session.completed"


def test_a_taken_port_is_an_os_error(tmp_path: Path, receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        serve(
            port=taken.getsockname()[1],
            database=tmp_path / "s.db",
            webhook_url=receiver.url,
            webhook_secret=SECRET,
            accepted_key=KEY,
        )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "shop.example"])
def test_it_binds_to_loopback_only(tmp_path: Path, receiver: Receiver, host: str) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        serve(
            port=0,
            host=host,
            database=tmp_path / "s.db",
            webhook_url=receiver.url,
            webhook_secret=SECRET,
            accepted_key=KEY,
        )


@pytest.mark.parametrize("key", ["", "sk_live_1", "sk_test_1", "rk_test_local_1"])
def test_it_takes_local_keys_only(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="sk_test_local"):
        create_standin(
            tmp_path / "s.db", webhook_url="http://127.0.0.1/", webhook_secret=SECRET, accepted_key=key
        )


@pytest.mark.parametrize("url", ["", "shop", "ftp://shop.example/", "http://127.0.0.1:99999/"])
def test_it_wants_a_webhook_address(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="webhook address"):
        create_standin(tmp_path / "s.db", webhook_url=url, webhook_secret=SECRET, accepted_key=KEY)


def test_its_time_is_the_clock_that_it_is_given(tmp_path: Path, receiver: Receiver) -> None:
    app = create_standin(
        tmp_path / "s.db",
        webhook_url=receiver.url,
        webhook_secret=SECRET,
        accepted_key=KEY,
        clock=lambda: 1_000_000.0,
    )
    assert app.test_client().get("/control/state").json["now"] == 1_000_000
    app.extensions["standin"].store.close()


def test_it_imports_nothing_else_of_the_shop_and_not_the_sdk() -> None:
    folder = Path(serve.__code__.co_filename).parent
    for path in folder.glob("*.py"):
        for line in path.read_text().splitlines():
            foreign = re.match(r"\s*(import|from) (stripe|shop(?!\.payments\.standin))\b", line)
            assert not foreign, f"{path.name}: {line}"


def test_many_requests_at_once_are_all_answered(standin: Running, order: Any) -> None:
    results: list[int] = []

    def make(number: int) -> None:
        results.append(standin.client().v1.checkout.sessions.create(order()).amount_total)

    threads = [threading.Thread(target=make, args=(n,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [12675] * 40


def test_a_stopped_one_frees_its_port(tmp_path: Path, receiver: Receiver) -> None:
    running = Running(tmp_path / "a.db", receiver)
    port = int(running.address.rpartition(":")[2])
    running.stop()
    app = create_standin(tmp_path / "b.db", webhook_url=receiver.url, webhook_secret=SECRET, accepted_key=KEY)
    again = Standin(app, port=port)
    again.start()
    again.stop()
