"""A web process that ends when it is told to: soon, and after what is under way."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wsgi import ClosingIterator

LOOK_SECONDS = 0.25
# A process that was told to stop goes when no request has been under way for so long: slow clients get the rest.
QUIET_SECONDS = 5.0

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Attended:
    """A WSGI application that counts its requests under way."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.requests = 0
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Pass the request on; one whose answer is sent piece by piece is under way until the last piece."""
        with self.lock:
            self.requests += 1
        try:
            body = self.app(environ, start_response)
        except BaseException:
            self._done()
            raise
        if isinstance(body, list):
            self._done()
            return body
        return ClosingIterator(body, self._done)

    def _done(self) -> None:
        with self.lock:
            self.requests -= 1


def end_when_told(attended: Attended) -> None:
    """Let this web process end soon after a signal: when no request is under way any more. Call it in the main thread.

    Granian (2.8) leaves about one stop in six waiting for a connection that has long been answered, until its main
    process kills the worker after 25 seconds and with it whatever still came in.
    """
    told, tells = socket.socketpair()
    tells.settimeout(0)
    signal.set_wakeup_fd(tells.detach(), warn_on_full_buffer=False)
    threading.Thread(target=_leave, args=(told, attended), name="leave", daemon=True).start()


def _leave(told: socket.socket, attended: Attended) -> None:
    told.recv(1)
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < QUIET_SECONDS:
        time.sleep(LOOK_SECONDS)
        if attended.requests:
            quiet_since = time.monotonic()
    os._exit(0)
