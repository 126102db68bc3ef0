"""Somebody who uses the Hip Hook: lying on it, propped on the elbows, and before, on the side."""

from art.plates.ink import Plate
from art.plates.people_figure import arm, draw_person, layers
from art.plates.people_flexors import HOLLOW, draw_flexors, placed
from art.plates.people_poses import hand_around, hook_in_hand, hook_under, on_side, prone, propped
from art.plates.people_space import View
from art.plates.people_things import Mat


def draw() -> tuple[Plate, ...]:
    """The three of them."""
    return _lying(), _propped(), _on_side()


def _lying() -> Plate:
    plate = Plate(
        "using-hip-hook",
        "Lying on the Hip Hook",
        "A person lies face down on a mat, the forehead on one forearm. The flat base of the Hip Hook rests on the "
        "mat under the hip; its tip presses just inside the pelvic bone, where psoas and iliacus run. The hand of "
        "that side lies on the handle, which points out to the side.",
        height=380,
    )
    pose, view = prone(), View((0, 8, 0), (346, 188), 3.5, turn=32, above=28)
    Mat().draw(plate, view)
    hook = hook_under(pose)
    order = layers(pose, view)
    draw_person(plate, pose, view, [hook, *order])
    draw_flexors(plate, pose, view, "left")
    hook.draw_hidden_fin(plate, view)
    psoas, iliacus = (view.at(placed(pose, "left", point)) for point in ((4.4, 24, 0), (9.4, 11.6, -3)))
    plate.label("psoas", (330, 40), psoas, latin=True, start=(344, 48))
    plate.label("iliacus", (430, 64), iliacus, latin=True, start=(436, 72))
    return plate


def _propped() -> Plate:
    plate = Plate(
        "using-hip-hook-elbows",
        "Propped on the elbows, the base still flush",
        "A person lies face down over the Hip Hook, the chest raised on both elbows. The tip presses just inside the "
        "pelvic bone; the flat base of the tool still lies flush on the floor.",
        height=360,
    )
    pose, view = propped(), View((0, 8, 0), (352, 240), 3.5, turn=16, above=10)
    Mat().draw(plate, view)
    hook = hook_under(pose)
    draw_person(plate, pose, view, [hook, *layers(pose, view)])
    draw_flexors(plate, pose, view, "left")
    hook.draw_hidden_fin(plate, view)
    plate.label("flat part flush with the floor", (24, 342), view.at(hook.at((6, 0.6), -2)), start=(200, 318))
    return plate


def _on_side() -> Plate:
    plate = Plate(
        "using-hip-hook-side",
        "On the side, before rolling onto the tip",
        "A person lies on one side on a mat, knees softly bent, and holds the tip of the Hip Hook against the front "
        "of the upper hip by its handle. An arrow shows how the body will roll forward onto the tool.",
        height=380,
    )
    view = View((-16, 8, 0), (326, 186), 3.6, turn=-25, above=28)
    hook = hook_in_hand(on_side(), on_side().pelvis.at(*HOLLOW))
    pose = on_side(hand_around(hook))
    Mat().draw(plate, view)
    order = [layer for layer in layers(pose, view) if "arm left" not in layer.parts]
    draw_person(plate, pose, view, [*order, hook, arm(pose, view, "left")])
    plate.arrow(view.line([(24, 46, -8), (26, 48, 10), (26, 42, 26), (24, 30, 36)]))
    return plate
