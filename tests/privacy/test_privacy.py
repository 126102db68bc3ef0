"""What is kept of one person: shown to her whole, taken out whole, and nobody else's."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from shop.checkout.models import CheckoutAttempt
from shop.db import reading, writing
from shop.discounts.models import Code, Redemption
from shop.errors import Reason, Refused
from shop.mail import actions as mail
from shop.orders import actions as orders
from shop.orders import handling
from shop.orders.models import Order, Payment, Withdrawal
from shop.privacy.erase import erase
from shop.privacy.export import export
from shop.staff import actions as staff
from shop.staff import saved
from shop.staff.models import AuditEntry, SavedView
from shop.subscribers import actions as subscribers
from shop.welcome.models import WelcomeOffer
from tests.orders.made import a_paid_order
from tests.rows import every_row
from tests.welcome.conftest import MORNING, Room, room

__all__ = ["room"]

MAYA = "maya@example.com"


def buys(room: Room, number: int = 1001, **columns: object) -> None:
    """Maya has bought something with her code and has it."""
    with writing(room.engine) as session:
        order = a_paid_order(session, number, shipping_state="delivered", **columns)
        mail.write(
            session,
            "order_links",
            MAYA,
            {"links": [["Maya", "x"]]},
            dedupe_key=f"o{number}",
            now=MORNING,
            order_id=order.id,
        )
        orders.note(session, order.id, "note", by="staff", now=MORNING, text="Maya rang twice")
        orders.note(
            session,
            order.id,
            "address_changed",
            by="staff",
            now=MORNING,
            before={"city": "Portland"},
            after={},
        )
        session.add(
            Redemption(
                order_id=order.id,
                campaign_id=session.scalars(select(WelcomeOffer.campaign_id)).one(),
                email_normalized=MAYA,
                amount=0,
                state="redeemed",
                created_at=MORNING,
            )
        )
        session.add(
            Withdrawal(
                order_id=order.id,
                number=1,
                received_at=MORNING,
                name="Maya Lee",
                email="maya@elsewhere.example",
                reason="Maya is too tall",
            )
        )
        mail.write(
            session,
            "order_withdrawn",
            "maya@elsewhere.example",
            {"name": "Maya Lee"},
            dedupe_key=f"w{number}",
            now=MORNING,
            order_id=order.id,
        )
        session.add(
            CheckoutAttempt(
                order_id=order.id,
                number=1,
                state="complete",
                idempotency_key=f"key{number}",
                parameters={"customer_email": MAYA},
                created_at=MORNING,
                expires_at=MORNING,
                checked_at=MORNING,
            )
        )


def test_a_person_is_shown_all_that_is_kept_and_nothing_of_others(room: Room) -> None:
    room.becomes_reader(source="hip-pain-from-sitting")
    token = room.token()
    room.becomes_reader("other@example.com")
    buys(room)
    with reading(room.engine) as session:
        kept = export(session, "Maya@Example.com")
        stranger = export(session, "nobody@example.com")
    told = json.dumps(kept)
    assert "other@example.com" not in told
    assert kept["reader"]["source"] == "hip-pain-from-sitting"
    assert [step["kind"] for step in kept["consents"]] == ["asked", "confirmed"]
    assert [letter["template"] for letter in kept["letters"]] == [
        "chapter_confirm",
        "welcome",
        "order_links",
        "order_withdrawn",
    ]
    assert [code["bound_email"] for code in kept["codes"]] == [MAYA]
    assert kept["orders"][0]["number"] == 1001
    assert kept["orders"][0]["address"]["city"] == "Portland"
    assert kept["withdrawals"][0]["reason"] == "Maya is too tall"
    assert kept["payments"][0]["amount"] == kept["orders"][0]["total_amount"]
    assert token not in told
    assert "token-of-order" not in told
    assert not any(kept_of for name, kept_of in stranger.items() if name != "address")


def test_what_staff_wrote_about_a_person_is_not_in_what_she_is_given(room: Room) -> None:
    with writing(room.engine) as session:
        order = a_paid_order(session, 1001)
        handling.write_note(session, order.id, "Suspected impostor", by="staff@example.com", now=MORNING)
        handling.tag(session, order.id, "impostor", by="staff@example.com", now=MORNING)
        handling.hold(
            session, order.id, why="An impostor?", by="staff@example.com", now=MORNING, version=None
        )
    with reading(room.engine) as session:
        [kept] = export(session, MAYA)["orders"]
        assert "impostor" not in json.dumps(export(session, MAYA)).lower()
    assert not {"words", "note_words"} & set(kept)


def test_nothing_that_is_left_of_an_erased_person_names_her_and_the_money_stays(room: Room) -> None:
    room.becomes_reader("other@example.com")
    others = every_row(room.engine)
    room.becomes_reader()
    buys(room)
    with reading(room.engine) as session:
        totals = session.execute(select(Order.total_amount, Payment.amount).join(Payment)).all()
    with writing(room.engine) as session:
        erased = erase(session, MAYA, by="owner@example.com", now=room.now)
    assert (erased.reader, erased.orders, erased.letters) == (True, 1, 4)
    rows = every_row(room.engine)
    told = repr(rows).lower()
    for trace in ("maya", "12 elm", "portland", "97201"):
        assert trace not in told, trace
    with reading(room.engine) as session:
        assert session.execute(select(Order.total_amount, Payment.amount).join(Payment)).all() == totals
        own = Code.code.like("CH-____-__"), Code.code != "CH-DEMO-10", Code.bound_email.is_(None)
        code = session.scalars(select(Code).where(*own)).one()
    assert not code.active
    assert {each: rows[each] for each in ("readers", "consents", "reader_links", "enrolments")} == {
        each: others[each] for each in ("readers", "consents", "reader_links", "enrolments")
    }


def test_where_staff_looked_for_an_erased_person_no_longer_says_so(room: Room) -> None:
    buys(room, email="Maya+Hook@Example.com", email_normalized="maya+hook@example.com")
    with writing(room.engine) as session:
        keeper = staff.create_member(
            session,
            "owner@example.com",
            name="",
            role="owner",
            password="a long enough password",
            now=MORNING,
        )
        for name, query in (
            ("Her", "view=all&q=MAYA%2Bhook%40Example.com"),
            ("Maya+hook@example.com again", "view=all&country=CA"),
            ("Others", "view=all&q=other%40example.com"),
        ):
            assert saved.save(session, keeper.id, "orders", name, query, now=MORNING)
        for after in (
            {"view": "view=all&q=Maya%2bHook%40example.com"},
            {"view": "", "q": "maya+hook@EXAMPLE.com"},
            {"view": "view=all&q=other%40example.com"},
            None,
        ):
            staff.record(session, "exported", "orders", by=keeper.email, now=MORNING, after=after)
    with writing(room.engine) as session:
        erase(session, "maya+hook@example.com", by=keeper.email, now=room.now)
    with reading(room.engine) as session:
        exported = select(AuditEntry.after).where(AuditEntry.action == "exported").order_by(AuditEntry.id)
        assert session.scalars(exported).all() == [
            None,
            None,
            {"view": "view=all&q=other%40example.com"},
            None,
        ]
        assert session.scalars(select(SavedView.name)).all() == ["Others"]


def test_erasing_a_person_leaves_alone_whose_address_ends_or_begins_like_hers(room: Room) -> None:
    longer = [
        "maya@example.com",
        "o'a@example.com",
        "b-a@example.com",
        "a@example.com.au",
        "a@example.company",
    ]
    with writing(room.engine) as session:
        keeper = staff.create_member(
            session,
            "owner@example.net",
            name="",
            role="owner",
            password="a long enough password",
            now=MORNING,
        )
        for address in [*longer, "a@example.com"]:
            query = urlencode({"view": "all", "q": address})
            assert saved.save(session, keeper.id, "orders", address, query, now=MORNING)
            staff.record(session, "exported", "orders", by=keeper.email, now=MORNING, after={"view": query})
            staff.record(
                session, "found", address, by=keeper.email, now=MORNING, after={"q": [f"<{address}>."]}
            )
        staff.forget(session, "a@example.com")
        saved.forget(session, "a@example.com")
    with reading(room.engine) as session:
        assert session.scalars(select(SavedView.name).order_by(SavedView.id)).all() == longer
        kept = session.scalars(select(AuditEntry.after).order_by(AuditEntry.id)).all()
    assert [after is None for after in kept] == [*([False] * 2 * len(longer)), True, True]


@pytest.mark.parametrize(
    "columns",
    [
        {"shipping_state": "to_ship"},
        {"shipping_state": "on_hold"},
        {"state": "pending", "payment_state": "unpaid"},
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_waits_for_a_parcel_is_erased_later(room: Room, columns: dict[str, str]) -> None:
    with writing(room.engine) as session:
        a_paid_order(session, 1001, **columns)
    before = every_row(room.engine)
    with pytest.raises(Refused) as refused, writing(room.engine) as session:
        erase(session, MAYA, by="cli", now=room.now)
    assert (refused.value.reason, refused.value.values) == (Reason.ORDER_UNDER_WAY, {"number": 1001})
    with pytest.raises(Refused) as refused, writing(room.engine) as session:
        erase(session, "nobody@example.com", by="cli", now=room.now)
    assert refused.value.reason is Reason.READER_UNKNOWN
    assert every_row(room.engine) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_complained_is_left_alone_also_after_she_is_erased(room: Room) -> None:
    room.becomes_reader()
    with writing(room.engine) as session:
        subscribers.suppress(session, MAYA, "complained", "", now=room.now)
        erase(session, MAYA, by="cli", now=room.now)
    room.later(days=1)
    room.asks()
    assert room.written() == []
    assert room.now - MORNING == timedelta(days=1)
