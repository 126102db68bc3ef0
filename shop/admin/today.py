"""What needs a person today."""

from shop import clock
from shop.admin import queries
from shop.admin.desk import blueprint, page
from shop.admin.guard import Role, admits
from shop.db import reading
from shop.web.tools import tools


@blueprint.get("/admin")
@admits(Role.READ_ONLY)
def today() -> str:
    """Show what needs a person."""
    with reading(tools().engine) as session:
        found = queries.today(session, now=clock.now(), zone=tools().config.time_zone)
        return page("admin/today.html", "today", today=found)
