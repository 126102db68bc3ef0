"""The drawings of the articles and the chapter. ``python -m art.plates`` writes them all to static/img/plates/.

A module with a function ``draw() -> tuple[Plate, ...]`` is a drawing (or a family of them); the others are the
skeletons and the ink they share. Nothing but the standard library is needed, and the same program always writes
the same bytes.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from art.plates.ink import Plate

FOLDER = Path(__file__).resolve().parent.parent.parent / "static" / "img" / "plates"


def every_plate() -> Iterator[Plate]:
    """Draw every plate of this package, module by module in the order of their names."""
    for found in sorted(iter_modules(__path__), key=lambda module: module.name):
        if found.name != "__main__":
            module = import_module(f"{__name__}.{found.name}")
            if hasattr(module, "draw"):
                yield from module.draw()
