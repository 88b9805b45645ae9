"""Sources: what they say of themselves, as far as it is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

import pytest

from knowledge.sources import Passage, Source, is_web_address

SOURCE = Source(
    id="paper-2001",
    title="Rice after the flood",
    publisher="The Paper",
    published=date(2001, 2, 3),
    published_basis="printed",
    url="https://example.org/rice",
    kind="article",
    collection="core",
    passages=(Passage("1", "Rice."),),
)


@pytest.mark.parametrize(
    ("published", "precision", "words", "key"),
    [
        (date(2001, 2, 3), "day", "3 February 2001", "2001-02-03"),
        (date(2001, 2, 1), "month", "February 2001", "2001-02"),
        (date(2001, 1, 1), "year", "2001", "2001"),
        (None, "day", "undated", ""),
    ],
)
def test_a_date_of_publication_is_as_precise_as_it_is_known(
    published: date | None, precision: Literal["day", "month", "year"], words: str, key: str
) -> None:
    source = replace(SOURCE, published=published, published_precision=precision)
    assert (source.byline, source.published_key) == (f"The Paper, {words}", key)


def test_notes_say_that_their_numbers_are_ours_and_what_kind_of_witness_they_are() -> None:
    noted = replace(SOURCE, addressing="notes", quality="news, reposted")
    assert noted.quality_in_words == "news, reposted; ¶ numbers are those of our notes, not of the page"
    assert SOURCE.quality_in_words == ""


def test_a_label_in_place_of_a_title_says_so_and_of_a_copy_that_it_has_none() -> None:
    label = replace(SOURCE, title_is_label=True)
    assert label.title_note == "our description: this copy has no headline"
    assert replace(label, addressing="notes").title_note == "our description"
    assert SOURCE.title_note == ""


def test_an_address_of_the_web_is_whole() -> None:
    assert is_web_address("https://example.org/a?b=c")
    assert not is_web_address("example.org")
