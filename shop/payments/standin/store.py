"""The stand-in's own SQLite file: what it remembers of objects, events, deliveries, idempotency keys and
settings.

One connection, one lock: every request is one short IMMEDIATE transaction, so a kill at any moment leaves a
whole state.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shop.payments.standin.resources import Resource

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    status TEXT,
    payment_intent TEXT,
    charge TEXT,
    due INTEGER,
    resource TEXT NOT NULL,
    private TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_payment ON objects (payment_intent) WHERE payment_intent IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_charge ON objects (charge) WHERE charge IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_due ON objects (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'dropped', 'delivered', 'failed')),
    rank INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_at REAL NOT NULL,
    answer TEXT
);
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event);
CREATE INDEX IF NOT EXISTS deliveries_open ON deliveries (state, next_at) WHERE state IN ('waiting', 'held');
CREATE TABLE IF NOT EXISTS idempotency_keys (
    key TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    parameters TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request TEXT NOT NULL,
    created INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS idempotency_keys_created ON idempotency_keys (created);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass
class Record:
    """One stored object: the resource as the API shows it, and what only the stand-in knows about it.

    `due` is the moment (seconds since 1970, the stand-in's time) at which something happens to it by itself.
    """

    resource: Resource
    private: dict[str, Any] = field(default_factory=dict)
    due: int | None = None

    @property
    def id(self) -> str:
        """The object's id."""
        return str(self.resource["id"])

    @property
    def kind(self) -> str:
        """The object's kind, such as `checkout.session`."""
        return str(self.resource["object"])


class Store:
    """The file and its one connection. Every method but `transaction` is called inside a transaction."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[Store]:
        """Hold the lock and one transaction; leaving quietly commits, raising undoes everything."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self
                self._connection.execute("COMMIT")
            finally:
                # Still open after an exception, or when the commit itself failed, as on a full disk.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def execute(self, statement: str, parameters: Any = ()) -> sqlite3.Cursor:
        """Run one statement of SQL and return its cursor."""
        return self._connection.execute(statement, parameters)

    def save(self, record: Record) -> None:
        """Insert the object, or put its new state in place of the old one."""
        resource = record.resource
        self.execute(
            "INSERT INTO objects (id, kind, created, status, payment_intent, charge, due, resource, private)"
            " VALUES (:id, :kind, :created, :status, :payment_intent, :charge, :due, :resource, :private)"
            " ON CONFLICT (id) DO UPDATE SET status = :status, payment_intent = :payment_intent, charge "
            "= :charge,"
            " due = :due, resource = :resource, private = :private",
            {
                "id": record.id,
                "kind": record.kind,
                "created": resource["created"],
                "status": resource.get("status"),
                "payment_intent": resource.get("payment_intent"),
                "charge": resource.get("charge"),
                "due": record.due,
                "resource": json.dumps(resource),
                "private": json.dumps(record.private),
            },
        )

    def find(self, kind: str, identifier: str) -> Record | None:
        """Return the object of that kind with that id, or None."""
        row = self.execute("SELECT * FROM objects WHERE id = ? AND kind = ?", (identifier, kind)).fetchone()
        return _record(row) if row else None

    def get(self, kind: str, identifier: str) -> Record:
        """Return the object of that kind with that id; raise KeyError when there is none."""
        record = self.find(kind, identifier)
        if record is None:
            raise KeyError(identifier)
        return record

    def delete(self, identifier: str) -> None:
        """Forget the object."""
        self.execute("DELETE FROM objects WHERE id = ?", (identifier,))

    def place_of(self, kind: str, identifier: str) -> int | None:
        """Return the object's place in the order of creation, or None."""
        row = self.execute("SELECT seq FROM objects WHERE id = ? AND kind = ?", (identifier, kind)).fetchone()
        return int(row["seq"]) if row else None

    def select(
        self,
        kind: str,
        conditions: Mapping[str, Any] | None = None,
        *,
        oldest_first: bool = False,
        limit: int = -1,
    ) -> list[Record]:
        """Return the objects of a kind, newest first unless told; conditions are SQL such as `seq < ?` and
        its value.

        The keys of `conditions` come from this package, never from a request.
        """
        where = " AND ".join(["kind = ?", *(conditions or {})])
        order = "ASC" if oldest_first else "DESC"
        values: list[Any] = [kind]
        for value in (conditions or {}).values():
            values.extend(value if isinstance(value, (list, tuple)) else [value])
        statement = f"SELECT * FROM objects WHERE {where} ORDER BY seq {order} LIMIT ?"  # noqa: S608
        return [_record(row) for row in self.execute(statement, [*values, limit])]

    def due(self, now: int) -> list[Record]:
        """Return the objects to which something happens by `now`, the earliest first."""
        rows = self.execute("SELECT * FROM objects WHERE due <= ? ORDER BY due, seq", (now,))
        return [_record(row) for row in rows]

    def setting(self, name: str, default: Any) -> Any:
        """Return a remembered setting, or the default."""
        row = self.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return json.loads(row["value"]) if row else default

    def remember(self, name: str, value: Any) -> None:
        """Remember a setting for later starts."""
        self.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, json.dumps(value)))

    def forget_everything(self) -> None:
        """Empty the file."""
        for table in ("objects", "deliveries", "idempotency_keys", "settings"):
            self.execute(f"DELETE FROM {table}")  # noqa: S608


def _record(row: sqlite3.Row) -> Record:
    return Record(json.loads(row["resource"]), json.loads(row["private"]), row["due"])
