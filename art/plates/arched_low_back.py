"""How a short iliopsoas may deepen the arch of the low back."""

from art.plates import figure_side as figure
from art.plates.ink import Plate, straight
from art.plates.skeleton_side import STANDING, Side

DEEP = {
    **STANDING,
    "L5": 44.0,
    "L4": 26.0,
    "L3": 8.0,
    "L2": -10.0,
    "L1": -20.0,
    "T12": -24.0,
    "T10": -23.0,
    "T7": -10.0,
    "T4": 8.0,
}
SCALE = 8.2
HIP = 372


def draw() -> tuple[Plate, ...]:
    """Two people from the side, chest to thigh: an easy arch, and a deep one."""
    plate = Plate(
        "arched-low-back",
        "An easy arch of the low back, and a deep one",
        "Two standing people from the side, with spine, pelvis, thigh bone and iliopsoas drawn in. On the"
        " left the pelvis stands level and the low back has an easy curve. On the right the iliopsoas is "
        "short: it pulls the lower spine forward and the front of the pelvis down, the pelvis tips "
        "forward, and the low back arches more deeply.",
        height=660,
    )
    easy = Side((148, HIP), SCALE)
    deep = Side((482, HIP), SCALE, tilt=15, lean=DEEP)
    for side in (easy, deep):
        _draw_trunk(plate, side)
    plate.shape("ground", straight(((0, 556), (640, 556), (640, 660), (0, 660)), closed=True))
    plate.arrow([(594, 284), (612, 318), (620, 360)])
    plate.label("easy arch", (148, 600), anchor="middle")
    plate.label("deep arch,\npelvis tipped forward", (482, 600), anchor="middle")
    plate.label("psoas", (292, 130), (easy.psoas()[1][1]), latin=True, anchor="middle", start=(272, 142))
    plate.label("iliacus", (318, 430), easy.iliacus()[1][2], latin=True, anchor="middle", start=(298, 408))
    return (plate,)


def _draw_trunk(plate: Plate, side: Side) -> None:
    """Skin, bones and iliopsoas from the chest to the thigh."""
    plate.outlined("skin", figure.trunk(side), figure.thigh(side, 0))
    side.draw_sacrum(plate)
    side.draw_spine(plate, "T3")
    side.draw_hip_bone(plate)
    side.draw_femur(plate)
    with plate.group("iliacus"):
        plate.muscle(side.iliacus(), 13, 6)
    with plate.group("psoas"):
        plate.muscle(side.psoas(), 15, 6)
