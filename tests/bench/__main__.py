"""`make bench`: each row of the table as a ratio to a bare Flask view in the same run.

Server and load have a core each where there are two. Every round measures the bare view and each row one
after the other; what is printed is the median of the rounds' ratios, so that a busy moment of the machine
does not decide.

B is one Flask view that returns 28 KB of ready bytes, under the server and the settings that the shop ships
with. The wanted ratios were set against the same view under gunicorn's gthread worker (G), which is about half
as fast; where gunicorn is installed in the environment, G is measured too, and decides.

    python -m tests.bench [--rounds 5] [--seconds 1] [--only sqlite] [--rows cart] [--no-lighthouse]
"""

import argparse
import os
import signal
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import postgresql
from tests.bench import campaigns, places
from tests.bench.lighthouse import print_lighthouse
from tests.bench.load import UnexpectedAnswer, drive, fetch, get
from tests.bench.places import Place, ShopPlace, bare_view, bare_view_under_gunicorn, memory_of
from tests.bench.rows import Row, back_office, buying, cold_page, pages
from tests.bench.size import print_sizes
from tests.bench.weight import weigh
from tests.browser.chromium import NoBrowser
from tests.processes import Program, eventually

STARTS = 5
# Trying the rules of 200 campaigns takes its time, but asks the database no more.
MOST_FOR_CAMPAIGNS = 4


class Table:
    """Rates of each row and of the two units, round by round."""

    def __init__(self) -> None:
        self.rates: dict[str, list[float]] = defaultdict(list)
        self.busy: dict[str, list[float]] = defaultdict(list)
        self.bare: list[float] = []
        self.gunicorn: list[float] = []

    def line(self, row: Row) -> str:
        """The row with its ratios."""
        rates = self.rates[row.name + row.database]
        to_bare = statistics.median(rate / bare for rate, bare in zip(rates, self.bare, strict=True))
        busy = statistics.median(self.busy[row.name + row.database]) * 1e6
        text = f"  {row.name:<42}{row.database:<12}{statistics.median(rates):>9,.0f}/s{busy:>9,.0f} us{to_bare:>9.2f} B"
        if self.gunicorn:
            to_gunicorn = statistics.median(
                rate / bare for rate, bare in zip(rates, self.gunicorn, strict=True)
            )
            text += f"{to_gunicorn:>9.2f} G"
            to_bare = to_gunicorn
        return f"{text}    wanted {row.target:g}{'' if to_bare >= row.target else '   MISSED'}"


def main() -> int:
    """Measure everything and print it."""
    asked = arguments()
    if not hasattr(os, "sched_setaffinity") or sys.platform != "linux":
        print("The bench pins processes to cores, which only Linux can.")
        return 1
    with tempfile.TemporaryDirectory(prefix="shop-bench-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with stopped_at_the_end(folder):
            measure(folder, asked)
    return 0


def arguments() -> argparse.Namespace:
    """How long, and on which databases."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="for each row in each round")
    parser.add_argument("--no-lighthouse", action="store_true", help="leave out the last part")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one database instead of both")
    parser.add_argument("--rows", default="", help="only rows with this in their name, and nothing but rows")
    return parser.parse_args()


@contextmanager
def stopped_at_the_end(folder: Path) -> Iterator[None]:
    """End the PostgreSQL server whatever happens."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        postgresql.stop(folder)


def measure(folder: Path, asked: argparse.Namespace) -> None:
    """Start the places, go around, print."""
    databases = [asked.only] if asked.only else ["sqlite", "postgresql"]
    shops = {database: ShopPlace(folder, address(folder, database)) for database in databases}
    bare, gunicorn = bare_view(folder), bare_view_under_gunicorn(folder)
    try:
        os.sched_setaffinity(0, {places.LOAD_CORE})
        for place in [bare, *(shop.place for shop in shops.values()), *([gunicorn] if gunicorn else [])]:
            wait_for(place)
        rows = {database: rows_of(shop, database, asked.rows) for database, shop in shops.items()}
        # Not counted: each process compiles its pages and statements the first time they are asked for.
        say_progress("warming up")
        one_round(Table(), shops, rows, bare, gunicorn, asked.seconds)
        table = Table()
        for number in range(asked.rounds):
            say_progress(f"round {number + 1} of {asked.rounds}")
            one_round(table, shops, rows, bare, gunicorn, asked.seconds)
        print_table(table, rows)
        if asked.rows:
            return
        print_others(folder, shops)
        if not asked.no_lighthouse:
            print_lighthouse(next(iter(shops.values())))
    except UnexpectedAnswer as error:
        said = [line for shop in shops.values() for line in shop.place.log.read_text().splitlines()]
        faults = [line for line in said if '"event": "request"' not in line or '"status": 50' in line]
        raise SystemExit("\n".join([str(error), *faults[-40:]])) from error
    finally:
        for place in [bare, *shops.values(), *([gunicorn] if gunicorn else [])]:
            place.stop()


def address(folder: Path, database: str) -> str:
    """The address of a new database. PostgreSQL, a server of its own, works beside the load, which leaves it room:
    what fills the measured core is the shop.
    """
    if database == "sqlite":
        return f"sqlite:///{folder}/shop.sqlite"
    os.sched_setaffinity(0, {places.LOAD_CORE})
    server = postgresql.url_of_server(folder, os.getpid())
    os.sched_setaffinity(0, set(places.CORES))
    return places.new_database(server, "bench")


def wait_for(place: Place) -> None:
    """Wait until a server answers."""

    def answers() -> bool:
        with suppress(OSError, UnexpectedAnswer):
            return bool(fetch(place.port, get("/")))
        return False

    if not eventually(answers):
        raise SystemExit(f"A server did not start: {place.log.read_text()[-2000:]}")


def rows_of(shop: ShopPlace, database: str, named: str = "") -> list[Row]:
    """Every row that this database has, or those with ``named`` in their name. Each webhook needs its checkout."""
    rows = [*pages(database), *buying(database), *back_office(database, shop.staff_cookie())]
    return [row for row in rows if named in row.name or ("webhook" in named and "checkout" in row.name)]


def one_round(
    table: Table,
    shops: dict[str, ShopPlace],
    rows: dict[str, list[Row]],
    bare: Place,
    gunicorn: Place | None,
    seconds: float,
) -> None:
    """The units, then each row once."""
    before = bare.busy_seconds()
    figures = drive(bare.port, [get("/")], seconds=seconds)
    table.bare.append(figures.rate)
    table.busy["B"].append((bare.busy_seconds() - before) / len(figures.times))
    if gunicorn:
        before = gunicorn.busy_seconds()
        figures = drive(gunicorn.port, [get("/")], seconds=seconds)
        table.gunicorn.append(figures.rate)
        table.busy["G"].append((gunicorn.busy_seconds() - before) / len(figures.times))
    for database, shop in shops.items():
        for row in rows[database]:
            before = shop.place.busy_seconds()
            figures = row.measure(shop, seconds)
            table.rates[row.name + database].append(figures.rate)
            table.busy[row.name + database].append((shop.place.busy_seconds() - before) / len(figures.times))
        if any("webhook" in row.name for row in rows[database]):
            refuse_unpaid(shop)


def refuse_unpaid(shop: ShopPlace) -> None:
    """Every order that was placed is paid, without a flag: a row that does half the work measures nothing."""
    unpaid, flagged = shop.count("orders WHERE state <> 'paid'"), shop.count("order_flags")
    if unpaid or flagged:
        raise SystemExit(
            f"{unpaid} orders were not paid and {flagged} were flagged: the figures would be wrong."
        )


def print_table(table: Table, rows: dict[str, list[Row]]) -> None:
    """The ratios."""
    say_progress("")
    busy = statistics.median(table.busy["B"]) * 1e6
    print(
        f"B: one Flask view of 28 KB under our own server, {statistics.median(table.bare):,.0f}/s, {busy:,.0f} us"
    )
    if table.gunicorn:
        rate, busy = statistics.median(table.gunicorn), statistics.median(table.busy["G"]) * 1e6
        print(f"G: the same under gunicorn gthread (2 x 4), {rate:,.0f}/s, {busy:,.0f} us")
    else:
        print("G is not measured (gunicorn is not installed); the wanted ratios are to G.")
    cores = f"Server on core {places.SERVER_CORE}, load and PostgreSQL on core {places.LOAD_CORE}"
    print(f"{cores}; medians of {len(table.bare)} rounds; us: the core's time for one request.\n")
    for of_database in rows.values():
        for row in of_database:
            print(table.line(row))
        print()


def print_others(folder: Path, shops: dict[str, ShopPlace]) -> None:
    """What is not a ratio: waiting times, memory, starts, weight."""
    for database, shop in shops.items():
        print_figure(f"cold product page, p99 ({database})", cold_page(shop) * 1000, "ms", 20)
    shop = next(iter(shops.values()))
    print_figure("product page at 390 px, first visit", *weight_of(shop))
    print_figure("memory of 2 web workers and the worker", memory(folder, shop), "MiB", 220)
    print_figure("process start to first answer", start_time(folder, shop), "s", 1.5)
    print_sizes(folder, list(shops))
    print_campaigns(shops)


def print_figure(name: str, value: float, unit_: str, most: float) -> None:
    """One line: what it is, what it may be at most."""
    missed = "" if value <= most else "   MISSED"
    print(f"  {name:<54}{value:>9.2f} {unit_:<10} at most {most:g}{missed}")


def weight_of(shop: ShopPlace) -> tuple[float, str, float]:
    """Kilobytes of a first visit, and how many requests they came in."""
    try:
        weight = weigh(f"http://127.0.0.1:{shop.port}/products/hip-hook")
    except NoBrowser as error:
        print(f"  (no weight: {error})")
        return 0, "KB", 150
    kinds = ", ".join(f"{kind} {size / 1000:.1f}" for kind, size in sorted(weight.kinds.items()))
    print(f"  ({kinds} KB in {weight.requests} requests; at most 12)")
    return weight.bytes / 1000, "KB", 150


def print_campaigns(shops: dict[str, ShopPlace]) -> None:
    """How much longer a cart of ten lines takes with 200 live campaigns and five million codes in the table."""
    for database, shop in shops.items():
        found = campaigns.growth(shop.engine)
        name = f"cart of 10 lines, 200 campaigns, times that with 1 ({database})"
        print_figure(name, found.ratio, "x", MOST_FOR_CAMPAIGNS)
        print_figure(
            f"{campaigns.BATCH:,} codes made in the back office ({database})", found.batch_seconds, "s", 5
        )
        queries = f"{found.few_queries} queries with 1, {found.many_queries} with 200"
        print(f"  ({queries}; {campaigns.CODES:,} codes made in {found.made_seconds:.0f} s)")


def memory(folder: Path, shop: ShopPlace) -> float:
    """What two busy web workers and the worker hold, each process's fair share of what they share."""
    worker = Program(folder, "worker", **(shop.settings | {"PORT": "9"}))
    eventually(lambda: "worker_started" in worker.said)
    web = shop.place.processes()
    share, seen = memory_of([*web[1:], worker.process.pid])
    _, main = memory_of(web[:1])
    print(
        f"  (counted whole, with what they share: {seen:.0f} MiB; the server's main process beside them: {main:.0f})"
    )
    worker.end()
    return share


def start_time(folder: Path, shop: ShopPlace) -> float:
    """Seconds from starting `python -m shop serve` to its first page."""
    times = []
    for _ in range(STARTS):
        began = time.perf_counter()
        settings = {key: value for key, value in shop.settings.items() if key != "PORT"}
        program = Program(folder, "serve", **settings)
        eventually(lambda program=program: program.get("/") == 200)
        times.append(time.perf_counter() - began)
        program.end()
    return statistics.median(times)


def say_progress(text: str) -> None:
    """One line that is written over, for whoever waits."""
    if sys.stdout.isatty():
        print(f"\r{text:<40}", end="" if text else "\r", flush=True)


if __name__ == "__main__":
    sys.exit(main())
