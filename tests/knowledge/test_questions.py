"""What a question asks for: a person, a time, a place, a count, an amount, a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.questions import Asked, asked_for, asks_about_the_present


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Who wrote the letter?", Asked.PERSON),
        ("whos that", Asked.PERSON),
        ("When was the summit?", Asked.TIME),
        ("What year did exports stop?", Asked.TIME),
        ("In which month were kits sent?", Asked.TIME),
        ("Where did they meet?", Asked.PLACE),
        ("Which airport was it?", Asked.PLACE),
        ("Why were shipments delayed?", Asked.REASON),
        ("What made Pompeo limit aid?", Asked.REASON),
        ("How many organizations sent aid?", Asked.COUNT),
        ("How much aid was sent?", Asked.AMOUNT),
        ("What was it worth?", Asked.AMOUNT),
        ("How long was the hiatus?", Asked.DURATION),
        ("How old is Kim?", Asked.AGE),
        ("What is the officer's name?", Asked.NAME),
    ],
)
def test_a_question_shows_what_it_asks_for(question: str, asked: Asked) -> None:
    assert asked in asked_for(question)


def test_how_many_years_asks_for_a_duration_and_not_for_a_count() -> None:
    asked = asked_for("How many years did the break last?")
    assert Asked.DURATION in asked
    assert Asked.COUNT not in asked


def test_a_question_may_ask_for_two_things() -> None:
    assert {Asked.PERSON, Asked.TIME} <= asked_for("Who wrote the letter, and when?")


@pytest.mark.parametrize("text", ["", "sanctions", "tell me about the travel ban"])
def test_a_topic_asks_for_nothing_in_particular(text: str) -> None:
    assert asked_for(text) == frozenset()


@given(st.text(max_size=200))
def test_case_and_blanks_do_not_matter(text: str) -> None:
    assert asked_for(f"  {text}\n") == asked_for(text)


def test_the_terms_under_which_questions_are_compared_are_no_words() -> None:
    assert all(not asked.value.isalnum() for asked in Asked)


@pytest.mark.parametrize(
    ("question", "is_present"),
    [
        ("is aid still held up", True),
        ("What’s still banned?", True),
        ("can charities send money now", True),
        ("who decides TODAY?", True),
        ("how is it at the moment?", True),
        ("now that aid has resumed, what do groups consider", False),
        ("what was mulled at the moment of the restart", False),
        ("was aid still held up", False),
        ("did aid still flow", False),
        ("what is known now of 2018", False),
        ("is it nowhere?", False),
        ("is aid held up", False),
    ],
)
def test_a_question_about_the_present_is_told_from_one_about_the_past(
    question: str, is_present: bool
) -> None:
    assert asks_about_the_present(question) is is_present
