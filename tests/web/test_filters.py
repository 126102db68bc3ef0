"""Money, days and moments as people read them."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask, render_template_string
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, UndefinedError
from markupsafe import Markup, escape

from shop.web.filters import FixedParts, Templates, day, days

VALUES = st.text() | st.text(alphabet="<>&'\"a ") | st.integers() | st.none() | st.text().map(Markup)


def test_days_are_written_as_people_read_them() -> None:
    assert day(date(2026, 11, 26)) == "Thu, Nov 26"
    assert day(date(2026, 3, 2)) == "Mon, Mar 2"
    assert days(date(2026, 11, 26), date(2026, 11, 28)) == "Thu, Nov 26 – Sat, Nov 28"
    assert days(date(2026, 11, 26), date(2026, 11, 26)) == "Thu, Nov 26"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 27, 20, 4, tzinfo=UTC), "Nov 27, 2026, 3:04 PM"),
        (datetime(2026, 7, 1, 4, 5, tzinfo=UTC), "Jul 1, 2026, 12:05 AM"),
        (datetime(2026, 7, 1, 16, 0, tzinfo=UTC), "Jul 1, 2026, 12:00 PM"),
    ],
)
def test_moments_are_in_the_shops_time_zone(app: Flask, moment: datetime, words: str) -> None:
    with app.test_request_context():
        assert render_template_string("{{ moment | moment }}", moment=moment) == words


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_templates_know_the_shop_and_its_words(app: Flask) -> None:
    with app.test_request_context():
        said = render_template_string(
            "{{ shop.name }} {{ shop.demo }} {{ 14900 | money('USD') }} {{ phrase('refusals.code_empty') }}"
        )
    assert said == "Aletha True $149.00 Please type the code first."


@given(value=VALUES)
def test_what_is_written_into_a_page_is_what_the_library_writes(value: object) -> None:
    assert Templates.as_html(value) == escape(value)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ['<b>O\'Neil</b> & "Co"', Markup("<b>Mine</b>"), 7, None])
def test_a_template_escapes_what_it_is_given(app: Flask, name: object) -> None:
    pattern = (
        "{% macro say(it) %}{{ it }}{% endmacro %}{{ name }}|{{ name ~ '' }}|{{ say(name) }}|{{ [name][0] }}"
    )
    with app.test_request_context():
        said = render_template_string(pattern, name=name)
    assert said == "|".join([escape(name)] * 4)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_fixed_part_is_rendered_once_for_what_it_is_given_and_anew_when_it_was_read_anew(
    app: Flask,
) -> None:
    environment = app.jinja_env
    environment.loader = DictLoader({"part.html": "{{ shown }} {{ word }}"})
    environment.globals["shown"] = "first"
    part = FixedParts(environment)
    assert part("part.html", word="<") == "first &lt;"
    environment.globals["shown"] = "second"
    assert part("part.html", word="<") == "first &lt;"
    assert part("part.html", word=">") == "second &gt;"
    environment.cache.clear()
    assert part("part.html", word="<") == "second &lt;"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_fixed_part_cannot_read_who_asks(app: Flask) -> None:
    app.jinja_env.loader = DictLoader({"part.html": "{{ request.cookies }}"})
    app.jinja_env.cache.clear()
    with app.test_request_context(), pytest.raises(UndefinedError, match="'request' is undefined"):
        app.jinja_env.globals["fixed_part"]("part.html")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_calls_in_templates_pass_what_they_are_given(app: Flask) -> None:
    pattern = (
        "{% macro say(one, two='b') %}{{ one }}{{ two }}{{ caller(one) if caller is defined else '' }}{% endmacro %}"
        "{{ say('<') }} {{ say(*['1', '2']) }} {{ say(**{'one': 'x', 'two': 'y'}) }}"
        " {% call(it) say('c', two='d') %}[{{ it }}]{% endcall %}"
        " {% for n in range(2) %}{{ loop.cycle('even', 'odd') }}{{ say(n) }}{% endfor %}"
    )
    with app.test_request_context():
        assert render_template_string(pattern) == "&lt;b 12 xy cd[c] even0bodd1b"
        with pytest.raises(UndefinedError, match="'nobody' is undefined"):
            render_template_string("{{ nobody(1) }}")
