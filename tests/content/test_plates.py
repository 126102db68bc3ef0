"""The drawings: put into pages with ids of their own, and refused when they could bring more than a drawing."""

from pathlib import Path

import pytest

from shop.config import ROOT
from shop.content.plates import PlateRefused, Plates, read_plate
from tests.reading_room import PLATES

DRAWING = (PLATES / "seat-height.svg").read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one drawing."""
    (tmp_path / "seat.svg").write_text(DRAWING)
    return tmp_path


def test_a_drawing_says_what_it_shows(folder: Path) -> None:
    plate = read_plate(folder / "seat.svg")
    assert (plate.title, plate.width, plate.height) == ("The height of the seat", 640, 360)
    assert plate.description.startswith("A chair from the side")


def test_the_same_drawing_twice_on_a_page_has_ids_of_its_own(folder: Path) -> None:
    plate = read_plate(folder / "seat.svg")
    first, second = plate.inline("one"), plate.inline("two")
    assert 'aria-labelledby="one-seat-height-title one-seat-height-desc"' in first
    assert '<title id="one-seat-height-title">' in first
    assert '<title id="two-seat-height-title">' in second
    assert first.replace("one-", "two-") == second


def test_a_drawing_can_wear_another_dress(folder: Path) -> None:
    assert 'class="plate plate--plum"' in read_plate(folder / "seat.svg").inline("one", "plate--plum")


def test_only_a_drawing_of_both_muscles_offers_a_choice() -> None:
    plates = Plates(PLATES)
    assert plates.get("two-muscles").has_choice
    assert not plates.get("seat-height").has_choice


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("<path", "<script>alert(1)</script><path", "it holds <script>"),
        ("<path", "<style>*{}</style><path", "it holds <style>"),
        ("<path", '<image href="https://elsewhere.example/x.png"/><path', "it holds <image>"),
        ("<path", "<foreignObject/><path", "it holds <foreignObject>"),
        ("<path", '<use href="#x"/><path', "it holds <use>"),
        ("<path", '<a href="javascript:alert(1)"><path/></a><path', "it holds <a>"),
        ("<path", '<path onclick="alert(1)"', "holds onclick="),
        ("<path", '<path style="fill:red"', "holds style="),
        ("<path", '<path fill="red"', "holds fill="),
        ("<title", "<!-- --><title", "it holds a comment"),
        ("A chair from", "<![CDATA[<script>]]> from", "it holds a comment or CDATA"),
        ("<svg", "<svg><svg", "it is not SVG"),
        ('xmlns="http://www.w3.org/2000/svg"', "", "it is not SVG"),
        ("The height of the seat", " ", "it needs <title> and <desc>"),
        (
            "A chair from the side; the seat is a little higher than the knees.",
            "",
            "needs <title> and <desc>",
        ),
        ('viewBox="0 0 640 360"', "", "it needs a viewBox"),
    ],
)
def test_a_drawing_that_could_bring_more_than_itself_is_refused(
    folder: Path, before: str, after: str, why: str
) -> None:
    assert before in DRAWING
    (folder / "seat.svg").write_text(DRAWING.replace(before, after, 1))
    with pytest.raises(PlateRefused, match=why):
        read_plate(folder / "seat.svg")
    plates = Plates(folder)
    assert plates.get("seat") is None
    assert why in plates.check("seat")


def test_a_drawing_that_is_not_there_is_named(folder: Path) -> None:
    assert Plates(folder).get("nothing") is None
    assert Plates(folder).check("nothing") == "there is no drawing nothing in static/img/plates"


def test_a_changed_drawing_is_read_again(folder: Path) -> None:
    plates = Plates(folder)
    assert plates.get("seat").title == "The height of the seat"
    (folder / "seat.svg").write_text(DRAWING.replace("The height of the seat", "The seat"))
    assert plates.get("seat").title == "The seat"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "static/img/plates").glob("*.svg")), ids=lambda path: path.stem
)
def test_the_drawings_of_the_shop_can_be_put_into_a_page(path: Path) -> None:
    assert read_plate(path).svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" class="plate"')
