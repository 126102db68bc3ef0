"""Render the masters: ``python -m art.goods <folder> [name of a shot ...]``. A master that is there is left alone."""

import argparse
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from art.goods import ball, hook, prints, sheets, studio
from art.goods.fields import Part
from art.goods.shots import SHOTS, TURNS, TURNTABLE
from art.goods.studio import Place

FINE = 0.05
CHAPTER = Path(__file__).resolve().parent.parent.parent / "content" / "chapter" / "chapter.md"


GOODS: dict[str, tuple[Callable[[float], tuple[Part, ...]], Place]] = {
    "hook": (hook.parts, (13.3, 0, 0)),
    "ball": (ball.parts, (0, 0, 0)),
    "book": (sheets.book, (8, 0, 0)),
    "book-lying": (sheets.book, (8, 0, 11.5)),
    "reader": (sheets.reader, (0, 0, 0)),
    "reader-open": (sheets.open_reader, (0, 0, 0)),
    "leaflet": (sheets.leaflet, (0, 0, 0)),
    "notes": (sheets.notes, (0, 0, 0)),
    "carton-hook": (lambda _step: sheets.carton(28, 18, 14), (0, 0, 0)),
    "carton-small": (lambda _step: sheets.carton(11.5, 11.5, 11), (0, 0, 0)),
    "carton-book": (lambda _step: sheets.carton(25, 18, 12), (0, 0, 0)),
    "carton-set": (lambda _step: sheets.carton(30, 24, 15), (0, 0, 0)),
}


def main() -> None:
    """Render what is asked for and not yet there."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("folder", type=Path)
    ask.add_argument("names", nargs="*")
    ask.add_argument("--width", type=int, default=0, help="for drafts: this many pixels")
    ask.add_argument("--samples", type=int, default=12)
    ask.add_argument("--step", type=float, default=FINE)
    ask.add_argument("--threads", type=int, default=2)
    asked = ask.parse_args()
    finishes = _printed(asked.folder)
    made: dict[str, tuple[Part, ...]] = {}
    shots = {shot.name: shot for shot in (*SHOTS, TURNTABLE)}
    for shot in [shots[name] for name in asked.names or shots]:
        turns = TURNS if shot is TURNTABLE else 1
        paths = [
            asked.folder / (f"{shot.name}-{k:02}.png" if turns > 1 else f"{shot.name}.png")
            for k in range(turns)
        ]
        if all(path.exists() for path in paths):
            continue
        width, height = shot.size
        size = (asked.width, asked.width * height // width) if asked.width else shot.size
        studio.empty(size, asked.samples, asked.threads)
        for thing in shot.things:
            build, middle = GOODS[thing.good]
            if thing.good not in made:
                made[thing.good] = build(asked.step)
            stood = studio.stand(made[thing.good], middle, thing.at, thing.turn, finishes)
        studio.look(shot.eye)
        x, y, z = shot.things[-1].turn
        for k in (*range(0, turns, 2), *range(1, turns, 2)):
            stood.rotation_euler = tuple(math.radians(angle) for angle in (x, y, z + k * 360 / turns))
            if not paths[k].exists():
                studio.render(paths[k])
        print(shot.name, flush=True)


def _printed(folder: Path) -> dict[str, studio.Finish]:
    """Every finish, with what is printed on paper and screen."""
    drawn = {
        name: folder / "prints" / f"{name}.png" for name in ("cover", "screen", "page", "leaflet", "notes")
    }
    drawn["cover"].parent.mkdir(parents=True, exist_ok=True)
    prints.cover(drawn["cover"])
    prints.front(drawn["cover"], drawn["screen"])
    prints.opening(CHAPTER, drawn["page"])
    prints.leaflet(drawn["leaflet"], steps=True)
    prints.leaflet(drawn["notes"], steps=False)
    return studio.FINISHES | {
        name: replace(studio.FINISHES[name], picture=path) for name, path in drawn.items()
    }


if __name__ == "__main__":
    main()
