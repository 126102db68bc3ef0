"""The web server: which one, with how many workers and threads, and why."""

import gc
import os
import signal
import sys
import threading
from argparse import ArgumentParser, Namespace
from multiprocessing import parent_process

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from shop import logs
from shop.app import create_app, in_front, warm
from shop.config import ROOT, Config, from_environment
from shop.content import read_content
from shop.heap import share_one_heap
from shop.lifeline import end_with
from shop.preflight import HOST, refuse_missing_tables, refuse_taken_port
from shop.web.leaving import Attended, end_when_told
from shop.web.static_files import read_ahead

# Measured on 2 cores, 2026-11. With 4 threads per worker 120 clients with slow bodies stop the shop; with 128, 240
# of them do not but 600 do; with 512, 600 slow bodies or headers leave every page answered within 0.4 s. A thread
# is made only when it is needed: the figure costs nothing otherwise, and the core's time for a page is the same
# with 1, 2, 4 and 512 threads (cart 4.1 to 4.7 ms, add 2.2 to 2.6 ms on a busy machine). Two workers for two cores.
WORKERS = 2
THREADS = 512
# How long a thread may go on while another has something to do. With Python's own 5 ms, one that comes back from the
# database with rows locked there waits for those that want the same rows (2026-11, PostgreSQL: 162 orders a second
# with 5 ms, 201 with 1 ms, 208 with 0.2 ms; SQLite and pages the same).
SWITCH_SECONDS = 0.001
# Requests that may wait or run in one worker at once; the system's queue holds the rest.
BACKPRESSURE = 1024
BACKLOG = 4096
# A thread with nothing to do for so long ends; one that was busy when the server was told to stop waits it out.
IDLE_SECONDS = 5
# A client that has not finished its headers by then is let go.
HEADER_TIMEOUT_MILLISECONDS = 10_000
MAX_HEADER_BYTES = 64 * 1024
# The first visitor is not to wait for the pages of all others.
WARM_AFTER_SECONDS = 2.0
# After SIGTERM, requests under way have this long to finish: the longest waits for the payment service.
STOP_SECONDS = 25


def arguments(parser: ArgumentParser) -> None:
    """Where to listen, and how much to do at once."""
    parser.add_argument("--host", default=HOST, help="the address to listen on (default: this machine only)")
    parser.add_argument("--workers", type=int, default=WORKERS, help="processes (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=THREADS, help="per process (default: %(default)s)")


def command(config: Config, asked: Namespace) -> int:
    """Serve the shop until SIGTERM or SIGINT; requests under way are finished first.

    Raises SettingRefused when the port is taken or the database has no tables yet.
    """
    refuse_taken_port(asked.host, config.port)
    refuse_missing_tables(config)
    # Read here, all workers have words and static files at once, and hold them together. A worker says what it
    # leaves out.
    read_ahead(ROOT / "static")
    read_content(ROOT / "content", left_out=(lambda _: None) if config.live else None)
    listen("shop.commands.serve:served", asked.host, config.port, asked.workers, asked.threads)
    return 0


def listen(target: str, host: str, port: int, workers: int, threads: int, *, factory: bool = True) -> None:
    """Serve the WSGI application at ``target`` with the settings above, until told to stop."""
    share_one_heap()
    sys.setswitchinterval(SWITCH_SECONDS)
    os.register_at_fork(after_in_child=end_at_once_when_told)
    # What is loaded by now is shared by all workers, as long as no garbage collector of theirs writes into it.
    gc.collect()
    gc.freeze()
    Granian(
        target,
        factory=factory,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=threads,
        blocking_threads_idle_timeout=IDLE_SECONDS,
        backlog=BACKLOG,
        backpressure=BACKPRESSURE,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_TIMEOUT_MILLISECONDS, max_buffer_size=MAX_HEADER_BYTES
        ),
        websockets=False,
        workers_kill_timeout=STOP_SECONDS,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    ).serve()


def end_at_once_when_told() -> None:
    """Let a worker that does not serve yet end at once when it is told to.

    It is born with the main process's way to take a signal, which would be lost on it: the main process then
    waits STOP_SECONDS for it. Once it serves it has its own.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def served() -> Attended:
    """Return the application of one worker process, which ends with the server's main process."""
    # Not os.getppid(): the main process may be gone by now, and whoever took this one over never ends.
    main_process = parent_process()
    end_with(main_process.pid if main_process and main_process.pid else os.getppid())
    config = from_environment()
    logs.configure(live=config.live)
    app = create_app(config)
    warming = threading.Timer(WARM_AFTER_SECONDS, warm, args=(app,))
    warming.daemon = True
    warming.start()
    attended = Attended(in_front(app))
    end_when_told(attended)
    return attended
