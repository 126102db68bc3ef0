"""Whatever the shop can be told and whatever it can say no to is written down for people."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from shop.config import Config
from shop.content import BLANK
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


def test_every_refusal_has_a_sentence_and_every_sentence_a_refusal() -> None:
    reasons = {reason.value for reason in Reason}
    silent, idle = reasons - sentences().keys(), sentences().keys() - reasons
    assert not silent, f"write a sentence into content/phrases.yaml for {sorted(silent)}"
    assert not idle, f"content/phrases.yaml has sentences that nobody says: {sorted(idle)}"


def test_every_refusal_brings_what_the_blanks_of_its_sentence_want() -> None:
    short = [
        f"{file.relative_to(ROOT)}:{line} refuses with {reason} but does not say {sorted(missing)}"
        for file in (ROOT / "shop").rglob("*.py")
        for line, reason, given in refusals_raised(file.read_text())
        if (missing := set(BLANK.findall(sentences()[Reason[reason].value])) - given)
    ]
    assert not short, "\n" + "\n".join(short)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("raise Refused(Reason.SOLD_OUT, name=name)", [(1, "SOLD_OUT", {"name"})]),
        ("errors.Refused(errors.Reason.CART_EMPTY)", [(1, "CART_EMPTY", set())]),
        ("Refused(Reason.A if x else Reason.B)", [(1, "A", set()), (1, "B", set())]),
        ("Refused(reason)", []),
    ],
)
def test_refusals_are_found_where_they_are_raised(source: str, found: list[object]) -> None:
    assert refusals_raised(source) == found


def sentences() -> dict[str, str]:
    """The sentence of each refusal, by its key."""
    return yaml.safe_load((ROOT / "content" / "phrases.yaml").read_text())["refusals"]


def refusals_raised(source: str) -> list[tuple[int, str, set[str]]]:
    """Line, reason and named values of each Refused(Reason.X, ...) in a module."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    return [
        (call.lineno, name.attr, {str(keyword.arg) for keyword in call.keywords})
        for call in calls
        if ast.unparse(call.func).endswith("Refused")
        for name in ast.walk(call.args[0])
        if isinstance(name, ast.Attribute) and ast.unparse(name.value).endswith("Reason")
    ]


def rows_of_settings() -> list[str]:
    """The README's rows, as the fields of Config describe them: name, default, what it is about."""
    rows = [(field.name.upper(), field.default, field.metadata["about"]) for field in fields(Config)]
    return [f"| `{name}` | `{default}` | {about} |".replace("``", "none") for name, default, about in rows]
