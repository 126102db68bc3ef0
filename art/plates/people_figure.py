"""How the body of ``people_body`` is laid on a plate: which parts lie in front, and the lines around them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol

from art.plates.ink import Line, Plate, Point, curve
from art.plates.people_body import SIDES, Ball, Pose, Stretch
from art.plates.people_contour import Cut, Drop, Hull, Piece, contours, deep_inside, distances, together
from art.plates.people_space import View, between, cross, dot, minus

# What is worn, in the order it is laid down, and its ink.
WEAR = {"skin": "person", "hair": "hair", "trousers": "cloth-2", "shirt": "cloth"}


@dataclass(frozen=True)
class Layer:
    """Parts of the body that are drawn as one: "trunk", "head", "arm left", "hand left", "leg right" and so on.

    ``joints``: where the line stays open, because the parts grow out of what is drawn below: a point of the plate and
    a radius in units. ``far``: drawn fainter, on the other side of the body.
    """

    parts: tuple[str, ...]
    joints: tuple[tuple[Point, float], ...] = ()
    far: bool = False


def piece(stretch: Stretch, view: View) -> Piece:
    """A stretch of the body as the eye sees it."""
    one, two = stretch.ends
    if isinstance(one, Ball) and isinstance(two, Ball):
        shape: Drop | Hull = Drop(
            view.at(one.middle), one.radius * view.scale, view.at(two.middle), two.radius * view.scale
        )
    elif isinstance(one, Ball) or isinstance(two, Ball):
        raise TypeError("a stretch lies between two of a kind")
    else:
        shape = Hull.around(view.line([*one.around(), *two.around()]))
    return Piece(shape, _cuts(stretch, view))


def _cuts(stretch: Stretch, view: View) -> tuple[Cut, ...]:
    """Where the hem cuts the stretch, unless it is seen end on."""
    if not stretch.hem:
        return ()
    point, away = stretch.hem
    ahead = (dot(away, view.across), -dot(away, view.upward))
    length = math.hypot(*ahead)
    return (Cut(view.at(point), (ahead[0] / length, ahead[1] / length)),) if length > 0.35 else ()


def layers(pose: Pose, view: View) -> list[Layer]:
    """The order for most poses: far limbs first, then trunk and near leg as one, then the head, then the near arm."""
    middle = view.nearness(pose.spine(30).origin)
    legs = {side: view.nearness(pose.knee(side)) + view.nearness(pose.hip(side)) for side in SIDES}
    arms = {side: view.nearness(pose.elbow(side)) + view.nearness(pose.shoulder(side)) for side in SIDES}
    far_leg = min(legs, key=legs.__getitem__) if abs(legs["left"] - legs["right"]) > 6 else ""
    order = [arm(pose, view, side, far=True) for side in SIDES if arms[side] / 2 < middle - 5]
    if far_leg:
        order.append(Layer((f"leg {far_leg}",), far=True))
    near = [f"leg {side}" for side in SIDES if side != far_leg]
    turned = abs(dot(pose.head().forward, view.toward)) > 0.5
    order.append(Layer(("trunk", "neck", *([] if turned else ["head"]), *near)))
    order += [Layer(("head",))] if turned else []
    order += [arm(pose, view, side) for side in SIDES if arms[side] / 2 >= middle - 5]
    return order if view.above < 15 else [replace(layer, far=False) for layer in order]


def arm(pose: Pose, view: View, side: str, *, far: bool = False) -> Layer:
    """An arm with its hand; before the trunk it has no line at the shoulder."""
    joints = () if far else ((view.at(pose.shoulder(side)), 8.5 * view.scale),)
    return Layer((f"arm {side}", f"hand {side}"), joints, far)


class Thing(Protocol):
    """What can lie between the layers of a person: a tool in the hand, a towel."""

    def draw(self, plate: Plate, view: View) -> None:
        """Lay it on the plate."""


def draw_person(plate: Plate, pose: Pose, view: View, order: Sequence[Layer | Thing] | None = None) -> None:
    """Lay a person on the plate, layer by layer, with the things between."""
    body = list(pose.stretches())
    below: list[list[Point]] = []
    for layer in order if order is not None else layers(pose, view):
        if not isinstance(layer, Layer):
            layer.draw(plate, view)
            continue
        chosen = [stretch for stretch in body if stretch.part in layer.parts]
        if layer.far:
            with plate.group("far"):
                below += _draw_layer(plate, pose, chosen, layer, view, below)
        else:
            below += _draw_layer(plate, pose, chosen, layer, view, below)


def _draw_layer(
    plate: Plate, pose: Pose, chosen: Sequence[Stretch], layer: Layer, view: View, below: Sequence[Line]
) -> list[list[Point]]:
    """One layer: skin, then what is worn over it, then the line around, which is returned."""
    size = (plate.width, plate.height)
    worn = {wear: [piece(one, view) for one in chosen if one.wear == wear] for wear in WEAR}
    if "head" in layer.parts:
        worn["hair"] = _hair(pose, view)
    grids = {wear: distances(pieces, size) for wear, pieces in worn.items() if pieces}
    whole = contours(together(list(grids.values())))
    plate.shape("person", *(curve(loop, closed=True) for loop in whole))
    for wear, grid in grids.items():
        if wear != "skin":
            plate.shape(WEAR[wear], *(curve(loop, closed=True) for loop in contours(grid)))
    lines = [line for loop in whole for line in _open(loop, layer.joints, below)]
    plate.shape("body-line", *lines, *_between_fingers(pose, layer, view))
    return whole


def _hair(pose: Pose, view: View) -> list[Piece]:
    """The hair that the eye sees."""
    found = []
    for face in pose.hair():
        outward = cross(minus(face[2], face[0]), minus(face[3], face[1]))
        if dot(outward, view.toward) > 0:
            found.append(Piece(Hull.around(view.line(list(face)))))
    return found


def _between_fingers(pose: Pose, layer: Layer, view: View) -> Iterator[str]:
    """Path data of the lines between the fingers, where the back of a hand is seen."""
    for side in SIDES:
        if f"hand {side}" in layer.parts and dot(pose.palm(side), view.toward) < -0.5:
            *fingers, _ = pose.fingers(side)
            for one, other in pairwise(fingers):
                stops = [between(a.middle, b.middle, 0.5) for a, b in zip(one, other, strict=True)][1:]
                yield curve(view.line([between(stops[0], stops[1], 0.2), *stops[1:]]))


def _open(loop: list[Point], joints: Sequence[tuple[Point, float]], below: Sequence[Line]) -> list[str]:
    """Path data of the loop without what lies at a joint, over what is drawn already."""
    hidden = [
        any(math.dist(point, middle) < radius for middle, radius in joints) and deep_inside(below, point, 1.5)
        for point in loop
    ]
    if not any(hidden):
        return [curve(loop, closed=True)]
    start = hidden.index(True)
    runs: list[list[Point]] = [[]]
    for point, gone in zip([*loop[start:], *loop[:start]], [*hidden[start:], *hidden[:start]], strict=True):
        if gone:
            runs.append([])
        else:
            runs[-1].append(point)
    return [curve(run) for run in runs if len(run) > 1]
