"""Misspelt words are read as the library's own; real words, names and short words are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.engine import Engine
from knowledge.spelling import Speller

OURS = {"Pompeo": 9, "Biegun": 7, "sanctions": 8, "exemption": 4, "tuberculosis": 5, "November": 3, "aid": 20}


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(OURS, lambda word: word.lower() in {"dprk"})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("pompao", "Pompeo"),
        ("bigun", "Biegun"),
        ("sanctoins", "sanctions"),
        ("exempton", "exemption"),
        ("tuberculosos", "tuberculosis"),
        ("novmeber", "November"),
    ],
)
def test_a_word_that_is_no_english_word_is_read_as_the_nearest_of_ours(
    speller: Speller, typed: str, read: str
) -> None:
    reading = speller.read(f"what about {typed}?")
    assert reading.text == f"what about {read}?"
    assert reading.replaced == ((typed, read),)


@pytest.mark.parametrize(
    "typed",
    [
        *("sections", "redemption", "pompous", "kimchi", "bibimbap"),
        *("dprk", "ayd", "120,000", "한국", "Pompeo's", ""),
    ],
)
def test_what_is_english_or_known_or_short_or_far_from_ours_is_left(speller: Speller, typed: str) -> None:
    assert speller.read(typed).text == typed
    assert speller.read(typed).replaced == ()


@given(text=st.text(max_size=200))
def test_what_is_not_replaced_stays_as_it_was_typed(speller: Speller, text: str) -> None:
    reading = speller.read(text)
    for typed, ours in reading.replaced:
        assert typed in text
        assert ours in OURS
    if not reading.replaced:
        assert reading.text == text


def test_the_reply_says_what_was_read(engine: Engine) -> None:
    answer = engine.reply("why did pompao limit aid?")
    assert "Read “pompao” as “Pompeo”." in answer.notes
    assert answer.citations[0] == engine.reply("why did Pompeo limit aid?").citations[0]


def test_a_surname_after_a_first_name_is_no_slip_of_a_word_two_letters_off(engine: Engine) -> None:
    assert engine.reply("What did Andrew Natsios say?").notes == ()
    assert any("Pompeo" in note for note in engine.reply("What did Mike Pompao decide?").notes)
