"""`make run`: one parent that prepares, starts and stops everything, and says in one sentence what is wrong."""

import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.processes import Program, eventually, free_port, is_running

Start = Callable[..., Program]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `python -m shop run`, always on the same database; ends what is left."""
    programs: list[Program] = []

    def one(**settings: str) -> Program:
        settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/var/shop.sqlite"} | settings
        programs.append(Program(tmp_path, "run", **settings))
        return programs[-1]

    yield one
    for program in programs:
        program.end()


def wait_until_it_says_so(shop: Program) -> None:
    assert eventually(lambda: "The shop is ready" in shop.said or shop.process.poll() is not None)
    assert shop.process.poll() is None, shop.said


def refusal(program: Program) -> str:
    assert program.process.wait(30) == 1
    assert "Traceback" not in program.said
    return program.said.strip()


def test_one_command_starts_everything_and_ctrl_c_stops_it(start: Start) -> None:
    shop = start()
    wait_until_it_says_so(shop)
    assert [shop.get(path) for path in ("/", "/shop", "/products/hip-hook", "/cart", "/demo/mailbox")] == [
        200
    ] * 5
    with urlopen(f"http://127.0.0.1:{shop.port + 1}/control/state") as state:
        assert json.load(state)["charges"], "the payment page knows what was paid in the invented history"
    for address in (f":{shop.port}/", f":{shop.port + 1}/", "/demo/mailbox", "/admin"):
        assert address in shop.said
    password = re.search(r"sign in as owner@example.com with (\S{16}) \(shown only this once\)", shop.said)
    assert password
    family = shop.family()
    assert len(family) >= 6  # the parent, the payment page, the worker, the web server and its two workers
    began = time.monotonic()
    os.kill(shop.process.pid, signal.SIGINT)
    assert shop.process.wait(10) == 0
    assert time.monotonic() - began < 5
    assert not [pid for pid in family if is_running(pid)]

    again = start()
    wait_until_it_says_so(again)
    assert "admin password --email owner@example.com" in again.said
    assert password[1] not in again.said
    assert "Added the demo goods" not in again.said


@pytest.mark.parametrize("part", ["worker", "standin", "serve"])
def test_when_one_part_dies_the_others_stop_too(start: Start, part: str) -> None:
    shop = start()
    wait_until_it_says_so(shop)
    family = shop.family()
    os.kill(shop.named(part), signal.SIGKILL)
    assert shop.process.wait(10) == 1
    assert re.search(r"The [a-z ]+ ended by itself \(status -9\), so everything stops\.", shop.said)
    assert eventually(lambda: not [pid for pid in family if is_running(pid)], seconds=5)


def test_when_the_parent_is_killed_nobody_is_left_behind(start: Start) -> None:
    shop = start()
    wait_until_it_says_so(shop)
    family = shop.family()
    os.kill(shop.process.pid, signal.SIGKILL)
    shop.process.wait()
    assert eventually(lambda: not [pid for pid in family if is_running(pid)], seconds=8)


@pytest.mark.parametrize("step", [0, 1])
def test_a_taken_port_is_one_sentence(start: Start, step: int) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + step))
        taken.listen()
        said = refusal(start(PORT=str(port)))
    assert said == (
        f"Port {port + step} on 127.0.0.1 cannot be used (Address already in use); set PORT to another one."
    )


def test_a_folder_that_cannot_be_written_is_one_sentence(start: Start) -> None:
    said = refusal(start(DATABASE_URL="sqlite:////dev/null/var/shop.sqlite"))
    assert said.startswith("The folder /dev/null/var cannot be written")
    assert "\n" not in said


def test_a_database_that_cannot_be_reached_is_one_sentence(start: Start) -> None:
    said = refusal(start(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing"))
    assert "The database cannot be used (" in said
    assert "DATABASE_URL says where it is." in said


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT is 'eighty'; it must be a number from 1 to 65534"),
        ({"SHOP_MODE": "production"}, "SHOP_MODE is 'production'; it must be demo or live."),
        ({"SHOP_MODE": "live"}, "SHOP_MODE=live also needs BASE_URL, SECRET_KEY, STRIPE_SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short; use 32 characters or more."),
        (
            {"STRIPE_API_BASE": "https://elsewhere.example"},
            "STRIPE_API_BASE may only name the local payment page",
        ),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(
    start: Start, settings: dict[str, str], sentence: str
) -> None:
    said = refusal(start(**settings))
    assert said.startswith(sentence)
    assert "\n" not in said
