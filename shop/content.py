"""The words: reads content/ once into frozen values, and says in which file and line something is wrong."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import frontmatter
import nh3
import yaml
from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_plugins.container import container_plugin

from shop.errors import Refused

SECTIONS = ("about", "safety", "how", "inside", "box", "specifications", "questions")
NEEDED_SECTIONS = ("about", "safety", "box", "specifications", "questions")

BLANK = re.compile(r"\{([a-z][a-z0-9_]*)\}")
SECTION_HEADING = re.compile(r"## +(?P<title>.+?) *\{#(?P<key>[a-z-]+)\}")

# Raw HTML in Markdown is shown as text; what comes out may carry no style, no script and no foreign picture.
_PARSER = (
    MarkdownIt("commonmark", {"html": False})
    .enable(["table", "strikethrough"])
    .use(container_plugin, name="warning")
)
_TAGS = {
    *("p", "br", "hr", "div", "blockquote", "pre", "code", "h2", "h3", "h4"),
    *("a", "em", "strong", "s", "del"),
    *("ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "th": {"scope"}}


class WordsRefused(Exception):
    """Something in content/ cannot be used; the message names file and line and says what to write."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(f"{path}, line {line}: {message}")


class WordsMissing(LookupError):
    """A page asked for words that content/ does not hold, or did not fill a blank in them."""


@dataclass(frozen=True)
class Picture:
    """A product picture: the stem of its files in static/img/products, and what is seen in it."""

    file: str
    alt: str


@dataclass(frozen=True)
class Source:
    """Where a statement comes from."""

    title: str
    address: str


@dataclass(frozen=True)
class Question:
    """A question that buyers ask, and its answer."""

    question: str
    answer: Markup


@dataclass(frozen=True)
class Section:
    """One part of a product's words; ``key`` is one of SECTIONS, ``questions`` is filled for that key."""

    key: str
    title: str
    html: Markup
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class ProductWords:
    """What content/products/<slug>.md says. Prices and stock are never here."""

    slug: str
    title: str
    summary: str
    purpose: Markup
    step: str
    highlights: tuple[Markup, ...]
    pictures: tuple[Picture, ...]
    complete_with: tuple[str, ...]
    sources: tuple[Source, ...]
    reviewed: str
    sections: Mapping[str, Section]


@dataclass(frozen=True)
class LetterWords:
    """A letter of content/emails: its subject and its Markdown body, blanks still open."""

    subject: str
    body: str


@dataclass(frozen=True)
class Content:
    """All the words of the shop. ``version`` changes with every changed file."""

    folder: Path
    version: str
    products: Mapping[str, ProductWords]
    phrases: Mapping[str, str]
    letters: Mapping[str, LetterWords]
    seen: frozenset[tuple[str, int, int]] = field(repr=False)

    def product(self, slug: str) -> ProductWords:
        """Return the words about the product at ``slug``. Raises WordsMissing."""
        if slug not in self.products:
            raise WordsMissing(f"There are no words about {slug!r}: write content/products/{slug}.md.")
        return self.products[slug]

    def phrase(self, key: str, **values: object) -> str:
        """Return the sentence at ``key`` of phrases.yaml as plain text, each {blank} filled from ``values``.

        Values that the sentence has no blank for are left out. Raises WordsMissing for an unknown key and
        for a blank without a value.
        """
        if key not in self.phrases:
            raise WordsMissing(f"There is no phrase {key!r}: write it into content/phrases.yaml.")

        def fill(blank: re.Match[str]) -> str:
            if blank[1] not in values:
                raise WordsMissing(f"The phrase {key!r} needs a value for {{{blank[1]}}}.")
            return str(values[blank[1]])

        return BLANK.sub(fill, self.phrases[key])

    def refusal(self, refused: Refused) -> str:
        """Return the sentence that tells a visitor why the shop says no. Raises as ``phrase`` does."""
        return self.phrase(f"refusals.{refused.reason.value}", **refused.values)

    def letter(self, name: str) -> LetterWords:
        """Return the letter content/emails/<name>.md. Raises WordsMissing."""
        if name not in self.letters:
            raise WordsMissing(f"There is no letter {name!r}: write content/emails/{name}.md.")
        return self.letters[name]


def markdown(text: str) -> Markup:
    """Return ``text`` (Markdown, with tables and ``::: warning`` boxes) as HTML that is safe in a page.

    The HTML has no style, script, class of the writer's own or picture; raw HTML shows as the text it is.
    """
    return _clean(_PARSER.render(text))


def markdown_line(text: str) -> Markup:
    """Return one line of Markdown (emphasis, links) as safe HTML without a paragraph around it."""
    return _clean(_PARSER.renderInline(text))


def _clean(html: str) -> Markup:
    return Markup(  # noqa: S704 - nh3 has just cleaned it
        nh3.clean(
            html,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            allowed_classes={"div": {"warning"}},
            url_schemes={"https", "http", "mailto"},
            link_rel=None,
        ),
    )


def read_content(folder: Path) -> Content:
    """Read every word in ``folder`` (the content/ of the shop).

    Raises WordsRefused with file and line when something is missing, unknown or misspelled.
    """
    seen = _seen(folder)
    products = [_read_product(path, folder) for path in sorted((folder / "products").glob("*.md"))]
    letters = {path.stem: _read_letter(path, folder) for path in sorted((folder / "emails").glob("*.md"))}
    _check_neighbors(products, folder)
    return Content(
        folder=folder,
        version=_version(folder),
        products={words.slug: words for words in products},
        phrases=_read_phrases(folder / "phrases.yaml", folder),
        letters=letters,
        seen=seen,
    )


def fresh(content: Content) -> Content:
    """Return ``content`` itself while no file of its folder has changed, else the folder read anew.

    Costs one look at each file's time and size. Raises WordsRefused as ``read_content`` does.
    """
    return content if _seen(content.folder) == content.seen else read_content(content.folder)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".md", ".yaml") and path.name != "README.md":
            yield path


def _seen(folder: Path) -> frozenset[tuple[str, int, int]]:
    return frozenset((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in _files(folder))


def _version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in _files(folder):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _read_header(path: Path, folder: Path) -> tuple[dict[str, object], str]:
    text = path.read_text(encoding="utf-8")
    if not text.startswith("---\n"):
        raise WordsRefused(path.relative_to(folder), 1, "begin the file with a line --- and its header.")
    try:
        post = frontmatter.loads(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WordsRefused(
            path.relative_to(folder), line, f"the header is not YAML: {error.problem}."
        ) from error
    return dict(post.metadata), post.content


def _read_letter(path: Path, folder: Path) -> LetterWords:
    header, body = _read_header(path, folder)
    subject = header.get("subject")
    if not isinstance(subject, str) or not subject.strip():
        raise WordsRefused(path.relative_to(folder), 1, "a letter needs a subject: line in its header.")
    if not body.strip():
        raise WordsRefused(path.relative_to(folder), 1, "the letter has no words below its header.")
    return LetterWords(subject=subject.strip(), body=body.strip() + "\n")


class _Header:
    """Reads the header of a product file, field by field, and complains with file and line."""

    def __init__(self, path: Path, folder: Path, fields: dict[str, object]) -> None:
        self.name = path.relative_to(folder)
        self.lines = path.read_text(encoding="utf-8").splitlines()
        self.fields = fields

    def refuse(self, key: str, message: str) -> WordsRefused:
        """Return the complaint about the header's field ``key``."""
        at = next((number for number, line in enumerate(self.lines, 1) if line.startswith(f"{key}:")), 1)
        return WordsRefused(self.name, at, message)

    def text(self, key: str, *, needed: bool = True) -> str:
        """Return one line of words."""
        value = self.fields.get(key, "")
        if not isinstance(value, str) or (needed and not value.strip()):
            raise self.refuse(key, f"the header needs {key}: with one line of words.")
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of lines; an absent list is empty."""
        value = self.fields.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refuse(key, f"{key}: must be a list of lines that begin with a dash.")
        return tuple(value)

    def pairs(self, key: str, first: str, second: str) -> tuple[tuple[str, str], ...]:
        """Return a list of entries that each have the two named words; an absent list is empty."""
        value = self.fields.get(key, [])
        wanted = {first, second}
        if not isinstance(value, list) or not all(
            isinstance(entry, dict)
            and set(entry) == wanted
            and all(isinstance(part, str) and part.strip() for part in entry.values())
            for entry in value
        ):
            raise self.refuse(key, f"each entry of {key}: needs {first}: and {second}:, and nothing else.")
        return tuple((entry[first], entry[second]) for entry in value)


_PRODUCT_FIELDS = {
    "title",
    "summary",
    "purpose",
    "step",
    "highlights",
    "pictures",
    "complete_with",
    "sources",
    "reviewed",
}


def _read_product(path: Path, folder: Path) -> ProductWords:
    fields, _ = _read_header(path, folder)
    header = _Header(path, folder, fields)
    for unknown in sorted(set(fields) - _PRODUCT_FIELDS):
        raise header.refuse(unknown, f"{unknown}: is not a field of a product; see content/README.md.")
    pictures = header.pairs("pictures", "file", "alt")
    if not pictures:
        raise header.refuse("pictures", "a product needs at least one picture, with file: and alt:.")
    return ProductWords(
        slug=path.stem,
        title=header.text("title"),
        summary=header.text("summary"),
        purpose=markdown_line(header.text("purpose")),
        step=header.text("step", needed=False),
        highlights=tuple(markdown_line(line) for line in header.texts("highlights")),
        pictures=tuple(Picture(*pair) for pair in pictures),
        complete_with=header.texts("complete_with"),
        sources=tuple(Source(*pair) for pair in header.pairs("sources", "title", "address")),
        reviewed=header.text("reviewed", needed=False),
        sections=_read_sections(header),
    )


def _check_neighbors(products: list[ProductWords], folder: Path) -> None:
    known = {words.slug for words in products}
    for words in products:
        for slug in words.complete_with:
            if slug not in known or slug == words.slug:
                path = folder / "products" / f"{words.slug}.md"
                header = _Header(path, folder, {})
                raise header.refuse("complete_with", f"complete_with: names {slug!r}, which has no words.")


def _read_sections(header: _Header) -> dict[str, Section]:
    bodies: dict[str, tuple[str, list[str]]] = {"about": ("", [])}
    current = "about"
    start = header.lines.index("---", 1) + 1
    for number, line in enumerate(header.lines[start:], start + 1):
        if not line.startswith("## "):
            bodies[current][1].append(line)
            continue
        heading = SECTION_HEADING.fullmatch(line)
        if heading is None or heading["key"] not in SECTIONS:
            names = ", ".join(f"{{#{key}}}" for key in SECTIONS if key != "about")
            raise WordsRefused(header.name, number, f"end the heading with the name of its section: {names}.")
        current = heading["key"]
        if current in bodies:
            raise WordsRefused(header.name, number, f"the section {{#{current}}} stands here a second time.")
        bodies[current] = (heading["title"], [])
    for key in NEEDED_SECTIONS:
        if not "".join(bodies.get(key, ("", []))[1]).strip():
            raise WordsRefused(header.name, len(header.lines), f"the section {{#{key}}} is missing or empty.")
    return {key: _section(key, title, lines) for key, (title, lines) in bodies.items()}


def _section(key: str, title: str, lines: list[str]) -> Section:
    if key != "questions":
        return Section(key, title, markdown("\n".join(lines)))
    asked = re.split(r"^### +(.+)$", "\n".join(lines), flags=re.MULTILINE)
    questions = tuple(
        Question(question.strip(), markdown(answer))
        for question, answer in zip(asked[1::2], asked[2::2], strict=True)
    )
    return Section(key, title, markdown(asked[0]), questions)


def _read_phrases(path: Path, folder: Path) -> dict[str, str]:
    name = path.relative_to(folder)
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except FileNotFoundError as error:
        raise WordsRefused(name, 1, "the file is missing.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WordsRefused(name, line, f"this is not YAML: {error.problem}.") from error
    phrases: dict[str, str] = {}
    for key, value, line in _leaves(root, ""):
        if not value.strip() or BLANK.sub("", value).count("{"):
            raise WordsRefused(name, line, f"{key} is empty, or a blank is not written {{like_this}}.")
        if key in phrases:
            raise WordsRefused(name, line, f"{key} stands here a second time.")
        phrases[key] = value
    return phrases


def _leaves(node: yaml.Node | None, prefix: str) -> Iterator[tuple[str, str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _leaves(value, f"{prefix}.{key.value}" if prefix else str(key.value))
    elif isinstance(node, yaml.ScalarNode):
        yield prefix, str(node.value), node.start_mark.line + 1
