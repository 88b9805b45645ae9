"""Corrections: what was changed in the content, in the order in which it was, each open to be followed up."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.answers import Kind, Status
from knowledge.citations import Citation
from knowledge.engine import Engine
from knowledge.library import Library
from knowledge.plaintext import plain_text
from tests.knowledge.small_content import EMPTY_TABLES, ContentFolder


@pytest.fixture
def small(folder: ContentFolder) -> Engine:
    return Engine(folder.read())


# What is shipped


def test_each_entry_says_what_was_changed_and_why_and_can_be_opened(library: Library) -> None:
    assert library.corrections
    for one in library.corrections:
        assert one.before and one.after and one.why and one.before != one.after
        assert all(citation in library for citation in one.citations)


def test_they_are_kept_oldest_first(library: Library) -> None:
    days = [one.day for one in library.corrections]
    assert days == sorted(days)


def test_what_an_entry_says_of_now_is_what_stands_there_now(library: Library) -> None:
    by_row = {row: one for one in library.corrections for row in one.rows}
    (note,) = (one for one in library.corrections if one.citations == (Citation("fp-2019", "4"),))
    assert note.after.removeprefix("Pompeo ") in library.resolve(note.citations[0])[1].note
    bureau = by_row["people/census-bureau"]
    assert bureau.after in next(p.summary for p in library.people if p.id == "census-bureau")
    assert bureau.before not in next(p.summary for p in library.people if p.id == "census-bureau")
    stalled = next(e for e in library.timeline.events if e.id == "nuclear-talks-stalled")
    assert stalled.inferred_from in [one.after.strip('"') for one in library.corrections]


# The command


def test_they_are_listed_newest_first_with_before_after_and_why(small: Engine) -> None:
    answer = small.reply("/corrections")
    assert (answer.kind, answer.status) == (Kind.SOURCES, Status.ANSWERED)
    assert [one.day for one in answer.corrections] == [date(2003, 2, 3), date(2003, 1, 2)]
    assert [str(c) for c in answer.citations] == ["table-2002¶2001-01", "paper-2001¶1"]
    text = plain_text(answer)
    assert "3 February 2003: Worth of the rice [table-2002¶2001-01]" in text
    assert "    Before: 90 dollars\n    After: 95 dollars\n    Why: A slip of the pen." in text


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("", ["2003-02-03", "2003-01-02"]),
        ("2003", ["2003-02-03", "2003-01-02"]),
        ("since 2003-01", ["2003-02-03", "2003-01-02"]),
        ("2003-01-03", ["2003-02-03"]),
        ("2003-02", ["2003-02-03"]),
        ("2002-12..2003-01", ["2003-01-02"]),
        ("until 2003-01", ["2003-01-02"]),
    ],
)
def test_a_period_is_from_when_they_are_listed_and_a_range_ends(
    small: Engine, typed: str, days: list[str]
) -> None:
    assert [str(one.day) for one in small.reply(f"/corrections {typed}").corrections] == days


def test_where_there_is_none_the_day_of_the_newest_is_said(small: Engine) -> None:
    answer = small.reply("/corrections 2004")
    assert answer.status is Status.REFUSED
    assert "for 2004. The newest is of 3 February 2003." in plain_text(answer)


def test_a_period_that_cannot_be_read_is_an_error_with_an_example(small: Engine) -> None:
    answer = small.reply("/corrections lately")
    assert answer.status is Status.ERROR
    assert "for example 2026" in plain_text(answer)


def test_without_any_there_is_nothing_to_list(folder: ContentFolder) -> None:
    folder.write("corrections.yaml", EMPTY_TABLES["corrections.yaml"])
    answer = Engine(folder.read()).reply("/corrections")
    assert answer.status is Status.REFUSED
    assert plain_text(answer).startswith("No correction to the content is recorded.")


def test_those_of_a_collection_that_is_switched_off_are_not_listed(folder: ContentFolder) -> None:
    (one,) = Engine(folder.read().only(["core"])).reply("/corrections").corrections
    assert one.what == "Note on the rice"
