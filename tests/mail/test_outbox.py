"""The outbox's rows: one reason writes once, one worker holds a letter, and only the holder marks it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select

from shop.db import reading, writing
from shop.mail import actions, rules
from shop.mail.delivery import LEASE_SECONDS
from shop.mail.models import OutboxLetter
from shop.mail.rules import Letter
from tests.mail.letters import MOMENT, SAMPLES

LEASE = 120
MINUTE = timedelta(minutes=1)


def write(engine: Engine, key: str, *, priority: int = 1, now=MOMENT) -> bool:
    blanks = SAMPLES["order_processing"]
    with writing(engine) as session:
        return actions.write(
            session,
            "order_processing",
            "maya@example.net",
            blanks,
            dedupe_key=key,
            now=now,
            priority=priority,
        )


def claim(engine: Engine, *, now=MOMENT, limit: int = 10) -> list[Letter]:
    with writing(engine) as session:
        return actions.claim(session, now=now, limit=limit, lease_seconds=LEASE)


def fail(
    engine: Engine, letter: Letter, *, now=MOMENT, permanent: bool = False, error: str = "Down."
) -> bool:
    with writing(engine) as session:
        return actions.mark_failed(session, letter, error, permanent=permanent, jitter=0.5, now=now)


def sent(engine: Engine, letter: Letter, *, now=MOMENT) -> bool:
    with writing(engine) as session:
        return actions.mark_sent(session, letter, now=now)


def rows(engine: Engine) -> list[OutboxLetter]:
    with reading(engine) as session:
        return list(session.scalars(select(OutboxLetter).order_by(OutboxLetter.id)))


def failed_letter(engine: Engine) -> OutboxLetter:
    write(engine, "a")
    fail(engine, claim(engine)[0], permanent=True)
    return rows(engine)[0]


# --- Writing ---


def test_a_reason_writes_one_letter(engine: Engine) -> None:
    assert write(engine, "paid:1001")
    assert not write(engine, "paid:1001")
    assert len(rows(engine)) == 1


def test_a_reason_that_is_undone_writes_no_letter(engine: Engine) -> None:
    def reason_that_is_undone() -> None:
        with writing(engine) as session:
            actions.write(session, "order_links", "a@example.net", {}, dedupe_key="a", now=MOMENT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        reason_that_is_undone()
    assert not rows(engine)


def test_a_reason_told_by_many_at_once_writes_one_letter(engine: Engine) -> None:
    start = Barrier(8)

    def tell(_: int) -> bool:
        start.wait()
        return write(engine, "paid:1001")

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(tell, range(8))) == 1
    assert len(rows(engine)) == 1


def test_a_letter_keeps_its_blanks(engine: Engine) -> None:
    write(engine, "a")
    assert claim(engine)[0].blanks == SAMPLES["order_processing"]


# --- Taking ---


def test_letters_about_orders_go_first_and_then_the_oldest(engine: Engine) -> None:
    write(engine, "late", now=MOMENT)
    write(engine, "early", now=MOMENT - MINUTE)
    write(engine, "order", priority=0)
    write(engine, "news", priority=5, now=MOMENT - 9 * MINUTE)
    taken = [rules.message_id(key) for key in ("order", "early", "late", "news")]
    assert [letter.message_id for letter in claim(engine)] == taken


def test_a_letter_whose_time_has_not_come_is_not_taken(engine: Engine) -> None:
    write(engine, "a", now=MOMENT + MINUTE)
    with reading(engine) as session:
        assert not actions.any_due(session, now=MOMENT)
        assert actions.any_due(session, now=MOMENT + MINUTE)
    assert not claim(engine)
    assert claim(engine, now=MOMENT + MINUTE)


def test_a_held_letter_is_nobody_else_s_until_its_lease_is_over(engine: Engine) -> None:
    write(engine, "a")
    (first,) = claim(engine)
    assert not claim(engine, now=MOMENT + timedelta(seconds=LEASE - 1))
    (second,) = claim(engine, now=MOMENT + timedelta(seconds=LEASE))
    assert second.message_id == first.message_id
    assert second.tries == 2


def test_workers_that_take_at_once_never_take_the_same_letter(engine: Engine) -> None:
    with writing(engine) as session:
        for number in range(50):
            actions.write(
                session, "order_links", f"a{number}@example.net", {}, dedupe_key=str(number), now=MOMENT
            )
    start = Barrier(4)

    def work(_: int) -> list[int]:
        start.wait()
        taken: list[int] = []
        while batch := claim(engine, limit=3):
            taken += [letter.id for letter in batch]
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [letter for share in pool.map(work, range(4)) for letter in share]
    assert len(taken) == 50
    assert len(set(taken)) == 50


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_passes_by_what_another_is_just_taking(engine: Engine) -> None:
    write(engine, "a")
    write(engine, "b")
    with writing(engine) as session:
        (held,) = actions.claim(session, now=MOMENT, limit=1, lease_seconds=LEASE)
        (other,) = claim(engine)
    assert held.id != other.id


def test_a_letter_that_kills_its_workers_is_given_up(engine: Engine) -> None:
    write(engine, "a")
    now = MOMENT
    for _ in range(rules.MAX_TRIES):
        assert claim(engine, now=now)
        now += timedelta(seconds=LEASE)
    assert not claim(engine, now=now)
    (row,) = rows(engine)
    assert row.state == "failed"
    assert "stopped 12 times" in row.last_error


# --- Marking ---


def test_a_sent_letter_is_not_sent_again(engine: Engine) -> None:
    write(engine, "a")
    (letter,) = claim(engine)
    assert sent(engine, letter)
    (row,) = rows(engine)
    assert (row.state, row.sent_at, row.locked_until) == ("sent", MOMENT, None)
    assert not claim(engine, now=MOMENT + timedelta(days=9))


def test_a_mark_counts_once(engine: Engine) -> None:
    write(engine, "a")
    (letter,) = claim(engine)
    assert sent(engine, letter)
    assert not sent(engine, letter, now=MOMENT + MINUTE)
    assert not fail(engine, letter)
    assert rows(engine)[0].sent_at == MOMENT


def test_a_worker_that_overslept_its_lease_marks_nothing(engine: Engine) -> None:
    write(engine, "a")
    (slow,) = claim(engine)
    later = MOMENT + timedelta(seconds=LEASE)
    (quick,) = claim(engine, now=later)
    assert not sent(engine, slow, now=later)
    assert not fail(engine, slow, now=later, permanent=True)
    assert rows(engine)[0].state == "sending"
    assert sent(engine, quick, now=later)


def test_a_failed_try_waits_longer_each_time_and_says_why(engine: Engine) -> None:
    write(engine, "a")
    now, waits = MOMENT, []
    for _ in range(4):
        (letter,) = claim(engine, now=now)
        assert fail(engine, letter, now=now, error="The mail server cannot be reached.")
        (row,) = rows(engine)
        assert (row.state, row.last_error) == ("queued", "The mail server cannot be reached.")
        assert not claim(engine, now=row.run_at - timedelta(seconds=1))
        waits.append((row.run_at - now).total_seconds())
        now = row.run_at
    assert waits == [30, 75, 187.5, 468.75]


def test_a_letter_that_never_leaves_fails_after_twelve_tries(engine: Engine) -> None:
    write(engine, "a")
    now = MOMENT
    for _ in range(rules.MAX_TRIES):
        (letter,) = claim(engine, now=now)
        assert fail(engine, letter, now=now)
        now += timedelta(days=1)
    (row,) = rows(engine)
    assert (row.state, row.tries) == ("failed", 12)
    assert not claim(engine, now=now)


def test_a_letter_refused_for_good_is_not_tried_again(engine: Engine) -> None:
    row = failed_letter(engine)
    assert (row.state, row.tries, row.last_error) == ("failed", 1, "Down.")
    assert not claim(engine, now=MOMENT + timedelta(days=1))


def test_a_very_long_reason_is_cut_and_not_a_failure_of_its_own(engine: Engine) -> None:
    write(engine, "a")
    assert fail(engine, claim(engine)[0], error="why " * 500)
    assert len(rows(engine)[0].last_error) == 400


def test_a_letter_given_back_untried_lost_no_try_and_no_time(engine: Engine) -> None:
    write(engine, "a")
    (letter,) = claim(engine)
    with writing(engine) as session:
        assert actions.give_back(session, letter)
    assert claim(engine)[0].tries == 1


# --- By hand ---


def test_staff_send_a_failed_letter_again_with_all_its_tries(engine: Engine) -> None:
    row = failed_letter(engine)
    later = MOMENT + timedelta(days=1)
    with writing(engine) as session:
        assert actions.retry(session, row.id, by="ada@example.com", now=later)
    (letter,) = claim(engine, now=later)
    assert letter.tries == 1
    assert letter.message_id == row.message_id
    assert rows(engine)[0].last_error == "Tried again by ada@example.com."


def test_a_letter_that_has_left_or_is_leaving_is_not_sent_again_by_hand(engine: Engine) -> None:
    write(engine, "a")
    (letter,) = claim(engine)
    with writing(engine) as session:
        assert not actions.retry(session, letter.id, by="ada", now=MOMENT)
        assert not actions.cancel(session, letter.id, by="ada")
    sent(engine, letter)
    with writing(engine) as session:
        assert not actions.retry(session, letter.id, by="ada", now=MOMENT)
        assert not actions.cancel(session, letter.id, by="ada")
        assert not actions.retry(session, 999, by="ada", now=MOMENT)
    assert rows(engine)[0].state == "sent"


def test_a_cancelled_letter_stays_until_somebody_sends_it(engine: Engine) -> None:
    write(engine, "a")
    (row,) = rows(engine)
    with writing(engine) as session:
        assert actions.cancel(session, row.id, by="ada")
    assert not claim(engine)
    assert rows(engine)[0].last_error == "Cancelled by ada."
    with writing(engine) as session:
        assert actions.retry(session, row.id, by="ada", now=MOMENT)
    assert claim(engine)


def test_what_a_clock_that_ran_ahead_wrote_leaves_when_the_clock_is_right_again(engine: Engine) -> None:
    ahead = MOMENT + timedelta(days=400)
    write(engine, "held", now=ahead)
    assert len(claim(engine, now=ahead)) == 1
    write(engine, "waiting", now=ahead)
    assert len(claim(engine)) == 2


def test_the_longest_wait_and_a_lease_are_not_taken_for_the_work_of_a_wrong_clock() -> None:
    assert rules.wait(rules.MAX_TRIES, 1.0) < rules.FARTHEST_TRY
    assert timedelta(seconds=LEASE_SECONDS) < rules.LONGEST_LEASE
