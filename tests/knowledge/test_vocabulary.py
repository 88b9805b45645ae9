"""The vocabulary: different words for one thing become one concept; everything else stays as it is."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.library import Library
from knowledge.text import terms
from knowledge.vocabulary import Vocabulary

SMALL = Vocabulary(
    synonyms=(
        ("aid group", "ngo", "charity", "relief organization"),
        ("aid", "relief", "help"),
        ("north korea", "the north"),
    ),
    abbreviations={"dprk": "north korea", "orgs": "organizations", "ngos": "ngo"},
    variants={"organisation": "organization"},
    fillers=("please", "by the way"),
)


def concepts(text: str, vocabulary: Vocabulary = SMALL) -> list[str]:
    return vocabulary.concepts(terms(text))


@pytest.mark.parametrize("words", ["ngo", "NGOs", "a charity", "aid groups", "relief organizations"])
def test_every_phrase_of_a_group_is_the_same_concept(words: str) -> None:
    assert concepts(words) == concepts("aid group")
    assert len(concepts(words)) == 1


def test_the_longest_phrase_wins() -> None:
    assert concepts("aid group") != concepts("aid") + concepts("group")
    assert concepts("relief") == concepts("aid")


def test_abbreviations_and_spelling_variants_are_replaced_first() -> None:
    assert concepts("dprk") == concepts("north korea")
    assert concepts("relief organisation") == concepts("ngo")
    assert concepts("relief orgs") == concepts("ngo")


def test_words_of_a_collection_hold_while_it_is_on() -> None:
    record = Vocabulary(
        synonyms=(("aid group", "outfit"), ("rice", "paddy")), abbreviations={"wfp": "food program"}
    )
    whole = replace(SMALL, collections={"public_record": record})
    assert concepts("outfit", whole) == concepts("ngo")
    assert concepts("paddy", whole) == concepts("rice", whole)
    assert concepts("wfp", whole) == concepts("food program", whole)
    core = whole.within(("core",))
    assert [concepts(word, core) for word in ("outfit", "paddy", "wfp")] == [["outfit"], ["paddi"], ["wfp"]]


def test_fillers_vanish() -> None:
    assert concepts("aid please, by the way") == concepts("aid")


def test_concepts_come_in_the_order_of_the_words() -> None:
    assert concepts("the dprk wants help from ngos") == [
        *concepts("north korea"),
        *terms("wants"),
        *concepts("aid"),
        *concepts("aid group"),
    ]


@given(st.lists(st.from_regex(r"x[a-z]{3,8}x", fullmatch=True), max_size=8))
def test_words_that_no_rule_knows_stand_for_themselves(words: list[str]) -> None:
    assert SMALL.concepts(words) == words
    assert Vocabulary().concepts(words) == words


def test_a_shipped_phrase_means_the_same_as_the_others_of_its_group(library: Library) -> None:
    vocabulary = library.vocabulary
    odd = [
        (group[0], phrase)
        for group in vocabulary.synonyms
        for phrase in group
        if concepts(phrase, vocabulary) != concepts(group[0], vocabulary)
    ]
    assert odd == []


def test_a_shipped_phrase_stands_in_one_group_only(library: Library) -> None:
    groups = [{tuple(terms(phrase)) for phrase in group} for group in library.vocabulary.synonyms]
    assert [phrase for phrase, count in Counter(chain(*groups)).items() if count > 1] == []


def test_no_shipped_phrase_has_a_concept_without_a_name(library: Library) -> None:
    vocabulary = library.vocabulary
    nameless = [p for group in vocabulary.synonyms for p in group if "" in concepts(p, vocabulary)]
    assert nameless == []


def test_a_group_whose_first_phrase_vanishes_does_not_fall_together_with_another() -> None:
    vocabulary = Vocabulary(synonyms=(("like", "similar"), ("tell", "inform")), fillers=("like", "tell"))
    assert concepts("similar", vocabulary) != concepts("inform", vocabulary)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("DPRK", "north korea"), ("the UN", "united nations"), ("NK", "north korea"), ("USA", "U.S.")],
)
def test_what_people_type_is_what_the_sources_say(library: Library, typed: str, meant: str) -> None:
    assert concepts(typed, library.vocabulary) == concepts(meant, library.vocabulary)
