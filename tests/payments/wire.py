"""The line between the shop and the payment service: it listens, and can be made to answer by itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Sent:
    """One request as it went over the line; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def parameters(self) -> dict[str, list[str]]:
        """The form of its body."""
        return parse_qs(self.body, keep_blank_values=True)


@dataclass
class Wire:
    """What was sent over it so far, and what it answers with in place of the service: status and body."""

    address: str
    sent: list[Sent] = field(default_factory=list)
    answer: tuple[int, str] | None = None

    def answers(self, status: int, body: Any) -> None:
        """From now on, answer every request with this body (JSON, or a text as it is)."""
        self.answer = (status, body if isinstance(body, str) else json.dumps(body))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    wire: Wire
    behind: str

    def handle_error(self, *_: object) -> None:
        return  # a caller that gave up drops its connection


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.wire.sent.append(Sent(self.command, self.path, headers, body.decode()))
        if self.server.wire.answer:
            status, text = self.server.wire.answer
            self._answer(status, {"Content-Type": "application/json"}, text.encode())
            return
        connection = HTTPConnection(self.server.behind, timeout=20)
        try:
            connection.request(self.command, self.path, body, headers | {"host": self.server.behind})
            answer = connection.getresponse()
            self._answer(answer.status, dict(answer.getheaders()), answer.read())
        except (OSError, HTTPException):
            self.close_connection = True  # the service hung up, so does the line
        finally:
            connection.close()

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "date", "server"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def wire_to(address: str) -> Iterator[Wire]:
    """Lay a line to the service at ``address``; the shop talks to ``wire.address`` while the block runs."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.behind = urlsplit(address).netloc
        server.wire = Wire(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.wire
        server.shutdown()
