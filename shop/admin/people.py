"""Who runs the shop, with which role; and what they have done."""

import secrets

from flask import request
from flask.typing import ResponseReturnValue

from shop import clock
from shop.admin.desk import PAGE_LENGTH, back, before, blueprint, page, record
from shop.admin.guard import Role, admits
from shop.admin.password import write_reset
from shop.db import reading, writing
from shop.errors import Refused
from shop.orders.queries import LARGEST_NUMBER
from shop.staff import actions as staff
from shop.staff import factors, rules
from shop.staff import queries as staff_queries
from shop.staff.models import StaffMember
from shop.web import filters
from shop.web.notices import refuse, say
from shop.web.tools import tools

ACTIONS = ("role", "close", "reopen", "second-step")


@blueprint.get("/admin/settings")
@admits(Role.READ_ONLY)
def settings() -> str:
    """List who runs the shop, and the settings it runs with."""
    with reading(tools().engine) as session:
        return page(
            "admin/people.html",
            "settings",
            members=staff_queries.members(session),
            roles=rules.ROLES,
            config=tools().config,
        )


@blueprint.post("/admin/settings/people")
@admits(Role.OWNER, step_up=True)
def add_member() -> ResponseReturnValue:
    """Add a person; they choose their password through a link in a mail."""
    email = request.form.get("email", "")
    try:
        with writing(tools().engine) as session:
            member = staff.create_member(
                session,
                email,
                name=request.form.get("name", "").strip()[:120],
                role=request.form.get("role", ""),
                password=secrets.token_urlsafe(32),
                now=clock.now(),
            )
            write_reset(session, member)
            record(session, "member added", member.email, after={"role": member.role})
            said = filters.phrase("flashes.member_added", email=member.email)
    except Refused as error:
        refuse(error)
        return back("settings")
    except staff.MemberRefused as error:
        say("bad", str(error))
        return back("settings")
    say("ok", said)
    return back("settings")


@blueprint.post("/admin/settings/people/<int:member_id>")
@admits(Role.OWNER, step_up=True)
def change_member(member_id: int) -> ResponseReturnValue:
    """Give a person another role, close or reopen their account, or take their second step off."""
    action = request.form.get("action", "")
    try:
        with writing(tools().engine) as session:
            member = session.get(StaffMember, member_id) if member_id <= LARGEST_NUMBER else None
            if member is None or action not in ACTIONS:
                return back("settings")
            earlier = {"role": member.role, "closed": member.disabled_at is not None}
            if action == "role":
                staff.set_role(session, member_id, request.form.get("role", ""))
            elif action == "close":
                staff.close(session, member_id, now=clock.now())
            elif action == "reopen":
                staff.reopen(session, member_id)
            else:
                factors.take_off(session, member_id)
            session.refresh(member)
            record(
                session,
                f"member: {action.replace('-', ' ')}",
                member.email,
                before=earlier,
                after={"role": member.role, "closed": member.disabled_at is not None},
            )
            said = filters.phrase("flashes.member_changed", email=member.email)
    except staff.MemberRefused as error:
        say("bad", str(error))
        return back("settings")
    say("ok", said)
    return back("settings")


@blueprint.get("/admin/audit")
@admits(Role.READ_ONLY)
def audit() -> str:
    """Show what staff did, newest first."""
    by, subject = request.args.get("by", "")[:320], request.args.get("subject", "")[:120]
    with reading(tools().engine) as session:
        found = staff_queries.audit(session, before=before(), limit=PAGE_LENGTH + 1, by=by, subject=subject)
        return page(
            "admin/audit.html",
            "audit",
            entries=found[:PAGE_LENGTH],
            by=by,
            subject=subject,
            next_before=found[PAGE_LENGTH - 1].id if len(found) > PAGE_LENGTH else None,
        )
