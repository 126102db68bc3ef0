"""A passkey made and shown in a real browser: Chromium's own authenticator answers, as a phone or a key would."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import Engine
from werkzeug.serving import make_server

from shop import clock
from shop.app import create_app
from shop.config import Config
from shop.db import writing
from shop.staff import actions as staff
from tests.browser.accessibility import accessibility_faults
from tests.cast import PASSWORD

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
EMAIL = "owner@example.com"
# Built into the device, asks for a finger or a face, and keeps the key itself.
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(config: Config, engine: Engine, demo_goods: None) -> Iterator[str]:
    """The shop under a name, as passkeys want it, with an owner."""
    with writing(engine) as session:
        staff.create_member(session, EMAIL, name="", role="owner", password=PASSWORD, now=clock.now())
    server = make_server("127.0.0.1", 0, Flask(__name__), threaded=True)
    named = f"http://localhost:{server.port}"
    app = create_app(replace(config, base_url=named))
    server.app = app
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield named
    server.shutdown()
    thread.join()
    app.extensions["shop"].engine.dispose()


class Device:
    """The authenticator that Chromium pretends to have."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        added = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self.id = added["authenticatorId"]

    @property
    def keys(self) -> list[dict[str, object]]:
        """The keys it holds."""
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(found["credentials"])

    def refuses(self) -> None:
        """From now on the finger is not known."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": False})

    def accepts(self) -> None:
        """The finger is known again."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": True})


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/account")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_passkey_is_made_and_from_then_on_opens_the_door_and_confirms_who_is_there(
    address: str, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    device = Device(page)
    sign_in(page, address)
    page.get_by_label("Name of the device").fill("My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    expect(page.get_by_text("My laptop")).to_be_visible()
    assert [key["rpId"] for key in device.keys] == ["localhost"]

    page.get_by_role("button", name="Sign out").click()
    sign_in(page, address)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    assert accessibility_faults(page) == []
    page.goto(f"{address}/admin/orders")
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step")
    device.refuses()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The passkey was not used.")).to_be_visible()
    device.accepts()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    assert device.keys[0]["signCount"]

    stranger = open_page()
    Device(stranger)
    sign_in(stranger, address)
    stranger.get_by_role("button", name="Use a passkey").click()
    expect(stranger.get_by_text("The passkey was not used.")).to_be_visible()
