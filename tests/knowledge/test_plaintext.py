"""A reply as plain text: whole, in blocks, without markup, with its citations."""

from __future__ import annotations

import re

import pytest

from knowledge.answers import Answer, Excerpt, Kind, Statement, Status
from knowledge.citations import Citation
from knowledge.engine import Engine
from knowledge.entry_reviews import Cause, StaleCitation
from knowledge.faq import FaqEntry, OwnEntry
from knowledge.plaintext import plain_text

COMMANDS = [
    "/help",
    "/sources",
    "/sources rfa-2024",
    "/timeline",
    "/timeline 2018-12",
    "/timeline 1999",
    "/timeline 1993",
    "/timeline actor:usaid",
    "/timeline actor:xqzwv",
    "/who Biegun",
    "/who nobody at all",
    "/sources kedo-history",
    "/timeline topic:sanction",
    "/exports",
    "/exports 2023-09..2023-11",
    "/exports 2022",
    "/cite fp-2019¶6",
    "/cite fp-2019¶99",
    "why did Pompeo limit aid?",
    "what is this bot?",
    "who is Omar Abdi?",
    "who won the world cup?",
    "/faq list",
    "/faq list tag:nonsense",
    "/faq show how-to-read-a-citation",
    "/faq show nonsense",
    "/faq search citation",
    "",
]

ABDI = Citation("fp-2019", "6")
EXCERPT = Excerpt(
    ABDI, "Abdi wrote a letter.", "Foreign Policy, 11 January 2019", "https://example.org", False
)


@pytest.mark.parametrize("typed", COMMANDS)
def test_no_line_ends_in_blanks_and_blocks_are_parted_by_one_empty_line(engine: Engine, typed: str) -> None:
    text = plain_text(engine.reply(typed))
    assert text == text.strip()
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    assert "\n\n\n" not in text


@pytest.mark.parametrize("typed", COMMANDS)
def test_no_sentence_ends_twice(engine: Engine, typed: str) -> None:
    assert not re.search(r"(?<!\.)\.\.(?!\.|\w)|[?!]\.", plain_text(engine.reply(typed)))


@pytest.mark.parametrize("typed", COMMANDS)
def test_everything_that_a_reply_cites_can_be_read_off_it(engine: Engine, typed: str) -> None:
    answer = engine.reply(typed)
    text = plain_text(answer)
    assert all(f"[{citation}]" in text for citation in answer.citations)


def test_statements_come_first_each_with_its_citations_then_the_passages() -> None:
    answer = Answer(
        Kind.ANSWER, Status.ANSWERED, statements=(Statement("He wrote.", (ABDI,)),), excerpts=(EXCERPT,)
    )
    assert plain_text(answer) == (
        "He wrote. [fp-2019¶6]\n"
        "\n"
        "From the library:\n"
        "[fp-2019¶6] Foreign Policy, 11 January 2019 (note in our words): Abdi wrote a letter."
    )


def test_a_passage_in_the_source_s_own_wording_says_so() -> None:
    original = Excerpt(ABDI, "Verbatim.", "Foreign Policy, 11 January 2019", "", True)
    text = plain_text(Answer(Kind.PASSAGE, Status.ANSWERED, excerpts=(original,)))
    assert text == "[fp-2019¶6] Foreign Policy, 11 January 2019 (original): Verbatim."


def test_the_closest_passages_of_a_refusal_are_labelled_as_no_answer() -> None:
    refusal = Answer(
        Kind.REFUSAL,
        Status.REFUSED,
        statements=(Statement("Not in here."),),
        closest=(EXCERPT,),
        hint="Try X.",
    )
    heading, *_ = plain_text(refusal).split("\n\n")[1].splitlines()
    assert heading.startswith("Not an answer")
    assert plain_text(refusal).endswith("Try X.")


def test_an_editorial_answer_says_so() -> None:
    answer = Answer(Kind.FAQ, Status.ANSWERED, statements=(Statement("A library."),), editorial=True)
    assert "Editorial" in plain_text(answer)
    assert "Editorial" not in plain_text(
        Answer(Kind.FAQ, Status.ANSWERED, statements=(Statement("A library."),))
    )


def test_what_moderators_wrote_is_shown_as_typed_and_cited_below_if_it_has_several_lines() -> None:
    for text, shown in (("*Six* weeks.", "*Six* weeks. [fp-2019¶6]"), ("- a\n- b", "- a\n- b\n[fp-2019¶6]")):
        said = Statement(text, (ABDI,), is_markdown=True)
        assert plain_text(Answer(Kind.FAQ, Status.ANSWERED, statements=(said,))) == shown


def test_a_list_of_entries_says_which_are_a_servers_own_and_which_are_stale() -> None:
    entries = (
        FaqEntry("does-it-use-ai", "Does it use AI?", "No."),
        OwnEntry("wait", "How long?", "Six weeks."),
        OwnEntry(
            "rice", "Which rice?", "Any.", stale=(StaleCitation(Citation("fp-2019", "6"), Cause.VANISHED),)
        ),
    )
    assert plain_text(Answer(Kind.FAQ, Status.ANSWERED, entries=entries)).splitlines() == [
        "does-it-use-ai — Does it use AI?",
        "wait — How long? (this server's own)",
        "rice — Which rice? (this server's own; a passage that it cites has changed)",
    ]


def test_a_label_in_place_of_a_headline_says_so(engine: Engine) -> None:
    text = plain_text(engine.sources("rfa-2024"))
    assert "(our description: this copy has no headline)" in text
    assert "our description" not in plain_text(engine.sources("fp-2019"))


def test_a_label_of_notes_says_that_it_is_ours_and_the_numbers_too(engine: Engine) -> None:
    text = plain_text(engine.sources("kedo-history"))
    assert "(our description)\n" in text
    assert "Korean Peninsula Energy Development Organization, undated (the page shows no date)." in text
    assert "\n    official; ¶ numbers are those of our notes, not of the page\n" in text
    assert "the number is ours" in plain_text(engine.cite("kedo-history¶2"))


def test_a_dispute_stands_below_the_event_that_it_concerns_each_side_on_a_line(engine: Engine) -> None:
    assert (
        "    The sources differ on the date of Executive Order 13722:\n"
        "      - Federal Register: 15 March 2016 [fr-2016-06355¶1]\n"
        "      - A law-firm note at Lexology: 16 March 2016 [lexology-2016-03¶1]"
    ) in plain_text(engine.timeline("2016-03-15"))


def test_somebody_comes_before_the_passages_and_the_events(engine: Engine) -> None:
    blocks = plain_text(engine.who("Ri Gun")).split("\n\n")
    assert [block.split("\n")[0] for block in blocks] == [
        "Ri Gun — North Korean counterpart in the food talks of December 2011",
        "Passages that name them (1): [xinhua-2011-12-15¶1]",
        "Events:",
    ]


def test_a_short_timeline_has_summaries_and_a_long_one_titles_only(engine: Engine) -> None:
    short, long = engine.timeline("2018-12-10"), engine.timeline("all")
    assert all(event.summary in plain_text(short) for event in short.events)
    assert not any(event.summary in plain_text(long) for event in long.events)
    assert all(event.title in plain_text(long) for event in long.events)
