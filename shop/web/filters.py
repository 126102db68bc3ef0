"""What every template can say: money, days, moments, phrases and the shop's own name."""

import re
from collections.abc import Hashable, Iterable, MutableMapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import Template
from jinja2.compiler import CodeGenerator, Frame, optimizeconst
from jinja2.nodes import Call, Expr
from markupsafe import Markup, escape

from shop import money
from shop.config import Config
from shop.web import charts
from shop.web.notices import notices
from shop.web.tools import tools

# A list says hundreds of moments; the system's own formatting takes longer than all else in them.
MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


# What HTML reads as more than text.
_MARKS = re.compile("""[&<>"']""").search


class Written(CodeGenerator):
    """Compiles ``{{ value }}`` to what calls ``as_html``, and a call to a plain call.

    The library looks at whatever is called, whether it wants to know the template's variables; nothing here does.
    """

    @optimizeconst
    def visit_Call(self, node: Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802, FBT001, FBT002
        """Write ``function(*(), arguments)``: the library's own signatures begin with a comma."""
        self.visit(node.node, frame)
        self.write("(*()")
        self.signature(node, frame, {"caller": "caller"} if forward_caller else None)
        self.write(")")

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.as_html(")


class Templates(Environment):
    """Flask's environment, with one table of globals that all templates share.

    The library lays an empty one over it for each template, and every import and page then looks through both.
    """

    code_generator_class = Written

    @staticmethod
    def as_html(value: object) -> str:
        """Return a value as it is written into a page, escaped unless it is markup.

        The library makes markup of every name and price that it escapes, which takes several times longer than
        seeing that there is nothing to escape; a page that is put together of such values needs none.
        """
        if (type(value) is str and not _MARKS(value)) or type(value) is Markup:
            return value
        return escape(value)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template that is loaded; ``d`` are those it has for itself alone."""
        return super().make_globals(d) if d else self.globals


@dataclass(frozen=True)
class ShopFacts:
    """What templates know of the settings."""

    name: str
    demo: bool
    base_url: str
    author: str
    reviewer: str
    address: tuple[str, ...]
    email: str


def install(app: Flask, config: Config) -> None:
    """Give templates their filters and globals."""
    app.jinja_env.filters.update(
        money=money.display,
        day=day,
        days=days,
        week=week,
        moment=moment,
        short_moment=short_moment,
        date=written_day,
        sparkline=charts.sparkline,
        share_of=charts.share_of,
    )
    app.jinja_env.globals.update(
        shop=ShopFacts(
            config.shop_name,
            not config.live,
            config.base_url.rstrip("/"),
            config.shop_author,
            config.shop_reviewer,
            config.postal_lines,
            config.public_email,
        ),
        notices=notices,
        options=options,
        fixed_part=FixedParts(app.jinja_env),
        phrase=lambda key, **values: app.extensions["shop"].content.phrase(key, **values),
    )


def phrase(key: str, **values: object) -> str:
    """Return the sentence ``key`` of content/phrases.yaml, blanks filled."""
    return tools().content.phrase(key, **values)


# What would make a part one visitor's own.
PERSONAL = ("request", "session", "g", "notices", "get_flashed_messages", "url_for")
# So many parts are kept with what they take, those that were used last.
MOST_PARTS = 512


class FixedParts:
    """Parts that depend on nothing but what they are given: the head and foot of all pages, a line of a cart.

    Each is rendered once for the same values. They cannot ask who the visitor is.
    """

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self._rendered = lru_cache(MOST_PARTS)(_rendered)

    def __call__(self, name: str, **values: Hashable) -> Markup:
        """Return the part ``name`` with ``values``; rendered anew when its template was read anew."""
        return self._rendered(self.environment.get_template(name), tuple(values.items()))


def _rendered(template: Template, values: tuple[tuple[str, Hashable], ...]) -> Markup:
    barred = {name: template.environment.undefined(name=name) for name in PERSONAL}
    return Markup(template.render(barred | dict(values)))  # noqa: S704 a template's own output


def options(pairs: Iterable[tuple[str, str]], chosen: str = "") -> Markup:
    """Return the options of a select from pairs of value and words; a template takes ten times as long."""
    return _options(tuple((value, words) for value, words in pairs), chosen)


# The countries that the shop ships to are the same in every cart.
@lru_cache(maxsize=64)
def _options(pairs: tuple[tuple[str, str], ...], chosen: str) -> Markup:
    lines = (
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
        for value, words in pairs
    )
    return Markup("\n".join(lines))  # noqa: S704 each part is escaped


def day(on: date) -> str:
    """Return a day as people read it: ``Thu, Nov 27``."""
    return f"{on:%a, %b} {on.day}"


def written_day(on: date) -> str:
    """Return a day with its year: ``November 27, 2026``."""
    return f"{on:%B} {on.day}, {on.year}"


def days(from_on: date, to_on: date) -> str:
    """Return a span of days: ``Thu, Nov 27 – Sat, Nov 29``, or one day when both are the same."""
    return day(from_on) if from_on == to_on else f"{day(from_on)} – {day(to_on)}"


def week(from_on: date, to_on: date) -> str:
    """Return a short span of days: ``Nov 24 – 30``, or ``Nov 30 – Dec 6``."""
    last = f"{to_on.day}" if from_on.month == to_on.month else f"{to_on:%b} {to_on.day}"
    return f"{from_on:%b} {from_on.day} – {last}"


def moment(at: datetime) -> str:
    """Return a moment in the shop's time zone: ``Nov 27, 2026, 3:04 PM``."""
    local = at.astimezone(tools().config.time_zone)
    return f"{MONTHS[local.month]} {local.day}, {local.year}, {_clock(local)}"


def short_moment(at: datetime) -> str:
    """Return a moment in the shop's time zone without its year, for lists: ``Nov 27, 3:04 PM``."""
    return short_moment_in(tools().config.time_zone, at)


def short_moment_in(zone: tzinfo, at: datetime) -> str:
    """Return a moment in a time zone as ``short_moment`` does."""
    local = at.astimezone(zone)
    return f"{MONTHS[local.month]} {local.day}, {_clock(local)}"


def _clock(local: datetime) -> str:
    return f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"
