"""Figures, dates and citations in plain words."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from knowledge.answers import Excerpt
from knowledge.citations import Citation
from knowledge.exports import Figure, Part, Qualifier, total
from knowledge.people import Standing
from knowledge.periods import parse_period
from knowledge.timeline import Claim, Dispute, Event
from knowledge.wording import (
    claim_in_words,
    date_in_words,
    dispute_in_words,
    figure_in_words,
    fresh_disputes,
    headline,
    part_in_words,
    quantity,
    receipt_in_words,
    references,
    standing_in_words,
    wording_of,
)

CITED = (Citation("paper-2001", "1"),)
MONTH = parse_period("2001-01").period


def figure(value: str, qualifier: Qualifier = "as stated") -> Figure:
    if not Decimal(value):
        return Figure("paper", MONTH, Decimal(0), "USD", qualifier, CITED, "reported zero")
    return Figure("paper", MONTH, Decimal(value), "USD", qualifier, CITED)


def event(date: str) -> Event:
    return Event("rice", parse_period(date).period, "explicit", "Rice", "", CITED)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        ("120000", "USD", "US$120,000"),
        ("94.5", "USD", "US$94.50"),
        ("45.8", "percent", "45.8 %"),
        ("90", "percent", "90 %"),
        ("100", "percent", "100 %"),
        ("1200", "tonnes", "1,200 tonnes"),
    ],
)
def test_a_value_is_never_without_its_unit(value: str, unit: str, words: str) -> None:
    assert quantity(Decimal(value), unit) == words


@pytest.mark.parametrize(
    ("qualifier", "words"),
    [
        ("as stated", "US$68,000"),
        ("about", "about US$68,000"),
        ("around", "around US$68,000"),
        ("more than", "more than US$68,000"),
        ("exactly", "US$68,000"),
        ("up to", "up to US$68,000"),
        ("less than", "less than US$68,000"),
        ("to the nearest 100,000", "US$0.1 million"),
    ],
)
def test_a_figure_keeps_its_qualifier(qualifier: Qualifier, words: str) -> None:
    assert figure_in_words(figure("68000", qualifier)) == words


def test_a_reported_zero_says_that_it_was_reported() -> None:
    assert figure_in_words(figure("0")) == "nothing sent (a reported zero)"


def test_a_part_is_an_amount_or_a_share_of_its_figure() -> None:
    assert part_in_words(Part("rice", "USD", "about", CITED, value=Decimal(50))) == "about US$50 “rice”"
    assert part_in_words(Part("rice", "percent", "as stated", CITED, share=Decimal(90))) == "90 % “rice”"


def test_a_receipt_says_that_it_was_computed_from_what_and_how_far_it_holds() -> None:
    assert receipt_in_words(total([figure("60"), figure("40")])) == (
        "Sum: ≈ US$100 (computed: 60 + 40 = 100). Computed from rounded figures; no source states it."
    )


def test_a_date_says_from_which_words_it_was_inferred() -> None:
    inferred = replace(event("2018-06"), basis="inferred", inferred_from="last June")
    assert date_in_words(inferred) == "June 2018 (inferred from “last June”)"
    assert date_in_words(inferred, brief=True) == "June 2018 (inferred)"


@pytest.mark.parametrize(
    ("date", "words"),
    [("2016", "2016"), ("summer 2018", "summer 2018"), ("2018-12-10", "10 December 2018")],
)
def test_a_date_is_as_precise_as_its_source(date: str, words: str) -> None:
    assert date_in_words(event(date)) == words


def test_what_is_only_expected_is_marked() -> None:
    assert headline(replace(event("2019"), status="expected")) == "Expected: Rice"
    assert headline(event("2019")) == "Rice"


def test_a_later_role_says_of_when_it_is() -> None:
    standing = Standing(parse_period("2020-09").period, "editor", CITED, affiliation="The Paper")
    assert standing_in_words(standing) == "September 2020: editor, The Paper"


def test_the_sides_of_a_dispute_say_who_says_what() -> None:
    claim = Claim("The Paper", "in May", CITED)
    dispute = Dispute("when", "when rice came", ("rice",), (claim, claim))
    assert dispute_in_words(dispute) == "The sources differ on when rice came:"
    assert claim_in_words(claim) == "The Paper: in May"


def test_a_dispute_is_told_with_the_first_event_that_it_concerns() -> None:
    dispute = Dispute("when", "when rice came", ("rice", "wheat"), ())
    rice, oil, wheat = event("2018"), replace(event("2018"), id="oil"), replace(event("2018"), id="wheat")
    assert list(fresh_disputes((oil, wheat, rice), (dispute,))) == [
        (oil, ()),
        (wheat, (dispute,)),
        (rice, ()),
    ]


def test_whose_words_and_whose_number_an_excerpt_has_is_said() -> None:
    excerpt = Excerpt(CITED[0], "Rice.", "The Paper, 2001", "", False)
    assert wording_of(excerpt) == "note in our words"
    assert wording_of(replace(excerpt, numbered_by_us=True)) == "note in our words, the number is ours"
    assert wording_of(replace(excerpt, is_original=True, numbered_by_us=True)) == "original"


def test_citations_follow_in_brackets() -> None:
    assert references([Citation("fp-2019", "6"), Citation("rfa-2024", "13")]) == "[fp-2019¶6] [rfa-2024¶13]"
    assert references([]) == ""
