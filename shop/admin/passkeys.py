"""Passkeys: adding one to your account, and showing one as the second step or to confirm that it is you."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Response, request
from flask import session as cookie
from flask.typing import ResponseReturnValue

from shop import clock
from shop.admin import guard
from shop.admin.desk import back, blueprint, record
from shop.admin.entrance import begin_session, count_try, onward
from shop.admin.guard import Role, admits
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.on_demand import OnDemand
from shop.orders.queries import LARGEST_NUMBER
from shop.staff import actions as staff
from shop.web import filters
from shop.web.notices import refuse, say
from shop.web.tools import tools

if TYPE_CHECKING:
    from shop.staff import passkeys
else:
    # What checks an authenticator's answer knows every kind of certificate: 13 MiB, and a sixth of the time to start.
    passkeys = OnDemand("shop.staff.passkeys")

SECONDS = 300


@blueprint.post("/admin/account/passkeys/begin")
@admits(Role.READ_ONLY, unfinished=True)
def begin_passkey() -> ResponseReturnValue:
    """Return what a browser needs to make a passkey."""
    if guard.member().waits:
        return back("second_step")
    with reading(tools().engine) as session:
        options = passkeys.creation(
            session, guard.member().id, site=_site(), shop=tools().config.shop_name, challenge=_ask()
        )
    return Response(options, mimetype="application/json")


@blueprint.post("/admin/account/passkeys")
@admits(Role.READ_ONLY, unfinished=True)
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey a browser has made."""
    member = guard.member()
    if member.waits:
        return back("second_step")
    try:
        with writing(tools().engine) as session:
            passkeys.add(
                session,
                member.id,
                request.form.get("answer", ""),
                site=_site(),
                origin=_origin(),
                challenge=_asked(),
                name=request.form.get("name", ""),
                now=clock.now(),
            )
            staff.pass_second_step(session, member.session_id, now=clock.now())
            record(session, "passkey added", member.email)
    except Refused as error:
        refuse(error)
        return back("account")
    say("ok", filters.phrase("flashes.passkey_added"))
    return back("account")


@blueprint.post("/admin/account/passkeys/<int:passkey_id>/remove")
@admits(Role.READ_ONLY, step_up=True)
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    """Forget one of the own passkeys."""
    with writing(tools().engine) as session:
        if passkey_id <= LARGEST_NUMBER:
            passkeys.remove(session, guard.member().id, passkey_id)
            record(session, "passkey removed", guard.member().email)
    say("ok", filters.phrase("flashes.saved"))
    return back("account")


@blueprint.post("/admin/login/passkey/begin")
@admits(Role.READ_ONLY, unfinished=True)
def ask_passkey() -> ResponseReturnValue:
    """Return what a browser needs to show a passkey."""
    with reading(tools().engine) as session:
        options = passkeys.question(session, guard.member().id, site=_site(), challenge=_ask())
    return Response(options, mimetype="application/json")


@blueprint.post("/admin/login/passkey")
@admits(Role.READ_ONLY, unfinished=True)
def show_passkey() -> ResponseReturnValue:
    """Finish a sign-in, or confirm who is there, with a passkey: the session gets a fresh token."""
    member = guard.member()
    try:
        count_try("second-step", str(member.id))
        with writing(tools().engine) as session:
            passkeys.check(
                session,
                member.id,
                request.form.get("answer", ""),
                site=_site(),
                origin=_origin(),
                challenge=_asked(),
            )
    except Refused as error:
        refuse(error)
        return back("second_step", next=onward())
    return begin_session(member.id, onward(), second_step=True)


def _ask() -> bytes:
    """Make a challenge and remember it in the signed cookie of this browser."""
    challenge = secrets.token_bytes(32)
    cookie["challenge"] = [urlsafe_b64encode(challenge).decode(), int(clock.now().timestamp())]
    return challenge


def _asked() -> bytes:
    """Return the challenge of this browser, once. Raises Refused(PASSKEY_REFUSED) when there is none, or an old one."""
    challenge, asked_at = cookie.pop("challenge", ["", 0])
    if not 0 <= clock.now().timestamp() - asked_at <= SECONDS:
        raise Refused(Reason.PASSKEY_REFUSED)
    return urlsafe_b64decode(challenge)


def _site() -> str:
    return urlsplit(tools().config.base_url).hostname or ""


def _origin() -> str:
    parts = urlsplit(tools().config.base_url)
    return f"{parts.scheme}://{parts.netloc}"
