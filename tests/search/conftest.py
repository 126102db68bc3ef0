"""The shop's own words, indexed on this test's database."""

import pytest
from sqlalchemy import Engine

from shop.config import ROOT
from shop.content import Content, read_content
from shop.db import writing
from shop.search import actions
from shop.search.documents import Document, documents


@pytest.fixture(scope="session")
def content() -> Content:
    """The words of the shop."""
    return read_content(ROOT / "content")


@pytest.fixture(scope="session")
def own_documents(content: Content) -> list[Document]:
    """Everything that can be found in them."""
    return documents(content)


@pytest.fixture
def indexed(engine: Engine, content: Content, own_documents: list[Document]) -> Engine:
    """A database whose index holds the words of the shop."""
    with writing(engine) as session:
        actions.index(session, own_documents, content.version)
    return engine
