"""The body, the contour and the Hip Hook that the drawings of people are made of."""

import math

import pytest

from art.plates.people_body import FOREARM, SHIN, SIDES, THIGH, UPPER_ARM, Pose
from art.plates.people_contour import Drop, Hull, Piece, contours, deep_inside, distances, together
from art.plates.people_hook import GRIP, HEEL, TIP, Hook
from art.plates.people_poses import hook_under, on_side, prone, propped, standing, supine
from art.plates.people_space import RIGHT, UP, Frame, View, cross

POSES = {pose.__name__: pose for pose in (standing, prone, propped, on_side, supine)}
SIZE = (200, 200)

each_pose = pytest.mark.parametrize("pose", [make() for make in POSES.values()], ids=POSES)


@each_pose
def test_bones_keep_their_length(pose: Pose) -> None:
    for side in SIDES:
        knee, elbow = pose.knee(side), pose.elbow(side)
        assert math.dist(pose.hip(side), knee) == pytest.approx(THIGH)
        assert math.dist(knee, pose.legs[side].ankle) == pytest.approx(SHIN, abs=0.1)
        assert math.dist(pose.shoulder(side), elbow) == pytest.approx(UPPER_ARM)
        assert math.dist(elbow, pose.arms[side].wrist) == pytest.approx(FOREARM, abs=0.1)


@each_pose
def test_nobody_sinks_into_the_floor(pose: Pose) -> None:
    joints = [joint for side in SIDES for joint in (pose.knee(side), pose.elbow(side), pose.legs[side].ankle)]
    assert min(height for _, height, _ in [*joints, pose.head().origin]) > 2


def test_a_standing_person_is_seven_and_a_half_heads_high() -> None:
    head = standing().head()
    crown, chin = head.at(0, 20.6, 0)[1], head.at(0, -2.8, 7)[1]
    assert crown / (crown - chin) == pytest.approx(7.5, abs=0.25)


def test_the_two_sides_of_a_standing_body_mirror_each_other() -> None:
    pose = standing()
    left, right = pose.elbow("left"), pose.elbow("right")
    assert left == pytest.approx((-right[0], *right[1:]))


def test_a_frame_bends_forward_left_and_round() -> None:
    frame = Frame((0, 0, 0))
    assert frame.left == RIGHT  # the left hand of somebody who faces us
    assert frame.bent(forward=90).up == pytest.approx(frame.forward)
    assert frame.bent(left=90).up == pytest.approx(frame.left)
    assert frame.bent(twist=90).forward == pytest.approx(frame.left)


def test_an_eye_that_walks_round_or_rises_sees_what_lies_there() -> None:
    assert View((0, 0, 0), (0, 0), 1, turn=90).toward == pytest.approx(RIGHT)
    assert View((0, 0, 0), (0, 0), 1, above=90).toward == pytest.approx(UP)
    view = View((1, 2, 3), (50, 60), 2, turn=30, above=20)
    assert view.at((1, 2, 3)) == pytest.approx((50, 60))
    assert cross(view.across, view.upward) == pytest.approx(view.toward)


def test_the_contour_around_a_circle_is_that_circle() -> None:
    (loop,) = contours(distances([Piece(Drop((100, 100), 50, (100, 100), 20))], SIZE))
    assert all(math.dist(point, (100, 100)) == pytest.approx(50, abs=1) for point in loop)


def test_shapes_that_touch_have_one_contour_and_others_their_own() -> None:
    square = Piece(Hull.around(((20, 20), (80, 20), (50, 50), (80, 80), (20, 80))))
    near, far = Piece(Drop((80, 50), 20, (110, 50), 20)), Piece(Drop((160, 150), 20, (160, 160), 20))
    grids = [distances([piece], SIZE) for piece in (square, near, far)]
    assert len(contours(together(grids[:2]))) == 1
    assert len(contours(together(grids))) == 2


def test_a_hull_has_no_dents_and_holds_its_points() -> None:
    hull = Hull.around(((0, 0), (10, 0), (5, 2), (10, 10), (0, 10)))
    assert len(hull.corners) == 4
    assert hull.away(5, 5) < 0 < hull.away(12, 5)


def test_a_point_is_deep_inside_only_away_from_the_line() -> None:
    square = [[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]]
    assert deep_inside(square, (5, 5), 4)
    assert not deep_inside(square, (5, 1), 4)
    assert not deep_inside(square, (15, 5), 0)


def test_the_base_of_the_hook_lies_flat_and_its_tip_reaches_the_body() -> None:
    pose = prone()
    hook = hook_under(pose)
    assert hook.at((0, 0))[1] == hook.at(HEEL)[1] == pytest.approx(0)
    assert math.dist(hook.at(TIP), pose.pelvis.at(9.6, 7.2, 6.4)) < 1


def test_pressing_the_handle_turns_the_tip_toward_it() -> None:
    still, pressed = Hook((0, 0, 0), RIGHT), Hook((0, 0, 0), RIGHT, pressed=12)
    assert pressed.at(GRIP)[1] < still.at(GRIP)[1]
    assert pressed.at(TIP)[0] > still.at(TIP)[0] + 2
    assert pressed.at(HEEL) == pytest.approx(still.at(HEEL))
