"""The chapter is printed once for each edition, whoever asks and however many at a time."""

import threading
from pathlib import Path

import pytest

from shop.chapter.book import Book
from shop.chapter.press import lay_out, printed, version
from shop.typesetter import FONTS, PressFailed, typeset


def test_many_who_ask_at_once_get_the_same_printing(made: Book, tmp_path: Path) -> None:
    makings: list[int] = []
    copies: list[bytes] = []

    def make() -> Book:
        makings.append(1)
        return made

    readers = [
        threading.Thread(target=lambda: copies.append(printed("first", make, tmp_path))) for _ in range(6)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(makings) == 1
    assert len(copies) == 6
    assert len(set(copies)) == 1
    assert copies[0].startswith(b"%PDF-")


def test_a_new_edition_takes_the_place_of_the_old_one(made: Book, tmp_path: Path) -> None:
    printed("first", lambda: made, tmp_path)
    printed("second", lambda: made, tmp_path)
    assert [path.name for path in tmp_path.glob("*.pdf")] == ["chapter-second.pdf"]
    assert list(tmp_path.glob("press-*")) == []


def test_what_cannot_be_set_is_said_and_leaves_nothing_behind(made: Book, tmp_path: Path) -> None:
    torn = Book({**made.matter, "pieces": [{"kind": "p"}]}, {})
    with pytest.raises(PressFailed, match="inner"):
        printed("torn", lambda: torn, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["press.lock"]


def test_the_book_is_set_without_a_warning(made: Book, tmp_path: Path) -> None:
    lay_out(made, tmp_path)
    assert typeset(tmp_path, FONTS, "book") == []


def test_an_edition_is_told_from_one_with_other_words_or_other_drawings(tmp_path: Path) -> None:
    drawing = tmp_path / "a.svg"
    drawing.write_text("<svg/>")
    first = version(["words", "Aletha"], [drawing])
    assert first == version(["words", "Aletha"], [drawing])
    assert first != version(["words", "Another"], [drawing])
    drawing.write_text("<svg></svg>")
    assert first != version(["words", "Aletha"], [drawing])
