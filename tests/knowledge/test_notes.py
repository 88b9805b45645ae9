"""The shipped words are our own: every paragraph has a note, and none of it is copied.

`tests/data/founding_shingles.txt` holds ten hex digits of the SHA-256 of every run of eight words of the two
founding documents. `tests/make_shingles.py` makes it from copies of them and says how words are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.content import SHIPPED
from knowledge.library import Library
from tests.make_shingles import plain_words, runs, shingle

SHINGLES = frozenset((Path(__file__).parents[1] / "data" / "founding_shingles.txt").read_text().split())

BODY = {"fp-2019": 17, "rfa-2024": 14}
FRONT = {"fp-2019": ["title", "standfirst", "caption"], "rfa-2024": []}
BACK = {"fp-2019": ["credit", "bio"], "rfa-2024": ["credit"]}

OFFICIAL = (
    "U.S. to Ease Limits on Humanitarian Aid to North Korea",
    "International Trade Indicator MacroAnalysis Branch and Economic Indicators Division",
)
"""A headline and the name of an office: longer than a run, and not ours to reword."""

LONGEST_QUOTATION = 10
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")


def texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a content file with the place it stands at."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key in value.keys() - {"url"}:
            yield from texts(value[key], f"{place} › {key}")
    elif isinstance(value, list):
        for position, child in enumerate(value):
            name = child.get("id", child.get("ref", position)) if isinstance(child, dict) else position
            yield from texts(child, f"{place} › {name}")


def reworded(text: str) -> str:
    """Return a text with every official name, quoted or not, as an empty quotation."""
    for name in OFFICIAL:
        text = text.replace(f'"{name}"', name).replace(name, "“”")
    return text


SHIPPED_TEXTS = [
    found
    for path in sorted(SHIPPED.rglob("*.yaml"))
    for found in texts(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader), path.stem)
]


@pytest.mark.parametrize("source", BODY)
def test_every_paragraph_of_the_founding_documents_is_there_in_reading_order(
    library: Library, source: str
) -> None:
    refs = [passage.ref for passage in library.sources[source].passages]
    assert refs == [*FRONT[source], *map(str, range(1, BODY[source] + 1)), *BACK[source]]


@pytest.mark.parametrize("source", BODY)
def test_every_paragraph_has_a_note_and_asks_that_ask_something(library: Library, source: str) -> None:
    for passage in library.sources[source].passages:
        assert passage.note.strip(), passage.ref
        assert passage.asks, passage.ref
        assert all(plain_words(ask) for ask in (*passage.asks, *passage.wrong_premises)), passage.ref


def test_the_originals_are_not_shipped(library: Library) -> None:
    assert not [passage.ref for _, passage in library.passages() if passage.is_original]


def test_the_shingles_know_a_sentence_of_the_documents() -> None:
    headline = OFFICIAL[0]
    assert all(shingle(run) in SHINGLES for run in runs(headline))
    assert not any(shingle(run) in SHINGLES for run in runs("one two three four five six seven eight nine"))


def test_no_run_of_eight_words_is_copied_outside_quotation_marks() -> None:
    copied = [
        f"{place}: {run}"
        for place, text in SHIPPED_TEXTS
        for part in _QUOTED.split(reworded(text))
        for run in runs(part)
        if shingle(run) in SHINGLES
    ]
    assert copied == []


def test_no_quotation_is_longer_than_ten_words() -> None:
    long = [
        f"{place}: {quotation}"
        for place, text in SHIPPED_TEXTS
        for quotation in _QUOTED.findall(reworded(text))
        if len(plain_words(quotation)) > LONGEST_QUOTATION
    ]
    assert long == []
