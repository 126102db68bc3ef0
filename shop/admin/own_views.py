"""One's own views of the lists: kept under a name, renamed, taken away, and how dense the rows are."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock
from shop.admin import guard
from shop.admin.desk import back_to, blueprint
from shop.admin.entrance import onward
from shop.admin.guard import Role, admits
from shop.db import writing
from shop.orders.queries import LARGEST_NUMBER
from shop.staff import saved
from shop.staff.models import StaffMember
from shop.web import filters
from shop.web.notices import say
from shop.web.tools import tools

# The lists that can be kept, and where they are.
LISTS = {"orders": "/admin/orders", "readers": "/admin/readers"}
# A view begins at the top, whichever page was looked at when it was kept.
PAGES = ("after", "before")
# More than any list can be asked for at once.
MOST_PARTS = 30
DENSITIES = ("comfortable", "compact")


def own_views(session: Session, place: str) -> Sequence[Any]:
    """Return ``id``, ``name`` and ``query`` of the views of a list that the person who is signed in has kept."""
    return saved.views(session, guard.member().id, place)


@blueprint.post("/admin/account/views/<place>")
@admits(Role.READ_ONLY)
def keep_view(place: str) -> ResponseReturnValue:
    """Keep a list as it is now under a name."""
    address, query = LISTS.get(place) or abort(404), _query()
    if query is None or len(query) > saved.LONGEST_QUERY:
        say("bad", filters.phrase("flashes.view_too_long"))
        return back_to(address)
    name = request.form.get("name", "")
    with writing(tools().engine) as session:
        kept = saved.save(session, guard.member().id, place, name, query, now=clock.now())
    if kept:
        say("ok", filters.phrase("flashes.view_kept", name=" ".join(name.split())))
    else:
        say("bad", filters.phrase("flashes.view_unfit", most=saved.MOST))
    return back_to(f"{address}?{query}")


@blueprint.post("/admin/account/views/<place>/<int:view_id>")
@admits(Role.READ_ONLY)
def change_view(place: str, view_id: int) -> ResponseReturnValue:
    """Give one of the own views another name, or take it away; that can be undone."""
    address = LISTS.get(place) or abort(404)
    if view_id > LARGEST_NUMBER:
        return back_to(address)
    me = guard.member().id
    with writing(tools().engine) as session:
        if request.form.get("action") == "remove":
            gone = saved.remove(session, me, view_id)
            if gone is not None:
                undo = {
                    "action": f"/admin/account/views/{place}",
                    "fields": {"name": gone.name, "query": gone.query},
                    "label": filters.phrase("flashes.undo"),
                }
                say("ok", filters.phrase("flashes.view_removed", name=gone.name), undo)
            return back_to(address)
        renamed = saved.rename(session, me, view_id, request.form.get("name", ""))
        if renamed is None:
            say("bad", filters.phrase("flashes.view_name_unfit"))
            return back_to(address)
        say("ok", filters.phrase("flashes.view_kept", name=renamed.name))
        return back_to(f"{address}?{renamed.query}")


@blueprint.post("/admin/account/density")
@admits(Role.READ_ONLY)
def choose_density() -> ResponseReturnValue:
    """Give the rows of lists more room or less, wherever this person is signed in."""
    density = request.form.get("density", "")
    if density in DENSITIES:
        with writing(tools().engine) as session:
            session.get_one(StaffMember, guard.member().id).density = density
    return back_to(onward())


def _query() -> str | None:
    """Return the query of the list that is to be kept; None for one that no list has."""
    try:
        pairs = parse_qsl(request.form.get("query", ""), max_num_fields=MOST_PARTS)
    except ValueError:
        return None
    return urlencode([(name, value) for name, value in pairs if name not in PAGES])
