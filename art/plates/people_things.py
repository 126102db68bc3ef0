"""The things around the people: mat and towel."""

from dataclasses import dataclass
from itertools import pairwise

from art.plates.ink import Plate, curve, straight
from art.plates.people_contour import Hull, Piece, contours, distances
from art.plates.people_hook import Hook
from art.plates.people_space import Vector, View


@dataclass(frozen=True)
class Mat:
    """An exercise mat on the floor, from left to right and from far to near, in centimeters."""

    left: float = -96
    right: float = 92
    far: float = -32
    near: float = 40
    thick: float = 1.4

    def draw(self, plate: Plate, view: View) -> None:
        """Its top, and the sides the eye sees."""
        corners: list[Vector] = [
            (self.left, 0, self.far), (self.right, 0, self.far), (self.right, 0, self.near), (self.left, 0, self.near),
        ]  # fmt: skip
        for one, two in zip(corners, [*corners[1:], corners[0]], strict=True):
            low = [(x, -self.thick, z) for x, _, z in (two, one)]
            plate.shape("mat-side", straight(view.line([one, two, *low]), closed=True))
        plate.shape("mat", straight(view.line(corners), closed=True))


@dataclass(frozen=True)
class Towel:
    """A folded towel laid over the tip of a Hook."""

    hook: Hook
    breadth: float = 11

    def draw(self, plate: Plate, view: View) -> None:
        """The cloth over the fin, as wide to both sides."""
        over = [(x - 0.9, y) for x, y in ((-0.4, 4.4), (0.4, 7.2), (2.2, 9.8), (5.0, 11.6), (7.4, 12.2))]
        over += [(9.8, 11.8), (10.4, 9.4), (10.0, 6.6)]
        half = self.breadth / 2
        pieces = [
            Piece(
                Hull.around(
                    [view.at(self.hook.at(point, aside)) for point in pair for aside in (half, -half)]
                )
            )
            for pair in pairwise(over)
        ]
        loops = contours(distances(pieces, (plate.width, plate.height)))
        plate.shape("band", *(curve(loop, closed=True) for loop in loops))
