"""Making, changing, ending and copying campaigns, their history, batches and tries, on both databases."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from shop.db import PublicVersion, reading, writing
from shop.discounts import batches, campaigns, listing, queries, tries
from shop.discounts.batches import ImportRefused, Label
from shop.discounts.campaigns import EditedMeanwhile, Notes
from shop.discounts.minting import NewCode, spellings
from shop.discounts.models import Campaign, Code, CodeBatch, CodeTry
from shop.discounts.rules import Terms
from shop.errors import Reason, Refused
from shop.seed import seed
from tests.orders.made import NOW
from tests.rows import every_row

OWNER, STAFF = "owner@example.com", "staff@example.com"
TERMS = Terms(
    0,
    "Black Friday",
    "percent",
    "USD",
    percent_basis_points=2000,
    skus=frozenset(["HOOK-1", "BALL-1"]),
    excluded_skus=frozenset(["SET-FULL"]),
    countries=frozenset(["US", "CA"]),
    max_discount_amount=3000,
    max_units=2,
    budget_amount=100_000,
    ends_at=NOW + timedelta(days=3),
)


@pytest.fixture
def shop(engine: Engine) -> Engine:
    seed(engine, live=False, now=NOW)
    return engine


@pytest.fixture
def campaign(shop: Engine) -> int:
    """A campaign as the owner made it."""
    with writing(shop) as session:
        return campaigns.create(session, TERMS, Notes("q4", "Agreed in October."), by=OWNER, now=NOW).id


def told(engine: Engine, campaign_id: int) -> list[tuple[str, dict[str, Any], dict[str, Any], str]]:
    """The history of a campaign, oldest first."""
    with reading(engine) as session:
        lines = listing.history(session, campaign_id, limit=99)
        return [(line.action, line.before, line.after, line.by) for line in reversed(lines)]


def terms(engine: Engine, campaign_id: int) -> Terms:
    with reading(engine) as session:
        return queries.terms_of(session, campaign_id)


def version(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalars(select(PublicVersion.number)).one()


def test_a_campaign_is_kept_as_it_was_written(shop: Engine, campaign: int) -> None:
    assert terms(shop, campaign) == replace(TERMS, campaign_id=campaign)
    with reading(shop) as session:
        found = listing.by_slug(session, "black-friday")
        assert found is not None
        assert (found[0].tag, found[0].comment, found[0].version) == ("q4", "Agreed in October.", 1)
    [(action, before, after, by)] = told(shop, campaign)
    assert (action, before, by) == ("created", {}, OWNER)
    assert after["skus"] == ["BALL-1", "HOOK-1"]


def test_two_campaigns_never_share_a_name_or_an_address(shop: Engine, campaign: int) -> None:
    with pytest.raises(Refused) as refused, writing(shop) as session:
        campaigns.create(session, TERMS, Notes(), by=OWNER, now=NOW)
    assert refused.value.reason is Reason.CAMPAIGN_NAME_TAKEN
    with writing(shop) as session:
        for name, slug in (
            ("Black-Friday!", "black-friday-2"),
            ("New", "campaign-new"),
            ("Ünïcode", "unicode"),
            ("你好", "campaign"),
        ):
            assert (
                campaigns.create(session, replace(TERMS, name=name), Notes(), by=OWNER, now=NOW).slug == slug
            )


def test_a_change_is_told_with_what_was_before_and_moves_what_pages_show(shop: Engine, campaign: int) -> None:
    before = version(shop)
    new = replace(TERMS, percent_basis_points=2500, skus=frozenset(["HOOK-1"]))
    with writing(shop) as session:
        assert campaigns.change(session, campaign, new, Notes("q4", ""), version=1, by=STAFF, now=NOW)
    assert terms(shop, campaign) == replace(new, campaign_id=campaign)
    assert told(shop, campaign)[1:] == [
        (
            "changed",
            {"comment": "Agreed in October.", "percent_basis_points": 2000, "skus": ["BALL-1", "HOOK-1"]},
            {"comment": "", "percent_basis_points": 2500, "skus": ["HOOK-1"]},
            STAFF,
        )
    ]
    assert version(shop) > before
    with writing(shop) as session:
        assert not campaigns.change(session, campaign, new, Notes("q4", ""), version=2, by=STAFF, now=NOW)
    assert len(told(shop, campaign)) == 2


def test_of_two_people_who_edit_at_once_the_second_is_told_what_the_first_changed(
    shop: Engine, campaign: int
) -> None:
    with writing(shop) as session:
        campaigns.change(
            session, campaign, replace(TERMS, max_units=5), Notes("q4", ""), version=1, by=STAFF, now=NOW
        )
    before = every_row(shop)
    with pytest.raises(EditedMeanwhile) as told_of, writing(shop) as session:
        campaigns.change(
            session, campaign, replace(TERMS, max_units=9), Notes(), version=1, by=OWNER, now=NOW
        )
    [line] = told_of.value.changes
    assert (line.by, line.after["max_units"]) == (STAFF, 5)
    assert every_row(shop) == before


def test_pausing_and_ending_can_be_taken_back(shop: Engine, campaign: int) -> None:
    def state() -> str:
        return listing.state_of(terms(shop, campaign), NOW)

    for action, seen in (
        (campaigns.pause, "paused"),
        (campaigns.resume, "live"),
        (campaigns.end, "ended"),
        (campaigns.reopen, "live"),
    ):
        for worked in (True, False):
            with writing(shop) as session:
                assert action(session, campaign, by=STAFF, now=NOW) is worked, action
            assert state() == seen
    assert terms(shop, campaign).ends_at == TERMS.ends_at
    assert [line[0] for line in told(shop, campaign)] == ["created", "paused", "resumed", "ended", "reopened"]


def test_a_copy_is_switched_off_and_has_no_codes(shop: Engine, campaign: int) -> None:
    with writing(shop) as session:
        batches.add(session, campaign, NewCode("BF26"), by=OWNER, now=NOW)
        copy = campaigns.duplicate(session, campaign, by=STAFF, now=NOW).id
        again = campaigns.duplicate(session, campaign, by=STAFF, now=NOW).name
    assert terms(shop, copy) == replace(TERMS, campaign_id=copy, name="Copy of Black Friday", active=False)
    assert again == "Copy of Black Friday 2"
    with reading(shop) as session:
        assert session.get_one(Campaign, copy).codes_made == 0


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "live"),
        ({"active": False}, "paused"),
        ({"starts_at": NOW + timedelta(seconds=1)}, "scheduled"),
        ({"ends_at": NOW}, "ended"),
        ({"max_uses": 0}, "used_up"),
        ({"active": False, "ends_at": NOW}, "paused"),
    ],
)
def test_the_state_of_a_campaign_is_the_same_in_the_list_and_on_its_page(
    shop: Engine, change: dict[str, Any], state: str
) -> None:
    with writing(shop) as session:
        made = campaigns.create(session, replace(TERMS, **change), Notes(), by=OWNER, now=NOW).id
    with reading(shop) as session:
        assert listing.state_of(session.get_one(Campaign, made), NOW) == state
        for other in listing.STATES:
            found = listing.campaigns(session, NOW, state=other, words="", before=None, limit=99)
            assert (made in [row.id for row in found]) is (other == state)
        assert sum(listing.counts(session, NOW).values()) == session.scalar(
            select(func.count()).select_from(Campaign)
        )


def test_a_campaign_is_found_by_name_tag_comment_and_code(shop: Engine, campaign: int) -> None:
    with writing(shop) as session:
        batches.add(session, campaign, NewCode("BF26"), by=OWNER, now=NOW)
    with reading(shop) as session:
        for words in ("black fri", "Q4", "october", "bf26"):
            found = listing.campaigns(session, NOW, state="", words=words, before=None, limit=9)
            assert [row.id for row in found] == [campaign]
        for nothing in ("_", "BF2", "!"):
            assert listing.campaigns(session, NOW, state="", words=nothing, before=None, limit=9) == []
        assert listing.single_codes(session, [campaign]) == {campaign: "BF26"}


# --- Batches ---


def made(engine: Engine, campaign: int, count: int, prefix: str = "BF", length: int = 8) -> int:
    with writing(engine) as session:
        return batches.make(
            session,
            campaign,
            count,
            Label(prefix, "flyer", "For the fair"),
            spellings(prefix, length, secrets.choice),
            length=length,
            max_uses=1,
            ends_at=None,
            by=STAFF,
            now=NOW,
        ).id


def test_ten_thousand_codes_are_made_at_once_and_can_be_voided_at_once(shop: Engine, campaign: int) -> None:
    batch = made(shop, campaign, 10_000)
    with reading(shop) as session:
        codes = list(listing.every_code(session, campaign, NOW, batch_id=batch))
        assert len({code.code for code in codes}) == 10_000
        assert {code.state for code in codes} == {"live"}
        assert session.get_one(Campaign, campaign).codes_made == 10_000
        [row] = listing.batches(session, campaign)
        assert (row.codes, row.prefix, row.tag, row.by) == (10_000, "BF", "flyer", STAFF)
    one = codes[-1].code

    def works() -> bool:
        with reading(shop) as session:
            found = queries.offers_and_code(session, one, now=NOW)[1].found
            return found[0].active

    assert works()
    for act, working in ((batches.void, False), (batches.restore, True), (batches.void, False)):
        for did in (True, False):
            with writing(shop) as session:
                assert act(session, batch, by=OWNER, now=NOW) is did
        assert works() is working
    actions = [line[0] for line in told(shop, campaign)]
    assert actions[1:] == ["batch_made", "batch_voided", "batch_restored", "batch_voided"]


def test_a_spelling_that_exists_is_replaced_by_another_one(shop: Engine, campaign: int) -> None:
    same = iter(["AAAA", "AAAA", "BBBB", "CCCC", "DDDD"])
    with writing(shop) as session:
        batches.add(session, campaign, NewCode("BBBB"), by=OWNER, now=NOW)
        batches.make(
            session, campaign, 3, Label(), same, length=16, max_uses=1, ends_at=None, by=OWNER, now=NOW
        )
    with reading(shop) as session:
        codes = [code.code for code in listing.codes(session, campaign, NOW, limit=9)]
        assert sorted(codes) == ["AAAA", "BBBB", "CCCC", "DDDD"]


@pytest.mark.parametrize(
    ("count", "length", "reason"),
    [(0, 8, Reason.BATCH_SIZE), (100_001, 16, Reason.BATCH_SIZE), (1000, 6, Reason.CODES_GUESSABLE)],
)
def test_a_batch_too_large_or_too_easy_to_guess_is_refused(
    shop: Engine, campaign: int, count: int, length: int, reason: Reason
) -> None:
    before = every_row(shop)
    with pytest.raises(Refused) as refused:
        made(shop, campaign, count, length=length)
    assert refused.value.reason is reason
    assert every_row(shop) == before


def test_a_file_is_read_in_whole_or_not_at_all(shop: Engine, campaign: int) -> None:
    rows = [(2, NewCode("FAIR-1", "maya@example.com", 1)), (3, NewCode("RUN15")), (4, NewCode("FAIR-2"))]
    before = every_row(shop)
    with pytest.raises(ImportRefused) as refused, writing(shop) as session:
        batches.bring_in(session, campaign, rows, Label(), by=STAFF, now=NOW)
    assert [(row.line, row.key, row.text) for row in refused.value.rows] == [(3, "taken", "RUN15")]
    assert every_row(shop) == before
    with writing(shop) as session:
        batches.bring_in(session, campaign, [rows[0], rows[2]], Label(tag="fair"), by=STAFF, now=NOW)
    with reading(shop) as session:
        codes = listing.codes(session, campaign, NOW, limit=9)
        assert [(code.code, code.bound_email, code.max_uses, code.tag) for code in codes] == [
            ("FAIR-1", "maya@example.com", 1, "fair"),
            ("FAIR-2", "", None, "fair"),
        ]
        assert session.scalars(select(CodeBatch.source)).all() == ["imported"]


def test_a_code_exists_once(shop: Engine, campaign: int) -> None:
    before = every_row(shop)
    with pytest.raises(Refused) as refused, writing(shop) as session:
        batches.add(session, campaign, NewCode("RUN15"), by=OWNER, now=NOW)
    assert refused.value.reason is Reason.CODE_TAKEN
    assert every_row(shop) == before


def test_tries_are_counted_by_code_day_and_outcome(shop: Engine) -> None:
    with reading(shop) as session:
        code = session.scalars(select(Code).where(Code.code == "RUN15")).one()
        code_id, campaign_id = code.id, code.campaign_id
    day = date(2026, 11, 24)
    for outcome, on in (("", day), ("", day), ("code_ended", day), ("", day + timedelta(days=1))):
        with writing(shop) as session:
            tries.count(session, campaign_id, code_id, outcome, on=on)
    with reading(shop) as session:
        rows = session.execute(select(CodeTry.outcome, CodeTry.tried_on, CodeTry.tries)).all()
        assert sorted(map(tuple, rows)) == [
            ("", day, 2),
            ("", day + timedelta(days=1), 1),
            ("code_ended", day, 1),
        ]


def pages(engine: Engine, campaign: int) -> Iterator[list[str]]:
    after = 0
    with reading(engine) as session:
        while page := listing.codes(session, campaign, NOW, after=after, limit=2):
            yield [code.code for code in page]
            after = page[-1].id


def test_codes_are_listed_page_by_page(shop: Engine, campaign: int) -> None:
    with writing(shop) as session:
        for name in "ABCDE":
            batches.add(session, campaign, NewCode(name), by=OWNER, now=NOW)
        batches.switch_code(
            session,
            session.scalars(select(Code.id).where(Code.code == "C")).one(),
            active=False,
            by=OWNER,
            now=NOW,
        )
    assert list(pages(shop, campaign)) == [["A", "B"], ["C", "D"], ["E"]]
    with reading(shop) as session:
        assert [code.state for code in listing.codes(session, campaign, NOW, limit=9)] == [
            "live",
            "live",
            "paused",
            "live",
            "live",
        ]
