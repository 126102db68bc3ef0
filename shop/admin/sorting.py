"""The order of a list: what its address asks for, and the address that each head of a column leads to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

Row = TypeVar("Row")
DOWN = "-"


@dataclass(frozen=True)
class Sorting:
    """The order of a list: the key of a column, and whether its largest comes first.

    ``firsts``: each key that can be asked for -> whether its largest comes first when its head is pressed.
    ``kept``: what else stands in the address.
    """

    key: str
    descending: bool
    firsts: Mapping[str, bool]
    kept: Mapping[str, str]

    @property
    def word(self) -> str:
        """What stands in an address for this order."""
        return f"{DOWN if self.descending else ''}{self.key}"

    @property
    def aria(self) -> str:
        """What the head of the sorted column says to screen readers."""
        return "descending" if self.descending else "ascending"

    def address(self, key: str) -> str:
        """Return the query to which the head of a column leads: its own order, or the other way around."""
        descending = not self.descending if key == self.key else self.firsts[key]
        return urlencode({**self.kept, "sort": f"{DOWN if descending else ''}{key}"})

    def arrange(self, rows: Iterable[Row], value: Callable[[Row, str], Any]) -> list[Row]:
        """Return rows in this order by what ``value`` gives for the key; those without one come last."""
        known = [(value(row, self.key), row) for row in rows]
        with_one = [pair for pair in known if pair[0] is not None]
        with_one.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [row for _, row in with_one] + [row for found, row in known if found is None]


def asked(
    arguments: Mapping[str, str], firsts: Mapping[str, bool], *, otherwise: str, kept: Mapping[str, str]
) -> Sorting:
    """Read ``sort`` from an address: a key, after ``-`` when its largest comes first; nonsense is ``otherwise``."""
    word = arguments.get("sort", "")
    if word.removeprefix(DOWN) not in firsts:
        word = otherwise
    return Sorting(word.removeprefix(DOWN), word.startswith(DOWN), firsts, kept)
