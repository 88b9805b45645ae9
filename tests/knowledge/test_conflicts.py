"""Where sources contradict one another on something the library has, a reply has both sides.

Each known contradiction is tried once, by name: what is asked, and what of either side must be in the reply.
"""

from __future__ import annotations

import pytest

from knowledge.answers import Status
from knowledge.engine import Engine
from knowledge.library import Library
from knowledge.plaintext import plain_text

BOTH_SIDES: dict[str, tuple[str, tuple[str, str]]] = {
    "date of the travel ban": (
        "when was the travel ban imposed?",
        ('imposed "last year", that is in 2018', "invalid for North Korea from 1 September 2017"),
    ),
    "Pompeo's meeting of November 2018": (
        "was Pompeo's New York meeting cancelled or postponed?",
        ("cancellation", "will now take place at a later date"),
    ),
    "where Bolton spoke in December 2018": (
        "/timeline 2018-12 actor:Bolton",
        ("at a press conference in Washington", "Wall Street Journal's CEO Council"),
    ),
    "where Bolton spoke, asked without his report": (
        "where did Bolton speak in December 2018?",
        ("at a press conference in Washington", "Wall Street Journal's CEO Council"),
    ),
    "license for food and medicine": (
        "does food need a license?",
        ("need approval by the Department of Commerce", "other than food or medicine designated as EAR99"),
    ),
    "exports of December 2023": ("/exports 2023-12", ("about US$68,000", "US$67,327")),
    "share of kits in December 2023": ("/exports 2023-12", ("90 % “diagnostic", "90 % or more")),
    "first report of Radio Free Asia": ("/timeline 2024-05", ("30 May 2024", "24 May 2024")),
    "exports of 2010": ("how much was exported in 2010", ("US$2,867,073", "about US$1,900,000")),
    "exports of 2016 in the trade press": ("exports in 2016", ("US$118,494", "US$139,000")),
    "exports of 2016 before their revision": ("exports in 2016", ("US$118,494", "US$139,334")),
    "exports of 2017": ("exports in 2017", ("no recorded trade", "US$2,660")),
    "aid of fiscal year 2006": ("how much aid in FY2006", ("US$1,215,000", "zero in fiscal year 2006")),
    "since when $365 million of food are counted": ("/timeline 1999-10", ("since 1995", "since 1996")),
    "since when GAO counts, asked by one of the years": (
        "how much food had the US donated since 1995 according to GAO?",
        ("since 1995", "since 1996"),
    ),
    "last exports before the gap": (
        "when was the last export before the gap",
        ("first time since October 2016", "$2,660 of magnetic media"),
    ),
    "founding of KEDO, by day": ("when was KEDO founded?", ("9 March 1995", "15 March 1995")),
    "founding of KEDO, by year": ("when was KEDO founded?", ("9 March 1995", "established in 1994")),
    "date of Executive Order 13810": (
        "what is the date of Executive Order 13810?",
        ("20 September 2017", "21 September 2017"),
    ),
    "date of Executive Order 13722": (
        "what is the date of Executive Order 13722?",
        ("15 March 2016", "16 March 2016"),
    ),
    "day of the missile launch of 2017": (
        "/timeline 2017-11",
        ("28 November 2017", "29 November 2017, Korean time"),
    ),
    "day of Resolution 2397": ("/timeline 2017-12", ("22 December 2017", "23 December 2017")),
    "ship of 29 June 2008": (
        "when did the first ship of 2008 arrive?",
        ("arrived on the Sunday", "sent on 29 June 2008"),
    ),
    "end of the terrorism listing": (
        "/timeline 2008-06",
        ("26 June 2008", "the day of its legal effect may be another"),
    ),
    "exports of November 2023": ("/exports 2023-11", ("US$120,000", "US$64,603")),
    "exports of November 2023, asked as a disagreement": (
        "do RFA and the Census Bureau agree on November 2023?",
        ("US$120,000", "US$64,603"),
    ),
    "exports of February 2024": ("/exports 2024-02", ("around US$26,000", "US$22,510")),
    "sum of November 2023 to March 2024": (
        "/exports 2023-11..2024-03",
        ("more than US$200,000", "US$158,017"),
    ),
}

NOT_IN_THE_LIBRARY = {
    "a newspaper's split of U.S. aid, whose parts do not add up to its total": "1.31",
    "whether the Census Bureau's data interface works without a key": "500 calls",
}
"""Contradictions about what the library does not have, with the words that it would have if it had it."""


@pytest.mark.parametrize("name", BOTH_SIDES)
def test_a_reply_has_both_sides(engine: Engine, name: str) -> None:
    typed, sides = BOTH_SIDES[name]
    answer = engine.reply(typed)
    text = plain_text(answer)
    assert answer.status is Status.ANSWERED, text
    assert [side for side in sides if side not in text] == []


@pytest.mark.parametrize("name", BOTH_SIDES)
def test_each_side_can_be_opened(engine: Engine, name: str) -> None:
    answer = engine.reply(BOTH_SIDES[name][0])
    assert len({citation.source for citation in answer.citations}) > 1


@pytest.mark.parametrize("words", NOT_IN_THE_LIBRARY.values(), ids=NOT_IN_THE_LIBRARY)
def test_what_the_library_does_not_have_needs_no_other_side(library: Library, words: str) -> None:
    assert not any(words in passage.text for _, passage in library.passages())
    assert not any(words in entry.answer for entry in library.faq)
