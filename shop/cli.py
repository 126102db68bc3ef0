"""``python -m shop <command>``: finds the command, reads the settings, and says in one sentence what is in the way."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from sqlalchemy.exc import DBAPIError

from shop import logs
from shop.config import ROOT, from_environment
from shop.content import WordsRefused, read_content
from shop.errors import Refused, SettingRefused
from shop.lifeline import end_with
from shop.preflight import first_line

# Each lives in shop/commands and loads only what it needs: the worker runs all day without the web framework.
COMMANDS = {
    "run": "the whole shop on this machine: local payment page, worker and web server",
    "serve": "the web server",
    "worker": "sends mail, closes unpaid orders, asks after payments",
    "standin": "the local payment page, for demo mode",
    "migrate": "bring the tables up to the newest migration",
    "seed": "fill an empty shop with demo goods, shipping and codes",
    "check": "read the words in content/ and say what is wrong with them",
    "prove": "whether orders, money, stock and codes add up, promise by promise",
    "doctor": "compare the shop with the payment service and find what is stuck",
    "backup": "write all that the database holds into a file",
    "restore": "fill an empty database with a backup",
    "move": "copy the shop into another database; stop web server and worker first",
    "admin": "people who run the shop, refunds and parcels",
    "readers": "what is kept of a person, taking her out, bounces and complaints",
}


def main(words: Sequence[str]) -> int:
    """Do what the command line says; return the exit status."""
    asked = parser().parse_args(words)
    if asked.end_with:
        end_with(asked.end_with)
    module = import_module(f"shop.commands.{asked.command}")
    options = argparse.ArgumentParser(
        prog=f"python -m shop {asked.command}", description=COMMANDS[asked.command].capitalize() + "."
    )
    module.arguments(options)
    chosen = options.parse_args(asked.options)
    try:
        config = from_environment()
        logs.configure(live=config.live)
        status: int = module.command(config, chosen)
    except (SettingRefused, WordsRefused) as error:
        return failed(str(error))
    except Refused as error:
        return failed(read_content(ROOT / "content").refusal(error))
    except DBAPIError as error:
        return failed(f"The database cannot be used: {first_line(error)}.")
    return status


def parser() -> argparse.ArgumentParser:
    """Return what reads the first word; the rest belongs to the command."""
    listed = "\n".join(f"  {name:<10}{about}" for name, about in COMMANDS.items())
    top = argparse.ArgumentParser(
        prog="python -m shop",
        description="The Hip Hook shop.",
        epilog=f"commands:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--end-with", type=int, help=argparse.SUPPRESS)
    top.add_argument("command", choices=COMMANDS, metavar="command", help="one of those below")
    top.add_argument("options", nargs=argparse.REMAINDER, help="see: python -m shop <command> --help")
    return top


def failed(sentence: str) -> int:
    """Say what is in the way."""
    print(sentence, file=sys.stderr)
    return 1
