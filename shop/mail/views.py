"""The demo mailbox: what a mail server would have carried away, for everybody to see, in demo mode only."""

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from shop.db import reading
from shop.mail import queries
from shop.mail.models import MailboxMessage
from shop.web.headers import LETTER_POLICY, content_security_policy
from shop.web.tools import Tools, tools

blueprint = Blueprint("mail", __name__)

LONGEST_ADDRESS = 254
LARGEST_ID = 2**31 - 1


@blueprint.get("/demo/mailbox")
def mailbox() -> ResponseReturnValue:
    """Show the messages, newest first; ``q`` searches their addresses."""
    demo = _demo_tools()
    address = request.args.get("q", "").strip()[:LONGEST_ADDRESS]
    before = request.args.get("before", type=int)
    if before is not None and not 0 < before <= LARGEST_ID:
        abort(404)
    with reading(demo.engine) as session:
        messages = queries.mailbox(session, address=address, before=before)
    older = messages[-1].id if len(messages) == queries.PAGE else None
    return render_template("mail/mailbox.html", messages=messages, address=address, older=older)


@blueprint.get("/demo/mailbox/<int:id>")
def message(id: int) -> Response:  # noqa: A002
    """Show one message: the HTML in a frame of its own, and the text."""
    demo = _demo_tools()
    found = _message(demo, id)
    response = make_response(render_template("mail/message.html", message=found))
    policy = f"{content_security_policy(demo.config)}; frame-src 'self'"
    response.headers["Content-Security-Policy"] = policy
    return response


@blueprint.get("/demo/mailbox/<int:id>/html")
def message_html(id: int) -> Response:  # noqa: A002
    """Give the HTML of one message to the frame; its links open in the whole window."""
    found = _message(_demo_tools(), id)
    response = make_response(found.html.replace("<head>", '<head><base target="_top">', 1))
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


def _demo_tools() -> Tools:
    found = tools()
    if found.config.live or not found.config.smtp_url.startswith("mailbox:"):
        abort(404)
    return found


def _message(demo: Tools, message: int) -> MailboxMessage:
    with reading(demo.engine) as session:
        found = queries.mailbox_message(session, message) if message <= LARGEST_ID else None
    if found is None:
        abort(404)
    return found
