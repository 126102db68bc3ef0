"""One order and what staff do with it: parts, hold, address, notes, refunds, two editors."""

import re
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update

from shop.catalog.models import Stock, StockMovement
from shop.checkout import refund
from shop.db import reading, writing
from shop.mail import actions as mail
from shop.mail.models import OutboxLetter
from shop.orders.models import Order, OrderEvent, OrderFlag, OrderLine, Payment, Refund, RefundLine, Shipment
from shop.privacy.erase import erase
from shop.staff.models import AuditEntry
from tests.cast import PASSWORD
from tests.meanwhile import MOMENT_SECONDS
from tests.orders.made import NOW, a_paid_order, a_refund
from tests.rows import every_row

PATH = "/admin/orders/1001"


@pytest.fixture
def lines(app: Flask, engine: Engine) -> dict[str, int]:
    """A paid order of a Hook and two books, sold from the shelf; the ids of its lines by SKU."""
    with writing(engine) as session:
        order = a_paid_order(session, 1001, {"HOOK-1": 1, "BOOK-PB": 2})
        for sku, pieces in (("HOOK-1", 1), ("BOOK-PB", 2)):
            session.execute(update(Stock).where(Stock.sku == sku).values(on_hand=Stock.on_hand - pieces))
            session.add(
                StockMovement(
                    sku=sku, delta=-pieces, reason="sold", order_id=order.id, by="shop", created_at=NOW
                )
            )
        return dict(session.execute(select(OrderLine.sku, OrderLine.id)).all())


def state_of(engine: Engine) -> tuple[str, str]:
    with reading(engine) as session:
        payment, shipping = session.execute(select(Order.payment_state, Order.shipping_state)).one()
    return payment, shipping


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(version|seen)" value="(\d+)"', page))


def actions(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_an_order_leaves_in_parts_with_a_link_to_each_carrier(
    staff: FlaskClient, engine: Engine, lines: dict[str, int]
) -> None:
    ups = "1Z999AA10123456784"
    parcel = {f"pieces-{lines['BOOK-PB']}": "1", "tracking": ups, "notify": "yes"}
    staff.post(f"{PATH}/parcels", data=parcel)
    assert state_of(engine)[1] == "part_shipped"
    page = staff.get(PATH).text
    assert f'href="https://www.ups.com/track?tracknum={ups}"' in page
    assert re.findall(r'name="pieces-(\d+)" min="0" max="(\d)"', page) == [
        (str(lines["HOOK-1"]), "1"),
        (str(lines["BOOK-PB"]), "1"),
    ]
    assert staff.post(f"{PATH}/parcels", data={"tracking": "x"}).status_code == 409, "an empty parcel"
    rest = {f"pieces-{line}": "9" for line in lines.values()}
    staff.post(f"{PATH}/parcels", data=rest)
    assert state_of(engine)[1] == "shipped"
    with reading(engine) as session:
        assert len(session.scalars(select(OutboxLetter)).all()) == 1, "the second was not to be written about"
        last = session.scalars(select(Shipment.id).order_by(Shipment.id.desc())).first()
    staff.post("/admin/packing/undo", data={"parcels": str(last)})
    assert state_of(engine)[1] == "part_shipped"
    assert actions(engine) == ["shipped", "shipped", "shipping undone"]


def test_a_held_order_does_not_leave_until_it_is_released_and_undo_does_either(
    staff: FlaskClient, engine: Engine, lines: dict[str, int]
) -> None:
    staff.post(f"{PATH}/hold", data={"why": "Address looks odd"})
    assert state_of(engine)[1] == "on_hold"
    page = staff.get(PATH).text
    assert "Address looks odd" in page
    assert "Print slip" not in page, "nothing on hold is packed"
    assert f'<form method="post" action="{PATH}/release">' in page
    held = staff.post(f"{PATH}/parcels", data={f"pieces-{lines['HOOK-1']}": "1"})
    assert held.status_code == 409
    assert "on hold" in held.text
    staff.post(f"{PATH}/release")
    assert state_of(engine)[1] == "to_ship"
    assert staff.post(f"{PATH}/release").status_code == 409


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", [False, True])
def test_an_order_held_while_a_parcel_waits_for_it_does_not_leave(
    staff: FlaskClient, engine: Engine, lines: dict[str, int], *, table: bool
) -> None:
    path, form = f"{PATH}/parcels", {f"pieces-{lines['HOOK-1']}": "1"}
    if table:
        path, form = "/admin/packing", {"numbers": "1001"}
    ship = threading.Thread(target=staff.post, args=[path], kwargs={"data": form})
    with writing(engine) as session:
        session.execute(update(Order).values(shipping_state="on_hold"))
        ship.start()
        ship.join(MOMENT_SECONDS)
        assert ship.is_alive(), "it waits for the order"
    ship.join()
    assert state_of(engine)[1] == "on_hold"
    with reading(engine) as session:
        assert session.scalars(select(Shipment)).all() == []


def test_a_disputed_order_stays_on_hold(staff: FlaskClient, engine: Engine, lines: dict[str, int]) -> None:
    with writing(engine) as session:
        session.execute(update(Order).values(payment_state="disputed", shipping_state="on_hold"))
    assert "disputes this payment" in staff.post(f"{PATH}/release").text
    staff.post("/admin/confirm", data={"password": PASSWORD})
    assert "a dispute about this payment" in staff.get(f"{PATH}/refund").text, "before anything is typed"


@pytest.mark.usefixtures("lines")
def test_the_second_of_two_editors_is_told_what_the_first_changed_and_keeps_what_she_typed(
    member: Callable[[str], FlaskClient], engine: Engine
) -> None:
    first, second = member("owner"), member("staff")
    shown = fields(second.get(PATH).text)
    address = {
        "name": "Maya Lee",
        "line1": "9 Oak Road",
        "city": "Salem",
        "state": "OR",
        "postal_code": "97301",
    }
    assert first.post(f"{PATH}/address", data={**fields(first.get(PATH).text), **address}).status_code == 303
    before = every_row(engine)
    answer = second.post(f"{PATH}/address", data={**shown, **address, "line1": "1 Second Street"})
    assert answer.status_code == 409
    assert "Somebody else changed this order" in answer.text
    news = answer.text.partition("What changed since you opened this page")[2].partition("</ul>")[0]
    assert "owner@example.com" in news
    assert "9 Oak Road" in news
    assert 'value="1 Second Street"' in answer.text
    assert second.post(f"{PATH}/hold", data=shown).status_code == 409
    assert every_row(engine) == before
    with reading(engine) as session:
        assert session.scalars(select(Order.address)).one()["city"] == "Salem"
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.before["line1"], entry.after["line1"]) == ("12 Elm Street", "9 Oak Road")


@pytest.mark.usefixtures("lines")
def test_an_address_is_whole_and_changes_only_until_the_order_is_packed(
    staff: FlaskClient, engine: Engine
) -> None:
    assert staff.post(f"{PATH}/address", data={"line1": "", "city": "Salem"}).status_code == 409
    staff.post("/admin/packing", data={"numbers": "1001"})
    before = every_row(engine)
    moved = staff.post(f"{PATH}/address", data={"line1": "9 Oak Road", "city": "Salem"})
    assert "already shipped" in moved.text
    assert every_row(engine) == before


@pytest.mark.usefixtures("lines")
def test_notes_and_tags_are_kept_and_found(staff: FlaskClient, engine: Engine) -> None:
    staff.post(f"{PATH}/notes", data={"text": "<b>Called</b> about the color"})
    staff.post(f"{PATH}/notes", data={"text": "   "})
    staff.post(f"{PATH}/tags", data={"tag": "Gift"})
    page = staff.get(PATH).text
    assert "&lt;b&gt;Called&lt;/b&gt;" in page
    assert staff.get("/admin/orders?q=called").text.count("<tr data-row>") == 1
    assert staff.get("/admin/orders?view=all&tag=gift").text.count("<tr data-row>") == 1
    staff.post(f"{PATH}/tags/remove", data={"tag": "gift"})
    with reading(engine) as session:
        kinds = session.scalars(select(OrderEvent.kind).order_by(OrderEvent.id)).all()
    assert kinds == ["note", "tagged", "untagged"]


def test_a_refund_names_amount_buyer_and_mail_before_it_goes_and_goes_once(
    staff: FlaskClient, engine: Engine, lines: dict[str, int]
) -> None:
    form = staff.get(f"{PATH}/refund").text
    (key,) = re.findall(r'name="key" value="(rf-[0-9a-f]{24})"', form)
    wish = {
        "key": key,
        f"pieces-{lines['BOOK-PB']}": "1",
        "amount": "5.05",
        "note": "One book came damaged.",
        "restock": "yes",
        "notify": "yes",
    }
    before = every_row(engine)
    look = staff.post(f"{PATH}/refund/look", data=wish).text
    assert every_row(engine) == before, "looking moves no money"
    assert "Refund $30.00 to Maya Lee?" in look
    assert "One book came damaged." in look
    assert "$30.00 is on its way back to you." in look
    for _ in range(2):
        assert staff.post(f"{PATH}/refund", data=wish).status_code == 303
    with reading(engine) as session:
        (made,) = session.scalars(select(Refund)).all()
        (line,) = session.scalars(select(RefundLine)).all()
        books = session.scalars(select(Stock.on_hand).where(Stock.sku == "BOOK-PB")).one()
    assert (made.amount, made.by, made.notify, line.quantity, line.restock) == (
        3000,
        "staff@example.com",
        True,
        1,
        True,
    )
    assert books == 199
    assert "$30.00" in staff.get("/admin/audit").text


@pytest.mark.parametrize(
    "wish",
    [
        {"amount": ""},
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "1e3x"},
        {"amount": "12.345"},
        {"amount": "9999"},
        {"amount": "5", "key": "rf-guess"},
        {"pieces-{line}": "3"},
        {"pieces-999": "1"},
    ],
)
def test_a_senseless_refund_is_refused_and_what_was_typed_stays(
    staff: FlaskClient, engine: Engine, lines: dict[str, int], wish: dict[str, str]
) -> None:
    typed = {name.format(line=lines["BOOK-PB"]): value for name, value in wish.items()}
    before = every_row(engine)
    answer = staff.post(f"{PATH}/refund", data={"key": f"rf-{'0' * 24}", "note": "Kept words", **typed})
    assert answer.status_code == 400
    assert 'value="Kept words"' in answer.text
    assert every_row(engine) == before


def test_goods_of_a_refund_made_elsewhere_come_back_to_the_shelf_once(
    staff: FlaskClient, engine: Engine, lines: dict[str, int]
) -> None:
    with writing(engine) as session:
        payment = session.scalars(select(Payment)).one()
        a_refund(session, payment, 14900, provider_id="re_elsewhere", source="provider")
        flag = OrderFlag(
            order_id=payment.order_id, reason="refunded_at_provider", reference="re_elsewhere", raised_at=NOW
        )
        session.add(flag)
        session.flush()
        path = f"{PATH}/flags/{flag.id}/restock"
    assert "Which goods are back on the shelf?" in staff.get(PATH).text
    hook = {f"pieces-{lines['HOOK-1']}": "1"}
    assert staff.post(path, data=hook).status_code == 303
    assert staff.post(path, data=hook).status_code == 409
    with reading(engine) as session:
        assert session.scalars(select(Stock.on_hand).where(Stock.sku == "HOOK-1")).one() == 120
        assert session.scalars(select(OrderFlag.resolved_by)).one() == "staff@example.com"


@pytest.mark.usefixtures("lines")
def test_a_letter_is_read_without_its_personal_links_and_sent_again_to_the_present_address(
    staff: FlaskClient, onlooker: FlaskClient, engine: Engine
) -> None:
    token = "t" * 43
    with writing(engine) as session:
        order = session.scalars(select(Order)).one()
        blanks = {
            "order_number": "1001",
            "order_url": f"http://127.0.0.1:8000/orders/{token}",
            "total": "$1.00",
        }
        mail.write(
            session, "order_processing", order.email, blanks, dedupe_key="p", now=NOW, order_id=order.id
        )
        session.execute(update(OutboxLetter).values(state="sent", sent_at=NOW))
        letter = session.scalars(select(OutboxLetter.id)).one()
        order.email = "new@example.com"
    shown = onlooker.get(f"/admin/outbox/{letter}").text
    assert "$1.00" in shown
    assert token not in shown
    staff.post(f"{PATH}/letters/{letter}/again")
    with reading(engine) as session:
        recipients = session.scalars(select(OutboxLetter.recipient).order_by(OutboxLetter.id)).all()
    assert recipients == ["maya@example.com", "new@example.com"]
    assert staff.post(f"{PATH}/letters/999/again").status_code == 404


def test_what_staff_wrote_about_a_person_goes_when_she_is_erased(
    staff: FlaskClient, engine: Engine, lines: dict[str, int]
) -> None:
    staff.post(f"{PATH}/notes", data={"text": "Asked for the secretword"})
    staff.post(f"{PATH}/tags", data={"tag": "secretword"})
    staff.post(f"{PATH}/address", data={"line1": "9 Secretword Road", "city": "Salem", "name": "Maya Lee"})
    staff.post(f"{PATH}/hold", data={"why": "Secretword"})
    staff.post(f"{PATH}/release")
    staff.post("/admin/packing", data={"numbers": "1001"})
    assert "secretword" in repr(every_row(engine)).lower()
    with writing(engine) as session:
        erase(session, "maya@example.com", by="owner", now=NOW)
    left = repr(every_row(engine)).lower()
    assert "secretword" not in left
    assert "maya" not in left
    assert lines


def test_pricing_a_refund_leaves_no_row(engine: Engine, app: Flask, lines: dict[str, int]) -> None:
    before = every_row(engine)
    with writing(engine) as session:
        order = session.scalars(select(Order.id)).one()
        assert refund.priced(session, order, refund.Wish(), key="look", now=NOW) == 19890
    assert every_row(engine) == before
