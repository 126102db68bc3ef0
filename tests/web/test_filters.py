"""Money, days and moments as people read them."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask, render_template_string

from shop.web.filters import day, days


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
