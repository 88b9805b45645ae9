"""Differences between two contents: field by field, in pieces and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from time import process_time

from hypothesis import given

from knowledge.drafts import read, typed
from knowledge.entries import Action, Content, Revision, State
from knowledge.entry_differences import (
    Fate,
    Piece,
    differences,
    differences_as_typed,
    in_words,
    reverted_to,
)
from knowledge.library import Library
from tests.knowledge.entry_samples import DRAFT, TODAY, drafts

ANSWER = (
    "The report has a whole paragraph on it.\n\n"
    "A permit takes 30 days after all the forms were handed in at the office in Washington, together with a "
    "list of the goods that are to be sent, and then it is valid for one year from its day."
)


def change(library: Library, **fields: str) -> tuple[Content, Content]:
    """Return the content of a draft, and what it is with other fields."""
    before = {**DRAFT, "answer": ANSWER}
    return read(before, library), read({**before, **fields}, library)


def test_only_what_differs_is_told_in_the_order_of_the_fields(library: Library) -> None:
    found = differences(*change(library, tags="permits, time", question="How long do permits take?"))
    assert [difference.field for difference in found] == ["question", "tags"]


def test_nothing_differs_between_a_content_and_itself(library: Library) -> None:
    before, same = change(library)
    assert differences(before, same) == ()
    assert in_words(()) == ""


def test_prose_is_compared_word_by_word(library: Library) -> None:
    (question,) = differences(*change(library, question="How long does one travel permit last?"))
    assert question.pieces == (
        Piece(Fate.KEPT, "How long does "),
        Piece(Fate.REMOVED, "a"),
        Piece(Fate.ADDED, "one travel"),
        Piece(Fate.KEPT, " permit "),
        Piece(Fate.REMOVED, "take?"),
        Piece(Fate.ADDED, "last?"),
    )


def test_blanks_between_changed_words_are_not_told_apart_from_them(library: Library) -> None:
    (question,) = differences(*change(library, question="Why must every visa wait?"))
    assert [piece.fate for piece in question.pieces] == [Fate.REMOVED, Fate.ADDED]


def test_alternatives_and_citations_are_compared_line_by_line(library: Library) -> None:
    alternatives, citations = differences(
        *change(
            library,
            alternatives="permit waiting time\nhow soon is one given",
            citations="fp-2019 6, rfa-2024 2",
        )
    )
    assert alternatives.pieces[-2:] == (
        Piece(Fate.REMOVED, "how soon is a permit given"),
        Piece(Fate.ADDED, "how soon is one given"),
    )
    assert (citations.before, citations.after) == ("fp-2019¶6", "fp-2019¶6\nrfa-2024¶2")


def test_a_citation_that_was_checked_against_a_changed_passage_is_told(library: Library) -> None:
    before, after = change(library)
    found = differences(replace(before, cited=("old",)), after)
    assert in_words(found) == "Citations\n- fp-2019¶6\n+ fp-2019¶6 (as it reads now)"


def test_in_words_it_is_short_and_shows_the_words_beside_a_change(library: Library) -> None:
    found = differences(
        *change(
            library,
            question="How long does a travel permit take?",
            answer=ANSWER.replace("30", "60").replace("one year", "two years") + "\nNobody knows why.",
            citations="editorial",
            review_on="",
        )
    )
    assert in_words(found).splitlines() == [
        "Question",
        "- How long does a permit take?",
        "+ How long does a travel permit take?",
        "Answer",
        "- A permit takes 30 days after all the forms were handed … to be sent, and then it is"
        " valid for one year from its day.",
        "+ A permit takes 60 days after all the forms were handed … to be sent, and then it is"
        " valid for two years from its day.",
        "+ Nobody knows why.",
        "Citations",
        "- fp-2019¶6",
        "+ editorial",
        "Review date",
        "- 2026-01-31",
    ]


def test_of_a_new_entry_everything_is_added(library: Library) -> None:
    content = read(DRAFT, library)
    found = differences(None, content)
    assert {difference.field: difference.after for difference in found} == typed(content)
    assert all(piece.fate is Fate.ADDED for difference in found for piece in difference.pieces)
    assert in_words(found).startswith("Question\n+ How long does a permit take?\nAnswer\n+ Sixty days")


@given(drafts(), drafts())
def test_the_pieces_hold_both_texts_whole(
    library: Library, one: Mapping[str, str], other: Mapping[str, str]
) -> None:
    before, after = read(one, library, TODAY), read(other, library, TODAY)
    found = {difference.field: difference for difference in differences(before, after)}
    for field, text in typed(after).items():
        if field in found:
            assert (found[field].before, found[field].after) == (typed(before)[field], text)
        else:
            assert typed(before)[field] == text
    for difference in found.values():
        assert not any(piece.text.isspace() for piece in difference.pieces if piece.fate is Fate.KEPT)
    assert bool(in_words(found.values())) == bool(found)


def test_the_longest_answers_are_compared_at_once() -> None:
    words = (
        " ".join("abcdefgh"[n * n % 8] for n in range(1_000)),
        " ".join("hgab"[n % 4] for n in range(1_000)),
    )
    start = process_time()
    in_words(differences(Content("q", words[0]), Content("q", words[1])))
    assert process_time() - start < 0.5


def test_drafts_are_compared_as_they_were_typed_whatever_is_wrong_with_them() -> None:
    found = differences_as_typed({"question": "", "reason": "old"}, {"question": "?", "reason": "new"})
    assert in_words(found) == "Question\n+ ?\nReason\n- old\n+ new"


def test_to_which_revision_an_entry_went_back_is_the_last_that_says_the_same(library: Library) -> None:
    one, two = change(library, answer="Another answer.")
    rests_on_what_reads_otherwise_now = replace(one, cited=("otherwise",))
    made = (
        (Action.ADD, one),
        (Action.EDIT, two),
        (Action.REVERT, one),
        (Action.REVERT, two),
        (Action.REVERT, rests_on_what_reads_otherwise_now),
    )
    kept = [
        Revision(number, action, State.PUBLISHED, content, 1, datetime(2026, 1, 31, tzinfo=UTC))
        for number, (action, content) in enumerate(made, 1)
    ]
    assert [reverted_to(one, kept) for one in kept] == [None, None, 1, 2, 3]
    assert reverted_to(kept[2], []) is None
