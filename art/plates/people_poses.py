"""The poses of the drawings: lying prone on the Hip Hook, on the side, face up, sitting, standing."""

from collections.abc import Mapping

from art.plates.people_body import SIDES, Arm, Bend, Leg, Pose
from art.plates.people_flexors import HOLLOW
from art.plates.people_hook import GRIP, Hook
from art.plates.people_space import NEAR, RIGHT, UP, Frame, Vector, plus, times

LEFTWARD: Vector = (-1, 0, 0)
DOWN: Vector = (0, -1, 0)


def hook_under(pose: Pose, *, pressed: float = 0, toward_head: float = 0.9) -> Hook:
    """The Hook on the floor under the left side of somebody who lies face down, its handle to the side."""
    x, _, z = pose.pelvis.at(*HOLLOW)
    along = (-toward_head, 0, 1.0)
    flat = Hook.with_tip((x, 0, z), along)
    return Hook(plus(flat.corner, (0, -flat.corner[1], 0)), along, UP, pressed)


def hand_on(hook: Hook, *, back: Vector = (-0.8, 0.45, 0.1)) -> Arm:
    """The left hand upon the handle, coming from ``back``."""
    grip = hook.at(GRIP)
    way = times(back, -1)
    return Arm(plus(grip, times(back, 8.0), (0, 2.2, 0)), (-0.3, 0.7, 1), way, DOWN, 26)


def hook_in_hand(pose: Pose, tip: Vector) -> Hook:
    """The Hook held against the front of somebody who lies on the right side: its handle up, its base to the viewer."""
    return Hook.with_tip(tip, (0.35, 1, 0), times(pose.pelvis.forward, -1))


def hand_around(hook: Hook, *, from_below: bool = False) -> Arm:
    """The left hand around the handle of a Hook held against the body, coming from the head or from the feet."""
    grip = hook.at(GRIP)
    if from_below:
        return Arm(plus(grip, (6.0, 1.0, -4.0)), (0.8, 0.3, -1), (-1, -0.1, 0.5), (0, -0.6, -1), 30)
    return Arm(plus(grip, (-6.4, 2.0, -3.4)), (0.2, 0.2, -1), (1, -0.2, 0.4), (0, -0.5, -1), 30)


def prone(*, hand: bool = True) -> Pose:
    """Face down on the Hook, the forehead on the right forearm; the left hand on the handle, or as the right one."""
    pelvis = Frame((0, 17.5, 0), LEFTWARD, DOWN).bent(forward=-1)
    legs = {side: Leg((80.5, 6.4, sign * 12), DOWN, (1, -0.16, sign * 0.16)) for side, sign in SIDES.items()}
    rest = {
        "left": Arm((-74, 3.4, 14), (0.2, 0, 1), (-0.4, 0, -1), DOWN, 4),
        "right": Arm((-73, 3.4, 8), (0.2, 0.16, -1), (-0.1, 0, 1), DOWN, 4),
    }
    bends = (Bend(forward=10), Bend(forward=-16), Bend(forward=6))
    pose = Pose(pelvis, legs, rest, *bends)
    if not hand:
        return pose
    return Pose(pelvis, legs, rest | {"left": hand_on(hook_under(pose))}, *bends)


def propped() -> Pose:
    """Face down on the Hook, the chest raised on both elbows."""
    pelvis = Frame((0, 17.5, 0), LEFTWARD, DOWN).bent(forward=-5)
    legs = {side: Leg((80.5, 6.4, sign * 12), DOWN, (1, -0.16, sign * 0.16)) for side, sign in SIDES.items()}
    arms = {
        side: Arm((-72, 3.2, sign * 15), (0.2, -0.7, sign * 0.1), (-1, -0.02, -sign * 0.1), DOWN, 6)
        for side, sign in SIDES.items()
    }
    return Pose(pelvis, legs, arms, Bend(forward=-14), Bend(forward=-14), Bend(forward=-4))


def on_side(left_arm: Arm | None = None) -> Pose:
    """On the right side, facing the viewer, hips and knees softly bent, the head on the right upper arm."""
    pelvis = Frame((0, 17.0, 0), LEFTWARD, NEAR)
    legs = {
        "right": Leg((62, 6.0, 2), (0.2, 0, 1), (0.3, 0, 1)),
        "left": Leg((60, 17.0, 8), (0.2, 0.1, 1), (0.35, -0.2, 1)),
    }
    resting = Arm((-28, 6.0, 32), (0.3, 0.6, 1), (-0.3, -0.3, 1), (0, -1, 0), 10)
    arms = {
        "right": Arm((-101, 4.6, 6), (0, 0.1, 1), (-1, 0, -0.2), UP, 10),
        "left": left_arm or resting,
    }
    return Pose(pelvis, legs, arms, Bend(forward=4), Bend(forward=4, left=-3), Bend(left=-18, forward=8))


def supine(right_leg: Leg | None = None, arms: dict[str, Arm] | None = None) -> Pose:
    """Face up, head to the viewer's left, the right side near; both legs long unless the right one is given."""
    pelvis = Frame((0, 11.2, 0), LEFTWARD, UP)
    legs = {
        "left": Leg((81, 6.0, -11), UP, (0.35, 1, -0.2)),
        "right": right_leg or Leg((81, 6.0, 11), UP, (0.35, 1, 0.2)),
    }
    beside = {
        side: Arm((-2, 3.0, -sign * 27), (0, -0.2, -sign), (1, 0, 0), DOWN, 10)
        for side, sign in SIDES.items()
    }
    return Pose(pelvis, legs, arms or beside, Bend(forward=0), Bend(forward=2), Bend(forward=2))


def standing(arms: dict[str, Arm] | None = None) -> Pose:
    """Upright, facing the viewer."""
    legs = {side: Leg((sign * 10, 8, 0), NEAR, (sign * 0.2, 0, 1)) for side, sign in SIDES.items()}
    hanging = {
        side: Arm((sign * 25, 84, 4), (sign * 0.6, 0, -1), (0, -1, 0.1), (-sign, 0, 0))
        for side, sign in SIDES.items()
    }
    return Pose(Frame((0, 90, 0)), legs, arms or hanging)


def sitting(
    hip: Vector, legs: Mapping[str, Leg], arms: Mapping[str, Arm], back: float, bends: tuple[Bend, Bend, Bend]
) -> Pose:
    """On a seat, facing the viewer's right; the right side is near.

    ``back``: how far the pelvis leans back, in degrees; ``bends``: of loin, chest and neck.
    """
    return Pose(Frame(hip, UP, RIGHT).bent(forward=-back), legs, arms, *bends)
