"""The stand-in as a program: the Flask application, its threads, and a server that binds to loopback only."""

from __future__ import annotations

import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, request, send_from_directory
from werkzeug.exceptions import HTTPException
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from shop.payments.standin import api, control, hosted, pages_policy
from shop.payments.standin.account import Account
from shop.payments.standin.delivery import Background
from shop.payments.standin.errors import ApiError, unrecognized_url
from shop.payments.standin.parameters import Url
from shop.payments.standin.upkeep import bring_up_to_date

LARGEST_BODY: Final = 1_000_000
_HERE: Final = Path(__file__).parent
_TEMPLATES: Final = _HERE.parents[2] / "templates" / "standin"
_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def create_standin(
    database: Path,
    *,
    webhook_url: str,
    webhook_secret: str,
    accepted_key: str,
    clock: Callable[[], float] = time.time,
) -> Flask:
    """Return the stand-in as a Flask application, without its threads; its Account is in
    `extensions["standin"]`.

    `database` is its own SQLite file, made when missing. Events go to `webhook_url`, signed with
    `webhook_secret`. `clock` returns the real time in seconds since 1970. Raise ValueError for a key that
    does not begin with sk_test_local and for a webhook address that is none.
    """
    try:
        Url().read(webhook_url, "webhook_url")
    except ApiError as refused:
        message = f"The webhook address {webhook_url!r} is not a valid http or https address."
        raise ValueError(message) from refused
    account = Account(
        database,
        webhook_url=webhook_url,
        webhook_secret=webhook_secret,
        accepted_key=accepted_key,
        clock=clock,
    )
    app = Flask(__name__, template_folder=str(_TEMPLATES), static_folder=None)
    app.extensions["standin"] = account
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    pages_policy.guard(app)
    app.register_blueprint(api.blueprint(account, bring_up_to_date))
    app.register_blueprint(hosted.blueprint(account, bring_up_to_date))
    app.register_blueprint(control.blueprint(account, bring_up_to_date))
    _add_files(app)
    _add_errors(app)
    return app


def _add_files(app: Flask) -> None:
    @app.get("/standin/<name>")
    def file(name: str) -> Response:
        if name not in ("page.css", "icon.svg"):
            return Response("Not found", 404)
        return send_from_directory(_HERE, name)


def _add_errors(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def refused(failure: HTTPException) -> Response:
        status = failure.code or 500
        if request.path.startswith("/v1"):
            error = unrecognized_url(request.method, request.path[:200])
            if status != 404:
                kind = "api_error" if status >= 500 else "invalid_request_error"
                error = ApiError(failure.description or failure.name, status=status, kind=kind)
            return Response(json.dumps(error.body()), status, mimetype="application/json")
        return Response(f"{failure.name}\n", status, mimetype="text/plain")


class _Handler(WSGIRequestHandler):
    """Speaks HTTP/1.1, gives up on callers that say nothing for half a minute, and writes no log."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 -- the name is Werkzeug's
        """Write nothing: the stand-in prints one line only."""


class _Server(ThreadedWSGIServer):
    """One thread per connection; a burst of a few hundred connections waits its turn."""

    request_queue_size = 512
    daemon_threads = True


class Standin:
    """A running stand-in; `start` and `stop` are for programs that keep it in a thread, as tests do."""

    def __init__(self, app: Flask, *, port: int, host: str = "127.0.0.1") -> None:
        """Bind the port (0 takes a free one). Raise ValueError for any host but loopback, OSError for a taken
        port.
        """
        if host not in _LOOPBACK:
            message = f"The local stand-in binds to this machine only (127.0.0.1), never to {host}."
            raise ValueError(message)
        self._account: Account = app.extensions["standin"]
        self._server = _bound(app, host, port)
        self._background = Background(self._account, bring_up_to_date)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="standin", daemon=True
        )
        self.address = f"http://127.0.0.1:{self._server.port}"

    def start(self) -> None:
        """Answer requests and deliver events, in threads of its own."""
        self._background.start()
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and delivering, and close the file."""
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()
        self._background.stop()
        self._account.store.close()


def _bound(app: Flask, host: str, port: int) -> _Server:
    """Bind a socket ourselves: Werkzeug ends the whole program when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_Server.request_queue_size)
        return _Server(host, port, app, handler=_Handler, fd=listener.fileno())


def serve(
    *,
    port: int,
    database: Path,
    webhook_url: str,
    webhook_secret: str,
    accepted_key: str,
    host: str = "127.0.0.1",
) -> None:
    """Run the stand-in until SIGTERM or SIGINT, then stop cleanly; call it in the main thread.

    Print one line when it listens. Raise OSError for a port that cannot be had, ValueError for a key that is
    not a local one or a host that is not loopback.
    """
    app = create_standin(
        database, webhook_url=webhook_url, webhook_secret=webhook_secret, accepted_key=accepted_key
    )
    standin = Standin(app, port=port, host=host)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    standin.start()
    sys.stdout.write(f"Local Stripe stand-in listening on {standin.address}\n")
    sys.stdout.flush()
    stopping.wait()
    standin.stop()
