"""From the form to a reader with her chapter and her code: what is written down, and what happens only once."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from shop.db import reading, writing
from shop.discounts import actions as discounts
from shop.discounts.models import Campaign, Code
from shop.errors import Reason, Refused
from shop.mail import actions as mail
from shop.mail.models import OutboxLetter
from shop.subscribers import actions as subscribers
from shop.subscribers import queries
from shop.subscribers.models import ConsentWording, Reader
from shop.tokens import token_of
from shop.welcome import letters
from shop.welcome.confirm import confirm
from shop.welcome.models import WelcomeOffer
from shop.welcome.rules import ALPHABET
from tests.rows import every_row
from tests.welcome.conftest import CONTENT, Room


def test_who_asks_gets_a_letter_and_is_no_reader_yet(room: Room) -> None:
    room.asks(source="hip-pain-from-sitting", slot="side", network="192.0.2.0/24")
    reader = room.reader()
    assert reader is not None
    assert (reader.state, reader.source, reader.slot) == ("pending", "hip-pain-from-sitting", "side")
    assert room.written() == ["chapter_confirm"]
    assert room.codes() == []


def test_neither_the_database_nor_the_secret_alone_makes_a_link(room: Room) -> None:
    room.becomes_reader()
    rows = repr(every_row(room.engine))
    assert all(room.token(kind=kind) not in rows for kind in ("chapter_url", "leave_url"))
    assert len(room.token()) == 43
    assert room.letters()[0].blanks["chapter_url"]["seed"] != room.letters()[1].blanks["chapter_url"]["seed"]


def test_confirming_makes_a_reader_with_a_code_and_a_series_in_one_go(room: Room) -> None:
    room.asks(source="hip-pain-while-driving", slot="end", network="192.0.2.0/24")
    room.later(hours=2)
    reader = room.confirms()
    (code,) = room.codes()
    assert (reader.state, reader.confirmed_at, reader.opened_at) == ("confirmed", room.now, room.now)
    assert (reader.code_id, code.bound_email, code.max_uses) == (code.id, room.email, 1)
    assert code.code.startswith("CH-")
    assert len(code.code) == 10
    assert set(code.code.removeprefix("CH-").replace("-", "")) <= set(ALPHABET)
    assert timedelta(days=14) <= code.ends_at - room.now <= timedelta(days=15)
    assert room.enrolments() == {"welcome": ("active", "", 0)}
    welcome = room.letters()[-1]
    assert (welcome.template, welcome.blanks["code"]) == ("welcome", code.code)
    assert welcome.blanks["code_saving"] == "10% off your first order"


def test_a_consent_keeps_its_words_its_moment_and_its_source(room: Room) -> None:
    room.asks(source="hip-pain-from-sitting", slot="footer", network="192.0.2.0/24")
    asked_at = room.now
    room.later(hours=1)
    reader = room.confirms()
    with reading(room.engine) as session:
        steps = queries.consents(session, reader.id)
        wordings = session.scalars(select(ConsentWording.version)).all()
    assert [step.kind for step in steps] == ["asked", "confirmed"]
    assert (steps[0].at, steps[0].source, steps[0].slot, steps[0].network) == (
        asked_at,
        "hip-pain-from-sitting",
        "footer",
        "192.0.2.0/24",
    )
    assert {step.words for step in steps} == {CONTENT.phrase("sign_up.promise")}
    assert [steps[0].version] == list(wordings)


def test_pressing_again_changes_nothing(room: Room) -> None:
    room.asks()
    token = room.token()
    room.confirms()
    before = every_row(room.engine)
    for _ in range(3):
        room.later(hours=1)
        with writing(room.engine) as session:
            confirm(session, room.desk, token, network="198.51.100.0/24", now=room.now)
    assert every_row(room.engine) == before


def test_a_link_works_for_seven_days_and_not_a_moment_longer(room: Room) -> None:
    room.asks()
    room.later(days=7, seconds=-1)
    assert room.confirms().state == "confirmed"
    room.later(seconds=1)
    before = every_row(room.engine)
    token = token_of(room.desk.config.secret_key, room.letters()[0].blanks["chapter_url"]["seed"])
    with pytest.raises(Refused) as refused, writing(room.engine) as session:
        confirm(session, room.desk, token, network="", now=room.now)
    assert refused.value.reason is Reason.LINK_EXPIRED
    assert every_row(room.engine) == before


def test_a_link_called_back_and_a_made_up_one_open_nothing(room: Room) -> None:
    room.asks()
    reader, token = room.reader(), room.token()
    assert reader is not None
    with writing(room.engine) as session:
        subscribers.revoke_links(session, reader.id, now=room.now)
    for wrong in (token, token[:-1] + "x", room.token(kind="leave_url"), "read", "", "é" * 43):
        with pytest.raises(Refused) as refused, writing(room.engine) as session:
            confirm(session, room.desk, wrong, network="", now=room.now)
        assert refused.value.reason is Reason.LINK_UNKNOWN
    room.later(minutes=2)
    room.asks()
    assert room.confirms().state == "confirmed"


def test_the_form_always_ends_with_the_chapter_in_the_inbox(room: Room) -> None:
    room.becomes_reader("Maya.L+hips@gmail.com")
    room.later(minutes=5)
    room.asks("mayal@gmail.com")
    assert room.written("Maya.L+hips@gmail.com") == ["chapter_confirm", "welcome", "chapter_again"]
    assert room.letters("Maya.L+hips@gmail.com")[-1].blanks["code"] == room.codes()[0].code
    assert room.written("mayal@gmail.com") == []
    assert len(room.codes()) == 1


def test_two_presses_within_a_minute_are_one_wish(room: Room) -> None:
    room.asks()
    room.asks()
    assert room.written() == ["chapter_confirm"]
    room.later(seconds=61)
    room.asks()
    assert room.written() == ["chapter_confirm", "chapter_confirm"]


def test_who_left_and_comes_back_goes_on_with_the_same_code(room: Room) -> None:
    room.becomes_reader()
    _leaves(room)
    assert room.enrolments() == {"welcome": ("stopped", "left", 0)}
    room.later(days=1)
    room.asks()
    assert room.written()[-1] == "chapter_confirm"
    reader = room.confirms()
    assert (reader.state, reader.left_at) == ("confirmed", None)
    assert len(room.codes()) == 1
    assert room.enrolments() == {"welcome": ("active", "", 0)}


def _leaves(room: Room) -> None:
    reader = room.reader()
    assert reader is not None
    with writing(room.engine) as session:
        assert subscribers.leave(session, subscribers.lock(session, reader.id), "unsubscribed", now=room.now)


@pytest.mark.parametrize("reason", ["bounced", "complained"])
def test_an_address_that_bounced_or_complained_gets_no_letter(room: Room, reason: str) -> None:
    room.becomes_reader()
    with writing(room.engine) as session:
        assert subscribers.suppress(session, "MAYA@example.com", reason, "550 no such user", now=room.now)
        assert not subscribers.suppress(session, room.email, reason, "again", now=room.now)
    reader = room.reader()
    assert reader is not None
    assert (reader.state, reader.left_why) == ("left", reason)
    assert {letter.state for letter in room.letters()} == {"cancelled"}
    before = every_row(room.engine)
    room.later(days=1)
    room.asks()
    assert every_row(room.engine) == before
    with writing(room.engine) as session:
        assert subscribers.lift(session, room.email)
    room.asks()
    assert room.written()[-1] == "chapter_confirm"


def test_a_budget_that_is_used_up_gives_the_chapter_without_a_code(room: Room) -> None:
    with writing(room.engine) as session:
        session.execute(update(WelcomeOffer).values(max_codes=1))
    room.becomes_reader("a@example.com")
    reader = room.becomes_reader("b@example.com")
    assert (reader.state, reader.code_id) == ("confirmed", None)
    assert room.letters("b@example.com")[-1].blanks["code"] == ""
    with writing(room.engine) as session:
        session.execute(update(WelcomeOffer).values(max_codes=9))
        session.execute(update(Campaign).values(active=False))
    assert room.becomes_reader("c@example.com").code_id is None


def test_many_presses_at_once_mint_one_code(room: Room, at_once: Callable[..., list[object]]) -> None:
    room.asks()
    token = room.token()

    def press(_number: int) -> str:
        with writing(room.engine) as session:
            return confirm(session, room.desk, token, network="", now=room.now).state

    assert at_once(8, press) == ["confirmed"] * 8
    assert len(room.codes()) == 1
    assert room.written() == ["chapter_confirm", "welcome"]
    with reading(room.engine) as session:
        assert session.scalars(select(WelcomeOffer.minted)).one() == 1


def test_without_the_lock_and_the_conditions_there_would_be_two(
    room: Room, at_once: Callable[..., list[object]]
) -> None:
    """The control of the test above: whoever looks first and writes later mints twice."""
    reader = room.becomes_reader()
    with writing(room.engine) as session:
        session.execute(update(Reader).values(code_id=None))
    seen = Barrier(2)

    def press(number: int) -> int:
        with reading(room.engine) as session:
            without = session.scalars(select(Reader.code_id).where(Reader.id == reader.id)).one()
        seen.wait()
        assert without is None
        with writing(room.engine) as session:
            return _mint_carelessly(session, number, room)

    assert len(set(at_once(2, press))) == 2
    assert len(room.codes()) == 3


def _mint_carelessly(session: Session, number: int, room: Room) -> int:
    campaign_id = session.scalars(select(WelcomeOffer.campaign_id)).one()
    return discounts.mint(
        session, campaign_id, [f"CH-TEST-{number}"], bound_email=room.email, ends_at=room.now, now=room.now
    )


def test_a_spelling_that_is_taken_is_passed_over(room: Room) -> None:
    campaign_id = _campaign(room.engine)
    with writing(room.engine) as session:
        made = [
            discounts.mint(
                session,
                campaign_id,
                ["CH-TAKE-N1", "CH-FREE-N2"],
                bound_email=room.email,
                ends_at=room.now,
                now=room.now,
            )
            for _ in range(2)
        ]
        assert [session.get_one(Code, code).code for code in made] == ["CH-TAKE-N1", "CH-FREE-N2"]
        with pytest.raises(LookupError):
            discounts.mint(
                session, campaign_id, ["CH-TAKE-N1"], bound_email="", ends_at=room.now, now=room.now
            )


def _campaign(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalars(select(WelcomeOffer.campaign_id)).one()


def test_leaving_calls_back_what_waits_and_never_touches_order_mail(room: Room) -> None:
    reader = room.becomes_reader()
    with writing(room.engine) as session:
        locked = subscribers.lock(session, reader.id)
        letters.of_series(session, room.desk, locked, "series_self_check", key="s", now=room.now)
        mail.write(session, "order_links", room.email, {"links": []}, dedupe_key="o", now=room.now)
    _leaves(room)
    with reading(room.engine) as session:
        states = dict(session.execute(select(OutboxLetter.template, OutboxLetter.state)).all())
    assert states["series_self_check"] == "cancelled"
    assert states["order_links"] == "queued"
    assert states["welcome"] == "queued"
