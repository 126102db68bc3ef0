"""Readers from a terminal: what is kept of a person, taking her out, and the bounces that came back."""

import json
import mailbox
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from shop import clock
from shop.config import Config
from shop.db import open_engine, reading, writing
from shop.errors import SettingRefused
from shop.mail.reports import Report, reports
from shop.preflight import refuse_missing_tables
from shop.privacy.erase import erase
from shop.privacy.export import export
from shop.subscribers import actions as subscribers

BY = "cli"


def arguments(parser: ArgumentParser) -> None:
    """One action per line."""
    actions = parser.add_subparsers(required=True, metavar="action")
    for name, action, about, what in (
        ("export", export_person, "print all that is kept of a person, as JSON", "email"),
        ("erase", erase_person, "take a person out; the money rows of her orders stay", "email"),
        (
            "bounces",
            read_bounces,
            "read bounces and complaints from a mailbox (mbox file or Maildir)",
            "path",
        ),
        ("lift", lift_address, "let letters go to an address again that bounced or complained", "email"),
    ):
        added = actions.add_parser(name, help=about, description=about)
        added.add_argument(what)
        added.set_defaults(action=action)


def command(config: Config, asked: Namespace) -> int:
    """Do the action."""
    refuse_missing_tables(config)
    engine = open_engine(config.database_url)
    try:
        return int(asked.action(engine, asked))
    finally:
        engine.dispose()


def export_person(engine: Engine, asked: Namespace) -> int:
    """Print what is kept of a person."""
    with reading(engine) as session:
        print(json.dumps(export(session, asked.email), indent=2, ensure_ascii=False))
    return 0


def erase_person(engine: Engine, asked: Namespace) -> int:
    """Take a person out. Raises Refused while an order of hers is under way."""
    with writing(engine) as session:
        erased = erase(session, asked.email, by=BY, now=clock.now())
    print(
        f"Erased: {'the reader, ' if erased.reader else ''}{erased.letters} letters, "
        f"and the person in {erased.orders} orders."
    )
    return 0


def read_bounces(engine: Engine, asked: Namespace) -> int:
    """Leave alone whoever a mailbox reports; reading it again changes nothing."""
    found = list(_reports(Path(asked.path)))
    new = 0
    for report in found:
        with writing(engine) as session:
            new += subscribers.suppress(session, report.email, report.kind, report.detail, now=clock.now())
    print(f"{len(found)} reports, {new} of them new.")
    return 0


def lift_address(engine: Engine, asked: Namespace) -> int:
    """Let letters go to an address again."""
    with writing(engine) as session:
        lifted = subscribers.lift(session, asked.email)
    print("Letters may go there again." if lifted else "Nothing stood in the way of letters to it.")
    return 0


def _reports(path: Path) -> Iterator[Report]:
    if not path.exists():
        raise SettingRefused(f"There is no mailbox at {path}.")
    messages = mailbox.Maildir(path, create=False) if path.is_dir() else mailbox.mbox(path, create=False)
    with closing(messages):
        for message in messages:
            yield from reports(message)
