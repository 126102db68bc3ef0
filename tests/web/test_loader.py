"""Sentences and addresses that are written into templates read as if they were asked for each time."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment

from shop.content import WordsMissing
from shop.web.loader import WrittenOut

SENTENCE = 'He said "stop" & it\'s a \\ or {% raw %} – über 🦴\ntwo lines <b>'
PAGE = """{{ phrase("odd.one") }}|{{ phrase('odd.one') }}|{{ "~" ~ phrase("odd.one") }}
{% if phrase("odd.one") %}yes{% endif %}
{{ static_url("css/shop.css") }}"""


def phrase(key: str, **values: str) -> str:
    if key == "odd.one":
        return SENTENCE
    if key == "with.blank" and values:
        return f"for {values['name']}"
    raise WordsMissing(key)


def environment(folder: Path, page: str, *, written: bool) -> Environment:
    (folder / "page.html").write_text(page)
    words: Any = SimpleNamespace(phrase=phrase)
    made = Environment(autoescape=True)
    made.globals.update(phrase=phrase, static_url=lambda path: f"/static/{path}")
    made.loader = WrittenOut(str(folder), lambda: words, lambda path: f"/static/{path}")
    return made if written else made.overlay(loader=None)


def test_what_is_written_in_reads_like_what_is_asked_for(tmp_path: Path) -> None:
    made = environment(tmp_path, PAGE, written=True)
    assert "phrase" not in made.loader.get_source(made, "page.html")[0]  # type: ignore[union-attr]
    assert made.get_template("page.html").render() == made.from_string(PAGE).render()


def test_a_sentence_with_a_blank_or_an_unknown_one_stays_a_call(tmp_path: Path) -> None:
    page = '{{ phrase("with.blank", name="Maya") }}{{ phrase("not.there") }}'
    made = environment(tmp_path, page, written=True)
    assert made.loader.get_source(made, "page.html")[0] == page  # type: ignore[union-attr]
    with pytest.raises(WordsMissing):
        made.get_template("page.html").render()
