"""Your own account: the second step, where you are signed in, and how you use the keyboard."""

import secrets
from urllib.parse import urlsplit

import segno
from flask import request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from shop import clock
from shop.admin import guard
from shop.admin.desk import back, blueprint, page, record
from shop.admin.guard import Role, admits
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.orders.queries import LARGEST_NUMBER
from shop.staff import actions as staff
from shop.staff import factors, rules
from shop.staff import queries as staff_queries
from shop.staff.models import StaffMember
from shop.web import filters
from shop.web.notices import refuse, say
from shop.web.tools import tools


@blueprint.get("/admin/account")
@admits(Role.READ_ONLY, unfinished=True)
def account() -> ResponseReturnValue:
    """Show what is known of the person who is signed in."""
    if guard.member().waits:
        return back("second_step")
    return _account()


@blueprint.post("/admin/account/password")
@admits(Role.READ_ONLY)
def change_password() -> ResponseReturnValue:
    """Change the own password: the present one is asked for, and every sign-in ends."""
    member, now = guard.member(), clock.now()
    try:
        with reading(tools().engine) as session:
            staff.authenticate(session, member.email, request.form.get("password", ""))
        with writing(tools().engine) as session:
            staff.set_password(session, member.email, request.form.get("new_password", ""), now=now)
            record(session, "password changed", member.email)
    except Refused as error:
        refuse(error)
        return back("account")
    except staff.MemberRefused:
        refuse(Refused(Reason.PASSWORD_UNFIT))
        return back("account")
    say("ok", filters.phrase("flashes.password_changed"))
    return back("login")


@blueprint.post("/admin/account/app")
@admits(Role.READ_ONLY, unfinished=True)
def begin_app() -> ResponseReturnValue:
    """Prepare an authenticator app; whoever has not taken the second step yet cannot make a new one."""
    if guard.member().waits:
        return back("second_step")
    with writing(tools().engine) as session:
        factors.begin_app(session, guard.member().id, secrets.token_hex(16))
    return back("account", _anchor="second-step")


@blueprint.post("/admin/account/app/confirm")
@admits(Role.READ_ONLY, unfinished=True)
def confirm_app() -> ResponseReturnValue:
    """Let the app count, and show the recovery codes this one time."""
    member = guard.member()
    if member.waits:
        return back("second_step")
    codes = _fresh_codes()
    try:
        with writing(tools().engine) as session:
            factors.confirm_app(
                session,
                member.id,
                request.form.get("code", ""),
                secret_key=tools().config.secret_key,
                now=clock.now(),
            )
            factors.give_recovery_codes(session, member.id, codes)
            staff.pass_second_step(session, member.session_id, now=clock.now())
            record(session, "authenticator app added", member.email)
    except Refused as error:
        refuse(error)
        return back("account", _anchor="second-step")
    return page("admin/recovery_codes.html", "account", codes=codes)


@blueprint.post("/admin/account/recovery")
@admits(Role.READ_ONLY, step_up=True)
def new_recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes; those of before are worth nothing."""
    codes = _fresh_codes()
    if not guard.member().has_second_factor:
        return back("account")
    with writing(tools().engine) as session:
        factors.give_recovery_codes(session, guard.member().id, codes)
        record(session, "recovery codes made", guard.member().email)
    return page("admin/recovery_codes.html", "account", codes=codes)


@blueprint.post("/admin/account/second-step/remove")
@admits(Role.READ_ONLY, step_up=True)
def remove_second_step() -> ResponseReturnValue:
    """Take the second step off the own account."""
    with writing(tools().engine) as session:
        factors.take_off(session, guard.member().id)
        record(session, "second step taken off", guard.member().email)
    say("ok", filters.phrase("flashes.second_step_off"))
    return back("account")


@blueprint.post("/admin/account/sessions/<int:session_id>")
@admits(Role.READ_ONLY)
def name_session(session_id: int) -> ResponseReturnValue:
    """Give one of the own sign-ins a name."""
    with writing(tools().engine) as session:
        if session_id <= LARGEST_NUMBER:
            staff.name_session(session, guard.member().id, session_id, request.form.get("name", ""))
    say("ok", filters.phrase("flashes.saved"))
    return back("account")


@blueprint.post("/admin/account/sessions/<int:session_id>/end")
@admits(Role.READ_ONLY)
def end_session(session_id: int) -> ResponseReturnValue:
    """End one of the own sign-ins."""
    with writing(tools().engine) as session:
        if session_id <= LARGEST_NUMBER:
            staff.end_session(session, guard.member().id, session_id, now=clock.now())
    say("ok", filters.phrase("flashes.session_ended"))
    return back("account")


@blueprint.post("/admin/account/keys")
@admits(Role.READ_ONLY)
def choose_keys() -> ResponseReturnValue:
    """Turn the single keys on or off (WCAG 2.1.4)."""
    with writing(tools().engine) as session:
        session.get_one(StaffMember, guard.member().id).single_keys = "single_keys" in request.form
    say("ok", filters.phrase("flashes.saved"))
    return back("account")


def _account() -> str:
    member = guard.member()
    with reading(tools().engine) as session:
        kept = session.get_one(StaffMember, member.id)
        secret = (
            rules.totp_secret(tools().config.secret_key, kept.totp_nonce)
            if kept.totp_nonce and not kept.totp_confirmed_at
            else ""
        )
        return page(
            "admin/account.html",
            "account",
            has_app=kept.totp_confirmed_at is not None,
            secret=secret,
            square=_square(secret) if secret else "",
            passkeys=staff_queries.passkeys(session, member.id),
            passkeys_work=_passkeys_work(),
            codes_left=staff_queries.recovery_codes_left(session, member.id),
            sign_ins=staff_queries.signed_in_places(session, member.id, now=clock.now()),
        )


def _passkeys_work() -> bool:
    """Whether browsers make passkeys for this shop: they want a name, not a number, and https but for localhost."""
    config = tools().config
    host = urlsplit(config.base_url).hostname or ""
    return host == "localhost" or (config.https and any(map(str.isalpha, host.rpartition(".")[2])))


def _square(secret: str) -> Markup:
    config = tools().config
    address = rules.totp_address(secret, member=guard.member().email, shop=config.shop_name)
    return Markup(segno.make(address, error="m").svg_inline(scale=5, border=2, light="#fff"))  # noqa: S704  made of our own values


def _fresh_codes() -> list[str]:
    return [rules.recovery_code(secrets.token_bytes(10)) for _ in range(rules.RECOVERY_CODES)]
