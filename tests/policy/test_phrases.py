"""Every sentence that the program says stands in content/phrases.yaml, with the blanks that it fills."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from shop.config import ROOT
from shop.content import BLANK, Content, read_content
from shop.errors import Reason

# The beginning of a key whose end is put on elsewhere: "errors." ~ name, f"flags.{reason}".
PUT_TOGETHER = re.compile(r"""["']([a-z_]+\.[a-z_0-9]*)(?:\{|["'] ~)""")


@dataclass(frozen=True)
class Said:
    """A phrase that the program asks for. ``filled`` is None where the values are not written out."""

    where: str
    key: str
    whole: bool
    filled: frozenset[str] | None


@pytest.fixture(scope="module")
def content() -> Content:
    """The words of the shop."""
    return read_content(ROOT / "content")


def blanks(sentence: str) -> set[str]:
    """The blanks of a sentence."""
    return set(BLANK.findall(sentence))


def said_in_python() -> Iterator[Said]:
    """Every call of phrase(...) and every Refused(Reason.X, ...) under shop/."""
    for path in sorted((ROOT / "shop").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            found = _key(call.args[0], name)
            if found is not None:
                keywords = [keyword.arg for keyword in call.keywords]
                filled = None if None in keywords else frozenset(word for word in keywords if word)
                yield Said(f"{path.relative_to(ROOT)}, line {call.lineno}", *found, filled)


def _key(argument: ast.expr, called: str) -> tuple[str, bool] | None:
    if called == "Refused":
        name = argument.attr if isinstance(argument, ast.Attribute) else ""
        return (f"refusals.{Reason[name].value}", True) if name in Reason.__members__ else None
    if called != "phrase":
        return None
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value, True
    if isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
        return str(argument.values[0].value), False
    return None


def said_in_templates() -> Iterator[Said]:
    """Every call of phrase(...) in a template."""
    environment = jinja2.Environment(autoescape=True)
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for call in environment.parse(path.read_text()).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "phrase":
                first = call.args[0]
                start = first.nodes[0] if isinstance(first, nodes.Concat) else first
                if isinstance(start, nodes.Const):
                    filled = None if call.dyn_kwargs else frozenset(word.key for word in call.kwargs)
                    where = f"{path.relative_to(ROOT)}, line {call.lineno}"
                    yield Said(where, str(start.value), isinstance(first, nodes.Const), filled)


def all_said() -> list[Said]:
    """Every phrase that the program is seen to ask for."""
    return [*said_in_python(), *said_in_templates()]


def test_every_refusal_has_a_sentence(content: Content) -> None:
    missing = [
        f"refusals.{reason.value}" for reason in Reason if f"refusals.{reason.value}" not in content.phrases
    ]
    assert not missing, f"write these sentences into content/phrases.yaml: {missing}"


def test_every_sentence_of_a_refusal_belongs_to_a_reason(content: Content) -> None:
    known = {f"refusals.{reason.value}" for reason in Reason}
    extra = [key for key in content.phrases if key.startswith("refusals.") and key not in known]
    assert not extra, f"no reason in shop/errors.py says these: take them out of phrases.yaml: {extra}"


def test_a_code_that_is_off_over_or_not_begun_answers_like_one_that_never_was(content: Content) -> None:
    same = ["code_unknown", "code_disabled", "code_not_started", "code_ended"]
    assert len({content.phrases[f"refusals.{reason}"] for reason in same}) == 1


def complaint(said: Said, content: Content) -> str:
    """What is wrong with a phrase that the program asks for, or nothing."""
    if not said.whole:
        begins = any(key.startswith(said.key) for key in content.phrases)
        return "" if begins else f"{said.where}: no phrase begins with {said.key!r}"
    if said.key not in content.phrases:
        return f"{said.where}: write {said.key!r} into content/phrases.yaml"
    empty = blanks(content.phrases[said.key]) - (said.filled or frozenset())
    if said.filled is not None and empty:
        return f"{said.where}: {said.key!r} also needs a value for {sorted(empty)}"
    return ""


def test_what_is_said_is_written_down_and_every_blank_is_filled(content: Content) -> None:
    said = all_said()
    assert len(said) > 50
    complaints = [found for each in said if (found := complaint(each, content))]
    assert not complaints, "\n".join(complaints)


def test_no_sentence_stands_there_that_nobody_says(content: Content) -> None:
    files = [*(ROOT / "shop").rglob("*.py"), *(ROOT / "templates").rglob("*.html")]
    program = "\n".join(path.read_text() for path in files)
    whole = set(re.findall(r"""["']([a-z_]+(?:\.[a-z_0-9]+)+)["']""", program))
    begun = {said.key for said in all_said() if not said.whole} | set(PUT_TOGETHER.findall(program))
    silent = [key for key in content.phrases if key not in whole and not key.startswith(tuple(begun))]
    assert not silent, f"nobody says these; take them out of content/phrases.yaml: {silent}"


def test_phrases_are_calm(content: Content) -> None:
    loud = [
        key for key, sentence in content.phrases.items() if "!" in sentence or "unlock" in sentence.lower()
    ]
    assert not loud, f"no exclamation marks and no marketing verbs, see content/README.md: {loud}"


def test_product_words_promise_nothing_about_health() -> None:
    forbidden = (
        "cure",
        "heal ",
        "heals",
        "pain-free",
        "clinically proven",
        "guaranteed",
        "miracle",
        "eliminate",
    )
    for path in sorted((ROOT / "content" / "products").glob("*.md")):
        found = [word for word in forbidden if word in path.read_text().lower()]
        assert not found, f"{path.relative_to(ROOT)} says {found}; see content/README.md, How we write"


def test_links_between_the_words_lead_to_products_or_pages_about_the_shop(content: Content) -> None:
    for path in sorted((ROOT / "content" / "products").glob("*.md")):
        for link in _links(path):
            assert link.removeprefix("/products/") in content.products or link[1:] in content.leaves, (
                f"{path.name} links {link}, which is not there"
            )


def _links(path: Path) -> list[str]:
    return [part.partition(")")[0] for part in path.read_text().split("](")[1:]]
