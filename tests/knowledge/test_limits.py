"""Limits: how often somebody may ask, and how many paragraphs of originals a person is shown in a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.answers import Answer
from knowledge.engine import Engine
from knowledge.library import Library
from knowledge.limits import Originals, Rate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ORIGINAL = "The verbatim words of paragraph"


def passes(rate: Rate, who: int, moments: list[float]) -> list[float]:
    """Return at which moments somebody is let through."""
    passed = []
    for now in moments:
        if not rate.wait(who, now):
            rate.take(who, now)
            passed.append(now)
    return passed


@given(
    st.integers(1, 50),
    st.lists(st.floats(0, 20), max_size=200),
)
def test_nobody_gets_through_more_often_than_at_once_and_again_by_the_minute(
    a_minute: int, gaps: list[float]
) -> None:
    moments = [1e9 + sum(gaps[: n + 1]) for n in range(len(gaps))]
    passed = passes(Rate(a_minute), 1, moments)
    for place, first in enumerate(passed):
        for many, last in enumerate(passed[place:], 1):
            assert many <= a_minute * (1 + (last - first) / 60) + 1e-2


@given(st.integers(1, 100))
def test_the_wait_is_long_enough_and_not_a_second_too_long(a_minute: int) -> None:
    rate, now = Rate(a_minute), 1e9
    assert len(passes(rate, 1, [now] * (a_minute + 1))) == a_minute
    wait = rate.wait(1, now)
    assert wait >= 1
    assert not rate.wait(1, now + wait)
    assert rate.wait(1, now + wait - 1.001)


def test_what_one_does_is_nothing_to_another() -> None:
    rate = Rate(3)
    assert len(passes(rate, 1, [5.0] * 100)) == 3
    assert not rate.wait(2, 5.0)


def test_no_limit_is_none() -> None:
    assert len(passes(Rate(0), 1, [5.0] * 1000)) == 1000


def test_a_clock_that_is_put_back_locks_nobody_out() -> None:
    rate = Rate(3)
    passes(rate, 1, [1e9] * 9)
    assert not rate.wait(1, 1e9 - 3600)


def test_of_the_many_only_those_who_have_to_wait_are_remembered() -> None:
    rate = Rate(3)
    for who in range(10_000):
        rate.take(who, float(who))
    assert len(rate._until) <= 1_001


# Originals


@pytest.fixture
def quoting(library: Library) -> Library:
    """Return the library with an original for every paragraph of its documents."""
    sources = {
        source.id: replace(
            source,
            passages=tuple(
                p if p.is_row else replace(p, original=f"{ORIGINAL} {p.ref}.") for p in source.passages
            ),
        )
        for source in library.sources.values()
    }
    return replace(library, sources=sources)


def opened(library: Library, ref: int | str) -> Answer:
    return Engine.cite(Opening(library), f"fp-2019¶{ref}")


class Opening(Engine):
    """An engine that opens passages; nothing else needs an index."""

    def __init__(self, library: Library) -> None:
        self.library = library


def shown(answer: Answer) -> list[bool]:
    return [excerpt.is_original for excerpt in answer.excerpts]


def test_beyond_the_limit_our_notes_stand_in_for_originals(quoting: Library) -> None:
    originals = Originals(3)
    seen = [originals.within(opened(quoting, ref), 1, NOON, quoting) for ref in range(1, 6)]
    assert [shown(answer) for answer in seen] == [[True], [True], [True], [False], [False]]
    last = seen[-1]
    assert ORIGINAL not in last.excerpts[0].text
    assert last.excerpts[0].text == quoting.sources["fp-2019"].passages[4 + offset(quoting)].note
    assert "3 paragraphs of originals today" in last.notes[-1]
    assert not seen[0].notes


def offset(library: Library) -> int:
    """Return how many passages stand before the first paragraph."""
    return [passage.ref for passage in library.sources["fp-2019"].passages].index("1")


def test_the_same_paragraph_counts_once_and_stays_open(quoting: Library) -> None:
    originals = Originals(1)
    assert all(shown(originals.within(opened(quoting, 6), 1, NOON, quoting))[0] for _ in range(9))
    assert not shown(originals.within(opened(quoting, 7), 1, NOON, quoting))[0]
    assert shown(originals.within(opened(quoting, 6), 1, NOON, quoting))[0]


def test_each_person_and_each_day_has_its_own(quoting: Library) -> None:
    originals = Originals(1)
    assert shown(originals.within(opened(quoting, 6), 1, NOON, quoting))[0]
    assert shown(originals.within(opened(quoting, 7), 2, NOON, quoting))[0]
    assert not shown(originals.within(opened(quoting, 7), 1, NOON, quoting))[0]
    assert shown(originals.within(opened(quoting, 7), 1, NOON + timedelta(days=1), quoting))[0]


def test_a_document_of_the_operator_that_has_no_note_says_so(quoting: Library) -> None:
    source = quoting.sources["fp-2019"]
    bare = tuple(replace(passage, note="") for passage in source.passages)
    library = replace(quoting, sources={**quoting.sources, source.id: replace(source, passages=bare)})
    originals = Originals(1)
    originals.within(opened(library, 6), 1, NOON, library)
    hidden = originals.within(opened(library, 7), 1, NOON, library).excerpts[0]
    assert hidden.text.startswith("This paragraph exists as an original only")


def test_notes_are_no_originals(library: Library) -> None:
    originals = Originals(1)
    answers = [opened(library, ref) for ref in range(1, 9)]
    assert [originals.within(answer, 1, NOON, library) for answer in answers] == answers


def test_without_a_limit_everything_is_shown(quoting: Library) -> None:
    originals = Originals(0)
    assert all(shown(originals.within(opened(quoting, ref), 1, NOON, quoting))[0] for ref in range(1, 18))
