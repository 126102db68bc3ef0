"""Every letter in content/emails can be made, is alike in text and HTML, and holds nothing it must not."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from shop.config import ROOT
from shop.content import read_content
from shop.mail.rendering import render
from shop.mail.samples import samples
from shop.tokens import token_of
from tests.mail.letters import CONFIG, SAMPLES, SHOP, letter

CONTENT = read_content(ROOT / "content")
LARGEST_BYTES = 60_000


class Reader(HTMLParser):
    """What a person reads in an HTML letter, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.links, self.tags = "", [], []
        self.silent = False
        self.label = ""
        # Numbers that a list has by itself in HTML, and by its words in the text.
        self.counts: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.silent = tag in ("style", "title")
        self.words += " "
        if tag in ("ol", "ul"):
            self.counts.append(0 if tag == "ol" else -1)
        if tag == "li" and self.counts[-1] >= 0:
            self.counts[-1] += 1
            self.words += f"{self.counts[-1]} "
        if tag == "a":
            self.links.append(dict(attrs)["href"])
            self.label = ""

    def handle_endtag(self, tag: str) -> None:
        self.silent = False
        self.words += " "
        if tag in ("ol", "ul"):
            self.counts.pop()
        if tag == "a" and self.label != self.links[-1]:
            self.words += f"{self.links[-1]} "

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words += data
            self.label += data


def parts(message: EmailMessage) -> tuple[str, str]:
    """The text and the HTML as a mail program gets them out of the sent bytes."""
    received = message_from_bytes(message.as_bytes(), policy=policy.default)
    text, html = (received.get_body((kind,)).get_content() for kind in ("plain", "html"))
    return text.replace("\r\n", "\n"), html


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def words(text: str) -> list[str]:
    return re.findall(r"https?://[^\s()]+|\w+", text)


@pytest.fixture(params=sorted(SAMPLES))
def message(request: pytest.FixtureRequest) -> EmailMessage:
    return render(letter(request.param), CONTENT, CONFIG)


def test_every_letter_has_a_sample_here() -> None:
    assert set(CONTENT.letters) == set(SAMPLES), (
        "Give each letter of content/emails its blanks in tests/mail/letters.py, and none to others."
    )


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_letter_has_no_blank_that_the_program_does_not_fill(name: str) -> None:
    wanted = set(re.findall(r"\{([a-z_]+)\}", CONTENT.letter(name).subject + CONTENT.letter(name).body))
    unknown = wanted - {"shop_name", "shop_url"} - set(SAMPLES[name])
    assert not unknown, f"Take {unknown} out of content/emails/{name}.md, or have the program fill it."


def test_a_letter_says_the_same_in_text_and_in_html(message: EmailMessage) -> None:
    text, html = parts(message)
    assert words(text) == words(read(html).words)


def test_no_blank_and_no_markdown_is_left_in_a_letter(message: EmailMessage) -> None:
    text, html = parts(message)
    for said in (str(message["Subject"]), text, read(html).words):
        assert not re.search(r"\{[a-z_]+\}|\]\(|\*\*", said)


def test_a_letter_is_small_enough_to_be_shown_whole(message: EmailMessage) -> None:
    assert len(message.as_bytes()) < LARGEST_BYTES


def test_a_letter_loads_nothing_and_links_only_to_the_shop(message: EmailMessage) -> None:
    _, html = parts(message)
    reader = read(html)
    assert not {"img", "link", "script", "iframe", "form", "base"} & {tag for tag, _ in reader.tags}
    assert "url(" not in html
    assert "@import" not in html
    assert reader.links
    assert all(link == SHOP or link.startswith(f"{SHOP}/") for link in reader.links)


def test_a_letter_keeps_its_looks_where_style_blocks_are_dropped(message: EmailMessage) -> None:
    _, html = parts(message)
    styled = [attributes.get("style", "") for tag, attributes in read(html).tags if tag in ("td", "a")]
    assert sum("background" in style for style in styled) >= 2
    assert all("color" in attributes["style"] for tag, attributes in read(html).tags if tag == "a")


def test_a_letter_is_marked_as_written_by_a_machine_to_one_person(message: EmailMessage) -> None:
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(message["To"]) == "maya@example.net"
    assert str(message["From"]) == "Aletha <owner@example.com>"
    assert message["Message-ID"].endswith("@shop.example.com>")
    assert str(message["Date"]) == "Fri, 27 Nov 2026 20:04:00 +0000"
    assert message["Cc"] is None
    assert message["Bcc"] is None


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_letter_that_is_about_no_order_can_be_left_with_one_click(name: str) -> None:
    long_address = replace(
        CONFIG, base_url="https://a-rather-long-name-of-a-shop.and-of-its-domain.example.com"
    )
    seeds = {
        "chapter_url": {"path": "/free-chapter/{}", "seed": "a"},
        "leave_url": {"path": "/unsubscribe/{}", "seed": "b"},
    }
    sent = letter(name)
    to_a_reader = "leave_url" in sent.blanks
    blanks = {
        **samples(long_address.base_url)[name],
        **({key: seeds[key] for key in seeds if key in sent.blanks}),
    }
    raw = render(replace(sent, blanks=blanks), CONTENT, long_address).as_bytes()
    received = message_from_bytes(raw, policy=policy.default)
    assert to_a_reader == (not name.startswith(("order", "payment", "staff")))
    assert (received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click") == to_a_reader
    if to_a_reader:
        link = f"{long_address.base_url}/unsubscribe/{token_of(CONFIG.secret_key, 'b')}"
        assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in raw
        text, html = parts(received)
        assert read(html).links[-1] == link
        assert link in text
    else:
        assert received["List-Unsubscribe"] is None


@pytest.mark.parametrize("name", sorted(CONTENT.letters))
def test_a_letter_is_calm(name: str) -> None:
    said = CONTENT.letter(name).subject + CONTENT.letter(name).body
    assert "!" not in said
    claims = r"\b(cures?|heals?|fixes|eliminates?|guaranteed?|clinically proven|pain-free|unlock)\b"
    claimed = [word for word in re.findall(claims, said, re.IGNORECASE) if "does not diagnose" not in said]
    assert not claimed, f"A letter promises nothing about health: {claimed}"
