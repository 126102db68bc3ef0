"""The free chapter, over HTTP: a page and a PDF with the same words, the same for everybody."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from shop.app import is_public_page

HEADINGS = ("h1", "h2", "h3")
SET = {"p", *HEADINGS, "li", "figcaption"}


class Words(HTMLParser):
    """What stands in each block of a piece of HTML: (tag, words)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[tuple[str, list[str]]] = []
        self.blocks: list[tuple[str, str]] = []
        self.hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block; drawings and their choices are not words of the chapter."""
        if tag in ("svg", "fieldset"):
            self.hidden += 1
        if tag in SET:
            self.open.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        """Close it."""
        if tag in ("svg", "fieldset"):
            self.hidden -= 1
        if tag in SET and self.open:
            kind, words = self.open.pop()
            self.blocks.append((kind, "".join(words)))

    def handle_data(self, data: str) -> None:
        """Words belong to the innermost block."""
        if self.open and not self.hidden:
            self.open[-1][1].append(data)


def letters(words: str) -> str:
    """Only letters and figures, so that where lines break does not matter."""
    return "".join(letter for letter in words.lower() if letter.isalnum())


@pytest.fixture(scope="module")
def client(shop: Flask) -> FlaskClient:
    """A stranger."""
    return shop.test_client()


@pytest.fixture(scope="module")
def page(client: FlaskClient, token: str) -> str:
    """The chapter as a page."""
    return client.get(f"/free-chapter/{token}/read").text


@pytest.fixture(scope="module")
def pdf_path(token: str) -> str:
    """The address of the PDF."""
    return f"/free-chapter/{token}/chapter.pdf"


@pytest.fixture(scope="module")
def landing(client: FlaskClient) -> str:
    """The page that offers the chapter."""
    return client.get("/free-chapter").text


@pytest.fixture(scope="module")
def chapter(page: str) -> list[tuple[str, str]]:
    """The blocks of the chapter on its page: title, text and safety lists."""
    article = page[page.index("<article>") : page.index("</article>")]
    return Words(re.sub(r"<aside.*?</aside>", "", article, flags=re.DOTALL)).blocks


@pytest.fixture(scope="module")
def pdf(client: FlaskClient, pdf_path: str) -> PdfReader:
    """The chapter as a PDF."""
    return PdfReader(BytesIO(client.get(pdf_path).data))


def test_the_offer_is_the_same_for_everybody_and_may_be_kept(shop: Flask, client: FlaskClient) -> None:
    answer = client.get("/free-chapter")
    assert answer.status_code == 200
    assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    assert is_public_page(shop, "/free-chapter")


def test_the_chapter_is_for_whoever_holds_the_link_and_nobody_keeps_it(
    shop: Flask, client: FlaskClient, token: str
) -> None:
    for path in (f"/free-chapter/{token}", f"/free-chapter/{token}/read"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert not is_public_page(shop, path)
    for old in ("/free-chapter/read", "/free-chapter/chapter.pdf"):
        assert client.get(old).headers["Location"] == "/free-chapter"


def test_the_pages_need_no_script_and_have_no_style_of_their_own(page: str, landing: str) -> None:
    for html in (page, landing):
        main = html[html.index("<main") : html.index("</main>")]
        assert "<script" not in main
        assert "style=" not in main
        assert len(re.findall("<h1", main)) == 1


def test_the_offer_has_two_ways_out_and_says_of_no_way_that_it_does_not_show(page: str, landing: str) -> None:
    assert '<nav class="breadcrumb"' in page
    assert '<nav class="breadcrumb"' not in landing
    assert "BreadcrumbList" not in landing
    head = landing[landing.index("<header") : landing.index("</header>")]
    assert re.findall(r'href="(.*?)"', head) == ["/", "/learn"]


def test_the_page_shows_the_readers_code_with_its_last_day(page: str) -> None:
    code = re.search(r"CH-[A-Z2-9]{4}-[A-Z2-9]{2}", page)
    assert code
    assert f'href="/go/{code[0]}?to=/shop"' in page
    assert "10% off your first order" in page


def test_the_offer_says_to_search_engines_what_it_shows(landing: str) -> None:
    said = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', landing)[0])["@graph"]
    [node] = [node for node in said if node["@type"] == "Chapter"]
    for shown in (node["name"], node["alternativeHeadline"], node["isPartOf"]["name"]):
        assert shown in landing
    assert node["url"].endswith("/free-chapter")
    assert f'datetime="{node["dateModified"]}"' in landing


def test_the_chapter_ends_with_the_book_and_the_tool_at_their_prices(page: str) -> None:
    end = page[page.index("</article>") :]
    assert re.findall(r'<h3 class="offer__name"><a href="/products/([a-z-]+)">', end) == [
        "tight-hip-twisted-core",
        "hip-hook",
    ]
    assert len(re.findall(r"\$\d", end)) >= 2


def test_the_offer_begins_the_chapter_and_keeps_the_rest_of_it(
    landing: str, chapter: list[tuple[str, str]]
) -> None:
    text = [words for kind, words in chapter if kind == "p" and len(words) > 150]
    shown = letters(re.sub("<[^>]+>", "", landing))
    assert letters(text[1]) in shown
    assert sum(letters(words) in shown for words in text) < 6
    assert landing.count("<img") == len(re.findall(r'<img [^>]*alt="[^"]{40,}"', landing))


def test_a_link_of_the_chapter_leads_to_a_page_of_the_shop_or_to_a_source(page: str, shop: Flask) -> None:
    links = set(re.findall(r'href="([^"#]+)"', page[page.index("<main") : page.index("</main>")]))
    outside = {link for link in links if not link.startswith("/")}
    assert {link.split("/")[2] for link in outside} <= {"doi.org", "my.clevelandclinic.org"}
    assert {
        "/products/tight-hip-twisted-core",
        "/products/hip-hook",
        "/learn/how-to-use-the-hip-hook",
    } <= links


def test_the_pdf_is_made_for_screen_readers(pdf: PdfReader) -> None:
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en-US"
    assert pdf.metadata
    assert pdf.metadata.title == "The muscle you never met"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert all(len(alternative) > 60 for alternative in alternatives(pdf))


def test_the_pdf_has_the_headings_of_the_page(pdf: PdfReader, chapter: list[tuple[str, str]]) -> None:
    on_page = Counter(kind for kind, _ in chapter)
    in_pdf = Counter(str(element["/S"]).strip("/").lower() for element in elements(pdf))
    for level in HEADINGS:
        assert in_pdf[level] == on_page[level], level
    outline = [letters(entry.title) for entry in flat(pdf.outline)]
    assert outline == [letters(words) for kind, words in chapter if kind in HEADINGS]


def test_every_word_of_the_page_is_in_the_pdf(pdf: PdfReader, chapter: list[tuple[str, str]]) -> None:
    start = next(number for number, (kind, _) in enumerate(chapter) if kind == "h2") - 4
    blocks = [(kind, words.partition("What we can and cannot")[0]) for kind, words in chapter[start:]]
    assert blocks[0][1].startswith("Twenty minutes to six.")
    captions = [letters(words) for kind, words in blocks if kind == "figcaption"]
    printed = "".join(run(leaf.extract_text(), captions) for leaf in pdf.pages)
    missing = [words for kind, words in blocks if kind != "figcaption" and letters(words) not in printed]
    assert missing == []
    assert sum(len(words.split()) for _, words in blocks) > 2500


def test_the_pdf_is_as_long_as_a_chapter(pdf: PdfReader) -> None:
    assert 12 <= len(pdf.pages) <= 24
    assert {tuple(round(float(side)) for side in leaf.mediabox[2:]) for leaf in pdf.pages} == {(432, 648)}


def test_who_has_the_pdf_is_told_that_it_has_not_changed(
    client: FlaskClient, kept: Path, pdf_path: str
) -> None:
    first = client.get(pdf_path)
    assert first.mimetype == "application/pdf"
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get(pdf_path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert len(list(kept.glob("chapter-*.pdf"))) == 1


def test_a_reader_of_a_part_of_the_pdf_gets_that_part(client: FlaskClient, pdf_path: str) -> None:
    part = client.get(pdf_path, headers={"Range": "bytes=0-7"})
    assert part.status_code == 206
    assert part.data.startswith(b"%PDF-1.")
    assert len(part.data) == 8


def run(text: str, captions: list[str]) -> str:
    """The letters of a page's running text: no running head, page number, drawing or caption."""
    lines = text.splitlines()
    heads = ("Tight Hip, Twisted Core", "The muscle you never met")
    lines = lines[1:] if lines[0].strip() in heads else lines
    lines = lines[:-1] if lines[-1].strip().isdecimal() else lines
    plate = next((number for number, line in enumerate(lines) if re.match(r"Plate \d+ ", line)), 0)
    words = letters(" ".join(lines[plate:]))
    for caption in captions:
        words = re.sub(rf"^plate\d+{caption}", "", words)
    return words


def flat(outline: list[object]) -> Iterator[object]:
    """The entries of an outline in their order."""
    for entry in outline:
        if isinstance(entry, list):
            yield from flat(entry)
        else:
            yield entry


def elements(pdf: PdfReader) -> Iterator[object]:
    """The elements of the PDF's structure."""
    waiting = [pdf.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting += element
        elif hasattr(element, "get"):
            if "/S" in element:
                yield element
            if "/K" in element:
                waiting.append(element["/K"])


def alternatives(pdf: PdfReader) -> list[str]:
    """What is said of each picture."""
    found = [str(element.get("/Alt", "")) for element in elements(pdf) if element["/S"] == "/Figure"]
    assert found
    return found
