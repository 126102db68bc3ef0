"""One box for anything: which orders a number, name, address, code, SKU, tracking number, note or id belongs to."""

import re
from collections.abc import Sequence

from sqlalchemy import Select, or_, select, text, union_all
from sqlalchemy import func as sql
from sqlalchemy.orm import Session

from shop.db import lock_rows
from shop.orders.models import Order, OrderLine, Payment, Refund, Shipment
from shop.orders.word_index import BLOCK, words_of

# No search looks at more orders than this from one place: the newest ones.
MOST = 300
# A column of numbers or ids out of a sheet is as long as that.
LONGEST = 1000
MOST_WORDS = 8
RECENT_BLOCKS = 8
PROVIDER_ID = re.compile(r"(pi|ch|py|re|pyr)_\w+")
# Of these a list is made: what cannot be an order's number is one of the payment service's ids.
LISTED = re.compile(r"#?[1-9][0-9]{0,9}|(?:pi|ch|py|re|pyr|cs)_\w+", re.ASCII)
LARGEST_NUMBER = 2**31 - 1


def found(session: Session, asked: str) -> list[int]:
    """Return the ids of the orders that fit what was typed, up to MOST from each place it can stand in.

    One query, each part of which an index answers. What fits nothing, and is a list of numbers and ids, finds each.
    """
    asked = " ".join(asked.split())
    places = [place.limit(MOST) for place in _places(asked)]
    words = words_of(asked).split()[:MOST_WORDS]
    ids = (
        set(session.scalars(union_all(*(select(place.subquery()) for place in places)))) if places else set()
    )
    # The pieces of an address stand in nearly every order, and the address itself was looked for.
    if words and "@" not in asked and not PROVIDER_ID.fullmatch(asked):
        ids.update(_by_words(session, words))
    # Only then: the pieces of a phone or tracking number may be the numbers of orders as well.
    if not ids and (several := listed(asked)):
        ids.update(session.scalars(union_all(*(select(place.subquery()) for place in _of_list(several)))))
    return sorted(ids, reverse=True)


def listed(asked: str) -> list[str]:
    """Return the numbers and payment service's ids that a list of them holds; none for any other words."""
    pieces = re.split(r"[\s,;]+", asked.strip(" ,;\t\r\n"))
    return pieces if len(pieces) > 1 and all(LISTED.fullmatch(piece) for piece in pieces) else []


def _of_list(pieces: Sequence[str]) -> list[Select[int]]:
    numbers = [int(piece.lstrip("#")) for piece in pieces if "_" not in piece]
    known = [number for number in numbers if number <= LARGEST_NUMBER]
    return [
        select(Order.id).where(Order.number.in_(known)).limit(MOST),
        select(Payment.order_id)
        .where(or_(Payment.provider_id.in_(pieces), Payment.charge_id.in_(pieces)))
        .limit(MOST),
        select(Refund.order_id).where(Refund.provider_id.in_(pieces)).limit(MOST),
    ]


def _places(asked: str) -> list[Select[int]]:
    if PROVIDER_ID.fullmatch(asked):
        return [
            select(Payment.order_id).where(or_(Payment.provider_id == asked, Payment.charge_id == asked)),
            select(Refund.order_id).where(Refund.provider_id == asked),
        ]
    plain = asked.lstrip("#")
    places: list[Select[int]] = []
    if plain.isascii() and plain.isdigit():
        if int(plain) <= LARGEST_NUMBER:
            places.append(select(Order.id).where(Order.number == int(plain)))
        if len(plain) == 4:
            places.append(
                _newest(select(Payment.order_id).where(Payment.card_last4 == plain), Payment.order_id)
            )
    if asked and " " not in asked:
        lower = asked.lower()
        places.append(_newest(select(Order.id).where(Order.email_normalized == lower), Order.placed_at))
        places.append(_newest(select(Order.id).where(Order.code == asked.upper()), Order.number))
        places.append(
            _newest(select(OrderLine.order_id).where(OrderLine.sku == asked.upper()), OrderLine.order_id)
        )
    tracking = asked.replace(" ", "")
    if len(tracking) >= 6:
        places.append(select(Shipment.order_id).where(Shipment.tracking_number.in_([tracking, asked])))
    return places


def _newest(statement: Select[int], column: object) -> Select[int]:
    return statement.order_by(column.desc())  # type: ignore[attr-defined]


def _by_words(session: Session, words: Sequence[str]) -> list[int]:
    """Return the newest orders that hold all the words in their name, address or notes; then those in which the last
    one is the beginning of a word.
    """
    ask = _ask_postgresql if lock_rows(session) else _ask_sqlite
    found = ask(session, words, beginning=False)
    return found if len(found) == MOST else [*found, *ask(session, words, beginning=True)]


# A word is letters and digits, so nothing in it can end a quotation.


def _ask_sqlite(session: Session, words: Sequence[str], *, beginning: bool) -> list[int]:
    statement = (
        "SELECT rowid FROM order_words WHERE order_words MATCH :wanted ORDER BY rowid DESC LIMIT :most"
    )
    wanted = " ".join(f'"{word}"' for word in words) + ("*" if beginning else "")
    return list(session.scalars(text(statement), {"wanted": wanted, "most": MOST}))


def _ask_postgresql(session: Session, words: Sequence[str], *, beginning: bool) -> list[int]:
    # In the order of ids, so that the planner may walk from the newest one where a word stands in most orders. Where it
    # does not, all that the index names are looked at: so the newest blocks are asked first, and mostly they are enough.
    statement = text(
        "SELECT id FROM orders WHERE word_index @@ CAST(:wanted AS tsquery) ORDER BY id DESC LIMIT :most"
    )
    wanted = " & ".join(f"'{word}'" for word in words) + (":*" if beginning else "")
    newest = (session.scalar(select(sql.max(Order.id))) or 0) // BLOCK
    if newest >= RECENT_BLOCKS:
        recent = " | ".join(f"'#{newest - back}'" for back in range(RECENT_BLOCKS))
        found = session.scalars(statement, {"wanted": f"{wanted} & ({recent})", "most": MOST}).all()
        if len(found) == MOST:
            return list(found)
    return list(session.scalars(statement, {"wanted": wanted, "most": MOST}))
