"""The pictures of the goods: every one in every width and format, told in words of its own, and light."""

import re
from collections.abc import Iterator
from pathlib import Path

from shop.config import ROOT
from shop.content import read_content

FOLDER = ROOT / "static" / "img" / "products"
WIDTHS = (320, 480, 700, 1000)
# What a phone of 390 px with two pixels to each of them loads at most: the gallery, its small pictures, cards.
PAGE_BUDGET = 150_000
FOLDER_BUDGET = 6_000_000


def files_of(stem: str) -> list[str]:
    return [*(f"{stem}-{width}.{kind}" for kind in ("avif", "webp") for width in WIDTHS), f"{stem}-700.jpg"]


def size_of(path: Path) -> tuple[int, int]:
    """Width and height as the file says."""
    held = path.read_bytes()
    if path.suffix == ".avif":
        at = held.index(b"ispe") + 8
        return int.from_bytes(held[at : at + 4]), int.from_bytes(held[at + 4 : at + 8])
    if path.suffix == ".jpg":
        at = 2
        while held[at + 1] not in (0xC0, 0xC2):
            at += 2 + int.from_bytes(held[at + 2 : at + 4])
        return int.from_bytes(held[at + 7 : at + 9]), int.from_bytes(held[at + 5 : at + 7])
    if held[12:16] == b"VP8X":
        return 1 + int.from_bytes(held[24:27], "little"), 1 + int.from_bytes(held[27:30], "little")
    assert held[12:16] == b"VP8 "
    wide, high = (int.from_bytes(held[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return wide, high


def stems() -> Iterator[str]:
    for words in read_content(ROOT / "content").products.values():
        yield words.cutout.file
        yield from (picture.file for picture in words.pictures)


def test_every_picture_stands_there_in_four_widths_and_three_formats_and_no_other_does() -> None:
    named = {name for stem in stems() for name in files_of(stem)}
    for name in sorted(named):
        width = int(re.findall(r"-(\d+)\.", name)[0])
        assert size_of(FOLDER / name) == (width, width * 4 // 5), name
    held = {path.name for path in FOLDER.iterdir() if path.is_file()}
    assert held == named
    assert sum((FOLDER / name).stat().st_size for name in held) < FOLDER_BUDGET


def test_every_picture_is_told_in_words_and_no_two_alike() -> None:
    told: dict[str, set[str]] = {}
    for slug, words in read_content(ROOT / "content").products.items():
        assert len({picture.file for picture in words.pictures}) == len(words.pictures), slug
        assert len(words.pictures) > 1, slug
        for picture in words.pictures:
            assert 40 < len(picture.alt) < 250, picture
            told.setdefault(picture.alt, set()).add(picture.file)
    assert all(len(files) == 1 for files in told.values())


def test_the_pictures_of_a_product_page_weigh_little_on_a_phone() -> None:
    products = read_content(ROOT / "content").products
    for slug, words in products.items():
        seen = [f"{picture.file}-{width}.avif" for picture in words.pictures for width in (1000, 320)]
        seen += [f"{products[other].cutout.file}-1000.avif" for other in words.complete_with]
        weight = sum((FOLDER / name).stat().st_size for name in seen)
        assert weight < PAGE_BUDGET, f"{slug}: {weight}"


def test_a_turntable_has_its_pictures_all_around_and_each_is_light() -> None:
    tables = {words.turntable for words in read_content(ROOT / "content").products.values()} - {""}
    assert tables == {path.name for path in FOLDER.iterdir() if path.is_dir()} == {"hook-turn"}
    for table in tables:
        frames = sorted(path for path in (FOLDER / table).iterdir() if path.suffix == ".avif")
        assert [path.name for path in frames] == [f"{k:02}.avif" for k in range(24)]
        assert len({path.read_bytes() for path in frames}) == 24
        assert all(path.stat().st_size < 9_000 for path in frames)
        assert {size_of(path) for path in (*frames, FOLDER / table / "00.jpg")} == {(560, 448)}
