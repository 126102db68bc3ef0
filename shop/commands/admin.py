"""The people who run the shop, and what they do from a terminal."""

import getpass
import secrets
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from shop import clock
from shop.commands import trade
from shop.config import Config
from shop.db import open_engine, writing
from shop.errors import SettingRefused
from shop.preflight import refuse_missing_tables
from shop.staff import actions as staff
from shop.staff.rules import ROLES

Action = Callable[[Config, Namespace], int]


def arguments(parser: ArgumentParser) -> None:
    """One action per line."""
    actions = parser.add_subparsers(required=True, metavar="action")

    def add(name: str, action: Action, about: str) -> ArgumentParser:
        added: ArgumentParser = actions.add_parser(name, help=about, description=about)
        added.set_defaults(action=action)
        return added

    creating = add("create", create_member, "add a person who runs the shop")
    creating.add_argument("--email", required=True)
    creating.add_argument("--name", default="")
    creating.add_argument("--role", default="staff", choices=ROLES)
    changing = add("password", change_password, "give a person a new password, and sign them out everywhere")
    changing.add_argument("--email", required=True)
    trade.refund_arguments(add("refund", trade.refund_order, "give money back for an order"))
    trade.ship_arguments(add("ship", trade.ship_order, "send an order on its way"))


def command(config: Config, asked: Namespace) -> int:
    """Do the action."""
    refuse_missing_tables(config)
    action: Action = asked.action
    try:
        return action(config, asked)
    except staff.MemberRefused as error:
        raise SettingRefused(str(error)) from error


def create_member(config: Config, asked: Namespace) -> int:
    """Add a person."""
    password = new_password()
    engine = open_engine(config.database_url)
    with writing(engine) as session:
        staff.create_member(
            session, asked.email, name=asked.name, role=asked.role, password=password, now=clock.now()
        )
    engine.dispose()
    print(f"{asked.email} may sign in as {asked.role.replace('_', ' ')}.")
    return 0


def change_password(config: Config, asked: Namespace) -> int:
    """Give a person a new password."""
    password = new_password()
    engine = open_engine(config.database_url)
    with writing(engine) as session:
        staff.set_password(session, asked.email, password, now=clock.now())
    engine.dispose()
    print(f"The password of {asked.email} is changed.")
    return 0


def new_password() -> str:
    """Ask for a password at the terminal; when nobody sits there, make one and print it."""
    if sys.stdin.isatty():
        return getpass.getpass("Password (12 characters or more): ")
    password = secrets.token_urlsafe(12)
    print(f"Password: {password}")
    return password
