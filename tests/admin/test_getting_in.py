"""The second step, step-up, named sign-ins, forgotten passwords, roles."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update

from shop import clock
from shop.app import create_app
from shop.config import Config
from shop.db import reading, writing
from shop.mail.models import OutboxLetter
from shop.staff import rules
from shop.staff.models import AuditEntry, StaffMember, StaffSession
from tests.cast import PASSWORD
from tests.rows import every_row

NEW = "quite another long password"


def set_up(browser: FlaskClient) -> tuple[pyotp.TOTP, list[str], str]:
    """Set an authenticator app up as a person does; return the app, the recovery codes, and the code it took."""
    browser.post("/admin/account/app")
    page = browser.get("/admin/account").text
    (typed,) = re.findall(r"<code>((?:[A-Z2-7]{4} ?){8})</code>", page)
    secret = typed.replace(" ", "")
    app = pyotp.TOTP(secret)
    used = app.now()
    shown = browser.post("/admin/account/app/confirm", data={"code": used}).text
    return app, re.findall(r"<code>([a-z2-7-]{19})</code>", shown), used


def sign_in(browser: FlaskClient, email: str, password: str = PASSWORD) -> str:
    return browser.post("/admin/login", data={"email": email, "password": password}).headers["Location"]


def later(app: pyotp.TOTP) -> str:
    """The next code: the one of this moment was used up when the app was set up."""
    return app.at(clock.now() + timedelta(seconds=rules.CODE_SECONDS))


def test_with_a_second_step_a_stolen_password_opens_nothing(
    app: Flask, engine: Engine, staff: FlaskClient
) -> None:
    phone, recovery, used = set_up(staff)
    assert len(recovery) == rules.RECOVERY_CODES
    thief = app.test_client()
    assert sign_in(thief, "staff@example.com").startswith("/admin/login/code")
    before = every_row(engine)
    for page in ("/admin", "/admin/orders", "/admin/account", "/admin/settings"):
        assert thief.get(page).headers["Location"].startswith("/admin/login/code"), page
    for action in ("/admin/account/app", "/admin/account/app/confirm", "/admin/account/second-step/remove"):
        assert thief.post(action, data={"code": later(phone)}).status_code == 303
    assert every_row(engine) == before
    waiting = thief.get_cookie("staff", path="/admin")
    assert thief.post("/admin/login/code", data={"code": "000000"}).status_code == 400
    assert thief.post("/admin/login/code", data={"code": used}).status_code == 400, "used before"
    assert thief.post("/admin/login/code", data={"code": later(phone)}).headers["Location"] == "/admin"
    assert thief.get("/admin").status_code == 200
    old = app.test_client()
    old.set_cookie("staff", waiting.value, path="/admin")
    assert old.get("/admin").headers["Location"].startswith("/admin/login?"), "a session gets a fresh token"


def test_a_recovery_code_opens_the_door_once(app: Flask, engine: Engine, staff: FlaskClient) -> None:
    _, recovery, _ = set_up(staff)
    for place, status in ((app.test_client(), 303), (app.test_client(), 400)):
        sign_in(place, "staff@example.com")
        typed = recovery[0].upper().replace("-", " ")
        assert place.post("/admin/login/code", data={"code": typed}).status_code == status
    with reading(engine) as session:
        assert "recovery code used" in session.scalars(select(AuditEntry.action)).all()
    assert all(code not in repr(every_row(engine)) for code in recovery)


def test_guessing_codes_is_stopped(app: Flask, staff: FlaskClient) -> None:
    phone, _, _ = set_up(staff)
    browser = app.test_client()
    sign_in(browser, "staff@example.com")
    tried = [browser.post("/admin/login/code", data={"code": f"{n:06}"}).status_code for n in range(11)]
    assert tried == [400] * 10 + [429]
    assert browser.post("/admin/login/code", data={"code": later(phone)}).status_code == 429


def test_a_copy_of_the_database_does_not_hold_the_secret_of_the_app(
    engine: Engine, staff: FlaskClient
) -> None:
    phone, _, _ = set_up(staff)
    assert phone.secret not in repr(every_row(engine))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_live_shop_opens_to_nobody_who_has_no_second_step(config: Config, staff: FlaskClient) -> None:
    live = create_app(replace(config, shop_mode="live"))
    cookie = staff.get_cookie("staff", path="/admin")
    browser = live.test_client()
    browser.set_cookie("staff", cookie.value, path="/admin")
    for page in ("/admin", "/admin/orders", "/admin/settings"):
        assert browser.get(page).headers["Location"] == "/admin/account"
    assert "needs a second step" in browser.get("/admin/account").text
    set_up(browser)
    assert browser.get("/admin").status_code == 200
    live.extensions["shop"].engine.dispose()


def away(engine: Engine) -> None:
    """Everybody who is signed in was last asked long ago."""
    with writing(engine) as session:
        session.execute(
            update(StaffSession).values(confirmed_at=clock.now() - rules.STEP_UP_LASTS - timedelta(seconds=1))
        )


def test_roles_ask_once_more_who_is_there(engine: Engine, owner: FlaskClient) -> None:
    away(engine)
    before = every_row(engine)
    person = {"email": "new@example.com", "role": "staff"}
    came_from = {"Referer": "http://localhost/admin/settings"}
    asked = owner.post("/admin/settings/people", data=person, headers=came_from)
    assert asked.headers["Location"] == "/admin/confirm?next=/admin/settings"
    assert every_row(engine) == before
    wrong = owner.post("/admin/confirm", data={"password": "wrong", "next": "/admin/settings"})
    assert wrong.status_code == 400
    right = owner.post("/admin/confirm", data={"password": PASSWORD, "next": "/admin/settings"})
    assert right.headers["Location"] == "/admin/settings"
    owner.post("/admin/settings/people", data=person)
    with reading(engine) as session:
        assert session.scalars(select(StaffMember.role).where(StaffMember.email == "new@example.com")).one()
        assert session.scalars(select(OutboxLetter.recipient)).all() == ["new@example.com"]


def test_the_shop_always_keeps_an_owner_and_every_change_of_a_person_is_written_down(
    engine: Engine, owner: FlaskClient, staff: FlaskClient
) -> None:
    with reading(engine) as session:
        ids = dict(session.execute(select(StaffMember.role, StaffMember.id)).all())
    mine, theirs = (f"/admin/settings/people/{ids[role]}" for role in ("owner", "staff"))
    owner.post(mine, data={"action": "role", "role": "staff"})
    owner.post(mine, data={"action": "close"})
    assert "The shop needs an owner" in owner.get("/admin/settings").text
    assert owner.get("/admin").status_code == 200
    owner.post(theirs, data={"action": "role", "role": "read_only"})
    owner.post(theirs, data={"action": "close"})
    assert staff.get("/admin").status_code == 303
    page = owner.get("/admin/audit?subject=staff@example.com").text
    assert "staff → read_only" in page
    assert "False → True" in page or "closed: True" in page


def test_a_person_sees_names_and_ends_the_own_sign_ins_only(
    app: Flask, engine: Engine, owner: FlaskClient, staff: FlaskClient
) -> None:
    sign_in(app.test_client(), "staff@example.com")
    with reading(engine) as session:
        ids = session.scalars(select(StaffSession.id).order_by(StaffSession.id)).all()
    owners, first, second = ids
    staff.post(f"/admin/account/sessions/{first}", data={"name": "Packing table"})
    staff.post(f"/admin/account/sessions/{owners}", data={"name": "Stolen"})
    staff.post(f"/admin/account/sessions/{owners}/end")
    page = staff.get("/admin/account").text
    assert "Packing table" in page
    assert page.count("/end") == 2
    assert owner.get("/admin").status_code == 200
    staff.post(f"/admin/account/sessions/{second}/end")
    assert staff.get("/admin/account").text.count("/end") == 1


def test_a_forgotten_password_is_replaced_once_by_a_link_and_the_second_step_stays(
    app: Flask, engine: Engine, staff: FlaskClient
) -> None:
    set_up(staff)
    visitor = app.test_client()
    answers = [
        visitor.post("/admin/password", data={"email": email})
        for email in ("staff@example.com", "nobody@example.com")
    ]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(303, "/admin/login")}
    with reading(engine) as session:
        (letter,) = session.scalars(select(OutboxLetter)).all()
    assert letter.recipient == "staff@example.com"
    path = letter.blanks["link"].removeprefix("http://127.0.0.1:8000")
    assert visitor.get(path).status_code == 200
    assert visitor.post(path, data={"password": "short"}).status_code == 400
    assert visitor.post(path, data={"password": NEW}).status_code == 303
    assert staff.get("/admin").status_code == 303, "every sign-in ends"
    assert visitor.post(path, data={"password": "a third long password"}).status_code == 400
    assert visitor.get(f"{path}x").status_code == 400
    assert sign_in(visitor, "staff@example.com", NEW).startswith("/admin/login/code")


def test_the_own_password_is_changed_by_who_knows_it(
    engine: Engine, member: Callable[[str], FlaskClient]
) -> None:
    browser = member("read_only")
    browser.post("/admin/account/password", data={"password": "wrong", "new_password": NEW})
    assert browser.get("/admin").status_code == 200
    browser.post("/admin/account/password", data={"password": PASSWORD, "new_password": NEW})
    assert browser.get("/admin").status_code == 303
    assert sign_in(browser, "read_only@example.com", NEW) == "/admin"


@pytest.mark.parametrize(
    ("code", "fits"),
    [("000000", False), ("", False), ("12345", False), ("1234567", False), ("１２３４５６", False)],
)
def test_only_the_code_of_now_and_of_one_step_to_either_side_fits(code: str, fits: bool) -> None:
    secret, now = rules.totp_secret("k" * 40, "nonce"), clock.now()
    app = pyotp.TOTP(secret)
    assert (rules.totp_step(secret, code, now=now) is not None) is fits
    steps = [
        rules.totp_step(secret, app.at(now + timedelta(seconds=30 * offset)), now=now)
        for offset in range(-2, 3)
    ]
    assert [step is not None for step in steps] == [False, True, True, True, False]
