"""A visitor in the demo shop."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shop.app import create_app
from shop.config import load

SECRET = "tests" * 8


@dataclass
class Form:
    """A form on a page: where it goes and what it sends."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    words: str = ""


class Page(HTMLParser):
    """The words, links and forms of a page."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.status = response.status_code
        self.html = response.get_data(as_text=True)
        self.forms: list[Form] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._inside: Form | None = None
        self._words: list[str] = []
        self.feed(self.html.split("<main", 1)[-1].split("</main", 1)[0])
        self.words = " ".join("".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append((tag, values))
        if tag == "form":
            self._inside = Form(values["action"] or "")
            self.forms.append(self._inside)
        elif tag in ("input", "select") and self._inside:
            self._inside.fields[values["name"] or ""] = values.get("value") or ""
        elif tag == "option" and self._inside and "selected" in values:
            self._inside.fields["country"] = values["value"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._inside:
            self._inside.words += data

    def form(self, words: str) -> Form:
        """The form that has these words in it."""
        return next(form for form in self.forms if words in " ".join(form.words.split()))

    def has(self, tag: str, **attributes: str) -> bool:
        """Whether there is such an element."""
        return any(tag == name and attributes.items() <= values.items() for name, values in self.tags)


@dataclass
class Visitor:
    """Somebody with a browser that keeps cookies."""

    client: FlaskClient

    def get(self, path: str, **options: object) -> Page:
        """Open a page, following redirects."""
        return Page(self.client.get(path, follow_redirects=True, **options))

    def post(self, path: str, **fields: object) -> Page:
        """Send a form, following redirects."""
        return Page(self.client.post(path, data=fields, follow_redirects=True))

    def send(self, form: Form, **fields: object) -> Page:
        """Send a form of a page, with some fields changed."""
        return self.post(form.action, **(form.fields | fields))

    @property
    def cart(self) -> str:
        """The cart cookie."""
        cookie = self.client.get_cookie("cart")
        return cookie.value if cookie else ""


@pytest.fixture
def app(database_url: str, demo_goods: None) -> Iterator[Flask]:
    """The demo shop's program."""
    app = create_app(load({"DATABASE_URL": database_url, "SECRET_KEY": SECRET}))
    yield app
    app.extensions["shop"].engine.dispose()


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A stranger."""
    return Visitor(app.test_client())
