"""An article as plain Markdown, for programs and people who read without a browser."""

import re
from collections.abc import Iterable, Iterator

from markupsafe import Markup

from shop.content import Article, Safety

INNER_LINK = re.compile(r"\]\(/")
FENCE = re.compile(r"^::: *(?P<kind>[a-z]*) *(?P<name>[a-z0-9-]*)\s*$")
ANCHOR = re.compile(r" *\{#[a-z0-9-]+\}\s*$")
DRAWING = re.compile(r"!\[\]\([a-z0-9-]+\)\s*")
LINK = re.compile(r'<a href="([^"]*)">(.*?)</a>')


def plain(article: Article, safety: Safety, *, base_url: str, signed: str) -> str:
    """Return the article as Markdown with absolute links and footnotes.

    ``signed`` says who wrote it. What only a screen shows (drawings, product cards) is left out, captions stay.
    """
    raw = article.raw
    clinician = raw.get("see_clinician")
    extra = clinician.get("extra", []) if isinstance(clinician, dict) else []
    parts = [
        f"# {article.title}",
        article.summary,
        f"{signed}. Published {article.published_on}, updated {article.updated_on}. "
        f"{base_url}/learn/{article.slug}",
        f"**The short answer.** {raw['short_answer']}",
        "\n".join(_lines(DRAWING.sub("", article.markdown))),
        f"A video shows the steps: {article.video}" if article.video else "",
        *_checklists(safety, extra),
        *_questions(raw.get("questions")),
        "## Key points",
        _list(raw["key_points"]),
        *_notes(article),
        f"---\n\n{text_of(safety.disclaimer)}",
    ]
    text = "\n\n".join(str(part).strip() for part in parts if part) + "\n"
    return INNER_LINK.sub(f"]({base_url}/", re.sub(r"\n{3,}", "\n\n", text))


def text_of(html: Markup) -> str:
    """Return a line of the words' HTML as Markdown again: links stay links, emphasis goes."""
    return str(Markup(LINK.sub(r"[\2](\1)", html)).striptags())  # noqa: S704 - only its words are taken


def _lines(markdown: str) -> Iterator[str]:
    """Give the lines of the body, with boxes as quotations and figures as their captions."""
    box = ""
    for line in markdown.splitlines():
        fence = FENCE.match(line)
        if fence:
            box = fence["kind"]
            yield ""
        elif box == "figure":
            yield f"*{line.replace('*', '')}*" if line.strip() else ""
        elif box in ("warning", "note"):
            yield f"> {line}".rstrip()
        else:
            yield ANCHOR.sub("", line)


def _checklists(safety: Safety, extra: Iterable[str]) -> Iterator[str]:
    yield "## When to see a clinician"
    for checklist, more in ((safety.emergency, ()), (safety.soon, extra)):
        yield f"**{checklist.title}**"
        yield _list([*(text_of(item) for item in checklist.items), *more])


def _questions(questions: object) -> Iterator[str]:
    if isinstance(questions, list) and questions:
        yield "## Questions"
        for asked in questions:
            yield f"### {asked['question']}"
            yield str(asked["answer"])


def _notes(article: Article) -> Iterator[str]:
    if article.sources:
        yield "## Sources"
        yield "\n".join(
            f"[^{source.key}]: {source.text} ({source.year}). {source.address}" for source in article.sources
        )


def _list(lines: object) -> str:
    return "\n".join(f"- {line}" for line in lines) if isinstance(lines, list) else ""
