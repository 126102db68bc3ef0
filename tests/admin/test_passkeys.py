"""Passkeys as the second step: made, shown, and refused when they are anybody else's."""

import hashlib
import json
import re
from dataclasses import replace

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from webauthn.helpers import bytes_to_base64url

from shop.app import create_app
from shop.config import Config
from tests.cast import PASSWORD
from tests.rows import every_row

ORIGIN = "http://localhost:8000"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Authenticator:
    """A device with one key, as the WebAuthn standard describes its answers."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = b"a key of a test "
        self.count = 0

    def make(self, options: dict[str, object], origin: str = ORIGIN) -> str:
        """The answer to navigator.credentials.create()."""
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )
        credential = b"\0" * 16 + len(self.id).to_bytes(2, "big") + self.id + public
        attested = {"fmt": "none", "attStmt": {}, "authData": self.told(0x45) + credential}
        return self.answer(
            {
                "clientDataJSON": self.client("webauthn.create", options, origin),
                "attestationObject": cbor2.dumps(attested),
            }
        )

    def show(self, options: dict[str, object], origin: str = ORIGIN) -> str:
        """The answer to navigator.credentials.get()."""
        self.count += 1
        told, client = self.told(0x05), self.client("webauthn.get", options, origin)
        signature = self.key.sign(told + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self.answer({"clientDataJSON": client, "authenticatorData": told, "signature": signature})

    def told(self, flags: int) -> bytes:
        return hashlib.sha256(b"localhost").digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def client(self, kind: str, options: dict[str, object], origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": origin}).encode()

    def answer(self, response: dict[str, bytes]) -> str:
        name = bytes_to_base64url(self.id)
        parts = {key: bytes_to_base64url(value) for key, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": parts})


@pytest.fixture
def shop(config: Config, app: Flask) -> Flask:
    """The same shop, reached as localhost."""
    named = create_app(replace(config, base_url=ORIGIN))
    yield named
    named.extensions["shop"].engine.dispose()


def signed_in(shop: Flask) -> FlaskClient:
    browser = shop.test_client()
    browser.post("/admin/login", data={"email": "staff@example.com", "password": PASSWORD})
    return browser


def test_a_passkey_is_the_second_step_and_nobody_elses_is(
    shop: Flask, staff: FlaskClient, engine: Engine
) -> None:
    device, browser = Authenticator(), signed_in(shop)
    options = browser.post("/admin/account/passkeys/begin").json
    assert (
        browser.post(
            "/admin/account/passkeys", data={"answer": device.make(options), "name": "Phone"}
        ).status_code
        == 303
    )
    page = browser.get("/admin/account").text
    assert "<strong>Phone</strong>" in page
    assert "If this one device is lost, you are locked out" in page
    assert "publickey-credentials-get" not in browser.get("/admin/account").headers["Permissions-Policy"]

    second = signed_in(shop)
    assert second.get("/admin").headers["Location"].startswith("/admin/login/code")
    asks = second.get("/admin/login/code").text
    assert "Use a passkey" in asks
    assert 'name="code"' not in asks, "there is no code that she could give"
    before = every_row(engine)
    for forged in (
        lambda asked: Authenticator().show(asked),
        lambda asked: device.show(asked, origin="https://evil.example"),
        lambda asked: device.show({**asked, "challenge": "b3RoZXI"}),
        lambda _: "{}",
        lambda _: "not json",
        lambda _: "[]",
    ):
        asked = second.post("/admin/login/passkey/begin").json
        second.post("/admin/login/passkey", data={"answer": forged(asked)})
        assert second.get("/admin").status_code == 303
    after = every_row(engine)
    assert {table for table in after if after[table] != before[table]} <= {"throttles"}

    asked = second.post("/admin/login/passkey/begin").json
    proof = device.show(asked)
    assert second.post("/admin/login/passkey", data={"answer": proof}).headers["Location"] == "/admin"
    assert second.get("/admin").status_code == 200
    third = signed_in(shop)
    third.post("/admin/login/passkey/begin")
    third.post("/admin/login/passkey", data={"answer": proof})
    assert third.get("/admin").status_code == 303, "a proof is good for its own challenge"

    (gone,) = re.findall(r"/admin/account/passkeys/(\d+)/remove", page)
    second.post(f"/admin/account/passkeys/{gone}/remove")
    assert signed_in(shop).get("/admin").status_code == 200


def test_where_the_shop_has_no_name_the_page_says_that_passkeys_do_not_work(staff: FlaskClient) -> None:
    assert "Passkeys work where the shop is reached under a name" in staff.get("/admin/account").text
