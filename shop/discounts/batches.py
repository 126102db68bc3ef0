"""Codes by the thousand: made, brought in from a file, and voided, each batch as one."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import CursorResult, Integer, bindparam, select, text, update
from sqlalchemy.orm import Session

from shop.db import Moment
from shop.discounts import campaigns
from shop.discounts.minting import MOST_AT_ONCE, BadRow, NewCode, is_guessable
from shop.discounts.models import Campaign, Code, CodeBatch
from shop.errors import Reason, Refused

# One statement for any number of codes: as many statements or parameters as codes would take ten times as long.
# A code that exists is left alone, and the row count says so.
_INSERT = {
    "sqlite": text(
        "INSERT INTO codes (campaign_id, batch_id, code, active, bound_email, max_uses, ends_at, held, redeemed,"
        " created_at) SELECT :campaign_id, :batch_id, value ->> 'code', true, value ->> 'bound_email',"
        " value ->> 'max_uses', value ->> 'ends_at', 0, 0, :now FROM json_each(:rows) WHERE true"
        " ON CONFLICT (code) DO NOTHING"
    ).bindparams(bindparam("batch_id", type_=Integer()), bindparam("now", type_=Moment())),
    "postgresql": text(
        "INSERT INTO codes (campaign_id, batch_id, code, active, bound_email, max_uses, ends_at, held, redeemed,"
        " created_at) SELECT :campaign_id, :batch_id, code, true, bound_email, max_uses,"
        " ends_at AT TIME ZONE 'UTC', 0, 0, :now FROM json_to_recordset(CAST(:rows AS json))"
        " AS new (code text, bound_email text, max_uses integer, ends_at timestamp)"
        " ON CONFLICT (code) DO NOTHING"
    ).bindparams(bindparam("batch_id", type_=Integer()), bindparam("now", type_=Moment())),
}
# How many codes are asked about at once: SQLite takes 32,766 parameters at most.
ASKED_AT_ONCE = 5_000


@dataclass(frozen=True)
class Label:
    """What the shop's people write on a batch."""

    prefix: str = ""
    tag: str = ""
    comment: str = ""


class ImportRefused(Exception):
    """A file has bad rows, and nothing of it was written."""

    def __init__(self, rows: Sequence[BadRow]) -> None:
        super().__init__("bad rows")
        self.rows = rows


def add(session: Session, campaign_id: int, new: NewCode, *, by: str, now: datetime) -> None:
    """Write one code of a campaign. Raises Refused(CODE_TAKEN)."""
    if not _insert(session, campaign_id, None, [new], now):
        raise Refused(Reason.CODE_TAKEN, code=new.code)
    campaigns.note(session, campaign_id, "code_added", {}, {"code": new.code}, by=by, now=now)


def make(
    session: Session,
    campaign_id: int,
    count: int,
    label: Label,
    spellings: Iterable[str],
    *,
    length: int,
    max_uses: int | None,
    ends_at: datetime | None,
    by: str,
    now: datetime,
) -> CodeBatch:
    """Write ``count`` codes that no other code is like, the first free ones of the endless ``spellings``.

    ``length`` is how many letters of each were chosen at random: raises Refused(BATCH_SIZE) for none or more
    than 100,000, and Refused(CODES_GUESSABLE) for letters so few that a code could be found by trying.
    """
    if not 1 <= count <= MOST_AT_ONCE:
        raise Refused(Reason.BATCH_SIZE, most=f"{MOST_AT_ONCE:,}")
    if is_guessable(count, length):
        raise Refused(Reason.CODES_GUESSABLE)
    batch = _batch(session, campaign_id, "made", label, count, by=by, now=now)
    endless, written = iter(spellings), 0
    while written < count:
        fresh = dict.fromkeys(islice(endless, count - written))
        new = [NewCode(code, max_uses=max_uses, ends_at=ends_at) for code in fresh]
        written += _insert(session, campaign_id, batch.id, new, now)
    return batch


def bring_in(
    session: Session,
    campaign_id: int,
    rows: Sequence[tuple[int, NewCode]],
    label: Label,
    *,
    by: str,
    now: datetime,
) -> CodeBatch:
    """Write the codes of a file, each with its line. Raises ImportRefused when one of them exists already, and
    Refused(BATCH_SIZE) for none or more than 100,000; nothing is written then.
    """
    if not 1 <= len(rows) <= MOST_AT_ONCE:
        raise Refused(Reason.BATCH_SIZE, most=f"{MOST_AT_ONCE:,}")
    taken = _taken(session, [new.code for _, new in rows])
    if taken:
        raise ImportRefused([BadRow(line, "taken", new.code) for line, new in rows if new.code in taken])
    batch = _batch(session, campaign_id, "imported", label, len(rows), by=by, now=now)
    if _insert(session, campaign_id, batch.id, [new for _, new in rows], now) < len(rows):
        # Somebody else wrote one of them in this very moment; the caller's transaction is undone.
        raise ImportRefused([BadRow(0, "taken", "")])
    return batch


def void(session: Session, batch_id: int, *, by: str, now: datetime) -> bool:
    """Make a batch worthless, all its codes at once; return whether it was worth anything before."""
    return _mark(session, batch_id, "batch_voided", now, by=by, now=now)


def restore(session: Session, batch_id: int, *, by: str, now: datetime) -> bool:
    """Take ``void`` back; return whether the batch was void."""
    return _mark(session, batch_id, "batch_restored", None, by=by, now=now)


def switch_code(session: Session, code_id: int, *, active: bool, by: str, now: datetime) -> bool:
    """Switch one code on or off; return whether that changed anything."""
    code = session.get_one(Code, code_id)
    if code.active == active:
        return False
    code.active = active
    action = "code_resumed" if active else "code_paused"
    campaigns.note(session, code.campaign_id, action, {}, {"code": code.code}, by=by, now=now)
    return True


def _mark(
    session: Session, batch_id: int, action: str, voided_at: datetime | None, *, by: str, now: datetime
) -> bool:
    marked = session.execute(
        update(CodeBatch)
        .where(
            CodeBatch.id == batch_id,
            CodeBatch.voided_at.is_(None) if voided_at else CodeBatch.voided_at.is_not(None),
        )
        .values(voided_at=voided_at, voided_by=by if voided_at else "")
        .returning(CodeBatch.campaign_id, CodeBatch.codes)
    ).one_or_none()
    if marked is None:
        return False
    campaigns.note(session, marked[0], action, {}, {"codes": marked[1], "batch": batch_id}, by=by, now=now)
    return True


def _batch(
    session: Session, campaign_id: int, source: str, label: Label, count: int, *, by: str, now: datetime
) -> CodeBatch:
    batch = CodeBatch(
        campaign_id=campaign_id,
        source=source,
        prefix=label.prefix,
        tag=label.tag,
        comment=label.comment,
        codes=count,
        by=by,
        created_at=now,
    )
    session.add(batch)
    session.flush()
    told = {"codes": count, "batch": batch.id, "tag": label.tag}
    campaigns.note(session, campaign_id, f"batch_{source}", {}, told, by=by, now=now)
    return batch


def _insert(
    session: Session, campaign_id: int, batch_id: int | None, new: Sequence[NewCode], now: datetime
) -> int:
    """Write codes and count them; return how many no other code was like."""
    rows = [
        {
            "code": each.code,
            "bound_email": each.bound_email or None,
            "max_uses": each.max_uses,
            "ends_at": each.ends_at and f"{each.ends_at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}",
        }
        for each in new
    ]
    values = {"campaign_id": campaign_id, "batch_id": batch_id, "now": now, "rows": json.dumps(rows)}
    result = session.execute(_INSERT[session.get_bind().dialect.name], values)
    assert isinstance(result, CursorResult)  # noqa: S101
    written = int(result.rowcount)
    session.execute(
        update(Campaign)
        .where(Campaign.id == campaign_id)
        .values(codes_made=Campaign.codes_made + written)
        .execution_options(synchronize_session=False)
    )
    return written


def _taken(session: Session, codes: Sequence[str]) -> set[str]:
    taken: set[str] = set()
    for start in range(0, len(codes), ASKED_AT_ONCE):
        asked = codes[start : start + ASKED_AT_ONCE]
        taken.update(session.scalars(select(Code.code).where(Code.code.in_(asked))))
    return taken
