"""The drawings in static/img/plates are what art/plates draws, and fit into a page as they are."""

import gzip
import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from art.plates import FOLDER, every_plate
from art.plates.ink import Plate

SVG = "{http://www.w3.org/2000/svg}"
PLATES = {plate.name: plate for plate in every_plate()}
NARROWEST = 280  # pixels: a screen of 320 less its gutters

each_plate = pytest.mark.parametrize("plate", PLATES.values(), ids=PLATES.keys())


def test_every_drawing_in_the_folder_is_drawn_by_the_program() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {f"{name}.svg" for name in PLATES}


@each_plate
def test_a_committed_drawing_is_what_the_program_draws(plate: Plate) -> None:
    same = (FOLDER / f"{plate.name}.svg").read_text(encoding="utf-8") == plate.svg()
    assert same, "run python -m art.plates, and look at the pictures"


def test_the_program_draws_the_same_twice() -> None:
    assert [plate.svg() for plate in every_plate()] == [plate.svg() for plate in PLATES.values()]


@each_plate
def test_a_drawing_is_light(plate: Plate) -> None:
    assert len(gzip.compress(plate.svg().encode())) < 25 * 1024


@each_plate
def test_a_drawing_says_what_it_shows(plate: Plate) -> None:
    root = ElementTree.fromstring(plate.svg())
    title, description = root[0], root[1]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {description.attrib['id']}"
    assert title.attrib["id"] == f"{plate.name}-title"
    assert title.text
    assert len(description.text or "") > 100
    assert root.attrib["viewBox"] == f"0 0 {plate.width} {plate.height}"


@each_plate
def test_a_drawing_brings_no_style_no_script_and_no_reference(plate: Plate) -> None:
    text = plate.svg()
    assert not re.search(r"style|<script|\bon\w+=|href|url\(|<image|<use|<foreignObject|fill=|stroke=", text)


@each_plate
def test_every_class_of_a_drawing_has_its_dress(plate: Plate) -> None:
    dress = (FOLDER.parent.parent / "css" / "parts" / "plate.css").read_text()
    used = {name for names in re.findall(r'class="([^"]+)"', plate.svg()) for name in names.split()}
    known = set(re.findall(r"\.(plate[\w-]*)", dress)) | {"plate-labels", "plate-iliacus"}
    assert used <= known


@each_plate
def test_labels_can_be_read_on_a_narrow_screen(plate: Plate) -> None:
    root = ElementTree.fromstring(plate.svg())
    sizes = [float(element.attrib["font-size"]) for element in root.iter() if "font-size" in element.attrib]
    assert sizes
    assert min(sizes) * NARROWEST / plate.width > 10.9


@each_plate
def test_labels_stand_apart_and_inside(plate: Plate) -> None:
    boxes = label_boxes(plate)
    outside = [words for words, (left, top, right, bottom) in boxes if left < 2 or right > plate.width - 2]
    assert not outside
    assert all(top >= 0 and bottom <= plate.height for _, (_, top, _, bottom) in boxes)
    touching = [(one, two) for (one, a), (two, b) in combinations(boxes, 2) if overlap(a, b)]
    assert not touching


@pytest.mark.parametrize(("other", "answer"), [((5, 5, 15, 15), True), ((11, 0, 20, 10), False)])
def test_boxes_overlap_only_where_they_share_ground(other: tuple[float, ...], answer: bool) -> None:
    assert overlap((0, 0, 10, 10), other) is answer


def label_boxes(plate: Plate) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Words and left, top, right, bottom of every label, in units; widths by a letter's usual width."""
    boxes = []
    for text in ElementTree.fromstring(plate.svg()).iter(f"{SVG}text"):
        lines = [text.text or "", *(line.text or "" for line in text)]
        latin = "plate-label--latin" in text.attrib["class"]
        width = max(map(len, lines)) * plate.label_size * (0.44 if latin else 0.5)
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[text.attrib.get("text-anchor", "start")]
        bottom = y + plate.label_size * (1.12 * (len(lines) - 1) + 0.25)
        boxes.append((" ".join(lines), (left, y - plate.label_size * 0.75, left + width, bottom)))
    return boxes


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes (left, top, right, bottom) share ground."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
