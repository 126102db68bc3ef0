"""Words and values become one message, whatever the values hold."""

from dataclasses import replace

import pytest

from shop.config import ROOT
from shop.content import Content, LetterWords, read_content
from shop.mail.rendering import render
from shop.mail.rules import Letter
from shop.mail.words import LetterRefused
from tests.mail.letters import CONFIG, ORDER_URL, SAMPLES, SHOP, letter
from tests.policy.test_letters import parts, read, words

CONTENT = read_content(ROOT / "content")
NASTY = "**x** <script>alert(1)</script> [a](http://evil.example) `{order_url}` &lt;b&gt; _y_ # z"


def words_of(body: str, subject: str = "Hello") -> Content:
    return replace(CONTENT, letters={"test": LetterWords(subject=subject, body=body)})


def rendered(body: str, **blanks: object) -> tuple[str, str]:
    """Text and HTML of a letter with this body."""
    test = replace(letter("order_links"), template="test", blanks=blanks)
    return parts(render(test, words_of(body), CONFIG))


def test_a_name_with_markup_in_it_prints_literally() -> None:
    text, html = parts(render(letter("order_confirmed", name=NASTY, address=NASTY), CONTENT, CONFIG))
    assert " ".join(text.split()).count(NASTY) == 2
    assert " ".join(read(html).words.split()).count(NASTY) == 2
    assert "<script" not in html
    assert not any("evil" in link for link in read(html).links)


def test_a_name_with_markup_in_it_prints_literally_in_a_row() -> None:
    text, html = rendered("{lines}", lines=[[NASTY, NASTY]])
    assert " ".join(text.split()).count(NASTY) == 2
    assert " ".join(read(html).words.split()).count(NASTY) == 2
    assert "<script" not in html


def test_a_value_that_looks_like_a_blank_is_not_filled() -> None:
    text, _ = rendered("Hello {name}", name="{secret}", secret="hidden")
    assert "{secret}" in text
    assert "hidden" not in text


@pytest.mark.parametrize(
    "number", ["1\r\nBcc: evil@example.com", "1\nBcc: e@example.com", "1\u2028Bcc: e", "1\x00\x0b2"]
)
def test_a_value_in_the_subject_starts_no_new_header(number: str) -> None:
    message = render(letter("order_shipped", order_number=number), CONTENT, CONFIG)
    assert message["Bcc"] is None
    head = message.as_bytes().split(b"\r\n\r\n")[0]
    assert not any(line.startswith(b"Bcc") for line in head.splitlines())


def test_a_shop_name_with_a_line_break_starts_no_new_header() -> None:
    config = replace(CONFIG, shop_name='Hips "&" Co, LLC\nBcc: evil@example.com')
    message = render(letter("order_links"), CONTENT, config)
    assert message["From"].addresses[0].addr_spec == "owner@example.com"
    assert b"\nBcc" not in message.as_bytes().split(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    "recipient",
    [
        "a@example.com\nBcc: b@example.com",
        "a@example.com, b@example.com",
        "a@example.com b@example.com",
        "a",
        "",
        "@",
        "a@",
    ],
)
def test_a_letter_goes_to_one_address_or_nowhere(recipient: str) -> None:
    with pytest.raises(LetterRefused, match="is not an address"):
        render(letter("order_links", recipient=recipient), CONTENT, CONFIG)


def test_an_address_with_an_umlaut_domain_is_written_as_mail_servers_know_it() -> None:
    message = render(letter("order_links", recipient="ada@bücher.example"), CONTENT, CONFIG)
    assert message["To"].addresses[0].addr_spec == "ada@xn--bcher-kva.example"


def test_the_same_letter_is_the_same_message_again() -> None:
    first, second = (render(letter("order_shipped"), CONTENT, CONFIG) for _ in range(2))
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Date"] == second["Date"]
    assert parts(first) == parts(second)


def test_a_blank_without_a_value_is_named() -> None:
    with pytest.raises(LetterRefused, match=r"a blank \{carrier\}"):
        rendered("It comes with {carrier}.")


def test_an_unknown_letter_is_named() -> None:
    unknown = replace(letter("order_links"), template="no_such_letter")
    with pytest.raises(LetterRefused, match="no_such_letter"):
        render(unknown, CONTENT, CONFIG)


def test_a_paragraph_with_an_empty_blank_is_left_out_whole() -> None:
    text, html = rendered("It comes soon.\n\nIt comes {arrives}.\n\n{lines}\n\nBye.", arrives=" ", lines=[])
    assert "It comes ." not in text
    assert "Bye." in text
    assert words(text) == words(read(html).words)


def test_an_order_of_an_e_book_names_no_address_and_no_day() -> None:
    text, html = parts(
        render(letter("order_confirmed", address="", shipping_name="", arrives="", name=""), CONTENT, CONFIG)
    )
    for heading in ("Going to", "Should arrive", "Hello"):
        assert heading not in text
        assert heading not in html


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "https://shop.example.com.evil.example/",
        "https://shop.example.com@evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "/orders/1",
        f'{SHOP}/" onclick="x',
        "http://shop.example.com/orders/1",
    ],
)
def test_a_link_that_leads_elsewhere_is_refused(target: str) -> None:
    with pytest.raises(LetterRefused, match="links lead to"):
        rendered("[Open]({order_url})", order_url=target)


def test_a_link_alone_in_its_paragraph_is_a_button_and_others_are_links() -> None:
    _, html = rendered("[Open it]({order_url})\n\nOr [here]({order_url}).", order_url=ORDER_URL)
    assert html.count('class="button"') == 1
    assert read(html).links[:2] == [ORDER_URL, ORDER_URL]


def test_a_button_can_be_hit_with_a_thumb() -> None:
    _, html = rendered("[Open it]({order_url})", order_url=ORDER_URL)
    style = next(attributes["style"] for tag, attributes in read(html).tags if tag == "a")
    assert "padding: 12px 28px" in style
    assert "line-height: 22px" in style


def test_rows_line_up_in_the_text() -> None:
    text, _ = rendered("{totals}", totals=[["Subtotal", "$9.00"], ["Shipping to Canada", "$19.00"]])
    assert f"\n{'Subtotal':46} $9.00\n{'Shipping to Canada':45} $19.00\n" in text


def test_a_row_too_long_for_its_line_puts_the_amount_below() -> None:
    text, _ = rendered("{lines}", lines=[["word " * 20, "$9.00"]])
    assert max(map(len, text.splitlines())) <= 72
    assert f"\n{'$9.00'.rjust(72)}\n" in text


def test_a_row_that_leads_to_the_shop_is_a_link() -> None:
    text, html = rendered("{links}", links=[["Order 1", ORDER_URL]])
    assert f"Order 1:\n{ORDER_URL}" in text
    assert ORDER_URL in read(html).links


def test_a_row_that_leads_elsewhere_is_only_words() -> None:
    _, html = rendered("{links}", links=[["Order 1", "https://evil.example/"]])
    assert not any("evil" in link for link in read(html).links)


def test_rows_within_a_sentence_are_refused() -> None:
    with pytest.raises(LetterRefused, match="must stand alone"):
        rendered("See {lines}.", lines=[["a", "b"]])


def test_an_address_of_several_lines_stays_so() -> None:
    text, html = rendered("To  \n{address}", address="Maya\r\n12 Alder Street\nPortland")
    assert "To\nMaya\n12 Alder Street\nPortland\n" in text
    assert html.count("<br>") >= 3


def test_lists_headings_and_emphasis_are_read_aloud_in_the_text() -> None:
    text, html = rendered("# One\n\n## Two\n\n- the *iliacus* and {a}\n- b\n\n1. **c**\n2. d\n", a="x")
    assert "One\n===\n\nTwo\n---\n\n- the iliacus and x\n\n- b\n\n1. c\n\n2. d\n" in text
    assert "<em" in html
    assert read(html).words.split()[1:12] == [
        "One",
        "Two",
        "the",
        "iliacus",
        "and",
        "x",
        "b",
        "1",
        "c",
        "2",
        "d",
    ]


def test_turned_reading_directions_and_control_characters_are_taken_out() -> None:
    text, html = rendered("Hello {name}.", name="evil\u202egpj\u2066.exe\x07\x1b[31m")
    assert "Hello evilgpj.exe[31m." in text
    assert "\u202e" not in html


def test_a_large_order_stays_under_sixty_kilobytes() -> None:
    rows = [[f"{'A rather long name of a thing ' * 4}× {n}", "$1,234.56"] for n in range(20)]
    message = render(letter("order_confirmed", lines=rows, name="N" * 200), CONTENT, CONFIG)
    assert len(message.as_bytes()) < 60_000


def test_no_line_is_longer_than_mail_allows() -> None:
    message = render(letter("order_confirmed", name="N" * 2000), CONTENT, CONFIG)
    assert max(map(len, message.as_bytes().split(b"\r\n"))) <= 998


def test_the_demo_says_in_every_letter_that_it_is_one_and_the_live_shop_does_not() -> None:
    live = replace(CONFIG, shop_mode="live")
    demo_text, _ = parts(render(letter("order_links"), CONTENT, CONFIG))
    live_text, _ = parts(render(letter("order_links"), CONTENT, live))
    assert "No money moves" in demo_text
    assert "No money moves" not in live_text
    assert "demo" not in live_text.lower()
    with_address = replace(live, shop_address="Aletha LLC; 5 Main Street;Tampa, FL 33602")
    assert (
        "Aletha LLC, 5 Main Street, Tampa, FL 33602"
        in parts(render(letter("welcome"), CONTENT, with_address))[0]
    )


def test_a_letter_cannot_change_the_shop_s_own_blanks() -> None:
    test = Letter(
        **{**vars(letter("order_links")), "blanks": {**SAMPLES["order_links"], "shop_name": "Other"}}
    )
    text, _ = parts(render(test, CONTENT, CONFIG))
    assert "Other" not in text


def test_the_shop_at_a_bare_address_still_has_a_message_id() -> None:
    config = replace(CONFIG, base_url="http://[::1]:8000")
    message = render(replace(letter("order_links"), blanks={"links": []}), CONTENT, config)
    assert message["Message-ID"].endswith("@[IPv6:::1]>")
