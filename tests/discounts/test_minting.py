"""Codes that are made and read in: no look-alikes, nothing rude, nothing to guess, and bad rows by their line."""

from datetime import UTC, datetime
from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.discounts import minting
from shop.discounts.minting import ALPHABET, BadRow, NewCode
from shop.discounts.rules import normal_code
from tests.discounts.test_sentence import ZONE


def test_letters_that_people_read_for_one_another_are_in_no_code() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) >= 20
    assert not set(ALPHABET) & set("AEIOU0O1IL2Z5S6G8B")


@given(st.integers())
def test_codes_stand_in_groups_behind_their_prefix_and_are_their_own_normal_form(seed: int) -> None:
    made = list(islice(minting.spellings("CH", 10, Random(seed).choice), 20))
    for code in made:
        assert [len(part) for part in code.split("-")] == [2, 4, 4, 2]
        assert normal_code(code.lower()) == code
        assert not minting.is_rude(code.removeprefix("CH-"))
    assert len(set(made)) == 20


@pytest.mark.parametrize(
    "code", ["FVCK", "XFCK-4", "CVNT", "CKKK", "NY99-3R", "TW4T", "PRNX", "3HHX", "F4-RT"]
)
def test_what_somebody_could_read_something_into_is_rude(code: str) -> None:
    assert minting.is_rude(code)


@pytest.mark.parametrize("code", ["CDFH-JKMP", "WXQ7-3PTV", "MRQJ"])
def test_most_codes_are_not(code: str) -> None:
    assert not minting.is_rude(code)


def test_a_rude_spelling_is_passed_over() -> None:
    letters = iter("FVCKFVCK" + "CDFHJKMP")
    assert next(minting.spellings("", 8, lambda _: next(letters))) == "CDFH-JKMP"


@pytest.mark.parametrize(
    ("count", "length", "guessable"), [(1, 4, True), (1, 6, False), (100_000, 8, True), (10_000, 8, False)]
)
def test_codes_need_more_letters_the_more_there_are(count: int, length: int, guessable: bool) -> None:
    assert minting.is_guessable(count, length) is guessable


FILE = """\ufeffCode,email,max_uses,ends_on
spring-26,,,
Maya 10,Maya@Example.com,1,2026-12-31

"""


def test_a_file_of_codes_is_read() -> None:
    rows, bad = minting.read_rows(FILE, ZONE)
    assert bad == []
    assert rows == [
        (2, NewCode("SPRING-26")),
        (3, NewCode("MAYA10", "Maya@example.com", 1, datetime(2027, 1, 1, 5, tzinfo=UTC).astimezone(ZONE))),
    ]


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("", 1, "header"),
        ("email\n", 1, "header"),
        ("code,price\n", 1, "header"),
        ("code\nA-1\n\nA-2,x\n", 4, "cells"),
        ("code\nGOOD\n=CMD()\n", 3, "code"),
        ("code\n" + "X" * 41, 2, "code"),
        ("code,max_uses\nA,0", 2, "max_uses"),
        ("code,max_uses\nA,-1", 2, "max_uses"),
        ("code,max_uses\nA,٣", 2, "max_uses"),
        ("code,email\nA,nobody", 2, "email"),
        ("code,ends_on\nA,31.12.2026", 2, "ends_on"),
        ("code,ends_on\nA,9999-12-31", 2, "ends_on"),
        ("code\nsame\nother\nSAME\n", 4, "twice"),
        ("code\nA\n" + "x" * 140_000, 3, "unreadable"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_its_line(text: str, line: int, key: str) -> None:
    _, bad = minting.read_rows(text, ZONE)
    assert [(row.line, row.key) for row in bad] == [(line, key)]


def test_every_bad_row_is_named_at_once() -> None:
    rows, bad = minting.read_rows("code,max_uses\nA,1\nB,x\n!,1\n", ZONE)
    assert len(rows) == 1
    assert bad == [BadRow(3, "max_uses", "B,x"), BadRow(4, "code", "!,1")]


@given(st.text())
def test_whatever_is_read_in_nothing_breaks(text: str) -> None:
    minting.read_rows(text, ZONE)
    minting.read_rows("code,email\n" + text, ZONE)
