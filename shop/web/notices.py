"""Sentences shown once at the top of the next page: what was done, what was refused, how to undo it."""

from collections.abc import Mapping
from typing import Any, Literal

from flask import session

from shop.errors import Refused
from shop.web.pages import is_public
from shop.web.tools import tools

Kind = Literal["ok", "info", "warn", "bad"]
# The cookie that carries them holds 4 KB.
KEPT = 4


def say(kind: Kind, sentence: str, undo: Mapping[str, Any] | None = None) -> None:
    """Show ``sentence`` on the visitor's next page.

    ``undo`` is a form that takes the step back: {"action": url, "fields": {name: value}, "label": "Undo"}.
    """
    notice = {"kind": kind, "sentence": sentence, "undo": dict(undo) if undo else None}
    session["notices"] = [*session.get("notices", []), notice][-KEPT:]


def refuse(error: Refused) -> None:
    """Show the sentence of a refusal on the visitor's next page."""
    say("bad", tools().content.refusal(error))


def notices() -> list[dict[str, Any]]:
    """Return what is to be shown now, and forget it. A page that is the same for everybody shows nothing."""
    if is_public():
        return []
    return list(session.pop("notices", []))
