"""Withdrawing from a contract: who may, until when, and of what; values in, values out.

Directive 2011/83/EU, articles 9 to 16, with article 11a (Directive (EU) 2023/2673): a function on the shop's pages,
there for the whole period, in two steps, without a login. Where the law leaves a doubt, the buyer has it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from shop.errors import Reason
from shop.orders.rules import Standing

# The European Union, the rest of the European Economic Area, and the United Kingdom, whose Consumer Contracts
# Regulations 2013 give the same fourteen days. Switzerland has no such law: there the shop's own guarantee stands.
COUNTRIES = frozenset(
    [
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT"),
        *("LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
        *("IS", "LI", "NO", "GB"),
    ]
)
PERIOD_DAYS = 14
# What the buyer has to send the goods back, and the shop to send the money (articles 13 and 14).
RETURN_DAYS = REFUND_DAYS = 14
# A parcel of which nobody promised a day counts as arrived after the longest time the law gives a seller (article 18).
LONGEST_ON_THE_ROAD = timedelta(days=30)
# A day begins in the east of these countries and ends in the west of them (the Azores).
EASTERNMOST, WESTERNMOST = timezone(timedelta(hours=3)), timezone(timedelta(hours=-1))
SATURDAY, SUNDAY = 5, 6
COVERED = ("paid", "part_refunded", "disputed")
STILL_TO_COME = ("to_ship", "part_shipped", "on_hold")


@dataclass(frozen=True)
class Withdrawn:
    """A statement that was received: what it is about (line id -> pieces), and who made it."""

    number: int
    received_at: datetime
    name: str
    email: str
    reason: str
    pieces: Mapping[int, int]

    @property
    def received(self) -> str:
        """When it was received, for the buyer's receipt."""
        return moment_words(self.received_at)

    @property
    def send_back_by_on(self) -> date:
        """The last day to send the goods back (article 14)."""
        return self.received_at.astimezone(EASTERNMOST).date() + timedelta(days=RETURN_DAYS)

    @property
    def refund_by_on(self) -> date:
        """The last day for the money to leave (article 13)."""
        return self.received_at.astimezone(UTC).date() + timedelta(days=REFUND_DAYS)


@dataclass(frozen=True)
class Right:
    """Whether a buyer may withdraw now. ``refusal``: why not, or None.

    ``until_on``: the last day; None while something is still to come, since the days have not begun then.
    ``left``: line id -> pieces that she may still withdraw from.
    """

    refusal: Reason | None
    until_on: date | None
    left: Mapping[int, int]


def covers(standing: Standing, countries: Collection[str]) -> bool:
    """Whether the law gives the right for an order at all; ``countries``: where its buyer may live, as far as it says."""
    paid = standing.state == "paid" and standing.payment_state in COVERED
    return paid and not COUNTRIES.isdisjoint(countries)


def right(until_on: date | None, left: Mapping[int, int], now: datetime) -> Right:
    """Return whether the buyer of an order that the law covers may withdraw now."""
    over = until_on is not None and now >= closes_at(until_on)
    refusal = Reason.WITHDRAWAL_MADE if not left else Reason.WITHDRAWAL_OVER if over else None
    return Right(refusal, until_on, left)


def last_day(
    shipping_state: str,
    *,
    placed_at: datetime,
    paid_at: datetime | None,
    arrives_to_on: date | None,
    parcels: Sequence[tuple[datetime, datetime | None]],
) -> date | None:
    """Return the last day to withdraw, or None while something is still to come.

    ``parcels``: when each left and was delivered. The fourteen days begin with the last parcel (article 9.2(b)), or with
    the contract when there is none: digital content keeps the right too, since nobody was asked to give it up
    (article 16(m)). Of a parcel of which no delivery is known, the latest day counts on which it was to arrive.
    """
    if shipping_state in STILL_TO_COME:
        return None
    if shipping_state == "nothing_to_ship":
        begins = _day(paid_at or placed_at)
    else:
        promised = (arrives_to_on - _day(placed_at)) if arrives_to_on else LONGEST_ON_THE_ROAD
        arrivals = [
            _day(delivered_at)
            if delivered_at
            else max(_day(shipped_at) + promised, arrives_to_on or date.min)
            for shipped_at, delivered_at in parcels
        ]
        known = [*arrivals] or ([arrives_to_on] if arrives_to_on else [])
        if not known:
            return None
        begins = max(known)
    return _working_day(begins + timedelta(days=PERIOD_DAYS))


def closes_at(until_on: date) -> datetime:
    """Return the moment at which a last day is over, wherever in these countries the buyer lives."""
    return datetime.combine(until_on + timedelta(days=1), time(), WESTERNMOST)


def pieces_left(
    bought: Mapping[int, int], withdrawn: Mapping[int, int], refunded: Mapping[int, int]
) -> dict[int, int]:
    """Return the pieces of each line that were neither withdrawn from nor given back.

    What was withdrawn from is refunded later: the same pieces do not count twice.
    """
    left = {
        line: quantity - max(withdrawn.get(line, 0), refunded.get(line, 0))
        for line, quantity in bought.items()
    }
    return {line: quantity for line, quantity in left.items() if quantity > 0}


def moment_words(at: datetime) -> str:
    """Return a moment with its time zone, to the second: ``December 1, 2026, 14:05:09 UTC``."""
    utc = at.astimezone(UTC)
    return f"{day_words(utc.date())}, {utc:%H:%M:%S} UTC"


def day_words(on: date) -> str:
    """Return a day with its year: ``December 1, 2026``."""
    return f"{on:%B} {on.day}, {on.year}"


def _day(at: datetime) -> date:
    return at.astimezone(EASTERNMOST).date()


def _working_day(on: date) -> date:
    """Return a day, or the Monday after it (Regulation 1182/71, article 3.4)."""
    return on + timedelta(days={SATURDAY: 2, SUNDAY: 1}.get(on.weekday(), 0))
