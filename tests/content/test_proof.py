"""Proofreading names what would let a reader down, with file and line; the words of the shop have none of it."""

from pathlib import Path

import pytest

from shop.app import answers
from shop.content.plates import Plates
from shop.content.proof import proofread
from tests.reading_room import PLATES, copy_words

DESK, STRIDE, NEIGHBORS = (f"articles/pain/{slug}.md" for slug in ("desk-day", "stride", "two-neighbors"))
ADRIFT = ("topics.yaml", "products/", "chapter/", "emails/")
PROMISE = "“{}” promises too much; see content/README.md, How we write."
TOO_LONG = "a sentence of 42 words (Now and then and then and …); make two of it."
UNCITED = "a percentage without a citation ([^source-id])."
LONG = "Now and then and then and " + "then and " * 17 + "then rest."
WELL_KNOWN = f"{NEIGHBORS}, line 13: there is no drawing drawing-that-is-not-there in static/img/plates."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The words with the tests' articles, to be changed."""
    return copy_words(tmp_path / "content")


def found(folder: Path) -> list[str]:
    """What is wrong with the tests' articles; the shop's other words speak of articles that are not here."""
    faults = proofread(folder, Plates(PLATES), answers)
    return [str(fault) for fault in faults if not str(fault).startswith(ADRIFT)]


def found_everywhere(folder: Path) -> list[str]:
    """What is wrong with any word."""
    return [str(fault) for fault in proofread(folder, Plates(PLATES), answers)]


def change(folder: Path, before: str, after: str, name: str = DESK) -> None:
    """Change the words of a file."""
    path = folder / name
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after, 1))


def test_a_missing_drawing_is_named_where_it_is_asked_for(folder: Path) -> None:
    assert found(folder) == [
        WELL_KNOWN,
        f"{NEIGHBORS}, line 27: there is no drawing drawing-that-is-not-there in static/img/plates.",
    ]
    change(folder, "1. ![](seat-height)", "1. ![](seat-nothing)")
    assert f"{DESK}, line 62: there is no drawing seat-nothing in static/img/plates." in found(folder)


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        ("causes: [sitting]", "causes: [siting]", 7, "topics.yaml has no cause siting."),
        ("effects: [psoas-tightness]", "effects: [x]", 8, "topics.yaml has no effect x."),
        ("products: [hip-hook,", "products: [hip-hock,", 9, "there is no product hip-hock."),
        ("related: [stride]", "related: [strides]", 10, "there is no article strides."),
        ("release: hip-hook", "release: hip-hock", 16, "there is no product hip-hock."),
        ("short_answer: hip-hook", "short_answer: hip-hock", 20, "there is no product hip-hock."),
        ("product: hip-hook", "product: hip-hock", 22, "there is no product hip-hock."),
        ("series: {name: pain, position: 1}", "series: {name: pain, position: 2}", 0, ""),
        ("It is a change of position", "It eases 8 percent of people. It is", 32, ""),
        ("ease the muscle in the evening.", "ease it." + " Get up." * 25, 4, "the short answer has more than 49 words."),
        ("plate: two-muscles\n", "plate: two-muscles\nvideo: https://a.example/cure\n", 0, ""),
        ("Lie down, and let", "This heals you. Lie down, and let", 81, PROMISE.format("heals")),
        ("Sitting holds the front", "It will cure sitting. It holds the front", 25, PROMISE.format("cure")),
        ("Lie down, and let", f"{LONG} Lie down, and let", 81, TOO_LONG),
        ("Lie down, and let", "It helps 80 % of people. Lie down, and let", 81, UNCITED),
        ("All the while[^short]".lower(), "all the while", 0, ""),
    ],
)  # fmt: skip
def test_what_would_let_a_reader_down_is_named(
    folder: Path, before: str, after: str, line: int, message: str
) -> None:
    change(folder, before, after)
    wanted = [f"{DESK}, line {line}: {message}"] if message else []
    assert [fault for fault in found(folder) if fault.startswith(DESK)] == wanted


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("/learn/strides", "there is no article strides"),
        ("/learn/stride#swung", "there is no #swung in that article"),
        ("/products/hip-hock", "there is no product hip-hock"),
        ("/learn/causes#siting", "there is no #siting on that page"),
        ("/about", "the shop has no such page"),
        ("#nowhere", "there is no #nowhere on that page"),
        ("stride", "it begins neither with / nor with https://"),
    ],
)
def test_a_link_that_leads_nowhere_is_named(folder: Path, target: str, why: str) -> None:
    change(folder, "(/learn/stride#swing)", f"({target})")
    change(folder, "A short pause is a start[^pause]", f"A [short]({target}) pause is a start[^pause]")
    assert [fault for fault in found(folder) if fault.startswith(DESK)] == [
        f"{DESK}, line {line}: the link {target} leads nowhere: {why}." for line in (26, 52)
    ]


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        ("You sit. It pulls. ", "-2.5, not 7.5 to 10.5: join short sentences"),
        ("Inactivity accumulates. ", "23.7, not 7.5 to 10.5: part long sentences, choose shorter words"),
        (
            "While you are sitting, both flexor muscles are in a shortened position, and remain lightly active. ",
            "",
        ),
    ],
)
def test_a_text_that_is_choppy_or_too_hard_to_read_is_named(folder: Path, sentence: str, fault: str) -> None:
    change(folder, "Lie down, and let", f"Lie down, and let it be.\n\n{sentence * 60}\n\nLie down, and let")
    assert [fault for fault in found(folder) if fault.startswith(DESK)] == [
        f"{DESK}, line 40: the text reads at grade {wanted}." for wanted in [fault] if wanted
    ]


def test_an_article_without_a_next_step_is_named(folder: Path) -> None:
    change(
        folder,
        "  release: none\n  understand: free-chapter",
        "  release: none\n  understand: none",
        NEIGHBORS,
    )
    assert f"{NEIGHBORS}, line 14: the article has no next_step: with release: or understand:." in found(
        folder
    )
    change(
        folder,
        'next_step:\n  release: none\n  understand: none\n  words: "Read on in the book."\n',
        "",
        NEIGHBORS,
    )
    assert f"{NEIGHBORS}, line 1: the article has no next_step: with release: or understand:." in found(
        folder
    )


def test_a_video_of_an_article_without_steps_is_named(folder: Path) -> None:
    change(folder, "next_step:\n", "video: https://a.example/x\nnext_step:\n", NEIGHBORS)
    assert f"{NEIGHBORS}, line 14: a video is linked below steps, and this article has none." in found(folder)


def test_two_articles_at_one_place_of_a_series_are_named(folder: Path) -> None:
    change(folder, "position: 2", "position: 1", STRIDE)
    assert f"{STRIDE}, line 11: desk-day has the same place in the series." in found(folder)


def test_a_source_that_nothing_cites_is_named(folder: Path) -> None:
    change(
        folder,
        "sources: []",
        'sources: [{id: one, text: "One.", year: 2020, url: "https://example.com"}]',
        STRIDE,
    )
    assert f"{STRIDE}, line 23: nothing cites the source one ([^one])." in found(folder)


def test_more_than_two_products_inside_one_text_are_named(folder: Path) -> None:
    line = '    - {after: evening, product: hip-hook, words: "Again."}\n'
    change(folder, "  side: free-chapter\n", f"{line}{line}  side: free-chapter\n")
    assert f"{DESK}, line 21: more than 2 products stand inside the text." in found(folder)


def test_a_product_that_no_article_explains_is_named(folder: Path) -> None:
    def unexplained() -> list[str]:
        return [
            fault
            for fault in found_everywhere(folder)
            if fault.startswith("products/") and "no drawing" not in fault
        ]

    assert not unexplained()
    change(folder, "products: [hip-hook, hip-release-ball]", "products: [hip-hook]", STRIDE)
    assert unexplained() == [
        "products/hip-release-ball.md, line 1: no article names this product in its products:."
    ]


def test_a_way_that_names_a_product_that_is_not_there_is_named(folder: Path) -> None:
    change(folder, "product: hip-hook", "product: hip-hock", "comparison.yaml")
    assert "comparison.yaml, line 21: there is no product hip-hock." in found_everywhere(folder)


def test_a_topic_that_names_an_article_that_is_not_there_is_named(folder: Path) -> None:
    faults = [fault for fault in found_everywhere(folder) if fault.startswith("topics.yaml")]
    assert "topics.yaml, line 8: there is no article hip-pain-from-sitting." in faults


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("/learn/nothing", "there is no article nothing"),
        ("/products/nothing", "there is no product nothing"),
        ("/nothing", "the shop has no such page"),
    ],
)
def test_an_old_address_that_leads_nowhere_is_named(folder: Path, new: str, why: str) -> None:
    (folder / "redirects.yaml").write_text(f"/old: {new}\n")
    assert f"redirects.yaml, line 1: /old leads nowhere: {why}." in found(folder)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("products/hip-hook.md", "summary: Steady", "summary: Guaranteed, steady"),
        ("safety.yaml", "you limp", "you limp, and want it fixed: our tool fixes it"),
        ("topics.yaml", "Every stride", "A root cause. Every stride"),
        ("phrases.yaml", "Please type the code first.", "Pain-free shopping."),
        ("pages/medical-note.md", "We make the tools", "Permanent relief. We make the tools"),
        (
            "chapter/chapter.md",
            "Nobody ever introduced you",
            "This eliminates pain. Nobody ever introduced you",
        ),
        ("emails/order_shipped.md", "subject: ", "subject: Clinically proven "),
    ],
)
def test_a_promise_is_found_wherever_words_stand(folder: Path, name: str, before: str, after: str) -> None:
    change(folder, before, after, name)
    [fault] = [fault for fault in found_everywhere(folder) if "promises too much" in fault]
    assert fault.startswith(f"{name}, line ")


@pytest.mark.parametrize(
    "sentence",
    [
        "Nothing here diagnoses, treats or prevents a disease.",
        "It does not cure anything.",
        "A healthy hip, a prefix and a treatise.",
        "Your money back, 20% off.",
        "We never say that it heals.",
    ],
)
def test_a_sentence_that_promises_nothing_is_left_alone(folder: Path, sentence: str) -> None:
    change(folder, "Lie down, and let", f"{sentence} Lie down, and let")
    assert not [fault for fault in found(folder) if fault.startswith(DESK)]


def test_the_title_of_a_paper_is_left_alone(folder: Path) -> None:
    change(folder, "Pauses at work. Journal of Chairs.", "How to treat, heal and cure 80% of chairs.")
    assert not [fault for fault in found(folder) if fault.startswith(DESK)]


def test_what_cannot_be_read_is_named_beside_the_rest(folder: Path) -> None:
    change(folder, "kind: cause", "kind: story")
    change(folder, "kind: how-to", "kind: story", STRIDE)
    (folder / "safety.yaml").write_text("emergency: [")
    faults = [fault.partition(", line ")[0] for fault in found(folder)]
    assert faults == [DESK, STRIDE, "safety.yaml"]
