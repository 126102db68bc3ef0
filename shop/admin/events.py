"""What the payment service told: its words as they came, for owners, read again from where they are kept."""

import json

from flask import abort

from shop.admin import queries
from shop.admin.desk import blueprint, page
from shop.admin.guard import Role, admits
from shop.checkout.models import WebhookEvent
from shop.db import reading
from shop.payments.gateway import GatewayError
from shop.web.tools import till, tools

LONGEST_ID = 255


@blueprint.get("/admin/events/<event_id>")
@admits(Role.OWNER)
def event(event_id: str) -> str:
    """Show what an event said, but for its secrets. The shop keeps only ids; the service keeps the rest 30 days."""
    with reading(tools().engine) as session:
        kept = session.get(WebhookEvent, event_id) if len(event_id) <= LONGEST_ID else None
        number = queries.order_of_event(session, kept) if kept else None
    if kept is None:
        abort(404)
    try:
        said = json.dumps(till().gateway.read_notification(kept.id), indent=2, ensure_ascii=False)
    except GatewayError:
        said = ""
    return page("admin/event.html", "orders", event=kept, number=number, said=said)
