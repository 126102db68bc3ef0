"""A letter's words with its blanks filled: from Markdown to tokens in which every value stands literally.

The Markdown is read before any value is put in, so a name such as ``**x** <b> [a](http://evil)`` can never
become markup, neither in the HTML nor in the text.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

BLANK = re.compile(r"\{([a-z][a-z0-9_]*)\}")
Rows = list[list[str]]


class LetterRefused(Exception):
    """A letter cannot be made from its words and blanks; the message is a sentence for people."""


class LetterMarkdown(MarkdownIt):
    """Headings, paragraphs, lists, emphasis and links; a link may lead to a blank."""

    def __init__(self) -> None:
        super().__init__("zero")
        self.enable(["heading", "list", "emphasis", "link", "newline", "escape"])

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        """Leave ``{order_url}`` as it is: it is filled in later."""
        return url


MARKDOWN = LetterMarkdown()


def filled(body: str, blanks: Mapping[str, Any], base_url: str) -> list[Token]:
    """Return the tokens of ``body`` with its blanks filled.

    A paragraph that is one blank with rows becomes a ``rows`` token. A paragraph, heading or list with
    an empty blank is left out. Raises LetterRefused for a blank without a value, and for a link that leads
    elsewhere than to ``base_url``.
    """
    tokens: list[Token] = []
    for block in _blocks(MARKDOWN.parse(body)):
        names = _names(block)
        values = {name: _value(name, blanks) for name in names}
        if any(not value for value in values.values()):
            continue
        rows = _rows(block, values)
        tokens += [rows] if rows else _with_values(block, values, base_url)
    return tokens


def line(template: str, blanks: Mapping[str, Any]) -> str:
    """Return ``template`` with its blanks filled, as one line, safe in a header. Raises LetterRefused."""
    return one_line(BLANK.sub(lambda match: str(_value(match[1], blanks)), template))


def one_line(text: str) -> str:
    """Return ``text`` without line breaks, control characters or doubled spaces."""
    return " ".join(clean(text).split())


def clean(text: str) -> str:
    """Return ``text`` without what nobody sees: control characters (line feeds stay), turned directions."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(c for c in text if c == "\n" or not _hidden(c))


def _hidden(character: str) -> bool:
    # Cc controls, Cs lone surrogates, and the marks that turn the reading direction of what follows.
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in (
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def _blocks(tokens: list[Token]) -> Iterator[list[Token]]:
    block: list[Token] = []
    depth = 0
    for token in tokens:
        block.append(token)
        depth += token.nesting
        if depth == 0:
            yield block
            block = []


def _names(block: list[Token]) -> list[str]:
    names = []
    for token in block:
        for child in token.children or ():
            places = [child.content, str(child.attrGet("href") or "")]
            names += [name for place in places for name in BLANK.findall(place)]
    return names


def _value(name: str, blanks: Mapping[str, Any]) -> str | Rows:
    if name not in blanks:
        raise LetterRefused(f"The letter has a blank {{{name}}} for which there is no value.")
    value = blanks[name]
    if isinstance(value, list):
        return [[one_line(str(left)), one_line(str(right))] for left, right in value]
    return clean(str(value)).strip()


def _rows(block: list[Token], values: Mapping[str, str | Rows]) -> Token | None:
    text = block[1].content.strip() if len(block) == 3 else ""
    match = BLANK.fullmatch(text)
    if match and isinstance(values[match[1]], list):
        return Token("rows", "", 0, info=match[1], meta={"rows": values[match[1]]}, block=True)
    for name, value in values.items():
        if isinstance(value, list):
            raise LetterRefused(f"The blank {{{name}}} has rows; it must stand alone in its paragraph.")
    return None


def _with_values(block: list[Token], values: Mapping[str, str | Rows], base_url: str) -> list[Token]:
    for token in block:
        if token.children is not None:
            token.children = [new for child in token.children for new in _child(child, values, base_url)]
    if block[0].type == "paragraph_open" and _is_one_link(block[1]):
        for token in block:
            token.meta["button"] = True
    return block


def _child(child: Token, values: Mapping[str, str | Rows], base_url: str) -> list[Token]:
    def value(match: re.Match[str]) -> str:
        return str(values[match[1]])

    if child.type == "link_open":
        target = BLANK.sub(value, str(child.attrGet("href")))
        child.attrSet("href", own_address(target, base_url))
    if child.type not in ("text", "text_special"):
        return [child]
    lines = BLANK.sub(value, child.content).split("\n")
    tokens = [Token("text", "", 0, content=lines[0])]
    for content in lines[1:]:
        tokens += [Token("hardbreak", "br", 0), Token("text", "", 0, content=content)]
    return tokens


def own_address(target: str, base_url: str) -> str:
    """Return ``target`` if it leads to the shop itself. Raises LetterRefused otherwise."""
    if not leads_home(target, base_url):
        raise LetterRefused(f"The letter has a link to {target[:100]}; links lead to {base_url} only.")
    return target


def leads_home(target: str, base_url: str) -> bool:
    """Whether ``target`` is the whole address of a page of the shop, and nothing besides."""
    base = base_url.rstrip("/")
    return target == base or re.fullmatch(re.escape(base) + r"/[^\s<>\"]*", target) is not None


def _is_one_link(inline: Token) -> bool:
    kinds = [child.type for child in inline.children or ()]
    return kinds[:1] == ["link_open"] and kinds[-1:] == ["link_close"] and kinds.count("link_open") == 1
