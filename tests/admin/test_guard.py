"""Every route of the back office, also those added later, asked for by everybody."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from shop.admin.guard import RANKS, Role
from tests.rows import every_row
from tests.web.test_every_route import BLANKS, full

__all__ = ["full"]
# What everybody does about themselves.
OWN = ("/admin/account", "/admin/password", "/admin/login", "/admin/logout", "/admin/confirm")
# What is posted because it is long, and changes nothing; see the test of who may only look.
ASKS = ("/admin/discounts/preview",)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def routes(app: Flask) -> Iterator[tuple[str, str, Role]]:
    """Each method and address of the back office, and who may use it as its view says."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if rule.rule.startswith("/admin"):
            blanks = {blank: BLANKS[blank] for blank in rule.arguments}
            for method in sorted(rule.methods & {"GET", "POST"}):
                address = app.url_map.bind("").build(rule.endpoint, blanks, method)
                yield method, address, app.view_functions[rule.endpoint].entry.role


def test_every_view_says_whom_it_admits_and_what_changes_something_never_admits_who_may_only_look(
    full: Flask,
) -> None:
    found = list(routes(full))
    assert len(found) >= 9
    for method, address, role in found:
        if method == "POST" and not address.startswith(OWN + ASKS):
            assert role >= Role.STAFF, address


@pytest.mark.parametrize("who", ["stranger", "read_only", "staff"])
def test_a_route_turns_away_whom_it_does_not_admit_and_nothing_changes(
    who: str, full: Flask, engine: Engine, stranger: FlaskClient, member: Callable[[str], FlaskClient]
) -> None:
    browser = stranger if who == "stranger" else member(who)
    rank = RANKS.get(who, Role.ANYONE)
    before = every_row(engine)
    for method, address, role in routes(full):
        if rank < role:
            answer = browser.open(address, method=method)
            if who == "stranger":
                assert answer.status_code == 303, address
                assert answer.headers["Location"].startswith("/admin/login"), address
            else:
                assert answer.status_code == 403, address
    assert every_row(engine) == before


@pytest.mark.parametrize("who", ["read_only", "staff", "owner"])
def test_a_route_lets_in_whom_it_admits(who: str, full: Flask, member: Callable[[str], FlaskClient]) -> None:
    browser = member(who)
    # Whoever ends a sign-in has seen all the others.
    found = sorted(routes(full), key=lambda route: "/sessions/" in route[1] or route[1] == "/admin/logout")
    for method, address, role in found:
        if RANKS[who] >= role:
            answer = browser.open(address, method=method)
            assert answer.status_code < 500, address
            assert answer.status_code not in (401, 403, 405), address
            if not re.match("/admin/(log|password|account/sessions)", address):
                assert not answer.headers.get("Location", "").startswith("/admin/login"), address
