"""The payment page that the buyer sees: pay, confirm with the bank, done, expired. Plain HTML, no script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, make_response, render_template, request

from shop.payments.standin import buyer_form, delivery, pages_policy, paying, sessions
from shop.payments.standin.account import Account
from shop.payments.standin.amounts import written
from shop.payments.standin.call import Call
from shop.payments.standin.cards import TEST_CARDS
from shop.payments.standin.pages_policy import see_other
from shop.payments.standin.resources import Resource
from shop.payments.standin.store import Record

HOLD_SECONDS: Final = 10
# A page, or a redirect and the event whose delivery it waits for.
Page = Response | tuple[Response, str]
_SUBMIT: Final = {"book": "Book for", "donate": "Donate"}


def blueprint(account: Account, tick: Callable[[Account], None]) -> Blueprint:
    """Return the blueprint of the payment pages; `tick` does what is due before each request."""
    pages = Blueprint("hosted", __name__)

    def opened(session_id: str) -> Record | None:
        tick(account)
        record = account.store.find("checkout.session", session_id)
        return record if record and record.resource["ui_mode"] == "hosted_page" else None

    @pages.get("/pay/<session_id>")
    def show(session_id: str) -> Response:
        with account.store.transaction():
            record = opened(session_id)
            page = _closed(record) or _form(account, record, _remembered(record), {})
        account.announce()
        return page

    @pages.post("/pay/<session_id>")
    def pay(session_id: str) -> Response:
        with account.store.transaction():
            record = opened(session_id)
            if record and record.resource["status"] == "complete":
                return see_other(success_url(record.resource))
            page: Page | None = _closed(record)
            if page is None and record is not None:
                page = _pay(account, record)
        account.announce()
        return _held(account, page)

    @pages.get("/pay/<session_id>/authenticate")
    def authenticate(session_id: str) -> Response:
        with account.store.transaction():
            record = opened(session_id)
            page = _closed(record)
            if page is None and record is not None:
                page = _authentication(record)
        account.announce()
        return page or _missing()

    @pages.post("/pay/<session_id>/authenticate")
    def authenticated(session_id: str) -> Response:
        with account.store.transaction():
            record = opened(session_id)
            if record and record.resource["status"] == "complete":
                return see_other(success_url(record.resource))
            page: Page | None = _closed(record)
            if page is None and record is not None:
                page = _authenticated(account, record)
        account.announce()
        return _held(account, page)

    @pages.get("/recover/<session_id>")
    def recover(session_id: str) -> Response:
        with account.store.transaction():
            tick(account)
            copy = sessions.recover(Call(account, request.host_url.rstrip("/"), path_id=session_id))
        return see_other(copy["url"]) if copy else _missing()

    return pages


def success_url(session: Resource) -> str:
    """Return where the buyer goes after paying; Stripe replaces the literal {CHECKOUT_SESSION_ID}."""
    address = str(session["success_url"] or session["return_url"] or "/")
    return address.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _held(account: Account, page: Page | None) -> Response:
    """Hold the way back until the shop has answered the webhook, at most ten seconds, as Stripe does."""
    if isinstance(page, tuple):
        delivery.wait_for_answer(account, page[1], HOLD_SECONDS)
        return page[0]
    return page or _missing()


def _pay(account: Account, record: Record) -> Page:
    session = record.resource
    shown = request.form.get("shown_total", str(session["amount_total"]))
    paying.choose_shipping(account, record, request.form.get("shipping_rate"))
    if request.form.get("action") == "update":
        return _form(account, record, dict(request.form), {})
    buyer, errors = buyer_form.read(request.form, session, account.now())
    if buyer is None:
        return _form(account, record, dict(request.form), errors, status=422)
    if str(session["amount_total"]) != shown:
        total = written(session["amount_total"], session["currency"])
        errors = {
            "shipping_rate": f"With this delivery the total is {total}. Press the button again to pay it."
        }
        return _form(account, record, dict(request.form), errors, status=422)
    outcome = paying.pay(account, record, buyer)
    if outcome.state == "complete":
        return see_other(success_url(session)), outcome.event
    if outcome.state == "authenticate":
        return see_other(f"/pay/{session['id']}/authenticate")
    return _form(account, record, dict(request.form), {outcome.field: outcome.message}, status=402)


def _authenticated(account: Account, record: Record) -> Page:
    if "authenticating" not in record.private:
        return see_other(f"/pay/{record.id}")
    if request.form.get("action") not in ("complete", "fail"):
        return _authentication(record)
    record.private["typed"] = _typed(record)
    outcome = paying.authenticate(account, record, success=request.form["action"] == "complete")
    if outcome.state == "complete":
        return see_other(success_url(record.resource)), outcome.event
    return see_other(f"/pay/{record.id}")


def _typed(record: Record) -> dict[str, str]:
    """Return what was typed before the authentication, without the card, to fill the form again."""
    buyer = record.private["authenticating"]
    address = {name: value or "" for name, value in buyer["address"].items()}
    return {**address, "email": buyer["email"], "name": buyer["name"], "phone": buyer["phone"] or ""}


def _remembered(record: Record | None) -> dict[str, str]:
    return dict(record.private.get("typed", {})) if record else {}


def _authentication(record: Record) -> Response:
    if "authenticating" not in record.private:
        return see_other(f"/pay/{record.id}")
    session = record.resource
    page = render_template(
        "authenticate.html", session=session, total=written(session["amount_total"], session["currency"])
    )
    return _with_way_back(make_response(page), session)


def _missing() -> Response:
    return make_response(render_template("closed.html", session=None), 404)


def _closed(record: Record | None) -> Response | None:
    if record is None:
        return _missing()
    session = record.resource
    if session["status"] == "open":
        return None
    page = render_template("closed.html", session=session, success_url=success_url(session))
    return make_response(page, 200 if session["status"] == "complete" else 410)


def _form(
    account: Account,
    record: Record | None,
    typed: dict[str, str],
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response:
    if record is None:
        return _missing()
    session = record.resource
    if not errors and not typed.get("method") and session["payment_intent"] and request.method == "GET":
        errors = _last_refusal(account, session)
    values = {name: value for name, value in typed.items() if name not in buyer_form.SECRET_FIELDS}
    page = render_template(
        "pay.html",
        session=session,
        items=record.private["items"],
        discount=_discount_name(account, session),
        rates=[
            account.store.get("shipping_rate", option["shipping_rate"]).resource
            for option in session["shipping_options"]
        ],
        countries=buyer_form.country_choices(session) if buyer_form.wants_address(session) else [],
        first_country=_first_country(session),
        wants_promotions=buyer_form.wants_promotions(session),
        wants_terms=buyer_form.wants_terms(session),
        terms_url=account.terms_url,
        cards=list(TEST_CARDS.values()),
        typed=values,
        errors=errors,
        pay_words=_pay_words(session),
        money=lambda amount: written(amount, session["currency"]),
    )
    return _with_way_back(make_response(page, status), session)


def _first_country(session: Resource) -> str:
    collection = session["shipping_address_collection"]
    return str(collection["allowed_countries"][0]) if collection else "US"


def _last_refusal(account: Account, session: Resource) -> dict[str, str]:
    error = account.store.get("payment_intent", session["payment_intent"]).resource["last_payment_error"]
    return {"card_number": error["message"]} if error else {}


def _discount_name(account: Account, session: Resource) -> str:
    for discount in session["discounts"]:
        coupon = account.store.find("coupon", discount["coupon"])
        return str(coupon.resource["name"] or coupon.id) if coupon else str(discount["coupon"])
    return ""


def _pay_words(session: Resource) -> str:
    if session["amount_total"] == 0:
        return "Complete order"
    words = _SUBMIT.get(session["submit_type"] or "", "Pay")
    return f"{words} {written(session['amount_total'], session['currency'])}"


def _with_way_back(page: Response, session: Resource) -> Response:
    """Let the form lead to the shop: browsers apply form-action to the redirect after the post, too."""
    page.headers["Content-Security-Policy"] = pages_policy.policy(success_url(session))
    return page
