"""Signing in and out, and proving once more who is there."""

import re
import secrets

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from shop import clock
from shop.admin import guard
from shop.admin.desk import blueprint, record
from shop.admin.guard import Role, admits
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.staff import actions as staff
from shop.staff import factors
from shop.staff import queries as staff_queries
from shop.staff.queries import Member
from shop.web import filters
from shop.web.notices import say
from shop.web.throttles import allow, client_address
from shop.web.tools import tools

TRIES_SECONDS = 900
TRIES_PER_ADDRESS = 10
TRIES_PER_NETWORK = 30


@blueprint.get("/admin/login")
@admits(Role.ANYONE)
def login() -> str:
    """Show the sign-in form."""
    return _door("admin/login.html", email="")


@blueprint.post("/admin/login")
@admits(Role.ANYONE)
def sign_in() -> ResponseReturnValue:
    """Begin a session, if address and password are right; the answer is the same whichever is wrong."""
    email = request.form.get("email", "")
    try:
        count_try("sign-in-network", client_address(), TRIES_PER_NETWORK)
        count_try("sign-in-address", email.strip().lower())
        with reading(tools().engine) as session:
            member_id = staff.authenticate(session, email, request.form.get("password", ""))
    except Refused as error:
        return _door("admin/login.html", error, email=email), _status(error)
    with reading(tools().engine) as session:
        waits = staff_queries.needs_second_step(session, member_id)
    then = url_for("admin.second_step", next=onward()) if waits else onward()
    return begin_session(member_id, then, second_step=False)


@blueprint.get("/admin/login/code")
@admits(Role.READ_ONLY, unfinished=True)
def second_step() -> str:
    """Ask for the second factor."""
    return _door("admin/second_step.html", None, **_ways())


@blueprint.post("/admin/login/code")
@admits(Role.READ_ONLY, unfinished=True)
def take_second_step() -> ResponseReturnValue:
    """Finish a sign-in with a code of the app or a recovery code; the session of before ends."""
    member = guard.member()
    try:
        _check_code(member)
    except Refused as error:
        return _door("admin/second_step.html", error, **_ways()), _status(error)
    return begin_session(member.id, onward(), second_step=True)


@blueprint.get("/admin/confirm")
@admits(Role.READ_ONLY)
def confirm() -> str:
    """Ask who is signed in to prove once more who they are."""
    return _door("admin/confirm.html", None, by_code=guard.member().has_second_factor, **_ways())


@blueprint.post("/admin/confirm")
@admits(Role.READ_ONLY)
def confirmed() -> ResponseReturnValue:
    """Go on when the code, or without a second factor the password, is right."""
    member, now = guard.member(), clock.now()
    try:
        if member.has_second_factor:
            _check_code(member)
        else:
            count_try("sign-in-address", member.email)
            with reading(tools().engine) as session:
                staff.authenticate(session, member.email, request.form.get("password", ""))
    except Refused as error:
        page = _door("admin/confirm.html", error, by_code=member.has_second_factor, **_ways())
        return page, _status(error)
    with writing(tools().engine) as session:
        staff.confirm(session, member.session_id, now=now)
    return redirect(onward(), 303)


@blueprint.post("/admin/logout")
@admits(Role.READ_ONLY, unfinished=True)
def sign_out() -> Response:
    """End the session on the server and in the browser."""
    with writing(tools().engine) as session:
        staff.sign_out(session, guard.token(), now=clock.now())
    response = make_response(redirect(url_for("admin.login"), 303))
    guard.forget(response)
    return response


def begin_session(member_id: int, then: str, *, second_step: bool) -> Response:
    """Begin a session under a fresh token and end the one of before."""
    fresh_token, now = secrets.token_urlsafe(32), clock.now()
    with writing(tools().engine) as session:
        staff.sign_out(session, guard.token(), now=now)
        staff.sign_in(
            session,
            member_id,
            fresh_token,
            device=request.user_agent.string,
            now=now,
            second_step=second_step,
        )
    response = make_response(redirect(then, 303))
    guard.remember(response, fresh_token)
    return response


def _check_code(member: Member) -> None:
    count_try("second-step", str(member.id))
    with writing(tools().engine) as session:
        used = factors.check(
            session,
            member.id,
            request.form.get("code", ""),
            secret_key=tools().config.secret_key,
            now=clock.now(),
        )
        if used == "recovery":
            record(session, "recovery code used", member.email)
            say(
                "warn",
                filters.phrase(
                    "flashes.recovery_code_used", left=staff_queries.recovery_codes_left(session, member.id)
                ),
            )


def count_try(kind: str, subject: str, limit: int = TRIES_PER_ADDRESS) -> None:
    """Count one try of a password or a second factor. Raises Refused(TOO_MANY_TRIES)."""
    allow(tools().engine, kind, subject, limit=limit, seconds=TRIES_SECONDS, now=clock.now())


def _ways() -> dict[str, bool]:
    """Return which second steps the person has: a passkey, and codes of an app or for recovery."""
    me = guard.member().id
    with reading(tools().engine) as session:
        return {
            "has_passkey": bool(staff_queries.passkeys(session, me)),
            "has_codes": staff_queries.has_app(session, me)
            or staff_queries.recovery_codes_left(session, me) > 0,
        }


def _status(error: Refused) -> int:
    return 429 if error.reason is Reason.TOO_MANY_TRIES else 400


def _door(template: str, error: Refused | None = None, **values: object) -> str:
    sentence = tools().content.refusal(error) if error else ""
    return render_template(template, error=sentence, next=onward(), **values)


def onward() -> str:
    """Return where to go afterwards: a page of the back office, whatever was asked for."""
    asked = request.values.get("next", "")
    return (
        asked
        if re.fullmatch(r"/admin(/[\w./-]*)?(\?[\w=&%+.-]*)?", asked, re.ASCII)
        else url_for("admin.today")
    )
