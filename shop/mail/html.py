"""The HTML part of a letter: tokens as the few tags that every mail client draws the same."""

from collections.abc import Sequence
from typing import Any

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

from shop.mail.words import leads_home

BUTTON_OPEN = '<table role="presentation" class="button"><tr><td>'
BUTTON_CLOSE = "</td></tr></table>\n"


class LetterRenderer(RendererHTML):
    """Markdown's usual tags, a table for rows, and a padded cell for a link that stands alone.

    The parent calls the method that is named like a token.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base_url = base_url

    def rows(self, tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
        """Two columns; the class names the blank, so that totals can look like totals."""
        token = tokens[index]
        lines = Markup("").join(self._row(left, right) for left, right in token.meta["rows"])
        return Markup('<table role="presentation" class="rows {}">{}</table>\n').format(token.info, lines)

    def paragraph_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """A paragraph, or the cell of a button."""
        is_button = tokens[index].meta.get("button")
        return BUTTON_OPEN if is_button else self.renderToken(tokens, index, options, env)

    def paragraph_close(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """The end of a paragraph or of a button."""
        is_button = tokens[index].meta.get("button")
        return BUTTON_CLOSE if is_button else self.renderToken(tokens, index, options, env)

    def _row(self, left: str, right: str) -> Markup:
        if leads_home(right, self._base_url):
            return Markup('<tr><td colspan="2"><a href="{}">{}</a></td></tr>').format(right, left)
        return Markup('<tr><td>{}</td><td class="right">{}</td></tr>').format(left, right)
