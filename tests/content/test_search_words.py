"""content/search.yaml: other words for the words that visitors search for."""

from pathlib import Path

import pytest

from shop.config import ROOT
from shop.content import WordsRefused, read_content
from shop.content.search import read_near_words


def test_other_words_are_read_by_the_word_that_is_searched_for(tmp_path: Path) -> None:
    (tmp_path / "search.yaml").write_text("soas: psoas\nache: pain hurt\n")
    assert read_near_words(tmp_path) == {"soas": ("psoas",), "ache": ("pain", "hurt")}


def test_without_the_file_there_are_none(tmp_path: Path) -> None:
    assert read_near_words(tmp_path) == {}


@pytest.mark.parametrize(
    "line", ["two words: psoas", "Soas: psoas", "soas:", "soas: 'Psoas, iliacus'", "soas: [psoas, a-b]"]
)
def test_a_line_that_is_no_word_and_its_others_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    (tmp_path / "search.yaml").write_text(f"# a comment\nache: pain\n{line}\n")
    with pytest.raises(WordsRefused, match=r"search\.yaml, line 3: write one word, a colon"):
        read_near_words(tmp_path)


def test_every_right_word_of_the_shop_stands_somewhere_in_its_words() -> None:
    content = read_content(ROOT / "content")
    texts = " ".join(path.read_text().lower() for path in (ROOT / "content").rglob("*.md"))
    others = {word for words in content.near_words.values() for word in words}
    assert not [word for word in others if word not in texts.replace("e-book", "ebook")]
