"""Whatever the shop can be told and whatever it can say no to is written down for people."""

from dataclasses import fields
from pathlib import Path

import yaml

from shop.config import Config
from shop.errors import Reason

ROOT = Path(__file__).parent.parent.parent


def test_every_setting_is_a_row_of_the_readme() -> None:
    lines = (ROOT / "README.md").read_text().splitlines()
    missing = [row for row in rows_of_settings() if row not in lines]
    assert not missing, "the table of settings in README.md wants these rows:\n" + "\n".join(missing)


def test_the_readme_knows_no_setting_that_the_shop_does_not_read() -> None:
    rows = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("| `")]
    known = {row.split("`")[1] for row in rows_of_settings()}
    assert {row.split("`")[1] for row in rows if row.split("`")[1].isupper()} == known


def test_every_refusal_has_a_sentence() -> None:
    phrases = yaml.safe_load((ROOT / "content" / "phrases.yaml").read_text())
    silent = [reason.value for reason in Reason if not str(phrases.get(reason.value, "")).strip()]
    assert not silent, f"content/phrases.yaml has no sentence for {silent}"


def rows_of_settings() -> list[str]:
    """The README's rows, as the fields of Config describe them: name, default, what it is about."""
    rows = [(field.name.upper(), field.default, field.metadata["about"]) for field in fields(Config)]
    return [f"| `{name}` | `{default}` | {about} |".replace("``", "none") for name, default, about in rows]
