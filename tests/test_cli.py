"""The commands: each says what it did in a line, and what is in the way in a sentence."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from shop import clock
from shop.cli import COMMANDS, main
from shop.commands.prove import ALWAYS, WHEN_QUIET
from shop.config import ROOT, load
from shop.content import read_content
from shop.db import writing
from shop.errors import Refused
from shop.staff import actions as staff
from shop.welcome.ask import Wish, ask
from shop.welcome.desk import Desk
from tests.mail.test_reports import BOUNCE


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SECRET_KEY", "x" * 40)


def test_migrate_and_seed_do_nothing_twice(capsys: pytest.CaptureFixture[str], engine: Engine) -> None:
    assert [main([command]) for command in ("migrate", "seed", "seed", "migrate")] == [0] * 4
    assert capsys.readouterr().out.splitlines() == [
        "The tables are up to date.",
        "Added the demo goods.",
        "The shop has goods already; nothing was added.",
        "The tables are up to date.",
    ]
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM products")) > 0


def test_prove_asks_every_promise_and_names_the_rows_that_break_one(
    capsys: pytest.CaptureFixture[str], engine: Engine
) -> None:
    assert [main(["seed"]), main(["prove", "--quiet"])] == [0, 0]
    many = len(ALWAYS) + len(WHEN_QUIET)
    assert capsys.readouterr().out.splitlines()[-1] == f"{many} of {many} promises are kept."
    with writing(engine) as session:
        session.execute(text("UPDATE stock SET on_hand = on_hand + 1 WHERE sku = 'HOOK-1'"))
    assert main(["prove"]) == 1
    said = capsys.readouterr().out.splitlines()
    at = said.index("  BROKEN  what lies on the shelf is the sum of the ledger")
    assert said[at + 1].split(", ")[0].strip() == "HOOK-1"
    assert said[-1] == f"{len(ALWAYS) - 1} of {len(ALWAYS)} promises are kept."


def test_the_doctor_says_what_is_wrong_when_the_payment_service_is_not_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:1")
    assert [main(["seed"]), main(["doctor", "--fix"])] == [0, 1]
    said = capsys.readouterr().out.splitlines()
    assert said[1].startswith("Nothing could be mended: ")
    assert said[2].startswith("The payment service cannot be asked: ")
    assert said[-1] == "1 thing to look at."


def test_every_command_that_make_asks_for_is_one() -> None:
    asked = re.findall(r"-m shop (\w+)", (ROOT / "Makefile").read_text())
    assert {"run", "prove"} <= set(asked) <= set(COMMANDS)


def test_a_member_made_here_can_sign_in(capsys: pytest.CaptureFixture[str], engine: Engine) -> None:
    assert main(["admin", "create", "--email", "maya@example.com", "--role", "read_only"]) == 0
    said = capsys.readouterr().out
    password = said.splitlines()[0].removeprefix("Password: ")
    assert "maya@example.com may sign in as read only." in said
    with engine.connect() as connection, Session(connection) as session:
        first = staff.authenticate(session, "maya@example.com", password)
    assert main(["admin", "password", "--email", "maya@example.com"]) == 0
    changed = capsys.readouterr().out.splitlines()[0].removeprefix("Password: ")
    with engine.connect() as connection, Session(connection) as session:
        assert staff.authenticate(session, "maya@example.com", changed) == first
        with pytest.raises(Refused):
            staff.authenticate(session, "maya@example.com", password)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["admin", "create", "--email", "not an address"], "does not look like an e-mail address"),
        (["admin", "password", "--email", "nobody@example.com"], "nobody@example.com is not a member."),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_refusal_is_one_sentence_on_standard_error(
    capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert main(words) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_words_can_be_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert capsys.readouterr().out.startswith("The words are in order: 7 articles, 7 products,")


@pytest.mark.parametrize("command", ["serve", "worker", "seed"])
def test_a_shop_without_tables_is_told_to_migrate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.sqlite")
    assert main([command]) == 1
    assert "run `python -m shop migrate` first" in capsys.readouterr().err


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_demo_goods_are_refused_in_live_mode(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "SHOP_MODE": "live",
        "BASE_URL": "https://shop.example.com",
        "STRIPE_SECRET_KEY": "sk_live_x",
        "STRIPE_WEBHOOK_SECRET": "whsec_x",
        "SMTP_URL": "smtp://mail.example.com",
        "ADMIN_EMAIL": "owner@example.com",
    }.items():
        monkeypatch.setenv(name, value)
    assert main(["seed"]) == 1
    assert "demo data is only for SHOP_MODE=demo" in capsys.readouterr().err
    assert main(["standin"]) == 1
    assert "does not use the local payment page" in capsys.readouterr().err


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"python -m shop {command}" in capsys.readouterr().out


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_unknown_command_is_answered_with_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sell"])
    assert ended.value.code == 2
    with pytest.raises(SystemExit):
        main(["--help"])
    said = capsys.readouterr().out
    assert all(f"  {command} " in said for command in COMMANDS)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("module", "without"),
    [("worker", "flask"), ("worker", "granian"), ("run", "stripe"), ("serve", "webauthn")],
)
def test_a_command_loads_only_what_it_needs(module: str, without: str) -> None:
    code = f"import sys, shop.cli, shop.commands.{module}; sys.exit({without!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_a_person_is_exported_and_erased_and_bounces_are_read_from_a_mailbox(
    capsys: pytest.CaptureFixture[str], engine: Engine, tmp_path: Path
) -> None:
    now = clock.now()
    with writing(engine) as session:
        desk = Desk(load({"SECRET_KEY": "x" * 40}), read_content(ROOT / "content"))
        for address in ("maya@example.com", "b@example.com"):
            ask(session, desk, Wish(address), now=now)
    assert main(["readers", "export", "maya@example.com"]) == 0
    assert json.loads(capsys.readouterr().out)["reader"]["state"] == "pending"
    assert [main(["readers", "erase", "maya@example.com"]) for _ in range(2)] == [0, 1]
    said = capsys.readouterr()
    assert "Erased: the reader, 1 letters, and the person in 0 orders." in said.out
    assert "no reader under that address" in said.err
    mbox = tmp_path / "bounces"
    bounce = BOUNCE.format(action="failed", status="5.1.1").replace("maya@", "b@")
    mbox.write_text(f"From MAILER-DAEMON Fri Nov 27 12:00:00 2026\n{bounce}\n")
    assert [main(["readers", "bounces", str(mbox)]) for _ in range(2)] == [0, 0]
    assert main(["readers", "lift", "b@example.com"]) == 0
    assert main(["readers", "bounces", str(tmp_path / "nowhere")]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "1 reports, 1 of them new.",
        "1 reports, 0 of them new.",
        "Letters may go there again.",
    ]
    assert "There is no mailbox at" in said.err
