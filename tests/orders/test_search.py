"""What an order is found by: its words as they are now."""

from sqlalchemy import Engine, select

from shop.db import reading, writing
from shop.orders import handling
from shop.orders.models import Payment
from shop.orders.search import found
from shop.orders.word_index import LONGEST_WORD, words_of
from shop.seed import seed
from tests.orders.made import NOW, a_paid_order


def test_an_order_is_found_by_where_it_goes_now_and_by_its_notes(engine: Engine) -> None:
    seed(engine, live=False, now=NOW)
    by = {"by": "x@example.com", "now": NOW}
    with writing(engine) as session:
        order = a_paid_order(session, 1, name="Maya Lee", address={"city": "Zürich"}).id
        a_paid_order(session, 2, name="Ida Berg")
    assert [finds(engine, asked) for asked in ("zurich", "LEE")] == [[order], [order]]
    with writing(engine) as session:
        handling.write_note(session, order, "Gift for Åsa", **by)
        handling.write_note(session, order, "Back in December", **by)
        to = {"city": "Málaga", "postal_code": "29001"}
        handling.change_address(session, order, to, name="Zoë Grün", phone="", version=None, **by)
    assert {asked: finds(engine, asked) for asked in ("zurich", "lee")} == {"zurich": [], "lee": []}
    for asked in ("malaga", "29001", "grun", "gr", "asa", "dec", "Zoë gift malag"):
        assert finds(engine, asked) == [order], asked


def test_an_old_order_is_found_among_many(engine: Engine) -> None:
    seed(engine, live=False, now=NOW)
    with writing(engine) as session:
        for order_id in (1, 2, 900_000, 900_001):
            a_paid_order(session, order_id, id=order_id, name="Noor Lee" if order_id % 2 else "Ida Leeward")
    assert finds(engine, "lee") == [900_001, 900_000, 2, 1]
    assert finds(engine, "noor lee") == [900_001, 1]
    assert finds(engine, "ida lee") == [900_000, 2]


def test_a_pasted_list_of_numbers_and_ids_finds_each_and_a_phone_number_only_itself(engine: Engine) -> None:
    seed(engine, live=False, now=NOW)
    with writing(engine) as session:
        ids = [a_paid_order(session, number, name="Ida Berg").id for number in range(1001, 1061)]
        phoned = a_paid_order(session, 555, phone="555 1001").id
        payment = session.scalars(select(Payment.provider_id).where(Payment.order_id == ids[59])).one()
    assert finds(engine, "1001, #1003;1060\n9999 9999999999") == [ids[59], ids[2], ids[0]]
    assert finds(engine, f"1002 {payment}") == [ids[59], ids[1]]
    assert finds(engine, " ".join(str(number) for number in range(1001, 1061))) == ids[::-1]
    assert finds(engine, "555 1001") == [phoned], "what is a number of its own is no list"
    assert finds(engine, "1001 Berg") == []
    assert finds(engine, "pi_" + "x" * 500) == []


def test_words_are_folded_each_once_and_none_is_too_long() -> None:
    assert words_of("Łódź, STRASSE straße", "o'Neil_2") == "lodz strasse o neil 2"
    assert words_of("x" * 3000) == "x" * LONGEST_WORD


def finds(engine: Engine, asked: str) -> list[int]:
    with reading(engine) as session:
        return found(session, asked)
