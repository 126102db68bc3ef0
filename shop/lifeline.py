"""A process that ends when it is told to, and when the one that started it has gone without a word."""

import os
import signal
import socket
import threading
import time

LOOK_SECONDS = 0.25
GRACE_SECONDS = 3.0


def end_with(parent: int) -> None:
    """Watch the process ``parent``, which started this one; when it goes, stop politely, then for good."""
    threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    # A child whose parent has gone is given to another process: works on every system, needs no open pipe.
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


def hear_every_signal() -> None:
    """Let the first signal that this process is sent reach its main thread; call it there.

    A signal may be delivered to any thread, but Python's handlers run in the main thread, and a main thread that
    waits for a lock, as the web server's does, is not woken by another thread's signal: told to stop, it would wait
    until it is killed, and take requests under way with it.
    """
    told, tells = socket.socketpair()
    tells.setblocking(False)
    signal.set_wakeup_fd(tells.detach(), warn_on_full_buffer=False)
    threading.Thread(
        target=_pass_on, args=(told, threading.get_ident()), name="signals", daemon=True
    ).start()


def _pass_on(told: socket.socket, main_thread: int) -> None:
    [number] = told.recv(1)
    signal.pthread_kill(main_thread, number)
