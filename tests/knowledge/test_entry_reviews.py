"""Reviews: an entry is to be looked at again when a passage it cites changes, or its day has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge.citations import Citation
from knowledge.drafts import read
from knowledge.entries import Content, State
from knowledge.entry_reviews import Cause, StaleCitation, digest, due_for_review, stale_citations
from knowledge.sources import Passage
from tests.knowledge.entry_samples import TODAY, entry
from tests.knowledge.small_content import ContentFolder

PAPER = "sources/paper-2001.yaml"
RICE = Citation("paper-2001", "1")


@pytest.fixture
def content(folder: ContentFolder) -> Content:
    """An entry that rests on two passages of the small library as it is at first."""
    draft = {
        "question": "Was rice sent?",
        "answer": "Yes, but not in March.",
        "citations": "paper-2001¶1, paper-2001¶2",
        "review_on": str(TODAY),
    }
    return read(draft, folder.read())


def test_an_entry_is_fresh_while_its_passages_read_as_they_did(
    folder: ContentFolder, content: Content
) -> None:
    assert stale_citations(content, folder.read()) == ()


def test_it_is_stale_when_a_passage_has_changed(folder: ContentFolder, content: Content) -> None:
    folder.change(PAPER, "sent in January", "sent in February")
    library = folder.read()
    assert stale_citations(content, library) == (StaleCitation(RICE, Cause.CHANGED),)


def test_it_is_stale_when_a_passage_was_retired(folder: ContentFolder, content: Content) -> None:
    folder.change(PAPER, 'in January."', 'in January."\n    retired: true')
    assert stale_citations(content, folder.read()) == (StaleCitation(RICE, Cause.RETIRED),)


def test_it_is_stale_when_a_passage_has_vanished(folder: ContentFolder, content: Content) -> None:
    library = folder.read()
    smaller = replace(library, sources={id_: s for id_, s in library.sources.items() if id_ != "paper-2001"})
    assert [stale.cause for stale in stale_citations(content, smaller)] == [Cause.VANISHED, Cause.VANISHED]


def test_it_is_fresh_again_once_it_is_read_against_the_passage_as_it_is(
    folder: ContentFolder, content: Content
) -> None:
    folder.change(PAPER, "sent in January", "sent in February")
    library = folder.read()
    draft = {"question": content.question, "answer": content.answer, "citations": "paper-2001¶1"}
    assert stale_citations(read(draft, library), library) == ()


def test_a_citation_without_a_digest_is_taken_for_changed(folder: ContentFolder, content: Content) -> None:
    stale = stale_citations(replace(content, cited=()), folder.read())
    assert [one.cause for one in stale] == [Cause.CHANGED, Cause.CHANGED]


def test_an_editorial_entry_never_gets_stale(folder: ContentFolder) -> None:
    assert stale_citations(Content("Who moderates?", "We do.", editorial=True), folder.read()) == ()


def test_an_original_beside_a_note_changes_nothing_and_neither_does_a_line_break() -> None:
    note = digest(Passage("1", note="Rice was sent."))
    assert digest(Passage("1", note="Rice was\n  sent.", original="“We sent rice,” she said.")) == note
    assert digest(Passage("1", note="Rice was not sent.")) != note


def test_without_a_note_the_original_counts() -> None:
    assert digest(Passage("1", original="We sent rice.")) != digest(Passage("1", original="We sent none."))


# Due for review


def test_each_reason_for_a_review_is_said_in_words(folder: ContentFolder, content: Content) -> None:
    folder.change(PAPER, "sent in January", "sent in February")
    folder.change(PAPER, 'in March."', 'in March."\n    retired: true')
    assert due_for_review(entry("rice", content), folder.read(), TODAY) == [
        "paper-2001¶1 no longer reads as it did when it was cited",
        "paper-2001¶2 was retired: its source no longer has it",
        "its review date, 2025-06-01, has come",
    ]


@pytest.mark.parametrize(
    ("today", "due"), [(date(2025, 5, 31), False), (TODAY, True), (date(2026, 1, 1), True)]
)
def test_a_review_is_due_from_its_day_on(
    folder: ContentFolder, content: Content, today: date, due: bool
) -> None:
    assert bool(due_for_review(entry("rice", content), folder.read(), today)) is due


def test_what_is_not_published_is_not_reviewed(folder: ContentFolder, content: Content) -> None:
    assert due_for_review(entry("rice", content, State.RETIRED), folder.read(), date(2030, 1, 1)) == []
