"""The list of orders and the packing table: views, filters, search, sheets, slips, shipping many, undo."""

import csv
import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import Engine, select, update

from shop import clock
from shop.catalog.models import Stock
from shop.db import reading, writing
from shop.mail import actions as mail
from shop.mail.models import OutboxLetter
from shop.orders import actions as orders
from shop.orders import handling, search
from shop.orders.handling import UNDO_LASTS
from shop.orders.models import Order, OrderFlag, OrderTag, Shipment
from shop.orders.rules import carrier_of, pasted_tracking, tracking_address
from shop.orders.word_index import words_of
from tests.orders.made import ADDRESS, NOW, a_paid_order, an_order
from tests.queries import counted
from tests.rows import every_row

UPS = "1Z999AA10123456784"


@pytest.fixture
def shelf(app: Flask, engine: Engine) -> None:
    """Orders of every kind."""
    with writing(engine) as session:
        a_paid_order(session, 1, {"HOOK-1": 1, "BOOK-PB": 2}, name="Maya Lee", code="RUN15", phone="555 0100")
        flagged = a_paid_order(
            session, 2, name="Zoë Grün", email="zoe@example.net", email_normalized="zoe@example.net"
        )
        session.add(OrderFlag(order_id=flagged.id, reason="paid_after_expiry", raised_at=NOW))
        a_paid_order(session, 3, {"SET-FULL": 1}, shipping_state="on_hold", name="Ida Berg")
        sent = a_paid_order(
            session,
            4,
            name="Noor Haddad",
            country="CA",
            address={**ADDRESS, "city": "Halifax", "country": "CA"},
        )
        orders.ship(session, sent.id, carrier="UPS", tracking_number=UPS, by="x@example.com", now=NOW)
        handling.write_note(session, sent.id, "Left it with the neighbor", by="x@example.com", now=NOW)
        handling.tag(session, sent.id, " Wholesale ", by="x@example.com", now=NOW)
        a_paid_order(session, 5, payment_state="refunded", name="Søren Müller-Straße")
        gone = a_paid_order(session, 6, shipping_state="shipped", name="Old Order")
        handling.archive(session, [gone.id], archived=True, by="x@example.com", now=NOW)
        an_order(session, 7)


def page_by_page(browser: FlaskClient, query: str) -> list[int]:
    """All that a list holds, read to its end by its own links."""
    found: list[int] = []
    address = f"/admin/orders?{query}"
    while address:
        page = browser.get(address).text
        found += [
            int(number) for number in re.findall(r'admin-list__number"><a href="/admin/orders/(\d+)', page)
        ]
        [address] = re.findall(r'<a href="([^"]+)" rel="next">', page) or [""]
        address = address.replace("&amp;", "&")
    return found


def listed(browser: FlaskClient, query: str) -> list[int]:
    page = browser.get(f"/admin/orders?{query}")
    assert page.status_code == 200, query
    return [
        int(number)
        for number in re.findall(r'<td class="admin-list__number"><a href="/admin/orders/(\d+)', page.text)
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_people_write_stays_text_in_the_rows_of_the_list(staff: FlaskClient, engine: Engine) -> None:
    goods = {"HOOK-1": 1}
    with writing(engine) as session:
        evil = a_paid_order(
            session, 51, goods, name="<b>%(number)s", address={**ADDRESS, "city": "\"x' & <y>"}
        )
        session.add(OrderTag(order_id=evil.id, tag="<i>%s"))
        session.add(OrderFlag(order_id=evil.id, reason="paid_after_expiry", raised_at=NOW))
    page = staff.get("/admin/orders?view=all&tag=%3Ci%3E%25s").text
    assert "&lt;b&gt;%(number)s" in page
    flagged, tag = '<span class="chip chip--bad">Flagged</span>', '<span class="chip chip--blush">'
    assert f"{flagged}{tag}&lt;i&gt;%s</span>" in page
    assert "&quot;x&#x27; &amp; &lt;y&gt;, US" in page
    assert "<b>%" not in page
    assert "<i>%" not in page


@pytest.mark.usefixtures("shelf")
def test_every_view_and_filter_is_an_address(owner: FlaskClient) -> None:
    expected = {
        "": [2, 1],
        "view=attention": [3, 2],
        "view=shipped": [4],
        "view=refunded": [5],
        "view=archived": [6],
        "view=all": [7, 6, 5, 4, 3, 2, 1],
        "view=all&country=ca": [4],
        "view=all&sku=set-full": [3],
        "view=all&code=run15": [1],
        "view=all&tag=wholesale": [4],
        "view=all&payment=refunded": [5],
        "view=all&shipping=on_hold": [3],
        "view=all&payment=nonsense&from_on=nonsense": [7, 6, 5, 4, 3, 2, 1],
        "view=all&from_on=2026-11-25": [],
        "view=all&from_on=2026-11-24&to_on=2026-11-24": [7, 6, 5, 4, 3, 2, 1],
        "view=to_ship&code=NONE": [],
    }
    assert {query: listed(owner, query) for query in expected} == expected
    page = owner.get("/admin/orders").text
    assert dict(re.findall(r'view=(\w+)"[^>]*>[^<]*<span class="tabs__count">(\d+)', page)) == {
        "to_ship": "2",
        "attention": "2",
        "refunded": "1",
    }
    assert 'href="/admin/orders/1?view=to_ship"' in page, "the order's page knows the list it was opened from"


@pytest.mark.usefixtures("shelf")
def test_one_box_finds_an_order_by_anything(engine: Engine, owner: FlaskClient) -> None:
    with writing(engine) as session:
        leigh = {"name": "Maya Leigh", "words": words_of("Maya Leigh", "555 0100")}
        session.execute(update(Order).where(Order.number == 1).values(leigh))
    expected = {
        "1": [1],
        "#4": [4],
        "maya": [7, 6, 5, 4, 3, 1],
        "leigh may": [1],
        "lee": [],
        "ZOE@example.net": [2],
        "Grün": [2],
        "grun zoe": [2],
        "ZOE\u0308": [2],
        "müller": [5],
        "MULLER": [5],
        "soren": [5],
        "strasse": [5],
        "run15": [1],
        "book-pb": [1],
        UPS: [4],
        f"{UPS[:8]} {UPS[8:]}": [4],
        "pi_3": [3],
        "neighbor": [4],
        "halif": [4],
        "555": [1],
        "4242": [6, 5, 4, 3, 2, 1],
        "nobody": [],
        "' OR 1=1 --": [],
        '"*': [],
        "%_\\": [],
        "x" * 500: [],
    }
    with reading(engine) as session:
        numbers = dict(session.execute(select(Order.id, Order.number)).all())
        found = {asked: [numbers[order] for order in search.found(session, asked)] for asked in expected}
    assert found == expected
    assert listed(owner, "q=neighbor") == [4]
    assert listed(owner, "q=neighbor&view=to_ship") == []
    assert "No order has anything to do with" in owner.get("/admin/orders?q=nobody").text
    assert "more than one search takes" not in owner.get(f"/admin/orders?q={'x' * 1000}").text
    assert "more than one search takes" in owner.get(f"/admin/orders?q={'x' * 1001}").text


def test_the_list_has_pages_and_takes_no_query_per_row(
    app: Flask, owner: FlaskClient, engine: Engine
) -> None:
    shown, statements = [], []
    for many in (1, 60):
        with writing(engine) as session:
            for number in range(many * 100, many * 100 + many):
                a_paid_order(session, number)
        with counted(app.extensions["shop"].engine) as asked:
            page = owner.get("/admin/orders?view=all").text
        statements.append(len(asked))
        shown.append(len(re.findall(r"<tr data-row>", page)))
    assert statements[0] == statements[1]
    assert shown == [1, 50]
    (onward,) = re.findall(r'<a href="([^"]+)" rel="next"', page)
    assert len(listed(owner, onward.partition("?")[2].replace("&amp;", "&"))) == 11


@pytest.mark.usefixtures("shelf")
def test_the_view_leaves_as_a_sheet_that_no_spreadsheet_runs(owner: FlaskClient, engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(update(Order).where(Order.number == 1).values(name='=HYPERLINK("http://x")'))
    answer = owner.post("/admin/orders/export?view=to_ship")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="orders.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["number"] for row in rows] == ["2", "1"]
    assert rows[1]["name"] == '\'=HYPERLINK("http://x")'
    assert (rows[1]["total"], rows[1]["code"], rows[1]["city"]) == ("198.90", "RUN15", "Portland")
    lines = list(
        csv.DictReader(io.StringIO(owner.post("/admin/orders/export?view=all", data={"rows": "lines"}).text))
    )
    assert [(row["sku"], row["quantity"]) for row in lines if row["number"] == "1"] == [
        ("HOOK-1", "1"),
        ("BOOK-PB", "2"),
    ]


def ship(browser: FlaskClient, numbers: str, **fields: str) -> str:
    browser.post("/admin/packing", data={"numbers": numbers, **fields})
    return browser.get("/admin/orders").text


@pytest.mark.usefixtures("shelf")
def test_many_orders_ship_at_once_and_what_cannot_leave_stops_no_other(
    staff: FlaskClient, engine: Engine
) -> None:
    table = staff.get("/admin/packing?n=1&n=2&n=3&n=5&n=7&n=x").text
    assert re.findall(r'name="tracking-(\d+)"', table) == ["1", "2"]
    said = ship(staff, "1,2,3,99", **{"tracking-1": UPS, "pasted": "#2, 9400111899223197428490\nnonsense"})
    assert "2 orders are shipped" in said
    assert "are on hold: 3, 99." in said
    with reading(engine) as session:
        parcels = session.execute(
            select(Order.number, Shipment.carrier, Shipment.tracking_number)
            .join(Order, Order.id == Shipment.order_id)
            .where(Order.number < 3)
            .order_by(Order.number)
        ).all()
        waiting = [letter.run_at - letter.created_at for letter in session.scalars(select(OutboxLetter))]
    assert [tuple(row) for row in parcels] == [(1, "UPS", UPS), (2, "USPS", "9400111899223197428490")]
    assert waiting == [UNDO_LASTS] * 2
    assert "are on hold: 1." in ship(staff, "1"), "a second press ships nothing"


def undo_form(page: str) -> str:
    (parcels,) = re.findall(r'name="parcels" value="([\d,]+)"', page)
    return parcels


@pytest.mark.usefixtures("shelf")
def test_undo_takes_parcels_and_their_mails_back_as_if_nothing_had_been(
    app: Flask, staff: FlaskClient, engine: Engine
) -> None:
    parcels = undo_form(ship(staff, "1,2"))
    staff.post("/admin/packing/undo", data={"parcels": parcels})
    assert "2 e-mails stay here" in staff.get("/admin/orders").text
    assert listed(staff, "") == [2, 1]
    with reading(engine) as session:
        assert session.scalars(select(OutboxLetter)).all() == []
    again = ship(staff, "1,2")
    assert "2 orders are shipped" in again
    with reading(engine) as session:
        assert len(session.scalars(select(OutboxLetter)).all()) == 2, "what is shipped again is written about"
    staff.post("/admin/packing/undo", data={"parcels": parcels})
    assert listed(staff, "") == [], "an old undo takes nothing back"
    for nonsense in ("9" * 30, "２", "", "1;2"):
        assert staff.post("/admin/packing/undo", data={"parcels": nonsense}).status_code == 303
    assert listed(staff, "") == []


@pytest.mark.usefixtures("shelf")
def test_undo_comes_too_late_once_the_mail_is_leaving(staff: FlaskClient, engine: Engine) -> None:
    parcels = undo_form(ship(staff, "1"))
    with writing(engine) as session:
        assert mail.claim(session, now=clock.now() + timedelta(seconds=30), limit=9, lease_seconds=60) == []
        assert mail.claim(session, now=clock.now() + timedelta(seconds=61), limit=9, lease_seconds=60)
    before = every_row(engine)
    staff.post("/admin/packing/undo", data={"parcels": parcels})
    assert every_row(engine) == before
    assert "too late" in staff.get("/admin/orders").text


@pytest.mark.usefixtures("shelf")
def test_archived_orders_leave_the_lists_and_come_back(staff: FlaskClient, engine: Engine) -> None:
    staff.post("/admin/orders/archive", data={"n": ["1", "2"]})
    assert listed(staff, "") == []
    assert listed(staff, "view=archived") == [6, 2, 1]
    staff.post("/admin/orders/unarchive", data={"numbers": "1,2"})
    assert listed(staff, "") == [2, 1]
    with reading(engine) as session:
        assert session.scalars(select(OrderTag.tag)).all() == ["wholesale"]


@pytest.mark.usefixtures("shelf")
def test_slips_and_pick_list_are_one_pdf_and_names_are_never_markup(
    staff: FlaskClient, engine: Engine
) -> None:
    with writing(engine) as session:
        session.execute(update(Order).where(Order.number == 1).values(name='#panic("x") *bold* $1$ <tag>'))
    answer = staff.get("/admin/packing/slips.pdf?n=1&n=2")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", answer.data)) in (0, 3)
    sizes = {}
    for paper in ("letter", "a4", "label", "nonsense"):
        made = staff.get(f"/admin/packing/slips.pdf?n=1&n=2&paper={paper}").data
        box = PdfReader(io.BytesIO(made)).pages[1].mediabox
        sizes[paper] = (round(box.width), round(box.height))
    assert sizes == {"letter": (612, 792), "a4": (595, 842), "label": (288, 432), "nonsense": (612, 792)}
    assert staff.get("/admin/packing/slips.pdf?n=5").status_code == 303


def words_of_slips(staff: FlaskClient, query: str) -> list[str]:
    """What each page of the slips says."""
    made = staff.get(f"/admin/packing/slips.pdf?{query}").data
    return [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]


@pytest.mark.usefixtures("shelf")
def test_slips_say_where_goods_lie_what_the_buyer_wrote_and_no_price(
    staff: FlaskClient, engine: Engine
) -> None:
    note = '#panic("x") *bold* $1$ <b>\nYour Ada 🎂'
    with writing(engine) as session:
        session.execute(update(Order).where(Order.number == 1).values(gift_note=note))
        session.execute(update(Order).where(Order.number == 3).values(shipping_state="to_ship"))
        session.execute(update(Stock).where(Stock.sku == "BALL-1").values(location="A-10"))
        session.execute(update(Stock).where(Stock.sku == "HOOK-1").values(location="A-2"))
        session.execute(update(Stock).where(Stock.sku == "BOOK-PB").values(location=None))
    for paper in ("letter", "a4", "label"):
        picks, first, of_set = words_of_slips(staff, f"n=1&n=3&paper={paper}")
        on_the_way = [picks.index(sku) for sku in ("HOOK-1", "BALL-1", "BOOK-PB")]
        assert on_the_way == sorted(on_the_way), "by place, A-2 before A-10, and what has none last"
        assert "with a note" in picks
        assert '#panic("x") *bold* $1$ <b>\nYour Ada 🎂' in first
        assert "A-2" in first
        assert "/returns" in first
        assert "token-of-order" not in first, "who finds a slip does not get into the order"
        assert "149" not in first + of_set + picks
        assert all(part in of_set for part in ("SET-FULL", "HOOK-1", "A-2", "BALL-1", "A-10", "BOOK-PB"))


@pytest.mark.usefixtures("shelf")
@pytest.mark.parametrize("name", ["李雷", "Ada 🎂", "שלום", "Łukasz Żółć", "𒀀𒁀"])
def test_a_name_in_any_letters_stops_no_printing(staff: FlaskClient, engine: Engine, name: str) -> None:
    with writing(engine) as session:
        session.execute(update(Order).where(Order.number == 1).values(name=name, gift_note=name))
    answer = staff.get("/admin/packing/slips.pdf?n=1&n=2")
    assert answer.mimetype == "application/pdf"
    assert len(PdfReader(io.BytesIO(answer.data)).pages) == 3


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        (UPS, "UPS"),
        ("9400111899223197428490", "USPS"),
        ("123456789012", "FedEx"),
        ("1234567890", "DHL"),
        ("", ""),
        ("x", ""),
    ],
)
def test_a_carrier_is_known_by_the_form_of_its_numbers(number: str, carrier: str) -> None:
    assert carrier_of(number) == carrier
    assert bool(tracking_address(carrier, number)) is bool(carrier)


def test_a_pasted_list_is_read_as_carriers_write_it() -> None:
    pasted = f'1001,{UPS}\n#1002\t9400 1118 9922\n"1003";"ABC123";Maya\norder,tracking\n\n1001 {UPS}9'
    assert pasted_tracking(pasted) == {1001: f"{UPS}9", 1002: "9400 1118 9922", 1003: "ABC123"}


def test_a_list_sorted_by_total_loses_and_repeats_nothing_from_page_to_page(
    staff: FlaskClient, engine: Engine
) -> None:
    pieces = [1, 3, 2, 2, 1] * 26
    with writing(engine) as session:
        for number, count in enumerate(pieces, start=1):
            a_paid_order(session, number, {"BALL-1": count})
    by_total = sorted(range(1, len(pieces) + 1), key=lambda number: (pieces[number - 1], number))
    for sort, wanted in (
        ("-total", by_total[::-1]),
        ("total", by_total),
        ("number", sorted(by_total)),
        ("", sorted(by_total)[::-1]),
        ("nonsense", sorted(by_total)[::-1]),
    ):
        query = f"view=all&sort={sort}"
        assert page_by_page(staff, query) == wanted, sort
        middle = wanted[60]
        page = staff.get(f"/admin/orders/{middle}?{query}").text
        assert re.findall(r"(?:Previous|Next): (\d+)", page) == [str(wanted[59]), str(wanted[61])], sort
    assert listed(staff, "view=all&sort=-total&after=100")[0] == by_total[-1], (
        "a place of another order is none"
    )
    assert staff.get("/admin/orders?view=all&sort=-total").text.count('aria-sort="descending"') == 1
    rows = csv.DictReader(io.StringIO(staff.post("/admin/orders/export?view=all&sort=-total").text))
    assert [int(row["number"]) for row in rows] == by_total[::-1]


def test_a_list_learns_how_many_orders_were_paid_since_it_was_read(
    engine: Engine, onlooker: FlaskClient
) -> None:
    with writing(engine) as session:
        a_paid_order(session, 1, paid_at=NOW + timedelta(minutes=1))
        a_paid_order(session, 2, paid_at=NOW + timedelta(minutes=9))
        a_paid_order(session, 3, placed_at=NOW - timedelta(hours=20), paid_at=NOW + timedelta(minutes=10))
        an_order(session, 4)

    def since(moment: str) -> int:
        told: int = onlooker.get("/admin/orders/new", query_string={"since": moment}).json["orders"]
        return told

    assert since(NOW.isoformat()) == 3
    assert since((NOW + timedelta(minutes=2)).isoformat()) == 2
    for nonsense in ("", "now", "2026-11-30", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-14:00"):
        assert since(nonsense) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_number_opens_its_order_or_the_search_that_says_there_is_none(
    engine: Engine, onlooker: FlaskClient
) -> None:
    with writing(engine) as session:
        a_paid_order(session, 51)
    ways = {
        typed: onlooker.get("/admin/orders/open", query_string={"number": typed}).headers["Location"]
        for typed in ("51", "52", "&x=1", "²")
    }
    assert ways == {
        "51": "/admin/orders/51",
        "52": "/admin/orders?q=52",
        "&x=1": "/admin/orders?q=%26x%3D1",
        "²": "/admin/orders?q=%C2%B2",
    }
