"""The back office's discounts: made, tried, changed, ended, copied; codes in and out; who may do which of it."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update
from werkzeug.test import TestResponse

from shop import clock
from shop.db import reading, writing
from shop.discounts.models import Campaign, CampaignChange, Code, CodeBatch
from shop.orders.models import Order
from shop.staff.models import AuditEntry, StaffSession
from tests.orders.made import a_paid_order
from tests.rows import every_row

PAGES = [
    "",
    "?state=live",
    "?q=run15",
    "/run15",
    "/run15/codes",
    "/run15/codes/RUN15",
    "/run15/sheet",
    "/run15/history",
]
CHANGES = [
    "",
    "/run15",
    "/run15/pause",
    "/run15/end",
    "/run15/duplicate",
    "/run15/codes",
    "/run15/batches",
    "/run15/imports",
    "/run15/codes/RUN15/pause",
]
SPRING = {
    "name": "Spring fair",
    "kind": "percent",
    "percent": "20",
    "max_discount": "30",
    "part-SET-FULL": "out",
    "minimum_subtotal": "$50.00",
    "max_uses": "100",
    "ends_at": "2030-05-01T00:00",
    "way": "code",
    "code": "spring 26",
    "company": "combines",
    "public": "yes",
    "tag": "fair",
}


def words(answer: TestResponse) -> str:
    """What stands on a page, without its tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def post(browser: FlaskClient, path: str, status: int = 303, **form: Any) -> str:
    """Send a form; return what the page says that it leads to."""
    answer = browser.post(f"/admin/discounts{path}", data=form, content_type="multipart/form-data")
    assert answer.status_code == status, words(answer)
    return words(browser.get(answer.headers["Location"]) if status == 303 else answer)


def made(engine: Engine, slug: str = "spring-fair") -> Campaign:
    with reading(engine) as session:
        row = session.scalars(select(Campaign).where(Campaign.slug == slug)).one()
        session.expunge(row)
        return row


def test_staff_open_every_page_and_strangers_none(
    app: Flask, stranger: FlaskClient, onlooker: FlaskClient, engine: Engine
) -> None:
    before = every_row(engine)
    for path in PAGES:
        assert stranger.get(f"/admin/discounts{path}").headers["Location"].startswith("/admin/login")
        page = onlooker.get(f"/admin/discounts{path}")
        assert page.status_code == 200
        assert re.findall(r'<form method="post" action="([^"]+)"', page.text) == [
            "/admin/account/density",
            "/admin/logout",
        ]
    assert onlooker.get("/admin/discounts/new").status_code == 403
    for path in CHANGES:
        assert stranger.post(f"/admin/discounts{path}").headers["Location"].startswith("/admin/login")
        assert onlooker.post(f"/admin/discounts{path}").status_code == 403
    assert onlooker.get("/admin/discounts/run15/codes.csv").status_code == 403
    assert every_row(engine) == before


def test_what_is_not_there_is_not_found(staff: FlaskClient) -> None:
    for path in ("/nothing", "/run15/codes/HOOK40", "/nothing/codes", "?state=nonsense"):
        assert staff.get(f"/admin/discounts{path}").status_code == 404
    assert staff.post("/admin/discounts/run15/batches/99999999999/void").status_code == 404


def test_a_campaign_is_made_with_its_code_and_works_at_once(
    staff: FlaskClient, stranger: FlaskClient, engine: Engine
) -> None:
    page = post(staff, "", **SPRING)
    assert "Spring fair is made." in page
    said = "With a code, 20% off everything, except Complete program, up to $30.00 an order, when these come to $50.00"
    assert said in page
    row = made(engine)
    assert (row.percent_basis_points, row.max_discount_amount, row.max_uses, row.tag) == (
        2000,
        3000,
        100,
        "fair",
    )
    stranger.post("/cart/items", data={"sku": "HOOK-1", "quantity": "1"})
    cart = stranger.post("/cart/code", data={"code": "SPRING26"}, follow_redirects=True)
    assert "You save $29.80" in words(cart)
    with reading(engine) as session:
        audit = session.scalars(select(AuditEntry).where(AuditEntry.subject == "spring-fair")).one()
        assert audit.action == "campaign created"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Give the campaign a name"),
        ({"name": "15% off for podcast listeners"}, "Another campaign has this name already"),
        ({"percent": "x"}, "Write a number here"),
        ({"percent": "0"}, "must be more than 0"),
        ({"percent": "1e2"}, "Write a number here"),
        ({"kind": "nonsense"}, "Choose what the campaign gives"),
        ({"max_uses": "-1"}, "Write a whole number here"),
        ({"max_uses": "٣"}, "Write a whole number here"),
        ({"ends_at": "tomorrow"}, "Write a day and a time here"),
        ({"ends_at": "9999-12-31T23:59"}, "Write a day and a time here"),
        ({"starts_at": "2031-01-01T00:00"}, "It would end before it begins"),
        ({"kind": "bundle_price", "amount": "100", "part-HOOK-1": "in"}, "needs two products or more"),
        ({"part-HOOK-1": "get"}, "gives products"),
        ({"percent": "100", "max_discount": "", "max_uses": ""}, "gives the shop away"),
        ({"code": "RUN15"}, "The code RUN15 exists already"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_nobody_could_explain_comes_back_with_the_reason_and_what_was_typed(
    staff: FlaskClient, engine: Engine, change: Mapping[str, str], sentence: str
) -> None:
    before = every_row(engine)
    page = staff.post("/admin/discounts", data=SPRING | dict(change))
    assert page.status_code == 400
    assert sentence in words(page)
    assert 'value="$50.00"' in page.text
    assert every_row(engine) == before


def test_the_preview_says_what_the_fields_mean_and_do_and_saves_nothing(
    onlooker: FlaskClient, engine: Engine
) -> None:
    with writing(engine) as session:
        a_paid_order(session, 1001, {"BALL-1": 1})
    before = every_row(engine)
    fields = SPRING | {"bench_cart": "HOOK-1:1, nonsense!", "bench_country": "US"}
    part = onlooker.post("/admin/discounts/preview", data=fields, headers={"X-Part": "preview"})
    assert "<html" not in part.text
    for said in ("20% off everything", "Not understood: nonsense!", "Takes off $29.80", "Total $119.20"):
        assert said in words(part)
    page = words(onlooker.post("/admin/discounts/preview", data=fields | {"bench_order": "1001"}))
    assert "No: What it is for comes to $29.00, which is $21.00 short of $50.00." in page
    assert "This code works once you add $21.00 more to your cart." in page
    assert "There is no order 77." in words(
        onlooker.post("/admin/discounts/preview", data=fields | {"bench_order": "77"})
    )
    assert every_row(engine) == before


def test_a_campaign_is_changed_and_its_history_says_how(staff: FlaskClient, engine: Engine) -> None:
    post(staff, "", **SPRING)
    assert "Spring fair is saved." in post(
        staff, "/spring-fair", **SPRING, version="1", campaign="spring-fair"
    )
    page = post(staff, "/spring-fair", **SPRING | {"percent": "25"}, version="1", campaign="spring-fair")
    assert "25% off everything" in page
    history = words(staff.get("/admin/discounts/spring-fair/history"))
    assert "staff@example.com changed it" in history
    assert "Percent basis points 2000 → 2500" in history
    assert made(engine).version == 2


def test_who_saves_second_is_told_what_the_first_one_changed(
    owner: FlaskClient, staff: FlaskClient, engine: Engine
) -> None:
    post(staff, "", **SPRING)
    post(staff, "/spring-fair", **SPRING | {"percent": "25"}, version="1", campaign="spring-fair")
    page = post(owner, "/spring-fair", 409, **SPRING | {"max_uses": "7"}, version="1", campaign="spring-fair")
    assert "Somebody else changed this campaign" in page
    assert "staff@example.com" in page
    assert "percent basis points 2000 → 2500" in page
    assert made(engine).max_uses == 100
    post(owner, "/spring-fair", **SPRING | {"max_uses": "7"}, version="2", campaign="spring-fair")
    assert made(engine).max_uses == 7


def test_pausing_ending_and_copying_can_be_undone(
    staff: FlaskClient, stranger: FlaskClient, engine: Engine
) -> None:
    stranger.post("/cart/items", data={"sku": "HOOK-1", "quantity": "1"})

    def works() -> bool:
        return "The code RUN15 is applied" in words(
            stranger.post("/cart/code", data={"code": "RUN15"}, follow_redirects=True)
        )

    for path, state, working in (
        ("/run15/pause", "Paused", False),
        ("/run15/resume", "Live", True),
        ("/run15/end", "Ended", False),
        ("/run15/reopen", "Live", True),
    ):
        page = post(staff, path)
        assert state in page
        assert works() is working
    assert "stayed as it was" in post(staff, "/run15/resume")
    copy = post(staff, "/run15/duplicate")
    assert "Copy of 15% off for podcast listeners is made." in copy
    assert "Paused" in copy
    with reading(engine) as session:
        actions = session.scalars(select(CampaignChange.action).order_by(CampaignChange.id)).all()
        assert actions == ["paused", "resumed", "ended", "reopened", "created"]


def test_the_list_finds_by_state_and_by_code(staff: FlaskClient) -> None:
    assert "15% off for podcast listeners" in words(staff.get("/admin/discounts?state=live&q=RUN15"))
    assert "No campaign has “nope”" in words(staff.get("/admin/discounts?q=nope"))
    ended = words(staff.get("/admin/discounts?state=ended"))
    assert "last season" in ended
    assert "podcast" not in ended


def test_codes_are_added_made_voided_and_sent_as_a_file(owner: FlaskClient, engine: Engine) -> None:
    assert "The code VIP-1 is added." in post(
        owner, "/run15/codes", code="vip-1", email="Maya@example.com", max_uses="3", ends_on="2030-01-31"
    )
    assert "120 codes are made." in post(
        owner, "/run15/batches", count="120", prefix="fair", length="8", max_uses="1", tag="=cmd", comment="x"
    )
    page = words(owner.get("/admin/discounts/run15/codes"))
    assert "FAIR-" in page
    assert "More codes" in page
    file = owner.get("/admin/discounts/run15/codes.csv")
    assert file.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(file.text)))
    assert rows[0] == ["code", "state", "email", "uses", "max_uses", "ends_at", "tag", "created_at", "link"]
    assert len(rows) == 1 + 1 + 1 + 120
    assert rows[2][:5] == ["VIP-1", "live", "Maya@example.com", "0", "3"]
    assert rows[2][8].endswith("/go/VIP-1")
    assert rows[3][6] == "'=cmd"
    with reading(engine) as session:
        batch = session.scalars(select(CodeBatch.id)).one()
    assert "120 codes are void." in post(owner, f"/run15/batches/{batch}/void")
    of_batch = csv.reader(io.StringIO(owner.get(f"/admin/discounts/run15/codes.csv?batch={batch}").text))
    assert {row[1] for row in of_batch} == {"state", "void"}
    assert "120 codes work again." in post(owner, f"/run15/batches/{batch}/restore")
    assert owner.post(f"/admin/discounts/hook40/batches/{batch}/void").status_code == 404


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("/codes", {"code": ""}, "Please type the code first."),
        ("/codes", {"code": "RUN15"}, "The code RUN15 exists already."),
        ("/codes", {"code": "<b>"}, "A code has letters, digits and dashes"),
        ("/codes", {"code": "A", "email": "nobody"}, "does not look like an e-mail address"),
        ("/codes", {"code": "A", "max_uses": "0"}, "You can order from 1 to 99"),
        ("/codes", {"code": "A", "ends_on": "soon"}, "The last day must look like"),
        ("/codes", {"code": "A", "ends_on": "9999-12-31"}, "The last day must look like"),
        ("/batches", {"count": "0", "length": "8"}, "Write a whole number from 1 to 100,000."),
        ("/batches", {"count": "9", "length": "3"}, "Write a whole number from 6 to 16."),
        ("/batches", {"count": "9000", "length": "6"}, "So few letters could be guessed."),
        ("/batches", {"count": "9", "length": "8", "prefix": "FVCK"}, "says nothing rude"),
        ("/imports", {}, "Nothing was brought in: 1 line is not right. Line 1"),
        ("/imports", {"rows": "code\nA\nRUN15\n"}, "Line 3: This code exists already. RUN15"),
        ("/imports", {"rows": "code,max_uses\nA,1\nB,x\nA,1"}, "2 lines are not right. Line 3"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_bad_codes_change_nothing_and_say_why(
    staff: FlaskClient, engine: Engine, path: str, form: Mapping[str, str], sentence: str
) -> None:
    before = every_row(engine)
    assert sentence in post(staff, f"/run15{path}", 400, **form)
    assert every_row(engine) == before


def test_a_file_of_codes_is_brought_in(staff: FlaskClient, engine: Engine) -> None:
    lines = "".join(f"IMPORT-{number},,1,2030-12-31\n" for number in range(5000))
    file = (io.BytesIO(f"code,email,max_uses,ends_on\n{lines}".encode()), "codes.csv")
    assert "5,000 codes are brought in." in post(staff, "/run15/imports", file=file, tag="spring")
    with reading(engine) as session:
        code = session.scalars(select(Code).where(Code.code == "IMPORT-4999")).one()
        assert (code.max_uses, str(code.ends_at)) == (1, "2031-01-01 05:00:00+00:00")


def test_a_code_has_a_link_a_square_and_a_sheet(owner: FlaskClient, engine: Engine) -> None:
    page = owner.get("/admin/discounts/run15/codes/run15")
    assert 'href="http://127.0.0.1:8000/go/RUN15"' in page.text
    assert "<svg" in page.text
    assert "style=" not in page.text
    assert "Nobody has paid an order with it yet." in page.text
    assert "The code RUN15 is switched off." in post(owner, "/run15/codes/RUN15/pause")
    assert "Paused" in words(owner.get("/admin/discounts/run15/codes/RUN15"))
    assert "The code RUN15 works again." in post(owner, "/run15/codes/RUN15/resume")


def test_tries_stand_on_the_sheet_with_their_reasons(
    owner: FlaskClient, stranger: FlaskClient, engine: Engine
) -> None:
    stranger.post("/cart/items", data={"sku": "BALL-1", "quantity": "1"})
    for code in ("RUN15", "OLDCODE", "OLDCODE", "HOOK40"):
        stranger.post("/cart/code", data={"code": code})
    assert "Ended 2" in words(owner.get("/admin/discounts/oldcode/sheet"))
    assert "No matching item 1" in words(owner.get("/admin/discounts/hook40/sheet"))
    assert "Added to carts 1" in words(owner.get("/admin/discounts/run15/sheet"))
    with writing(engine) as session:
        session.execute(update(Code).where(Code.code == "RUN15").values(bound_email="ann@example.com"))
    stranger.post("/cart/code", data={"code": "RUN15"})
    order = {"email": "maya@example.com", "country": "US", "shipping": "standard", "total": "3160"}
    assert stranger.post("/checkout", data=order).status_code == 422
    assert "For another address 1" in words(owner.get("/admin/discounts/run15/sheet"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ends_at": datetime(2026, 1, 1, tzinfo=UTC)}, "Ended 1"),
        ({"active": False}, "Disabled 1"),
    ],
)
def test_a_code_that_is_over_at_checkout_counts_its_true_reason_and_the_buyer_hears_the_usual_one(
    owner: FlaskClient, stranger: FlaskClient, engine: Engine, change: dict[str, Any], told: str
) -> None:
    stranger.post("/cart/items", data={"sku": "BALL-1", "quantity": "1"})
    stranger.post("/cart/code", data={"code": "RUN15"})
    with writing(engine) as session:
        session.execute(update(Campaign).where(Campaign.slug == "run15").values(public=False, **change))
    order = {"email": "maya@example.com", "country": "US", "shipping": "standard", "total": "3160"}
    assert "This code does not work. Please check the spelling" in words(
        stranger.post("/checkout", data=order)
    )
    sheet = words(owner.get("/admin/discounts/run15/sheet"))
    assert told in sheet
    assert "Unknown" not in sheet


def test_a_code_that_came_by_a_link_is_counted_once_with_the_next_thing_that_is_sent(
    owner: FlaskClient, app: Flask, engine: Engine
) -> None:
    def tried(campaign: str) -> str:
        return words(owner.get(f"/admin/discounts/{campaign}/sheet"))

    ball = {"sku": "BALL-1", "quantity": "1"}
    before = every_row(engine)
    first, second, third = (app.test_client() for _ in range(3))
    first.get("/go/RUN15")
    second.get("/go/HOOK40")
    third.get("/buy/BOOK-EB:1?code=RUN15")
    changed = {table for table, rows in every_row(engine).items() if rows != before[table]}
    assert changed <= {"throttles"}
    for _ in range(2):
        first.post("/cart/items", data=ball)
        first.get("/go/RUN15")
        second.post("/cart/items", data=ball)
    assert "Added to carts 1" in tried("run15")
    assert "No matching item 1" in tried("hook40")
    # A cart that a link has filled sends nothing before the order itself; one of nothing is paid at once.
    with writing(engine) as session:
        session.execute(update(Campaign).where(Campaign.slug == "run15").values(percent_basis_points=10_000))
    order = {"email": "maya@example.com", "country": "US", "shipping": "", "total": "0"}
    assert third.post("/checkout", data=order).status_code == 303
    assert "Added to carts 2" in tried("run15")


def test_files_ask_who_was_away_for_long_to_prove_who_they_are(
    owner: FlaskClient, engine: Engine, member: Callable[[str], FlaskClient]
) -> None:
    with writing(engine) as session:
        order = a_paid_order(session, 1001)
        session.execute(update(Order).where(Order.id == order.id).values(code="RUN15"))
    assert owner.get("/admin/discounts/run15/sheet.csv").status_code == 200
    with writing(engine) as session:
        session.execute(update(StaffSession).values(confirmed_at=clock.now() - timedelta(days=1)))
    for path in ("codes.csv", "sheet.csv"):
        assert owner.get(f"/admin/discounts/run15/{path}").headers["Location"].startswith("/admin/confirm")
