"""Signing in and out."""

import re
import secrets

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from shop import clock
from shop.admin import guard
from shop.admin.desk import blueprint
from shop.admin.guard import Role, admits
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.staff import actions as staff
from shop.web.throttles import allow, client_address
from shop.web.tools import tools

TRIES_SECONDS = 900
TRIES_PER_ADDRESS = 10
TRIES_PER_NETWORK = 30


@blueprint.get("/admin/login")
@admits(Role.ANYONE)
def login() -> str:
    """Show the sign-in form."""
    return _sign_in_form()


@blueprint.post("/admin/login")
@admits(Role.ANYONE)
def sign_in() -> ResponseReturnValue:
    """Begin a session, if address and password are right; the answer is the same whichever is wrong."""
    email = request.form.get("email", "")
    now = clock.now()
    try:
        for kind, subject, limit in (
            ("sign-in-network", client_address(), TRIES_PER_NETWORK),
            ("sign-in-address", email.strip().lower(), TRIES_PER_ADDRESS),
        ):
            allow(tools().engine, kind, subject, limit=limit, seconds=TRIES_SECONDS, now=now)
        with reading(tools().engine) as session:
            member_id = staff.authenticate(session, email, request.form.get("password", ""))
    except Refused as error:
        return _sign_in_form(email, error), 429 if error.reason is Reason.TOO_MANY_TRIES else 400
    fresh_token = secrets.token_urlsafe(32)
    with writing(tools().engine) as session:
        staff.sign_out(session, guard.token(), now=now)
        staff.sign_in(session, member_id, fresh_token, device=request.user_agent.string, now=now)
    response = make_response(redirect(_onward(request.form.get("next", "")), 303))
    guard.remember(response, fresh_token)
    return response


@blueprint.post("/admin/logout")
@admits(Role.READ_ONLY)
def sign_out() -> Response:
    """End the session on the server and in the browser."""
    with writing(tools().engine) as session:
        staff.sign_out(session, guard.token(), now=clock.now())
    response = make_response(redirect(url_for("admin.login"), 303))
    guard.forget(response)
    return response


def _sign_in_form(email: str = "", error: Refused | None = None) -> str:
    sentence = tools().content.refusal(error) if error else ""
    onward = _onward(request.values.get("next", ""))
    return render_template("admin/login.html", email=email, error=sentence, next=onward)


def _onward(asked: str) -> str:
    """Return where to go after the sign-in: a page of the back office, whatever was asked for."""
    return (
        asked if re.fullmatch(r"/admin(/[\w/-]*)?(\?[\w=&-]*)?", asked, re.ASCII) else url_for("admin.today")
    )
