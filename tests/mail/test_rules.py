"""How long a letter waits, and what names it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shop.mail import rules


def test_waits_grow_from_half_a_minute_to_half_a_day() -> None:
    waits = [rules.wait(tries, 0.5) for tries in range(1, rules.MAX_TRIES)]
    assert waits[0] == timedelta(seconds=30)
    assert waits[-1] == timedelta(hours=12)
    assert waits == sorted(waits)


def test_a_mail_server_may_be_away_for_a_day_and_a_half() -> None:
    waits = [rules.wait(tries, 0.0) for tries in range(1, rules.MAX_TRIES)]
    assert sum(waits, timedelta()) > timedelta(hours=30)


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_jitter_moves_a_wait_by_a_fifth_at_most(tries: int, jitter: float) -> None:
    middle = rules.wait(tries, 0.5).total_seconds()
    assert 0.799 * middle < rules.wait(tries, jitter).total_seconds() < 1.201 * middle


@given(st.text(max_size=160), st.text(max_size=160))
def test_a_reason_has_one_message_id_and_shares_it_with_no_other(one: str, other: str) -> None:
    assert rules.message_id(one) == rules.message_id(one)
    assert (rules.message_id(one) == rules.message_id(other)) == (one == other)
