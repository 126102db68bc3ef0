"""Members, passwords and sessions."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.staff import actions as staff
from shop.staff import queries, rules
from shop.staff.actions import MemberRefused
from shop.staff.models import StaffMember, StaffSession
from tests.rows import every_row

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
TOKEN = "t" * 43


@pytest.fixture
def member_id(engine: Engine) -> int:
    with writing(engine) as session:
        return staff.create_member(
            session, "Ada@Example.com", name="Ada", role="staff", password=PASSWORD, now=NOW
        ).id


def sign_in(engine: Engine, email: str, password: str) -> int:
    with reading(engine) as session:
        return staff.authenticate(session, email, password)


def whose(engine: Engine, token: str, now: datetime) -> str | None:
    with reading(engine) as session:
        found = queries.signed_in(session, token, now=now)
    return found.email if found else None


def begin(engine: Engine, member_id: int) -> None:
    with writing(engine) as session:
        staff.sign_in(session, member_id, TOKEN, device="Firefox", now=NOW)


def test_a_member_signs_in_with_address_and_password(engine: Engine, member_id: int) -> None:
    assert sign_in(engine, " ada@example.com ", PASSWORD) == member_id


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.com", "correct horse batter"),
        ("ada@example.com", ""),
        ("ada@example.com", "x" * 100_000),
        ("nobody@example.com", PASSWORD),
        ("", PASSWORD),
        ("ada@example.com' --", PASSWORD),
    ],
)
def test_every_wrong_sign_in_gets_the_same_answer(
    engine: Engine, member_id: int, email: str, password: str
) -> None:
    with pytest.raises(Refused) as refusal:
        sign_in(engine, email, password)
    assert (refusal.value.reason, refusal.value.values) == (Reason.SIGN_IN_FAILED, {})


def test_a_disabled_member_cannot_sign_in_and_is_signed_out(engine: Engine, member_id: int) -> None:
    begin(engine, member_id)
    with writing(engine) as session:
        staff.disable(session, member_id, now=NOW)
    assert whose(engine, TOKEN, NOW) is None
    with pytest.raises(Refused):
        sign_in(engine, "ada@example.com", PASSWORD)


def test_a_password_is_kept_as_argon2id_with_the_cost_owasp_asks_for(engine: Engine, member_id: int) -> None:
    with reading(engine) as session:
        kept = session.scalars(select(StaffMember.password_hash)).one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert rules.NOBODYS_HASH.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_an_unreadable_hash_matches_nothing() -> None:
    assert not rules.password_matches("", PASSWORD)
    assert not rules.password_matches("$argon2id$broken", PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 201])
def test_a_password_that_is_too_short_or_too_long_is_not_taken(engine: Engine, password: str) -> None:
    with pytest.raises(MemberRefused, match="12 to 200"), writing(engine) as session:
        staff.create_member(session, "b@example.com", name="", role="owner", password=password, now=NOW)


def test_an_unknown_role_is_not_given(engine: Engine) -> None:
    with pytest.raises(MemberRefused, match="owner, staff, read_only"), writing(engine) as session:
        staff.create_member(session, "b@example.com", name="", role="admin", password=PASSWORD, now=NOW)


def test_an_address_is_a_member_once(engine: Engine, member_id: int) -> None:
    with pytest.raises(MemberRefused, match="already"), writing(engine) as session:
        staff.create_member(session, "ADA@example.com", name="", role="owner", password=PASSWORD, now=NOW)


def test_a_session_lasts_fourteen_days(engine: Engine, member_id: int) -> None:
    begin(engine, member_id)
    assert whose(engine, TOKEN, NOW + timedelta(days=14, seconds=-1)) == "ada@example.com"
    assert whose(engine, TOKEN, NOW + timedelta(days=14)) is None


def test_a_session_ends_on_the_server_when_its_member_signs_out(engine: Engine, member_id: int) -> None:
    begin(engine, member_id)
    with writing(engine) as session:
        staff.sign_out(session, TOKEN, now=NOW)
    assert whose(engine, TOKEN, NOW) is None


def test_a_new_password_ends_every_session_and_the_old_password(engine: Engine, member_id: int) -> None:
    begin(engine, member_id)
    with writing(engine) as session:
        staff.set_password(session, "ada@example.com", "another long password", now=NOW)
    assert whose(engine, TOKEN, NOW) is None
    assert sign_in(engine, "ada@example.com", "another long password") == member_id
    with pytest.raises(Refused):
        sign_in(engine, "ada@example.com", PASSWORD)


def test_nobody_gets_a_new_password_by_an_unknown_address(engine: Engine, member_id: int) -> None:
    with pytest.raises(MemberRefused, match="not a member"), writing(engine) as session:
        staff.set_password(session, "eve@example.com", "another long password", now=NOW)


def test_neither_password_nor_token_stands_anywhere_in_the_database(engine: Engine, member_id: int) -> None:
    begin(engine, member_id)
    rows = repr(every_row(engine))
    assert PASSWORD not in rows
    assert TOKEN not in rows


def test_a_guessed_token_is_nobodys(engine: Engine, member_id: int) -> None:
    begin(engine, member_id)
    with reading(engine) as session:
        kept = session.scalars(select(StaffSession.token_hash)).one()
    for guess in ("", kept, TOKEN[:-1], "é" * 43, "' OR 1=1 --"):
        assert whose(engine, guess, NOW) is None


@pytest.mark.parametrize(("role", "may"), [("owner", True), ("staff", True), ("read_only", False)])
def test_only_owners_and_staff_may_change_things(role: str, may: bool) -> None:
    assert rules.may_change(role) is may


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox on Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/142.0 Safari/537.36 Edg/142.0",
            "Edge on Mac",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) Version/26.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown device"),
    ],
)
def test_a_sign_in_says_which_device_it_was_on_in_plain_words(told: str, words: str) -> None:
    assert rules.device_words(told) == words
