"""The ways of reaching the front of the hip: content/comparison.yaml, one table on the page of every product."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from shop.content.formatting import markdown
from shop.content.header import read_yaml

COLUMNS = ("way", "reach", "know")


@dataclass(frozen=True)
class Way:
    """One row: its name, how far it reaches, what to know; ``product`` is empty for a way that is not for sale."""

    name: str
    reach: str
    know: str
    product: str


@dataclass(frozen=True)
class Comparison:
    """The rows, the names of the columns, and the marks behind the product of the page and those of its set."""

    ways: tuple[Way, ...]
    columns: tuple[str, ...]
    here: str
    in_set: str

    def table(self, *, here: str, inside: Collection[str]) -> Markup:
        """Return the table for the page of the product ``here``, a set that holds those ``inside``."""

        def name(way: Way) -> str:
            mark = self.here if way.product == here else self.in_set if way.product in inside else ""
            named = f"[{way.name}](/products/{way.product})" if way.product not in ("", here) else way.name
            return f"{named} ({mark})" if way.product and mark else named

        rows = [self.columns, ("---",) * 3, *((name(way), way.reach, way.know) for way in self.ways)]
        return markdown("\n".join(f"| {' | '.join(row)} |" for row in rows))


def read_comparison(folder: Path) -> Comparison:
    """Read content/comparison.yaml. Raises WordsRefused with file and line."""
    header = read_yaml(folder / "comparison.yaml", folder)
    header.only({"columns", "here", "in_set", "ways"}, "comparison.yaml")
    header.count("ways")
    entries = header.entries("ways", COLUMNS, ("product",))
    for index, entry in enumerate(entries):
        for column in COLUMNS:
            if "|" in entry[column] or "\n" in entry[column]:
                header.complain(f"ways.{index}.{column}", "a cell is one line without the sign |.")
    comparison = Comparison(
        tuple(Way(entry["way"], entry["reach"], entry["know"], entry["product"]) for entry in entries),
        tuple(header.text(f"columns.{column}") for column in COLUMNS),
        header.text("here"),
        header.text("in_set"),
    )
    header.settle()
    return comparison
