"""The session with the Hip Hook in eight steps, but for the one that feels for the spot."""

from art.plates.ink import Plate, curve
from art.plates.people_body import SIDES, TRUNK, Pose, Slice
from art.plates.people_figure import arm, draw_person, layers
from art.plates.people_flexors import HOLLOW, draw_flexors
from art.plates.people_hook import Hook
from art.plates.people_poses import hand_around, hook_in_hand, hook_under, on_side, prone
from art.plates.people_space import Vector, View
from art.plates.people_things import Mat, Towel

HEIGHT = 420
FOLD: tuple[Vector, ...] = ((14.6, 5.0, 6.0), (11.8, 2.0, 9.2), (8.6, -1.4, 10.4), (5.2, -5.0, 9.6))


def draw() -> tuple[Plate, ...]:
    """Seven of the eight."""
    return _mat(), _nip(), _hip(), _tip(), _melt(), _other_side()


def _mat() -> Plate:
    plate = Plate(
        "step-mat",
        "Set up: on your side, on a firm mat",
        "A person lies on one side on an exercise mat, the head on the lower arm and the knees softly bent. The Hip "
        "Hook stands within reach in front of the belly. The mat is firm and does not slip.",
        height=HEIGHT,
    )
    view = View((-16, 8, 0), (322, 190), 3.6, turn=-25, above=28)
    pose = on_side()
    Mat(near=46).draw(plate, view)
    draw_person(plate, pose, view, [Hook((8, 0, 34), (-1, 0, 0.1)), *layers(pose, view)])
    plate.label("firm, non-slip mat", (24, 396), view.at((-60, 0, 38)), start=(110, 374))
    return plate


def _held(tip: Vector, *, from_below: bool = False) -> tuple[Hook, Pose]:
    """The Hook at a place of the body, and the pose that holds it there."""
    hook = hook_in_hand(on_side(), tip)
    return hook, on_side(hand_around(hook, from_below=from_below))


def _draw_body(plate: Plate, pose: Pose, view: View) -> None:
    """Somebody on the side, but for the upper arm, which comes after what it holds."""
    draw_person(plate, pose, view, [layer for layer in layers(pose, view) if "arm left" not in layer.parts])


def _nip() -> Plate:
    plate = Plate(
        "step-nip",
        "Nip: the tip at the height of the nipples",
        "The person on the side holds the Hip Hook by its handle in the upper hand. The tip touches the chest on the "
        "upper side, at about the height of the nipples, which a dashed line marks.",
        height=HEIGHT,
    )
    view = View((-34, 14, 0), (330, 190), 5.2, turn=-25, above=28)
    height = 39.0
    hook, pose = _held(on_side().spine(height).at(9.0, 0, 9.8), from_below=True)
    Mat().draw(plate, view)
    _draw_body(plate, pose, view)
    breadth = next(rest for level, *rest in TRUNK if level >= height)
    around = [point for point in Slice(pose.spine(height), *breadth).around(60) if point[2] > 3]
    line = view.line(sorted(around, key=lambda point: point[1]))
    plate.shape("accent-line dashed", curve(line))
    draw_person(plate, pose, view, [hook, arm(pose, view, "left")])
    plate.label("about nipple height", (360, 396), line[0], start=(352, 388))
    return plate


def _hip() -> Plate:
    plate = Plate(
        "step-hip",
        "Hip: slide the tip down to the hollow",
        "The person on the side has slid the tip of the Hip Hook down the body, as an arrow shows, into the hollow "
        "just inside the front of the hip bone. It stops there, above the fold where leg meets hip.",
        height=HEIGHT,
    )
    view = View((-2, 16, 0), (330, 196), 6.6, turn=-25, above=28)
    hook, pose = _held(on_side().pelvis.at(*HOLLOW))
    Mat().draw(plate, view)
    _draw_body(plate, pose, view)
    draw_flexors(plate, pose, view, "left")
    fold = view.line([pose.pelvis.at(*point) for point in FOLD])
    plate.shape("warn-line thick", curve(fold))
    draw_person(plate, pose, view, [hook, arm(pose, view, "left")])
    plate.arrow(view.line([pose.spine(height).at(5.0, 0, 11) for height in (42, 30, 19)]))
    plate.label("not in the fold", (444, 396), fold[-1], start=(500, 372))
    return plate


def _tip() -> Plate:
    plate = Plate(
        "step-tip",
        "Tip: roll over until the flat part is flush",
        "The person has rolled forward onto the Hip Hook and lies face down. An arrow shows the roll. The flat "
        "part of the tool lies flush with the floor, its tip under the front of the hip.",
        height=HEIGHT,
    )
    view = View((-22, 8, 0), (330, 210), 4.8, turn=32, above=28)
    pose = prone()
    hook = hook_under(pose)
    Mat().draw(plate, view)
    draw_person(plate, pose, view, [hook, *layers(pose, view)])
    hook.draw_hidden_fin(plate, view)
    plate.arrow(view.line([(10, 30, -24), (10, 40, -8), (10, 40, 10), (10, 30, 24)]))
    plate.label("flat part flush\nwith the floor", (24, 368), view.at(hook.at((5, 0), 2)), start=(120, 344))
    return plate


def _melt() -> Plate:
    plate = Plate(
        "step-melt",
        "Melt: let your weight sink",
        "A closer look at the hip of the person who lies face down on the Hip Hook. A folded towel softens the tip. "
        "Arrows point down: the weight of the body sinks onto the tip, and nothing else presses.",
        height=HEIGHT,
    )
    view = View((-8, 14, 0), (330, 230), 6.4, turn=16, above=10)
    pose = prone(hand=False)
    hook = hook_under(pose)
    Mat().draw(plate, view)
    draw_person(plate, pose, view, [hook, Towel(hook), *layers(pose, view)])
    draw_flexors(plate, pose, view, "left")
    hook.draw_hidden_fin(plate, view)
    for x in (-22, -8, 6):
        plate.arrow(view.line([(x, 43, 0), (x, 35, 0)]))
    plate.label("let your weight sink", (320, 36), anchor="middle")
    plate.label("folded towel, at first", (24, 396), view.at(hook.at((-1.4, 4.6), 5)), start=(200, 372))
    return plate


def _other_side() -> Plate:
    plate = Plate(
        "step-other-side",
        "Other side: check both hips",
        "The person face down on the mat, seen from above. The handle of the Hip Hook comes out beside one hip, "
        "with a hand on it; a dashed outline shows the tool in the same place beside the other hip, "
        "and an arrow leads there.",
        height=HEIGHT,
    )
    view = View((-18, 8, 0), (320, 210), 4.5, above=90)
    pose = prone(hand=False)
    hook = hook_under(pose, toward_head=0.2)
    Mat(far=-38, near=38).draw(plate, view)
    order = layers(pose, view)
    arms = [layer for layer in order if layer.parts[0].startswith("arm")]
    draw_person(plate, pose, view, [hook, *arms, *(layer for layer in order if layer not in arms)])
    for side in SIDES:
        draw_flexors(plate, pose, view, side)
    hook.draw_ghost(plate, view, "tool-ghost")
    (x, y, z), (along, up, aside) = hook.corner, hook.handle
    Hook((x, y, -z), (along, up, -aside)).draw_ghost(plate, view)
    plate.arrow(view.line([(22, 8, 27), (30, 8, 0), (22, 8, -27)]))
    plate.mark(1, view.at(hook.at((28, 0))))
    plate.mark(2, view.at(Hook((x, y, -z), (along, up, -aside)).at((28, 0))))
    return plate
