"""The skeleton from the front: lower spine, sacrum, hip bones and thigh bones, and where the iliopsoas lies on them.

Measures are centimeters of a middling adult, x to the viewer's right and y upward from the top of the pubic
symphysis; ``Front`` brings them to plate units. Each half is given once, for the viewer's right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from art.plates.ink import Line, Plate, Point, curve, oval, whole

# Units a centimeter in which the whole skeleton is written, on every plate.
USUAL_SCALE = 18.6
HIP_BONE: Line = (
    (0.35, -0.1), (1.1, 0.45), (2.3, 0.75), (2.9, 0.9), (4.2, 1.5), (5.5, 2.4), (6.35, 3.6), (6.65, 5.0),
    (6.5, 6.8), (5.95, 8.4), (5.35, 9.6), (5.1, 10.8), (5.1, 12.2), (5.4, 13.6), (6.3, 14.9), (7.7, 15.7),
    (9.4, 15.9), (11.1, 15.5), (12.6, 14.6), (13.75, 13.4), (14.35, 12.1), (14.35, 10.8), (13.9, 9.5),
    (13.35, 8.6), (12.95, 7.95), (12.4, 7.75), (11.7, 7.1), (11.15, 6.3), (11.0, 5.6), (11.2, 5.0),
    (11.35, 4.4), (11.4, 3.8), (10.6, 3.35), (9.6, 2.6), (8.75, 1.4), (8.2, -0.2), (8.15, -1.5),
    (8.55, -2.5), (8.7, -3.8), (8.45, -5.3), (7.75, -6.7), (6.7, -7.5), (5.7, -7.45), (4.7, -6.7),
    (3.4, -5.5), (2.1, -4.6), (1.1, -4.2), (0.5, -4.0), (0.35, -3.3), (0.35, -1.8),
)  # fmt: skip
OBTURATOR_FORAMEN: Line = (
    (3.0, -1.9), (3.4, -1.05), (4.3, -0.5), (5.5, -0.25), (6.4, -0.7), (6.6, -2.0), (6.35, -3.6),
    (5.8, -5.0), (5.1, -5.6), (4.3, -5.1), (3.5, -4.0), (3.05, -2.9),
)  # fmt: skip
INNER_LIP: Line = (
    (5.7, 12.4), (6.4, 13.8), (7.8, 14.7), (9.4, 14.95), (11.0, 14.6), (12.4, 13.7), (13.3, 12.5),
    (13.6, 11.3), (13.3, 10.0), (12.5, 8.6),
)  # fmt: skip
BRIM: Line = (
    (5.45, 9.9), (6.35, 8.5), (7.0, 6.8), (7.15, 5.0), (6.7, 3.3), (5.6, 2.0), (4.2, 1.05), (2.6, 0.3),
)  # fmt: skip
ISCHIAL_SPINE: Line = (
    (6.7, 6.2), (6.2, 5.0), (5.5, 4.2), (4.75, 3.6), (4.7, 3.2), (5.1, 2.75), (5.6, 1.8), (6.6, 2.6),
)  # fmt: skip
HIP_CENTER: Point = (8.95, 1.35)
HEAD_RADIUS = 2.35
NECK_AND_SHAFT: Line = (
    (9.4, 3.2), (10.5, 3.1), (11.5, 2.0), (12.4, 1.35), (13.1, 1.55), (13.45, 2.3), (14.1, 2.7), (14.8, 2.3),
    (15.35, 1.2), (15.55, -0.2), (15.4, -1.9), (14.95, -3.6), (14.55, -5.4), (14.3, -8.0), (14.05, -12.0),
    (13.8, -24.0), (11.0, -24.0), (11.2, -12.0), (11.3, -8.6), (11.2, -7.1), (10.6, -6.25), (10.0, -5.6),
    (9.85, -5.0), (10.25, -4.35), (10.75, -3.8), (10.65, -3.0), (10.1, -2.0), (9.2, -1.1), (8.2, -0.5),
    (8.0, 1.6),
)  # fmt: skip
LONG_SHAFT: Line = (
    *NECK_AND_SHAFT[:14], (13.9, -14.0), (13.4, -22.0), (12.8, -30.0), (12.75, -34.0), (13.3, -37.4),
    (13.9, -39.6), (13.9, -41.6), (12.9, -43.0), (11.4, -43.1), (10.3, -42.3), (9.3, -43.0), (7.6, -43.2),
    (6.3, -42.0), (6.1, -40.0), (6.9, -37.8), (8.3, -35.4), (9.2, -32.0), (10.0, -24.0), (10.9, -14.0),
    *NECK_AND_SHAFT[18:],
)  # fmt: skip
KNEECAP: Line = (
    (10.2, -37.2), (11.6, -37.8), (11.9, -39.4), (11.2, -41.2), (10.2, -42.0), (9.3, -41.2), (8.6, -39.4),
    (8.9, -37.8),
)  # fmt: skip
SHIN: Line = (
    (6.4, -44.3), (6.3, -45.6), (7.2, -48.0), (8.2, -51.0), (8.4, -58.0), (8.2, -70.0), (7.9, -79.0),
    (7.7, -82.6), (8.4, -83.2), (10.4, -82.2), (10.6, -79.0), (10.6, -70.0), (11.3, -58.0), (11.6, -51.0),
    (12.8, -48.4), (13.8, -46.0), (13.7, -44.3), (10.2, -44.0),
)  # fmt: skip
CALF_BONE: Line = (
    (13.0, -46.4), (13.8, -45.6), (14.6, -46.4), (14.3, -48.6), (13.5, -56.0), (12.7, -70.0), (12.2, -79.0),
    (12.2, -84.0), (11.2, -84.0), (11.3, -79.0), (11.8, -70.0), (12.7, -56.0), (13.1, -49.0),
)  # fmt: skip
TROCHANTER_LINE: Line = ((13.2, 1.2), (12.6, -0.6), (11.6, -2.6), (10.9, -4.2))
LESSER_TROCHANTER: Point = (10.4, -5.1)
FRONT_SPINE: Point = (12.75, 8.2)
SACRUM: Line = (
    (0, 12.35), (1.4, 12.45), (2.5, 12.3), (3.6, 12.85), (4.6, 12.75), (5.0, 11.9), (4.9, 10.8), (5.0, 9.7),
    (4.5, 8.3), (3.7, 6.9), (3.2, 5.7), (2.75, 4.7), (2.0, 3.9), (1.2, 3.5), (0.5, 3.4), (0, 3.45),
)  # fmt: skip
TAILBONE: Line = (
    (0, 3.3), (0.9, 3.35), (1.35, 3.1), (0.85, 2.6), (0.75, 1.9), (0.5, 1.2), (0.2, 0.75), (0, 0.7),
)  # fmt: skip
SACRAL_FORAMINA: Line = ((2.6, 10.0), (2.25, 8.2), (1.9, 6.55), (1.5, 5.1))
RIB: Line = (
    (2.3, 32.3), (3.4, 32.6), (5.2, 31.5), (6.6, 30.0), (7.3, 28.8), (6.9, 28.7), (5.9, 29.9), (4.4, 31.2),
    (3.0, 31.5),
)  # fmt: skip

# Level: half width of the body, middle height, half span of the transverse processes, height of their tips.
VERTEBRAE: dict[str, tuple[float, float, float, float]] = {
    "T12": (2.05, 32.8, 0, 0), "L1": (2.15, 29.15, 4.0, 29.5), "L2": (2.25, 25.5, 4.6, 25.9),
    "L3": (2.35, 21.8, 5.2, 22.2), "L4": (2.5, 18.1, 4.8, 18.8), "L5": (2.65, 14.5, 4.9, 15.3),
}  # fmt: skip
HALF_HEIGHT = 1.38
SYMPHYSIS: Line = ((0, 0.05), (0.4, -0.2), (0.34, -1.9), (0.42, -3.6), (0, -4.0))

PSOAS: Sequence[Line] = (
    ((1.95, 32.2), (2.15, 29.0), (2.3, 25.3), (2.45, 21.5), (2.6, 17.8), (2.75, 14.2)),
    ((4.0, 25.0), (3.9, 21.0), (3.75, 18.0), (3.6, 15.5), (3.5, 13.2), (3.6, 12.0)),
    ((7.4, 11.4), (6.7, 10.9), (6.0, 10.4), (5.2, 9.4)),
    ((9.0, 4.0), (8.2, 3.7), (7.2, 3.5)),
    ((9.8, 0.2), (9.2, 0.1), (8.6, 0.0)),
    ((10.65, -4.7), (10.45, -4.9), (10.25, -5.1)),
)  # fmt: skip
PSOAS_DEEP: Sequence[Line] = (
    ((3.0, 29.2), (3.6, 25.5), (4.2, 21.8), (4.2, 18.2), (4.3, 14.8)),
    ((4.9, 22.5), (5.1, 19.0), (5.2, 16.0), (5.0, 13.7), (4.9, 12.4)),
    ((7.9, 11.4), (7.4, 11.1), (6.8, 10.6), (6.2, 10.2)),
    ((9.2, 4.0), (8.6, 3.8), (7.9, 3.6)),
    ((9.9, 0.2), (9.5, 0.1), (9.0, 0.0)),
    ((10.65, -4.7), (10.5, -4.9), (10.3, -5.1)),
)  # fmt: skip
ILIACUS: Sequence[Line] = (
    (
        (4.6, 12.3), (5.7, 12.6), (6.4, 13.7), (7.8, 14.6), (9.4, 14.8), (11.0, 14.45), (12.3, 13.6),
        (13.2, 12.4), (13.4, 11.2), (13.1, 9.9), (12.4, 8.6),
    ),
    ((6.5, 9.6), (8.2, 10.4), (9.8, 10.5), (11.2, 9.6), (11.8, 8.6), (11.6, 7.5)),
    ((7.8, 4.6), (8.9, 4.9), (9.9, 5.2), (10.8, 5.3)),
    ((9.0, 0.6), (9.9, 0.7), (10.9, 0.6)),
    ((10.3, -4.9), (10.6, -5.4), (10.95, -6.1), (11.3, -7.0)),
)  # fmt: skip


@dataclass(frozen=True)
class Front:
    """Where the skeleton stands on a plate: ``middle`` and ``symphysis`` in units, ``scale`` in units a centimeter."""

    middle: float
    symphysis: float
    scale: float

    def at(self, point: Point, side: int = 1) -> Point:
        """A point in plate units; side -1 is the viewer's left."""
        return (self.middle + side * point[0] * self.scale, self.symphysis - point[1] * self.scale)

    def line(self, points: Line, side: int = 1) -> list[Point]:
        """Points in plate units."""
        return [self.at(point, side) for point in points]

    def sections(self, sections: Sequence[Line], side: int = 1) -> list[list[Point]]:
        """The cross sections of a muscle in plate units."""
        return [self.line(section, side) for section in sections]

    def outline(self, points: Line, side: int = 1) -> str:
        """Path data of a closed smooth outline."""
        return curve(self.line(points, side), closed=True)

    def draw_spine(self, plate: Plate) -> None:
        """The twelfth ribs, T12 to L5 with discs and transverse processes, and the sacrum with the tailbone."""
        plate.shape("bone bone-line", *(self.outline(RIB, side) for side in (1, -1)))
        lumbar = [level for level in VERTEBRAE.values() if level[2]]
        processes = [self._process(*level, side) for level in lumbar for side in (1, -1)]
        plate.shape("bone bone-line", *processes)
        self._draw_sacrum(plate)
        below = [*list(VERTEBRAE.values())[1:], (2.5, 12.3 - HALF_HEIGHT - 0.1, 0, 0)]
        discs = [self._disc(*pair) for pair in zip(VERTEBRAE.values(), below, strict=True)]
        plate.shape("disc", *discs)
        plate.shape("bone bone-line", *(self._body(*level[:2]) for level in VERTEBRAE.values()))

    def _draw_sacrum(self, plate: Plate) -> None:
        """The sacrum with its four pairs of holes and the ridges between, and the tailbone."""
        plate.shape("bone bone-line", self.outline(whole(TAILBONE)))
        plate.shape("bone bone-line", self.outline(whole(SACRUM)))
        ridges = [((-0.62 * x, y + 0.85), (0, y + 0.7), (0.62 * x, y + 0.85)) for x, y in SACRAL_FORAMINA]
        plate.shape("bone-line", *(curve(self.line(ridge)) for ridge in ridges))
        wide, high = 0.36 * self.scale, 0.27 * self.scale
        holes = [(self.at(hole, side), 25 * side) for hole in SACRAL_FORAMINA for side in (1, -1)]
        plate.shape("hole", *(oval(middle, wide, high, degrees) for middle, degrees in holes))

    def _body(self, half: float, middle: float) -> str:
        """The outline of one vertebral body, with its waist."""
        top, bottom = middle + HALF_HEIGHT, middle - HALF_HEIGHT
        right = [(half * 0.5, top + 0.04), (half, top), (half - 0.02, top - 0.4), (half - 0.32, middle)]
        right += [(half - 0.02, bottom + 0.4), (half + 0.06, bottom), (half * 0.5, bottom - 0.08)]
        return self.outline([*right, *((-x, y) for x, y in reversed(right))])

    def _disc(self, above: tuple[float, ...], below: tuple[float, ...]) -> str:
        """The outline of the disc between two levels."""
        ceiling, floor = above[1] - HALF_HEIGHT, below[1] + HALF_HEIGHT
        bulge = (above[0] + 0.2, (ceiling + floor) / 2)
        half = [(0, ceiling - 0.1), (above[0] + 0.02, ceiling - 0.08), bulge]
        return self.outline(whole([*half, (below[0], floor + 0.08), (0, floor + 0.1)]))

    def _process(self, half: float, middle: float, span: float, tip: float, side: int) -> str:
        """The outline of one transverse process."""
        root, waist, height = half - 0.5, half + (span - half) * 0.45, (middle + tip) / 2
        upper = [(root, middle + 0.75), (waist, height + 0.55), (span - 0.15, tip + 0.42), (span, tip)]
        lower = [(span - 0.2, tip - 0.42), (waist, height - 0.4), (root, middle - 0.35)]
        return self.outline([*upper, *lower], side)

    def draw_femur(self, plate: Plate, side: int, *, complete: bool = False) -> None:
        """A thigh bone: head, neck, trochanters and shaft; ``complete``: all of it, with kneecap and lower leg."""
        if complete:
            plate.shape("bone bone-line", self.outline(CALF_BONE, side))
            plate.shape("bone bone-line", self.outline(SHIN, side))
        plate.shape("bone bone-line", self.outline(LONG_SHAFT if complete else NECK_AND_SHAFT, side))
        plate.shape("bone bone-line", oval(self.at(HIP_CENTER, side), HEAD_RADIUS * self.scale))
        plate.shape("bone-line", curve(self.line(TROCHANTER_LINE, side)))
        if complete:
            plate.shape("bone bone-line", self.outline(KNEECAP, side))

    def draw_hip_bone(self, plate: Plate, side: int) -> None:
        """A hip bone: wing, brim, socket's edge, pubis and ischium around the obturator foramen."""
        plate.shape("bone bone-line", self.outline(ISCHIAL_SPINE, side))
        plate.shape("bone bone-line", self.outline(HIP_BONE, side))
        plate.shape("hole", self.outline(OBTURATOR_FORAMEN, side))
        plate.shape("bone-line", curve(self.line(INNER_LIP, side)), curve(self.line(BRIM, side)))

    def draw_veil(self, plate: Plate, side: int) -> None:
        """A hip bone laid over what is behind it, which shows through."""
        plate.shape("veil", self.outline(HIP_BONE, side), self.outline(OBTURATOR_FORAMEN, side))

    def draw_symphysis(self, plate: Plate) -> None:
        """The disc of cartilage between the two pubic bones."""
        plate.shape("disc", self.outline(whole(SYMPHYSIS)))

    def draw_pelvis(self, plate: Plate, *, complete_legs: bool = False) -> None:
        """Everything: thigh bones, spine, hip bones, symphysis.

        Its letters are the same on every plate: a packed page that shows several carries them once.
        """
        bones = replace(self, middle=0, symphysis=0, scale=USUAL_SCALE)
        with plate.placed((self.middle, self.symphysis), self.scale / USUAL_SCALE):
            with plate.mirrored(0):
                bones.draw_femur(plate, 1, complete=complete_legs)
            bones.draw_spine(plate)
            with plate.mirrored(0):
                bones.draw_hip_bone(plate, 1)
            bones.draw_symphysis(plate)
