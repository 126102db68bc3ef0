"""The body of an article or a chapter: Markdown with figures, procedures and citations, cut into pieces.

Prose becomes cleaned HTML. Drawings and product cards are no part of it: they stand between the prose as values,
and templates draw them, so that nothing a writer types is ever put into a page unescaped.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import Markup
from mdit_py_plugins.container import container_plugin

from shop.content.formatting import clean, parser

NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
HEADING_END = re.compile(r" *\{#(?P<key>[a-z0-9-]+)\}\s*$")
CITATION = re.compile(r"\[\^([^\]\s]+)\]")
# Places that the page itself has.
TAKEN = {"main", "short-answer", "contents", "clinician", "questions", "key-points", "sources", "feedback"}

Complain = Callable[[int, str], None]


@dataclass(frozen=True)
class Heading:
    """A heading of the body: its level (2 or 3), the anchor, and its words as HTML."""

    level: int
    key: str
    title: Markup


@dataclass(frozen=True)
class Prose:
    """A run of paragraphs, headings, lists, tables and boxes."""

    html: Markup


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption. ``key`` keeps the drawing's ids apart from those of others on the page."""

    key: str
    plate: str
    caption: Markup


@dataclass(frozen=True)
class Step:
    """One step of a procedure; ``plate`` is empty for a step without a drawing."""

    key: str
    plate: str
    html: Markup


@dataclass(frozen=True)
class Procedure:
    """Ordered steps that can be printed."""

    key: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Offer:
    """A product that is shown here, with one sentence why."""

    product: str
    words: Markup


@dataclass(frozen=True)
class Wanted:
    """An offer, the anchor of the heading at whose section's end it is to stand, and the line that says so."""

    after: str
    offer: Offer
    line: int


Piece = Prose | Figure | Procedure | Offer


@dataclass(frozen=True)
class Body:
    """What was read: the pieces in their order, the headings among them, and how many words there are."""

    pieces: tuple[Piece, ...]
    headings: tuple[Heading, ...]
    words: int


@dataclass
class Citations:
    """Numbers the sources of one page in the order in which its words first call them."""

    known: frozenset[str]
    called: dict[str, int] = field(default_factory=dict)

    def call(self, key: str) -> tuple[int, int]:
        """Return the number of the source ``key``, and how often it has been called by now."""
        self.called[key] = self.called.get(key, 0) + 1
        return list(self.called).index(key) + 1, self.called[key]


def citation(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  the parser's signature
    """Read ``[^source-id]``."""
    found = CITATION.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.push("citation", "", 0).content = found[1]
    state.pos = found.end()
    return True


def _render_citation(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    number, turn = tokens[index].meta["number"], tokens[index].meta["turn"]
    address = f'<a href="#source-{number}" id="cited-{number}-{turn}" aria-label="Source {number}">'
    return f'<sup class="cite">{address}{number}</a></sup>'


def _article_parser() -> MarkdownIt:
    markdown_it = parser()
    markdown_it.options["typographer"] = True
    markdown_it.enable("smartquotes")
    for container in ("figure", "steps"):
        markdown_it.use(container_plugin, name=container)
    markdown_it.inline.ruler.before("link", "citation", citation)
    markdown_it.add_render_rule("citation", _render_citation)
    return markdown_it


_PARSER = _article_parser()


def tokens_of(text: str) -> list[Token]:
    """Return the Markdown of a body as the parser's tokens."""
    return _PARSER.parse(text)


def line_of_words(text: str, citations: Citations, complain: Complain, line: int = 0) -> Markup:
    """Return one line of Markdown as HTML, its citations numbered."""
    tokens = _PARSER.parseInline(text)
    _Cutter(citations, complain, line).number(tokens)
    return _render(tokens)


def block_of_words(text: str, citations: Citations, complain: Complain, line: int = 0) -> Markup:
    """Return paragraphs of Markdown, without headings or drawings, as HTML, their citations numbered."""
    tokens = _PARSER.parse(text)
    _Cutter(citations, complain, line).number(tokens)
    return _render(tokens)


def read_body(
    text: str,
    first_line: int,
    citations: Citations,
    complain: Complain,
    offers: Sequence[Wanted] = (),
) -> Body:
    """Cut the Markdown of a body into pieces.

    ``offers`` are shown at the end of the sections they name. What cannot be used is told to ``complain`` with its
    line.
    """
    tokens = _PARSER.parse(text)
    cutter = _Cutter(citations, complain, first_line)
    cutter.number(tokens)
    cutter.cut(tokens, list(offers))
    words = sum(len(token.content.split()) for token in tokens if token.type == "inline")
    return Body(tuple(cutter.pieces), tuple(cutter.headings), words)


def _inline(token: Token) -> str:
    """Return what stands in a paragraph or heading as HTML, not yet cleaned."""
    html: str = _PARSER.renderer.render([token], _PARSER.options, {})
    return html


def _render(tokens: Sequence[Token]) -> Markup:
    html: str = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return clean(html)


class _Cutter:
    """Walks over the tokens of one body once."""

    def __init__(self, citations: Citations, complain: Complain, first_line: int) -> None:
        self.citations = citations
        self.say = complain
        self.first_line = first_line
        self.pieces: list[Piece] = []
        self.headings: list[Heading] = []
        self.open: list[Token] = []  # prose that is not yet a piece
        self.waiting: list[tuple[int, Offer]] = []  # shown when a heading of this level or above comes
        self.keys: set[str] = set()
        self.begun = False  # whether a heading has come

    def line(self, token: Token) -> int:
        return self.first_line + (token.map[0] if token.map else 0)

    def number(self, tokens: Sequence[Token]) -> None:
        """Give every citation its number, and complain of pictures where no drawing may stand."""
        for token in tokens:
            for child in token.children or ():
                if child.type == "citation":
                    if child.content not in self.citations.known:
                        self.say(self.line(token), f"[^{child.content}] is not the id of a source.")
                    number, turn = self.citations.call(child.content)
                    child.meta = {"number": number, "turn": turn}

    def cut(self, tokens: Sequence[Token], offers: list[Wanted]) -> None:
        """Fill ``pieces`` and ``headings``."""
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.type in ("container_figure_open", "container_steps_open") and not token.level:
                end = _closing(tokens, at)
                self.flush()
                self._drawn(token, tokens[at + 1 : end])
                at = end + 1
                continue
            if token.type == "heading_open":
                self._heading(token, tokens[at + 1], offers)
            if token.type == "inline":
                self._refuse_pictures(token)
            if token.type in ("container_figure_open", "container_steps_open"):
                self.say(self.line(token), "a figure or steps cannot stand inside another box.")
            self.open.append(token)
            at += 1
        self.flush()
        self.pieces += [offer for _, offer in self.waiting]
        for wanted in offers:
            self.say(wanted.line, f"no heading of the text ends with {{#{wanted.after}}}.")

    def flush(self) -> None:
        """Make a piece of the prose read so far."""
        if self.open:
            self.pieces.append(Prose(_render(self.open)))
            self.open = []

    def claim(self, key: str, line: int) -> str:
        """Take an anchor for this page."""
        if key in self.keys or key in TAKEN:
            self.say(line, f"#{key} stands here a second time, or is a name that the page itself uses.")
        self.keys.add(key)
        return key

    def _heading(self, token: Token, words: Token, offers: list[Wanted]) -> None:
        line, level = self.line(token), int(token.tag[1])
        if level not in (2, 3) or token.level:
            self.say(line, "a heading begins with ## or ###, and stands outside of lists and boxes.")
        if level == 3 and not self.begun:
            self.say(line, "### comes below a heading with ##.")
        self.begun = True
        closed = [offer for at_level, offer in self.waiting if at_level >= level]
        if closed:
            self.flush()
            self.pieces += closed
            self.waiting = [waiting for waiting in self.waiting if waiting[0] < level]
        last = words.children[-1] if words.children else None
        end = HEADING_END.search(last.content) if last is not None and last.type == "text" else None
        if last is None or end is None:
            self.say(line, "end the heading with its anchor, for example {#why-it-hurts}.")
            return
        last.content = last.content[: end.start()]
        token.attrSet("id", self.claim(end["key"], line))
        self.headings.append(
            Heading(
                level,
                end["key"],
                clean(_inline(words)),
            )
        )
        for wanted in [wanted for wanted in offers if wanted.after == end["key"]]:
            offers.remove(wanted)
            self.waiting.append((level, wanted.offer))

    def _refuse_pictures(self, inline: Token) -> None:
        if any(child.type == "image" or "![" in child.content for child in inline.children or ()):
            self.say(
                self.line(inline),
                "a drawing stands in ::: figure, or at the beginning of a step in ::: steps.",
            )

    def _drawn(self, token: Token, inside: Sequence[Token]) -> None:
        name, line = token.info.split()[-1] if len(token.info.split()) == 2 else "", self.line(token)
        if not NAME.fullmatch(name):
            self.say(line, f"write ::: {token.info.split()[0]} and one name of small letters and hyphens.")
            return
        if token.type == "container_figure_open":
            self._figure(name, inside, line)
        else:
            self._procedure(name, inside, line)

    def _figure(self, plate: str, inside: Sequence[Token], line: int) -> None:
        words = [inner for inner in inside if inner.type == "inline"]
        if [inner.type for inner in inside] != ["paragraph_open", "inline", "paragraph_close"]:
            self.say(line, f"the figure {plate} needs one caption line.")
        for inner in words:
            self._refuse_pictures(inner)
        key = f"figure-{1 + sum(isinstance(piece, Figure) for piece in self.pieces)}"
        caption = "".join(_inline(inner) for inner in words)
        self.pieces.append(Figure(self.claim(key, line), plate, clean(caption)))

    def _procedure(self, key: str, inside: Sequence[Token], line: int) -> None:
        outer = [inner.type for inner in inside if inner.level == (inside[0].level if inside else 0)]
        if outer != ["ordered_list_open", "ordered_list_close"]:
            self.say(line, f"the steps {key} are one ordered list (1. 2. 3.) and nothing else.")
            return
        steps: list[Step] = []
        at = 1
        while at < len(inside) - 1:
            end = _closing(inside, at)
            steps.append(self._step(f"{key}-{len(steps) + 1}", list(inside[at + 1 : end])))
            at = end + 1
        self.pieces.append(Procedure(self.claim(key, line), tuple(steps)))

    def _step(self, key: str, inside: list[Token]) -> Step:
        plate = ""
        words = next((inner for inner in inside if inner.type == "inline"), None)
        children = (words.children or []) if words else []
        if words is not None and children and children[0].type == "image":
            plate = str(children[0].attrGet("src"))
            del children[0]
            while children and children[0].type in ("softbreak", "hardbreak"):
                del children[0]
            if not NAME.fullmatch(plate):
                self.say(self.line(words), "write ![](name) with the name of a drawing.")
                plate = ""
        for inner in inside:
            if inner.type == "inline":
                self._refuse_pictures(inner)
            if inner.type == "heading_open":
                self.say(self.line(inner), "a heading cannot stand in a step; begin the step with **words**.")
        if words is not None and not children and len(inside) > 3:
            inside = inside[3:]  # the drawing stood in a paragraph of its own
        return Step(key, plate, _render(inside))


def _closing(tokens: Sequence[Token], opening: int) -> int:
    """Return where what opens at ``opening`` closes."""
    depth = 0
    for at in range(opening, len(tokens)):
        depth += tokens[at].nesting
        if depth == 0:
            return at
    return len(tokens) - 1
