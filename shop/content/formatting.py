"""Markdown to HTML that is safe in a page, whatever a writer types."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup
from mdit_py_plugins.container import container_plugin

TAGS = {
    *("p", "br", "hr", "div", "blockquote", "pre", "code", "h2", "h3", "h4"),
    *("a", "em", "strong", "s", "del", "sup"),
    *("ul", "ol", "li", "dl", "dt", "dd"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
# A writer has no way to type id or aria-label: raw HTML shows as text. They come from headings and citations.
ATTRIBUTES = {
    "a": {"href", "title", "id", "aria-label"},
    "h2": {"id"},
    "h3": {"id"},
    "ol": {"start"},
    "th": {"scope"},
}
CLASSES = {"div": {"warning", "note"}, "sup": {"cite"}}


def parser() -> MarkdownIt:
    """Return a reader of the house's Markdown: CommonMark, tables, ``::: warning`` and ``::: note`` boxes.

    Raw HTML is shown as the text it is.
    """
    markdown_it = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    for box in ("warning", "note"):
        markdown_it.use(container_plugin, name=box)
    return markdown_it


_PARSER = parser()


def markdown(text: str) -> Markup:
    """Return ``text`` (Markdown, with tables and boxes) as HTML that is safe in a page.

    The HTML has no style, script, class of the writer's own or picture; raw HTML shows as the text it is.
    """
    return clean(_PARSER.render(text))


def markdown_line(text: str) -> Markup:
    """Return one line of Markdown (emphasis, links) as safe HTML without a paragraph around it."""
    return clean(_PARSER.renderInline(text))


def clean(html: str) -> Markup:
    """Return ``html`` with nothing in it but the tags, attributes and classes listed above."""
    return Markup(  # noqa: S704 - nh3 has just cleaned it
        nh3.clean(
            html,
            tags=TAGS,
            attributes=ATTRIBUTES,
            allowed_classes=CLASSES,
            url_schemes={"https", "http", "mailto"},
            link_rel=None,
        ),
    )
