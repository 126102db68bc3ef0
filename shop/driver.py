"""The way of a text and its arguments to the database's driver, past what SQLAlchemy does anew at every execution.

SQLAlchemy keeps the connection, its transaction and its errors. PostgreSQL may be sent several texts at once.
"""

from collections.abc import Sequence
from typing import Any, NoReturn, cast

from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

# In a driver's connection's ``info``: its cursors, which serve as long as it lives (their rows are read each time), and
# words that are to be run before the next statement.
CURSORS, BEFORE = "statements", "before"
# A connection's option: False where each statement is a transaction by itself.
TRANSACTION = "transaction"


def say(connection: Connection, words: str) -> None:
    """Run what takes no values and returns no rows, such as BEGIN, within a transaction or not."""
    run(connection, words, None)


def say_before(connection: Connection, words: str) -> None:
    """Run words before the next statement that goes this way, on the same way to the database.

    For PostgreSQL. Who runs anything else on the connection must say what ``unsaid`` returns first.
    """
    connection.connection.info[BEFORE] = words


def unsaid(connection: Connection) -> str | None:
    """Take back what waits to be said, and return it."""
    return None if connection.invalidated else cast(str | None, connection.connection.info.pop(BEFORE, None))


def run(connection: Connection, text: str, arguments: Any) -> DBAPICursor:
    """Run a text, in the driver's own spelling, with its arguments; return its cursor. Errors are SQLAlchemy's."""
    driver = connection.connection
    if BEFORE in driver.info:
        return send(connection, [(text, arguments)])[0]
    try:
        cursor = _cursor(driver, 0)
        cursor.execute(text, arguments)
    except connection.dialect.loaded_dbapi.Error as error:
        _fail(error, connection, text)
    return cursor


def send(connection: Connection, sent: Sequence[tuple[str, Any]]) -> Sequence[DBAPICursor]:
    """Run texts with their arguments at once, and return the cursor of each."""
    driver = connection.connection
    before = driver.info.pop(BEFORE, None)
    cursors = [_cursor(driver, place) for place in range(len(sent) + 1)]
    try:
        with cast(Any, driver.dbapi_connection).pipeline():
            if before is not None:
                cursors[-1].execute(before, None)
            for cursor, (text, arguments) in zip(cursors, sent, strict=False):
                cursor.execute(text, arguments)
    except connection.dialect.loaded_dbapi.Error as error:
        _fail(error, connection, "; ".join(text for text, _ in sent))
    return cursors


def _cursor(driver: PoolProxiedConnection, place: int) -> DBAPICursor:
    cursors: list[DBAPICursor] = driver.info.setdefault(CURSORS, [])
    while len(cursors) <= place:
        cursors.append(driver.cursor())
    return cursors[place]


def _fail(error: Exception, connection: Connection, text: str) -> NoReturn:
    """Raise a driver's error as SQLAlchemy's; a dead connection leaves the pool."""
    dialect = connection.dialect
    gone = dialect.is_disconnect(cast(Any, error), connection.connection, None)
    if gone:
        connection.invalidate(error)
    raise DBAPIError.instance(
        text, None, error, dialect.loaded_dbapi.Error, connection_invalidated=gone, dialect=dialect
    ) from error
