"""A forgotten password: a link by mail, good for half an hour and for one new password."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from shop import clock
from shop.admin.desk import back, blueprint
from shop.admin.guard import Role, admits
from shop.db import reading, writing
from shop.errors import Reason, Refused
from shop.mail import actions as mail
from shop.staff import actions as staff
from shop.staff import factors, rules
from shop.staff import queries as staff_queries
from shop.staff.models import StaffMember
from shop.web import filters
from shop.web.notices import say
from shop.web.pace import steady
from shop.web.throttles import allow, client_address
from shop.web.tools import tools

ASKS_SECONDS = 3600
ASKS_PER_NETWORK = 20


@blueprint.get("/admin/password")
@admits(Role.ANYONE)
def forgotten() -> str:
    """Ask for the address of who has forgotten the password."""
    return render_template("admin/forgotten.html", error="")


@blueprint.post("/admin/password")
@admits(Role.ANYONE)
def send_reset() -> ResponseReturnValue:
    """Write to a member; the answer, and how long it takes, are the same for every address."""
    now = clock.now()
    email = request.form.get("email", "").strip().lower()[:320]
    try:
        allow(
            tools().engine,
            "password-reset",
            client_address(),
            limit=ASKS_PER_NETWORK,
            seconds=ASKS_SECONDS,
            now=now,
        )
    except Refused as error:
        return render_template("admin/forgotten.html", error=tools().content.refusal(error)), 429
    with steady(), writing(tools().engine) as session:
        member = staff_queries.by_email(session, email)
        if member is not None and member.disabled_at is None:
            write_reset(session, member)
    say("ok", filters.phrase("flashes.reset_sent"))
    return back("login")


@blueprint.get("/admin/password/<token>")
@admits(Role.ANYONE)
def new_password(token: str) -> ResponseReturnValue:
    """Show the form for a new password."""
    try:
        with reading(tools().engine) as session:
            _member_of(session, token)
    except Refused as error:
        return render_template("admin/forgotten.html", error=tools().content.refusal(error)), 400
    return render_template("admin/new_password.html", token=token, error="")


@blueprint.post("/admin/password/<token>")
@admits(Role.ANYONE)
def set_new_password(token: str) -> ResponseReturnValue:
    """Set the new password, once, and end every sign-in of this member. The second step stays."""
    now = clock.now()
    try:
        with writing(tools().engine) as session:
            member = _member_of(session, token)
            staff.set_password(session, member.email, request.form.get("password", ""), now=now)
            staff.record(session, "password reset", member.email, by=member.email, now=now)
    except staff.MemberRefused:
        sentence = tools().content.refusal(Refused(Reason.PASSWORD_UNFIT))
        return render_template("admin/new_password.html", token=token, error=sentence), 400
    except Refused as error:
        return render_template("admin/forgotten.html", error=tools().content.refusal(error)), 400
    say("ok", filters.phrase("flashes.password_changed"))
    return back("login")


def write_reset(session: Session, member: StaffMember) -> None:
    """Write a member the link to a new password."""
    token = _links().dumps([member.id, rules.reset_mark(member.password_hash)])
    base = tools().config.base_url.rstrip("/")
    mail.write(
        session,
        "staff_password",
        member.email,
        {"link": f"{base}{url_for('admin.new_password', token=token)}"},
        dedupe_key=factors.reset_reason(member.email, clock.now()),
        now=clock.now(),
        priority=0,
    )


def _member_of(session: Session, token: str) -> StaffMember:
    try:
        member_id, mark = _links().loads(token, max_age=int(rules.RESET_LASTS.total_seconds()))
    except BadData as error:
        raise Refused(Reason.RESET_LINK_OLD) from error
    return factors.reset_member(session, member_id, mark)


def _links() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(tools().config.secret_key, salt="password-reset")
