"""Templates with what is the same for every page written in before they are compiled: sentences without blanks, and
the addresses of files. Asking for them anew took a tenth of each page that is made for one visitor.
"""

import json
import re
from collections.abc import Callable

from jinja2 import Environment, FileSystemLoader

from shop.content import Content, WordsMissing

# A call with one literal argument; one whose argument is put together stays a call.
CALL = re.compile(r"""\b(phrase|static_url)\((?:"([\w./-]+)"|'([\w./-]+)')\)""")


class WrittenOut(FileSystemLoader):
    """Reads templates from a folder. ``content`` gives the words of now, ``static_url`` a file's address.

    Whoever changes words or files clears the environment's cache of templates (web.freshness).
    """

    def __init__(self, folder: str, content: Callable[[], Content], static_url: Callable[[str], str]) -> None:
        super().__init__(folder)
        self.content = content
        self.static_url = static_url

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return the template's text with its calls written out; raises TemplateNotFound."""
        source, path, is_fresh = super().get_source(environment, template)
        return CALL.sub(self._written, source), path, is_fresh

    def _written(self, call: re.Match[str]) -> str:
        argument = call[2] or call[3]
        try:
            text = self.content().phrase(argument) if call[1] == "phrase" else self.static_url(argument)
        except (WordsMissing, LookupError):
            # It needs a value, or is not there: the page says so when it comes to it.
            return call[0]
        quote = '"' if call[2] else "'"
        # The language's strings are written as JSON's are, but for the mark around them.
        inner = json.dumps(text, ensure_ascii=False)[1:-1]
        return quote + (inner if call[2] else inner.replace('\\"', '"').replace("'", "\\'")) + quote
