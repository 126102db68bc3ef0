"""Statements that are asked together: what several domains want at the same moment takes one way to PostgreSQL.

Each way there and back takes the shop as long as the rest of a statement, and while it is under way others wait for the
rows it has locked. SQLite runs the same statements in the same order.
"""

from collections.abc import Generator, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from shop.statements import Asked, answers, connection_of

Result = TypeVar("Result")
# What is done in steps: each yields what it asks, gets the rows of each of those, and in the end there is a result.
Steps = Generator[Sequence[Asked], Sequence[Sequence[Any]], Result]


def ask(on: Session | Connection, asked: Sequence[Asked]) -> list[list[Any]]:
    """Run ``asked`` in this order and return the rows of each; none of them may depend on another's answer."""
    return answers(connection_of(on), asked)


def together(on: Session | Connection, *steps: Steps[Any]) -> list[Any]:
    """Take ``steps`` on ``beside`` each other and return their results; an error of one ends all."""
    connection = connection_of(on)
    whole = beside(*steps)
    try:
        asked = next(whole)
        while True:
            asked = whole.send(answers(connection, asked))
    except StopIteration as ended:
        return cast(list[Any], ended.value)


def ask_one(asked: Asked) -> Steps[Sequence[Any]]:
    """Return the steps of a single statement; its rows are their result."""
    [rows] = yield [asked]
    return rows


def beside(*steps: Steps[Any]) -> Steps[list[Any]]:
    """Make several steps one: in each round they ask in the order in which they are given.

    What is asked in a round must not depend on its other answers: PostgreSQL gets a whole round at once. Answers
    are heard in the same order.
    """
    results: list[Any] = [None] * len(steps)
    waiting = list(enumerate(steps))
    answers: Sequence[Any] = [None] * len(steps)
    while True:
        asking = []
        for (place, step), answer in zip(waiting, answers, strict=True):
            try:
                asking.append((place, step, step.send(answer)))
            except StopIteration as ended:
                results[place] = ended.value
        if not asking:
            return results
        found = iter((yield [one for _, _, asked in asking for one in asked]))
        waiting = [(place, step) for place, step, _ in asking]
        answers = [[next(found) for _ in asked] for _, _, asked in asking]


def ask_and_commit(connection: Connection, asked: Sequence[Asked]) -> list[list[Any]]:
    """``ask``, and commit: PostgreSQL gets both at once, and others wait for its rows no longer than that takes."""
    found = answers(connection, asked, commit=True)
    # Where the driver has committed already, this only tells the library.
    connection.commit()
    return found
