"""Load: requests over connections that stay open, answered as fast as the server can.

One process on one core, some ten microseconds per request, so that the server's core is the one that is
full. Written here because every row but the pages sends requests that differ from each other and checks each
answer's status.
"""

import re
import select
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import urlencode

CONNECTIONS = 8
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd", "User-Agent": "bench", "Accept": "text/html"}


class UnexpectedAnswer(Exception):
    """The server answered something else than the row expects."""


@dataclass(frozen=True)
class Asked:
    """One request: what is sent, and the status it must be answered with."""

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def encoded(self, port: int) -> bytes:
        """The bytes of the request."""
        headers = {"Host": f"127.0.0.1:{port}"} | BROWSER | dict(self.headers)
        if self.body or self.method == "POST":
            headers["Content-Length"] = str(len(self.body))
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            *(f"{key}: {value}" for key, value in headers.items()),
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


def get(path: str, status: int = 200, **headers: str) -> Asked:
    """A GET; an underscore in a header's name stands for a hyphen."""
    return Asked("GET", path, status, {key.replace("_", "-"): value for key, value in headers.items()})


def post(path: str, fields: Mapping[str, str], status: int = 303, cookie: str = "") -> Asked:
    """A form that is sent from the shop's own page."""
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    if cookie:
        headers["Cookie"] = cookie
    return Asked("POST", path, status, headers, urlencode(fields).encode())


@dataclass(frozen=True)
class Figures:
    """What came of it: requests per second, and the times of single requests in seconds, sorted."""

    rate: float
    times: Sequence[float]

    def percentile(self, share: float) -> float:
        """The time that this share of the requests did not exceed."""
        return self.times[min(len(self.times) - 1, int(share * len(self.times)))]


class Line:
    """One connection, and what has arrived of the answer it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.heard = b""
        self.expected = 0
        self.began = 0.0

    def send(self, data: bytes, expected: int) -> None:
        """Ask."""
        self.heard, self.expected, self.began = b"", expected, time.perf_counter()
        self.socket.sendall(data)

    def whole(self) -> bool:
        """Take what has arrived; say whether the answer is complete, and refuse one that was not expected."""
        part = self.socket.recv(262_144)
        if not part:
            message = f"the connection was closed after {self.heard[:200]!r}"
            raise UnexpectedAnswer(message)
        self.heard = self.heard + part if self.heard else part
        end = self.heard.find(b"\r\n\r\n")
        if end < 0:
            return False
        if int(self.heard[9:12]) != self.expected:
            message = f"{self.expected} was expected: {self.heard[:2000].decode(errors='replace')}"
            raise UnexpectedAnswer(message)
        if self.expected in (204, 304):
            return True
        length = LENGTH.search(self.heard, 0, end)
        if length is None:
            message = f"an answer without a length: {self.heard[:400]!r}"
            raise UnexpectedAnswer(message)
        return len(self.heard) >= end + 4 + int(length[1])


def drive(
    port: int, asked: Sequence[Asked], *, seconds: float, connections: int = CONNECTIONS, once: bool = False
) -> Figures:
    """Send ``asked`` in turn, again and again for ``seconds``, or each of them ``once``."""
    encoded = [(one.encoded(port), one.status) for one in asked]
    turn: Iterator[tuple[bytes, int]] = iter(encoded) if once else cycle(encoded)
    lines = {}
    poll = select.epoll()
    times: list[float] = []
    for _ in range(min(connections, len(encoded)) if once else connections):
        line = Line(port)
        lines[line.socket.fileno()] = line
        poll.register(line.socket.fileno(), select.EPOLLIN)
        line.send(*next(turn))
    began = now = time.perf_counter()
    until = began + (3600 if once else seconds)
    waiting = len(lines)
    while waiting:
        for number, _ in poll.poll(30):
            line = lines[number]
            if not line.whole():
                continue
            now = time.perf_counter()
            times.append(now - line.began)
            following = next(turn, None) if now < until else None
            if following is None:
                waiting -= 1
            else:
                line.send(*following)
    poll.close()
    for line in lines.values():
        line.socket.close()
    return Figures(len(times) / (now - began), sorted(times))


def fetch(port: int, asked: Asked) -> tuple[bytes, bytes]:
    """Ask once; return the head and the body of the answer."""
    line = Line(port)
    line.send(asked.encoded(port), asked.status)
    while not line.whole():
        pass
    line.socket.close()
    head, _, body = line.heard.partition(b"\r\n\r\n")
    return head, body
